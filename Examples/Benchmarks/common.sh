# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# Shared by latency.sh, training.sh, control.sh and cost.sh: settings, the programs to time, and one timed run of each.
# Every run leaves one file, PROGRAM-THREADS-ROUND.json, in $results; table.py turns them into the table.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SALTUS=${SALTUS:-$here/../../.build/release/saltus}
PEERS_PYTHON=${PEERS_PYTHON:-$HOME/.cache/saltus-peers/bin/python}
[ -x "$PEERS_PYTHON" ] || PEERS_PYTHON=/usr/bin/python3
ROUNDS=${1:-${ROUNDS:-5}}
WIDTHS=${WIDTHS:-64,128,256}
RUN_SECONDS=${RUN_SECONDS:-3}

case $ROUNDS in
  '' | *[!0-9]* | 0) echo "usage: $0 [ROUNDS]   (a whole number above zero; got '$ROUNDS')" >&2; exit 2 ;;
esac

if [ -n "${RESULTS:-}" ]; then
  results=$RESULTS
  mkdir -p "$results" || exit 1
else
  results=$(mktemp -d) || exit 1
  trap 'rm -rf "$results"' EXIT
fi

can_saltus=yes
if [ ! -x "$SALTUS" ]; then
  echo "$SALTUS is missing: run 'swift build -c release', or set SALTUS; going on without." >&2
  can_saltus=
fi
can_peer() { # can_peer MODULE... : whether the peers' Python has them all; says how to install them otherwise
  local module
  for module in "$@"; do
    if ! "$PEERS_PYTHON" -c "import $module" 2>/dev/null; then
      echo "$PEERS_PYTHON has no module $module; $here/README.md says how to install it. Going on without." >&2
      return 1
    fi
  done
}

run_saltus() { # run_saltus THREADS ROUND ARGUMENT... : saltus bench ARGUMENT... --threads THREADS
  [ -n "$can_saltus" ] || return 0
  local file=$results/${SALTUS_LABEL:-saltus}-$1-$2.json threads=$1
  shift 2
  "$SALTUS" bench "$@" --threads "$threads" --json "$file" >/dev/null && return 0
  rm -f "$file"
  echo "'saltus bench $*' failed on $threads thread(s); this round goes on without it." >&2
}

export_work() { # export_work WIDTHS BATCH ARGUMENT... : sets work, by which peers.py does the work of saltus bench policy ARGUMENT...
  local file=$results/work.safetensors
  work=(--widths "$1" --batch "$2")
  set -- --widths "$1" --batch "$2" "${@:3}"
  [ -n "$can_saltus" ] || return 0
  if "$SALTUS" bench policy "$@" --seconds 0 --export "$file" >/dev/null; then
    work=(--work "$file")
  else
    echo "The work of 'saltus bench policy $*' could not be written: peers have other weights, and are not checked." >&2
  fi
}

run_peer() { # run_peer PEER THREADS ROUND ARGUMENT... : peers.py ARGUMENT... --peers PEER --threads THREADS
  local peer=$1 file=$results/$1-$2-$3.json threads=$2
  shift 3
  "$PEERS_PYTHON" "$here/peers.py" "$@" --peers "$peer" --threads "$threads" --seconds "$RUN_SECONDS" >"$file" &&
    [ -s "$file" ] && return 0
  rm -f "$file"
  echo "$peer failed on $threads thread(s); this round goes on without it." >&2
}

for_each_network() { # for_each_network FUNCTION WHAT : its rounds for all of WIDTHS and BATCH, and a table of each
  local widths batch round all=$results
  for widths in $WIDTHS; do
    for batch in $BATCH; do
      results=$all/${widths//,/-}x$batch
      mkdir -p "$results"
      for round in $(seq "$ROUNDS"); do "$1" "$round" "$widths" "$batch"; done
      echo "$2, network [$widths], batch $batch, milliseconds"
      /usr/bin/env python3 "$here/table.py" "$results"
    done
  done
  results=$all
}

describe_machine() {
  local model
  model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  echo "$(nproc) cores of $model, $(grep -qw avx512f /proc/cpuinfo && echo AVX-512 || echo no AVX-512);" \
    "load $(cut -d' ' -f1 /proc/loadavg); $ROUNDS round(s)"
}
