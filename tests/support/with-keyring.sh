#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs its arguments in a D-Bus session of their own with an unlocked, empty
# keyring; home and runtime folders are temporary. Nothing of the user's
# session is seen or touched.
set -eu

if [ "${1-}" = --inside ]; then
  shift
  printf 'practice' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
  keyring=$!
  trap 'kill "$keyring" 2>/dev/null && wait "$keyring" || true' EXIT
  if ! gdbus wait --session --timeout 30 org.freedesktop.secrets; then
    echo 'Bail out! the keyring did not start'
    exit 1
  fi
  status=0
  "$@" || status=$?
  exit "$status"
fi

for program in dbus-run-session gnome-keyring-daemon gdbus; do
  if ! command -v "$program" >/dev/null; then
    echo "1..0 # SKIP $program is not installed"
    exit 0
  fi
done

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir -m 0700 "$home/run"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_CACHE_HOME=$home/cache
export HOME XDG_RUNTIME_DIR XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME
status=0
dbus-run-session -- "$0" --inside "$@" || status=$?
exit "$status"
