#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Making a disk ready: Embark against virt-v2v-in-place and virt-customize, on this computer. Prints ratios, fails when
# one is not met. Usage: prepare.sh BUILD_FOLDER [--only NAME]… [--rounds N] [--no-fail]
set -eu

exec /usr/bin/python3 -B "$(dirname "$0")/prepare.py" "$@"
