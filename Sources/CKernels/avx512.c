#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
// 32 registers: 12 x 2 sums, 2 weights, and broadcasts.
#define VW 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define VARIANT ck_avx512
#include "variant.inc"
#pragma clang attribute pop
#endif
