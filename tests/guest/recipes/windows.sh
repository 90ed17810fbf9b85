#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Three disks that an inspection takes for Windows Server (MBR, NTFS, registry)
# and that boot nothing: win2008r2, win2012r2, and win2012r2-virtio, in which
# the virtio drivers are installed. One appliance makes them all.
# usage: windows.sh OUTPUT_FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1

# The appliance is not worth a probe of KVM here, and must not hang where KVM is broken.
export LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commands=$work/commands
echo run > "$commands"
device=a
set --
for edition in 2008r2 2012r2 2012r2-virtio; do
  /usr/bin/python3 "$here/windows-files.py" "$edition" "$work/$edition"
  tar -C "$work/$edition" -cf "$work/$edition.tar" .
  qemu-img create -q -f qcow2 "$work/win$edition.qcow2" 4G
  set -- "$@" --format=qcow2 -a "$work/win$edition.qcow2"
  cat >> "$commands" <<EOT
part-init /dev/sd$device mbr
part-add /dev/sd$device p 2048 -2048
part-set-mbr-id /dev/sd$device 1 0x07
part-set-bootable /dev/sd$device 1 true
mkfs ntfs /dev/sd${device}1 label:Windows
mount /dev/sd${device}1 /
tar-in $work/$edition.tar /
umount-all
EOT
  device=$(echo "$device" | tr abc bcd)
done
guestfish --no-progress-bars "$@" <"$commands"
for edition in 2008r2 2012r2 2012r2-virtio; do
  mv "$work/win$edition.qcow2" "$out/"
done
