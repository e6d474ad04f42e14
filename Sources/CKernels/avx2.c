#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
// 16 registers: 6 x 2 sums, 2 weights, 1 broadcast.
#define VW 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define VARIANT ck_avx2
#include "variant.inc"
#pragma clang attribute pop
#endif
