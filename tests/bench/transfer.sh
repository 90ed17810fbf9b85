#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From disk to bucket: Embark against other tools, on this computer, over TLS. Prints ratios, fails when one is not met.
# Usage: transfer.sh BUILD_FOLDER [--only NAME]… [--rounds N] [--no-fail]
set -eu

exec /usr/bin/python3 -B "$(dirname "$0")/transfer.py" "$@"
