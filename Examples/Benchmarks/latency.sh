#!/usr/bin/env bash
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# One forward pass: Saltus, ONNX Runtime and PyTorch in turn, round after round, on one and on two threads.
#   ./latency.sh [ROUNDS=5]
# Settings by environment: WIDTHS=64,128,256  BATCH=1 (several of either, with spaces between them)  THREADS="1 2"
#   RUN_SECONDS=3 (per run of a peer)
#   PEERS="onnxruntime pytorch" (by default all that are installed; also pytorch-compiled, from PyTorch 2 on)
#   RESULTS=DIR keeps every run's JSON  SALTUS=PATH of the program  PEERS_PYTHON=PATH of the peers' interpreter
# The noise level stays, as in a control loop: Saltus computes what follows from it alone once, and ONNX Runtime folds it.
# Saltus also with weights in bfloat16. "floor" is the least time that the multiply-adds or the reading of the weights could take on
# as many threads, measured between the runs, as a share of their median. All have the same weights and inputs, and the peers'
# outputs are compared with Saltus'.
set -u
. "$(dirname "$0")/common.sh"
BATCH=${BATCH:-1}
THREADS=${THREADS:-1 2}
peers=${PEERS-}
if [ -z "${PEERS+set}" ] && can_peer torch; then
  peers=pytorch
  if can_peer onnxruntime; then peers="onnxruntime pytorch"; fi
  if "$PEERS_PYTHON" -c 'import torch; torch.compile' 2>/dev/null; then peers="$peers pytorch-compiled"; fi
fi

one_round() { # one_round ROUND WIDTHS BATCH
  local threads shape="--widths $2 --action 2 --condition 20 --horizon 16 --batch $3" peer what=latency
  [ "$3" = 1 ] || what=forward
  [ "$1" != 1 ] || export_work "$2" "$3" --action 2 --condition 20 --horizon 16
  shape="$shape --ceiling"
  for threads in $THREADS; do
    run_saltus "$threads" "$1" policy $shape
    SALTUS_LABEL=saltus-bf16 run_saltus "$threads" "$1" policy $shape --weights bfloat16
    for peer in $peers; do
      run_peer "$peer" "$threads" "$1" --what "$what" "${work[@]}" --fixed-noise
    done
  done
}

describe_machine
for_each_network one_round "forward pass"
