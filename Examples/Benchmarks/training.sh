#!/usr/bin/env bash
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# One training step: Saltus and PyTorch in turn, round after round.
#   ./training.sh [ROUNDS=5]
# Settings by environment: WIDTHS=64,128,256  BATCH=256 (several of either, with spaces between them)  THREADS=2
#   RUN_SECONDS=3 (per run of a peer)
#   STEP=train_full gives PyTorch's step clipping and an EMA too; RESULTS, SALTUS, PEERS_PYTHON as in latency.sh
set -u
. "$(dirname "$0")/common.sh"
BATCH=${BATCH:-256}
THREADS=${THREADS:-2}
STEP=${STEP:-train}

peers=
if can_peer torch; then peers=pytorch; fi

one_round() { # one_round ROUND WIDTHS BATCH
  local threads peer
  [ "$1" != 1 ] || export_work "$2" "$3"
  for threads in $THREADS; do
    run_saltus "$threads" "$1" train --widths "$2" --batch "$3"
    for peer in $peers; do
      run_peer "$peer" "$threads" "$1" --what "$STEP" "${work[@]}"
    done
  done
}

describe_machine
for_each_network one_round "training step (PyTorch: $STEP)"
