#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One disk, one run: `qemu-img convert -c` against Embark's stream, each writing a QCOW2 file. Prints a table.
# Usage: stream.sh BUILD_FOLDER
set -eu

build=$1
here=$(dirname "$0")
disk=$(sh "$here/make-disk.sh")
work=$(mktemp -d "${TMPDIR:-/tmp}/embark-bench.XXXXXX")
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT INT TERM
cat "$disk" > /dev/null

# Runs a command and writes "seconds cpu-seconds" to a file.
measure() {
  out=$1
  shift
  /usr/bin/time -f '%e %U %S' -o "$out.time" "$@" > "$out.log"
  awk 'END { print $1, $2 + $3 }' "$out.time" > "$out"
}

cpu_of() {
  awk -v hz="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"
}

# Seconds, CPU seconds with those of qemu-nbd, bytes, MB of memory.
embark() {
  name=$1
  level=$2
  before=$(cpu_of "$server")
  "$build/tests/bench/bench-stream" "$work/nbd.sock" "$work/$name.qcow2" "$level" > "$work/$name.log"
  after=$(cpu_of "$server")
  sed 's/[a-z0-9_]*=//g' "$work/$name.log" \
    | awk -v extra="$(echo "$before $after" | awk '{ print $2 - $1 }')" '{ print $1, $3 + $4 + extra, $6, $5 }' \
    > "$work/$name"
}

verify() {
  qemu-img check -q -f qcow2 "$work/$1.qcow2"
  qemu-img compare -q -f raw -F qcow2 "$disk" "$work/$1.qcow2"
}

measure "$work/convert" qemu-img convert -c -m 16 -W -f raw -O qcow2 "$disk" "$work/convert.qcow2"
echo "$(cat "$work/convert") $(stat -c %s "$work/convert.qcow2") 0" > "$work/convert"
qemu-nbd -r -t -f raw -e 16 -k "$work/nbd.sock" "$disk" &
server=$!
timeout 30 sh -c 'until [ -S "$1" ]; do sleep 0.05; done' sh "$work/nbd.sock"
embark fast fast
embark small small
embark plain plain
verify fast
verify small
verify plain

printf '%-38s %8s %8s %12s %8s %8s %8s\n' way seconds cpu bytes 'MB mem' faster 'cpu less'
row() {
  awk -v title="$2" 'NR == FNR { base = $1; cpu = $2; next }
    { printf "%-38s %8.2f %8.2f %12d %8s %7.1fx %7.1fx\n", title, $1, $2, $3, ($4 > 0 ? $4 : "-"), base / $1, cpu / $2 }' \
    "$work/convert" "$work/$1"
}
row convert 'qemu-img convert -c -m 16 -W'
row fast 'Embark fast (with qemu-nbd)'
row small 'Embark small (with qemu-nbd)'
row plain 'Embark plain (with qemu-nbd)'
