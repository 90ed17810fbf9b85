#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs test_whole_way.py with a keyring of its own, but with the guests and the appliance of the user's cache.
# usage: whole-way.sh WITH-KEYRING
set -eu
here=$(cd "$(dirname "$0")" && pwd)
EMBARK_TEST_GUESTS=$("$here/guests.sh")
EMBARK_TEST_APPLIANCE=${XDG_CACHE_HOME:-$HOME/.cache}/embark-tests/appliance
export EMBARK_TEST_GUESTS EMBARK_TEST_APPLIANCE
exec "$1" /usr/bin/python3 "$here/test_whole_way.py"
