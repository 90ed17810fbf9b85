#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the guests that tests know by name, once (see images.py). Prints their folder.
# usage: guests.sh [--path] (--path: say where, build nothing)
set -eu
here=$(cd "$(dirname "$0")" && pwd)

folder=${EMBARK_TEST_GUESTS:-$(/usr/bin/python3 "$here/images.py" --guest-folder)}
if [ "${1:-}" = --path ] || [ -e "$folder/complete" ]; then
  echo "$folder"
elif [ -n "${EMBARK_TEST_GUESTS:-}" ]; then
  echo "EMBARK_TEST_GUESTS names $folder, which holds no finished guests" >&2
  exit 1
else
  exec /usr/bin/python3 "$here/images.py" --guests
fi
