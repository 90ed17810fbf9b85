#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the tree of a Debian guest a configured system.
# usage: debian-configure.sh ROOT plain|cloud (a hook of mmdebstrap, see debian.sh)
set -eu
root=$1
uuid=e3b0c442-98fc-4c14-9afb-f4c8996fb924

if [ "$2" = cloud ]; then
  echo embark-cloud > "$root/etc/hostname"
  cat > "$root/etc/cloud/cloud.cfg.d/99-datasource.cfg" <<EOT
datasource_list: [ ConfigDrive, None ]
datasource:
  ConfigDrive: { dsmode: local }
EOT
  exit 0
fi

echo embark-debian > "$root/etc/hostname"
printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
printf 'UUID=%s / ext4 errors=remount-ro 0 1\n' "$uuid" > "$root/etc/fstab"
mkdir -p "$root/etc/network/interfaces.d"
cat > "$root/etc/network/interfaces" <<EOT
source /etc/network/interfaces.d/*
auto lo
iface lo inet loopback
allow-hotplug eth0
iface eth0 inet dhcp
EOT
rm -f "$root/etc/machine-id"
: > "$root/etc/machine-id"

# grub's parts are laid where grub-install would put them; it cannot be run on
# a disk that exists only as a file. debian-disk.sh embeds the core image.
version=$(basename "$root"/boot/vmlinuz-* | sed 's/^vmlinuz-//')
arguments="root=UUID=$uuid ro net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0,115200n8"
mkdir -p "$root/boot/grub/i386-pc"
cp "$root"/usr/lib/grub/i386-pc/*.mod "$root"/usr/lib/grub/i386-pc/*.lst "$root/boot/grub/i386-pc/"
chroot "$root" grub-mkimage -O i386-pc -o /boot/grub/i386-pc/core.img -p '(hd0,msdos1)/boot/grub' \
  biosdisk part_msdos ext2
cp "$root/usr/lib/grub/i386-pc/boot.img" "$root/boot/grub/i386-pc/"
chroot "$root" grub-editenv /boot/grub/grubenv create
cat > "$root/etc/default/grub" <<EOT
GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX="net.ifnames=0 biosdevname=0 console=tty0 console=ttyS0,115200n8"
EOT
cat > "$root/boot/grub/grub.cfg" <<EOT
set default="0"
set timeout=0
insmod part_msdos
insmod ext2
insmod gzio
set root='hd0,msdos1'
search --no-floppy --fs-uuid --set=root $uuid
menuentry 'Debian GNU/Linux' --class debian --class gnu-linux \$menuentry_id_option 'gnulinux-simple-$uuid' {
	linux	/boot/vmlinuz-$version $arguments
	initrd	/boot/initrd.img-$version
}
submenu 'Advanced options for Debian GNU/Linux' \$menuentry_id_option 'gnulinux-advanced-$uuid' {
	menuentry 'Debian GNU/Linux, with Linux $version (recovery mode)' \$menuentry_id_option 'gnulinux-$version-recovery-$uuid' {
		linux	/boot/vmlinuz-$version $arguments single
		initrd	/boot/initrd.img-$version
	}
}
EOT
