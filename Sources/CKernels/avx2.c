// The kernels for AVX2 with FMA: 16 registers of 8 floats, masked loads and stores.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "gradient_rows.h"
#include "loop.h"
#include "table.h"

#define CK_TABLE ck_table_avx2
#define CK_NAME "avx2"
#define CK_FUSED
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define SINGLE_ROW_PANELS 2
#define FEW_TILE_ROWS 3
#define FEW_PANELS 1

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define CK_HAS_PARTIAL_ACCESS
static inline __attribute__((always_inline)) __m256i partial_mask(long n) {
  static const int masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  return _mm256_loadu_si256((const __m256i *)(masks + 8 - n));
}
static inline __attribute__((always_inline)) __m256 load_partial(const float *p, long n) {
  return _mm256_maskload_ps(p, partial_mask(n));
}
static inline __attribute__((always_inline)) void store_partial(float *p, __m256 v, long n) {
  _mm256_maskstore_ps(p, partial_mask(n), v);
}

#include "body.h"

#pragma clang attribute pop
#endif
