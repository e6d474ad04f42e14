#!/usr/bin/env bash
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# What Saltus' time grows with: horizon, batch, widths, and the length of what is said. Over processes: scaling.sh.
#   ./cost.sh
# Settings by environment: THREADS=1  RUN_SECONDS=1 (per run)  SALTUS=PATH of the program
set -eu
RUN_SECONDS=${RUN_SECONDS:-1}
. "$(dirname "$0")/common.sh"
THREADS=${THREADS:-1}
[ -n "$can_saltus" ] || exit 1
export THREADS RUN_SECONDS SALTUS
/usr/bin/env python3 "$here/cost.py"
