#!/usr/bin/env bash
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
# How a training step scales over ranks: measures compute and bytes, predicts by the model of Sources/Training/README.md,
# and checks the prediction at 2 and 4 ranks of one thread on this machine: through memory, and over networks of limited
# bandwidth.
#   ./scaling.sh [ROUNDS=3]
# Needs `make mpi` and python3; the networks need root (namespaces with tc; without it they are left out). Nothing else may
# run meanwhile.
# Settings by environment: WIDTHS=64,128,256  BATCH=256  RATES="1 10" (Gbit/s)  RANKS="2 4"  RUN_SECONDS=3
#   SALTUS=.build/mpi/release/saltus  RESULTS=folder that keeps every run's JSON
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# What mpirun calls instead of ssh, as `scaling.sh --enter HOST COMMAND…`: the command on that "machine".
if [ "${1:-}" = --enter ]; then
  number=${2##*.}
  shift 2
  exec ip netns exec "saltus$number" unshare --uts sh -c "hostname machine$number; $*"
fi

# `scaling.sh --network RANKS RATE COMMAND…`, in namespaces of its own, which vanish with it: machines 1 … RANKS on one
# switch, each with RATE Gbit/s in either direction; then the command, with mpirun's options for them in $MACHINES.
if [ "${1:-}" = --network ]; then
  set -e
  mkdir -p /run/netns
  mount -t tmpfs none /run/netns
  ip link set lo up
  ip link add switch type bridge
  ip link set switch up
  ip address add 10.203.0.254/24 dev switch
  hosts=
  for i in $(seq "$2"); do
    ip netns add "saltus$i"
    ip link add "port$i" type veth peer name eth0 netns "saltus$i"
    ip link set "port$i" master switch up
    ip -n "saltus$i" address add "10.203.0.$i/24" dev eth0
    ip -n "saltus$i" link set eth0 up
    ip -n "saltus$i" link set lo up
    tc -n "saltus$i" qdisc add dev eth0 root tbf rate "$3gbit" burst 1mb latency 50ms
    hosts=$hosts,10.203.0.$i:1
  done
  export OMPI_MCA_plm_rsh_agent="$here/scaling.sh --enter" OMPI_MCA_plm_rsh_no_tree_spawn=1 OMPI_MCA_pml=ob1
  export OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=10.203.0.0/24 OMPI_MCA_oob_tcp_if_include=10.203.0.0/24
  export MACHINES="--host ${hosts#,}"
  shift 3
  exec "$@"
fi

SALTUS=${SALTUS:-$here/../../.build/mpi/release/saltus}
[ $# -gt 0 ] || set -- 3
. "$here/common.sh"
BATCH=${BATCH:-256}
RATES=${RATES:-1 10}
RANKS=${RANKS:-2 4}
[ -n "$can_saltus" ] || { echo "run 'make mpi' first" >&2; exit 1; }
command -v mpirun >/dev/null || { echo "mpirun is missing: apt-get install openmpi-bin" >&2; exit 1; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1

# One run, one thread per rank: bench NAME RANKS BATCH [RATE]
bench() {
  local file=$results/$1.json
  local run='mpirun ${MACHINES:-} -np "$1" "$2" bench train --widths "$3" --batch "$4" --threads 1 --seconds "$5" --json "$6"'
  local command=(bash -c "$run" bench "$2" "$SALTUS" "$WIDTHS" "$3" "$RUN_SECONDS" "$file")
  [ -z "${4:-}" ] || command=(unshare --net --mount "$here/scaling.sh" --network "$2" "$4" "${command[@]}")
  "${command[@]}" >"$results/log" 2>&1 && return 0
  rm -f "$file"
  echo "$2 rank(s) at batch $3${4:+ over $4 Gbit/s} failed:" >&2
  tail -n 5 "$results/log" >&2
  return 1
}

networks=$RATES
if ! unshare --net --mount ip link add switch type bridge 2>"$results/log"; then
  echo "no network namespaces here ($(tail -n 1 "$results/log")): root has them. Going on without." >&2
  networks=
fi

describe_machine
for round in $(seq "$ROUNDS"); do
  # Of one rank, for the part of a step that does not depend on the batch.
  for batch in "$BATCH" $((BATCH / 2)) $((BATCH / 4)); do bench "compute-$batch-$round" 1 "$batch"; done
  for ranks in $RANKS; do
    bench "memory-$ranks-$round" "$ranks" "$BATCH"
    for rate in $networks; do bench "$rate-$ranks-$round" "$ranks" "$BATCH" "$rate"; done
  done
done
/usr/bin/env python3 "$here/scaling_model.py" "$results" --batch "$BATCH" --cores "$(nproc)"
