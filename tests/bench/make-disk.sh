#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the disk of the benches once: 8 GiB of ext4 that hold at least 1 GiB of this computer's program files.
# Prints its path. Usage: make-disk.sh [MB of files, 1400]
set -eu

size_mb=${1:-1400}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/embark/bench
disk=$cache/files-8g.raw
[ "$size_mb" = 1400 ] || disk=$cache/files-8g-$size_mb.raw
if [ ! -e "$disk" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/make.XXXXXX")
  trap 'rm -rf "$work"' EXIT INT TERM
  mkdir "$work/tree"
  # Programs first, then libraries, then the rest until it is enough; no file larger than 64 MiB.
  for folder in /usr/bin /usr/lib/x86_64-linux-gnu /usr/lib /usr/share; do
    find "$folder" -xdev -type f -size -64M -printf '%s\t%p\n' 2>/dev/null | sort -k 2
  done | awk -F '\t' -v max=$((size_mb * 1024 * 1024)) \
    '!seen[$2]++ { sum += $1; if (sum > max) exit; print $2 }' > "$work/list"
  tar -cf - -C / -T "$work/list" 2>/dev/null | tar -xf - -C "$work/tree" || true
  truncate -s 8G "$work/disk"
  PATH=$PATH:/usr/sbin mke2fs -q -t ext4 -F -d "$work/tree" "$work/disk"
  mv "$work/disk" "$disk"
fi
printf '%s\n' "$disk"
