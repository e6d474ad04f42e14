#!/usr/bin/env bash
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# The bundled policy in a control loop: 1 kHz on an idle machine, and 100 Hz beside two threads of normal priority that
# keep both cores busy, with and without real-time priority.
#   ./control.sh [ROUNDS=1]
# Settings by environment: PERIODS=6000  LOAD=2 (busy threads)  RESULTS=DIR keeps every run's JSON  SALTUS=PATH of the program
# At 1 kHz a network call is made in every period, so latency is that of an action for the newest observation. With a head
# start the loop and its threads spin until a period begins, instead of being woken up by it.
set -u
ROUNDS=${1:-${ROUNDS:-1}}
. "$(dirname "$0")/common.sh"
PERIODS=${PERIODS:-6000}
LOAD=${LOAD:-2}
[ -n "$can_saltus" ] || exit 1

run_loop() { # run_loop NAME ARGUMENT... : one row of the table
  local name=$1
  shift
  "$SALTUS" control bundled:pusht --periods "$PERIODS" "$@" --json "$results/$name.json" >/dev/null ||
    echo "'saltus control $*' failed; going on without it." >&2
}

describe_machine
for round in $(seq "$ROUNDS"); do
  run_loop "1-idle-deadline-$round" --rate 1000 --action-steps 1 --threads 2
  run_loop "2-idle-inline-$round" --rate 1000 --action-steps 1 --threads 2 --inline
  run_loop "3-idle-inline-head-start-$round" --rate 1000 --action-steps 1 --threads 2 --inline --head-start 100
  run_loop "4-loaded-deadline-$round" --rate 100 --threads 1 --load "$LOAD"
  run_loop "5-loaded-deadline-realtime-$round" --rate 100 --threads 1 --load "$LOAD" --realtime
  run_loop "6-loaded-asynchronous-$round" --rate 100 --threads 1 --load "$LOAD" --asynchronous
  run_loop "7-loaded-asynchronous-realtime-$round" --rate 100 --threads 1 --load "$LOAD" --asynchronous --realtime
done
/usr/bin/env python3 "$here/control_table.py" "$results"
