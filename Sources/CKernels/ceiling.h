// What benchmarks measure kernels by: the processor's rate of multiply-adds and the memory's of reads. Included by
// body.h once per instruction set, after convolution.h.

// Each of a full tile's accumulators takes one multiply-add a round.
static long multiply_adds(long rounds, float *result) {
  const volatile float factors[2] = {0.999f, 1e-3f};
  const vf a = splat(factors[0]), b = splat(factors[1]);
  vf sum[TILE_ROWS][TILE_VECTORS], total = splat(0);
  CK_UNROLL for (int r = 0; r < TILE_ROWS; r++) {
    CK_UNROLL for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] = splat((float)(r * TILE_VECTORS + v));
  }
  for (long i = 0; i < rounds; i++) {
    CK_UNROLL for (int r = 0; r < TILE_ROWS; r++) {
      CK_UNROLL for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] = multiply_add(sum[r][v], a, b);
    }
  }
  CK_UNROLL for (int r = 0; r < TILE_ROWS; r++) {
    CK_UNROLL for (int v = 0; v < TILE_VECTORS; v++) total += sum[r][v];
  }
  *result = (float)lane_sum(total);
  return rounds * TILE_ROWS * TILE_VECTORS * LANES * 2;
}

// Whole numbers, because the bits may be of any kind.
static uint32_t read_words(long n, const float *x) {
  enum { STREAMS = 4, STEP = STREAMS * LANES };
  vu sum[STREAMS];
  uint32_t total = 0;
  CK_UNROLL for (int v = 0; v < STREAMS; v++) sum[v] = (vu)splat(0);
  long i = 0;
  for (; i + STEP <= n; i += STEP) {
    CK_UNROLL for (int v = 0; v < STREAMS; v++) {
      if (v * LANES % 16 == 0) __builtin_prefetch(x + i + v * LANES + PREFETCH_BYTES / (long)sizeof(float));
      sum[v] += (vu)load(x + i + v * LANES);
    }
  }
  for (; i < n; i += LANES) sum[0] += (vu)load_first(x + i, n - i);
  CK_UNROLL for (int v = 0; v < STREAMS; v++) {
    CK_UNROLL for (int lane = 0; lane < LANES; lane++) total += sum[v][lane];
  }
  return total;
}
