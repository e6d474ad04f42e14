#!/usr/bin/env bash
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# One training step: Saltus and PyTorch in turn, round after round.
#   ./training.sh [ROUNDS=5]
# Settings by environment: WIDTHS=64,128,256  BATCH=256  THREADS=2  RUN_SECONDS=3 (per run of a peer)
#   STEP=train_full gives PyTorch's step clipping and an EMA too; RESULTS, SALTUS, PEERS_PYTHON as in latency.sh
set -u
. "$(dirname "$0")/common.sh"
BATCH=${BATCH:-256}
THREADS=${THREADS:-2}
STEP=${STEP:-train}

peers=
if can_peer torch; then peers=pytorch; fi

describe_machine
for round in $(seq "$ROUNDS"); do
  for threads in $THREADS; do
    run_saltus "$threads" "$round" train --widths "$WIDTHS" --batch "$BATCH"
    for peer in $peers; do
      run_peer "$peer" "$threads" "$round" --what "$STEP" --batch "$BATCH" --widths "$WIDTHS"
    done
  done
done
echo "training step at batch $BATCH (PyTorch: $STEP), milliseconds"
/usr/bin/env python3 "$here/table.py" "$results"
