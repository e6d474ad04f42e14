// The kernels for AVX-512: 32 registers of 16 floats, masked loads and stores.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "gradient_rows.h"
#include "loop.h"
#include "table.h"

#define CK_TABLE ck_table_avx512
#define CK_NAME "avx512"
#define CK_FUSED
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define SINGLE_ROW_PANELS 4
#define FEW_TILE_ROWS 6
#define FEW_PANELS 2
#define CHANNELWISE_ROWS 8

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

#define CK_HAS_PARTIAL_ACCESS
static inline __attribute__((always_inline)) __m512 load_partial(const float *p, long n) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
static inline __attribute__((always_inline)) void store_partial(float *p, __m512 v, long n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
}

#include "body.h"

#pragma clang attribute pop
#endif
