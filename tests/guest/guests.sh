#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the guests of the tests from Debian packages alone, once: they are
# kept in the user's cache under a key of the recipes. Prints their folder.
# usage: guests.sh [--path] (--path: say where, build nothing)
set -eu
here=$(cd "$(dirname "$0")" && pwd)

key=$(cat "$here"/recipes/*.sh "$here"/recipes/*.py | sha256sum | cut -c 1-16)
base=${XDG_CACHE_HOME:-$HOME/.cache}/embark-tests
folder=${EMBARK_TEST_GUESTS:-$base/$key}
if [ "${1:-}" = --path ]; then
  echo "$folder"
  exit 0
fi

if [ ! -e "$folder/complete" ]; then
  if [ -n "${EMBARK_TEST_GUESTS:-}" ]; then
    echo "EMBARK_TEST_GUESTS names $folder, which holds no finished guests" >&2
    exit 1
  fi
  mkdir -p "$base"
  exec 9> "$base/lock"
  flock 9
  # Another run may have built them while this one waited.
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$base"/building.*
    building=$(mktemp -d "$base/building.XXXXXX")
    trap 'rm -rf "$building"' EXIT
    trap 'exit 130' INT TERM
    "$here/recipes/windows.sh" "$building" >&2 9>&-
    "$here/recipes/debian.sh" "$building" >&2 9>&-
    touch "$building/complete"
    rm -rf "$folder"
    mv "$building" "$folder"
    trap - EXIT
  fi
fi
echo "$folder"
