#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One guest, one run, in turns: what a check costs against `virt-inspector` on the same file with the same backend.
# Prints ratios of medians; fails when one is not met. Usage: check.sh BUILD_FOLDER [IMAGE [ROUNDS]]
set -eu

build=$1
here=$(dirname "$0")
image=${2:-}
rounds=${3:-3}
[ -n "$image" ] || image=$("$here/../guest/guests.sh")/debian12-cloud.qcow2
work=$(mktemp -d "${TMPDIR:-/tmp}/embark-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
mkdir -m 700 "$work/state" "$work/cache" "$work/run"

export LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg LC_ALL=C.UTF-8
export XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache" XDG_RUNTIME_DIR="$work/run"
export EMBARK_GUEST_HELPER="$build/model/guest/embark-guest" GSETTINGS_SCHEMA_DIR="$build/resources"
# Both build the appliance once, before anything is measured.
export LIBGUESTFS_CACHEDIR="$work/cache"
embark=$build/gui/embark

# Seconds of the whole process, one line a round.
timed() {
  name=$1
  shift
  status=0
  /usr/bin/time -a -f '%e' -o "$work/$name.whole" "$@" > "$work/$name.out" 2> "$work/$name.err" || status=$?
  # GNU time says so when a command failed, as a check of an unready disk does.
  sed -i '/^Command exited/d' "$work/$name.whole"
  [ "$status" -le "${allowed:-0}" ] || { cat "$work/$name.err" >&2; exit 1; }
}

# The same, and what Embark itself measured: the check without the start of the program.
check() {
  name=$1
  shift
  allowed=3 timed "$name" "$embark" check "$@" --json "$image"
  sed -n 's/^ *"seconds" : \([0-9.e-]*\).*/\1/p' "$work/$name.out" >> "$work/$name.inside"
}

median() {
  sort -g "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# The highest VmHWM, in kB, that a process shows until it is gone.
watch_memory() {
  "$@" > /dev/null 2>&1 &
  pid=$!
  peak=0
  while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
    peak=$now
    sleep 0.05
  done
  wait "$pid" || true
  echo "$peak"
}

echo "Warming up" >&2
timed warm virt-inspector --format=qcow2 -a "$image"
check warm-check --again
for round in $(seq "$rounds"); do
  echo "Round $round of $rounds" >&2
  timed inspector virt-inspector --format=qcow2 -a "$image"
  check headers --headers
  check cold --again
  check kept
done
grep -q '"kept" : true' "$work/kept.out" || { echo "The facts of the unchanged disk were not kept" >&2; exit 1; }
start=$(/usr/bin/time -f '%M' "$embark" --version 2>&1 >/dev/null | tail -n 1)
peak=$(watch_memory "$embark" check --again "$image")

inspector=$(median "$work/inspector.whole")
calls=$(sed -n 's/^ *"calls" : \([0-9]*\).*/\1/p' "$work/cold.out")
failed=0

printf '%s, %s rounds, medians; load %s\n\n' "$(basename "$image")" "$rounds" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
printf '%-34s %10s %10s\n' '' 'process s' 'check s'
row() {
  printf '%-34s %10s %10s\n' "$2" "$(median "$work/$1.whole")" "$( [ -e "$work/$1.inside" ] && median "$work/$1.inside" || echo - )"
}
row inspector 'virt-inspector'
row headers 'stage one (--headers)'
row cold "both stages (--again), ${calls:-?} calls"
row kept 'unchanged disk'
echo

# title, value, what it must be at least or at most
judge() {
  if awk -v value="$2" -v bound="$4" -v word="$3" 'BEGIN { exit !(word == "least" ? value >= bound : value <= bound) }'
  then verdict=met; else verdict='NOT MET'; failed=1; fi
  printf '%-52s %9s  at %-5s %5s  %s\n' "$1" "$2" "$3" "$4" "$verdict"
}
ratio() {
  awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f\n", a / (b > 0 ? b : 1e-6) }'
}
judge 'virt-inspector / stage one (whole process)' "$(ratio "$inspector" "$(median "$work/headers.whole")")" least 100
judge 'both stages / virt-inspector (whole processes)' "$(ratio "$(median "$work/cold.whole")" "$inspector")" most 1.0
judge 'both stages / unchanged disk (the checks)' \
  "$(ratio "$(median "$work/cold.inside")" "$(median "$work/kept.inside")")" least 1000
judge 'peak memory over start-up size, MB' "$(ratio "$((peak - start))" 1024)" most 80
printf '%-52s %9s\n' 'both stages / unchanged disk (whole processes)' \
  "$(ratio "$(median "$work/cold.whole")" "$(median "$work/kept.whole")")"
exit "$failed"
