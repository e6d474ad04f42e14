#!/usr/bin/env bash
# Our kernels beside OpenBLAS on the products of the small network, and on some of the medium and the paper one. Needs clang and libopenblas-dev.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(mktemp)
trap 'rm -f "$program"' EXIT
clang -O2 -ISources/CKernels/include Sources/CKernels/*.c Examples/Benchmarks/blas.c -lopenblas -lm -lpthread -o "$program"
"$program"
