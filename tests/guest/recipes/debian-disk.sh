#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lays the tree of a Debian guest on an MBR disk with grub and one ext4, and
# keeps the tree itself for other layouts.
# usage: debian-disk.sh ROOT NAME, writes ROOT/var/tmp/embark/NAME.qcow2 and
# NAME.tar.zst (a hook of mmdebstrap, see debian.sh)
set -eu
root=$1
work=$root/var/tmp/embark
uuid=e3b0c442-98fc-4c14-9afb-f4c8996fb924
size_mib=2048
PATH=$PATH:/usr/sbin:/sbin

rm -rf "$work"
mkdir -p "$work/tree"
# A copy, because the tree itself has /proc and its like mounted.
tar -C "$root" --one-file-system --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' --exclude='./run/*' \
  --exclude='./tmp/*' --exclude='./var/tmp/*' --exclude='./var/lib/apt/lists/*' --exclude='./var/cache/apt/*' \
  --exclude='./var/log/*.log' --exclude='./var/log/apt/*' --exclude='./etc/resolv.conf' \
  --exclude='./etc/apt/sources.list' --exclude='./etc/apt/sources.list.d/*' \
  --exclude='./etc/apt/apt.conf.d/99mmdebstrap' \
  --exclude='./etc/dpkg/dpkg.cfg.d/99mmdebstrap' --exclude='./usr/sbin/policy-rc.d' \
  -cf - . | tar -C "$work/tree" -xpf -
for folder in proc sys dev run tmp var/tmp var/lib/apt/lists var/cache/apt/archives/partial var/log/apt; do
  mkdir -p "$work/tree/$folder"
done
echo 'deb http://deb.debian.org/debian bookworm main' > "$work/tree/etc/apt/sources.list"
chmod 1777 "$work/tree/tmp" "$work/tree/var/tmp"

disk=$work/disk.raw
truncate -s "${size_mib}M" "$disk"
printf 'label: dos\nlabel-id: 0x656d6272\nstart=2048, type=83, bootable\n' | sfdisk -q "$disk"
mke2fs -q -F -t ext4 -b 4096 -O ^metadata_csum_seed,^orphan_file -U "$uuid" -L root -m 1 \
  -E offset=1048576,hash_seed="$uuid" \
  -d "$work/tree" "$disk" "$(( (size_mib - 1) * 256 ))"
# The boot code, but not the disk id and the table behind it; then grub's core from the second sector on.
dd if="$work/tree/boot/grub/i386-pc/boot.img" of="$disk" bs=1 count=440 conv=notrunc status=none
dd if="$work/tree/boot/grub/i386-pc/core.img" of="$disk" bs=512 seek=1 conv=notrunc status=none
tar -C "$work/tree" -cf - . | zstd -q -1 -o "$work/$2.tar.zst"
rm -rf "$work/tree"
qemu-img convert -q -f raw -O qcow2 "$disk" "$work/$2.qcow2"
rm -f "$disk"
