#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Proves that a guest disk boots: starts it on virtio without KVM, on a
# throw-away overlay, and waits for its login prompt on the serial line.
# usage: boot-test.sh DISK.qcow2 [SECONDS]
set -eu
disk=$1
deadline=${2:-300}

work=$(mktemp -d)
qemu=
# shellcheck disable=SC2317
clean_up() {
  if [ -n "$qemu" ]; then
    kill "$qemu" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

qemu-img create -q -f qcow2 -b "$(realpath "$disk")" -F qcow2 "$work/overlay.qcow2"
mkfifo "$work/serial"
timeout "$deadline" qemu-system-x86_64 -machine pc,accel=tcg -cpu max -smp 2 -m 1024 -nodefaults -display none \
  -no-reboot -drive "file=$work/overlay.qcow2,if=virtio,format=qcow2" -nic user,model=virtio-net-pci,restrict=on \
  -serial stdio </dev/null > "$work/serial" &
qemu=$!

while IFS= read -r line || [ -n "$line" ]; do
  printf '%s\n' "$line" >> "$work/log"
  case $line in
    # getty writes the name of the host and of the terminal in the line above its prompt.
    *"GNU/Linux 12 "*ttyS0*) echo "$disk: reached the login prompt"; exit 0 ;;
    *"Kernel panic"*|*"Dropping to a shell"*) break ;;
  esac
done < "$work/serial"

tail -n 30 "$work/log" >&2
echo "$disk: no login prompt within $deadline s" >&2
exit 1
