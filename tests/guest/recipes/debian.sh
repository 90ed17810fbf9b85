#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two bootable Debian 12 disks out of one mmdebstrap run: debian12.qcow2, and
# debian12-cloud.qcow2, which is the same system with cloud-init put on top and
# whose tree is kept for other layouts as debian12-cloud.tar.zst.
# usage: debian.sh OUTPUT_FOLDER (needs no root where user namespaces work)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
suite=bookworm

# The host's own sources for this suite, so that a configured mirror is used;
# EMBARK_TEST_MIRROR names another one.
list_sources() {
  if [ -n "${EMBARK_TEST_MIRROR:-}" ]; then
    echo "$EMBARK_TEST_MIRROR"
    return
  fi
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    if [ -r "$file" ] && grep -Eq "^(deb|Suites:)(.*[[:space:]])?$suite([[:space:]-]|\$)" "$file"; then
      echo "$file"
    fi
  done
}
sources=$(list_sources)

# The hooks run as another user where user namespaces are used, who cannot look into a home folder.
hooks=$(mktemp -d)
trap 'rm -rf "$hooks"' EXIT
cp "$here/debian-configure.sh" "$here/debian-disk.sh" "$hooks/"
chmod -R a+rX "$hooks"

packages=linux-image-amd64,initramfs-tools,zstd,systemd-sysv,udev,dbus,kmod,e2fsprogs,login,passwd,ifupdown,iproute2
packages=$packages,isc-dhcp-client,grub-pc-bin,grub2-common,procps,ca-certificates,util-linux-extra

# Drivers that a server in a cloud never has make up half of the kernel package.
# shellcheck disable=SC2016,SC2086
mmdebstrap --mode=auto --variant=minbase --format=null --include="$packages" \
  --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/sound/*' --dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/gpu/*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/media/*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/net/wireless/*' \
  --dpkgopt='path-exclude=/lib/modules/*/kernel/drivers/infiniband/*' \
  --customize-hook="$hooks/debian-configure.sh \"\$1\" plain" \
  --customize-hook="$hooks/debian-disk.sh \"\$1\" debian12" \
  --customize-hook="copy-out /var/tmp/embark/debian12.qcow2 $out" \
  --customize-hook='DEBIAN_FRONTEND=noninteractive chroot "$1" apt-get -qq -y install cloud-init cloud-guest-utils' \
  --customize-hook="$hooks/debian-configure.sh \"\$1\" cloud" \
  --customize-hook="$hooks/debian-disk.sh \"\$1\" debian12-cloud" \
  --customize-hook="copy-out /var/tmp/embark/debian12-cloud.qcow2 /var/tmp/embark/debian12-cloud.tar.zst $out" \
  $suite /dev/null $sources
