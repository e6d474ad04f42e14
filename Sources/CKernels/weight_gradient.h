// The gradient of a convolution's weight: a matrix product over all output rows, im2col(x)^T d. Included by body.h once
// per instruction set, after convolution.h.

// Rows summed in registers at a time; more means fewer passes over dw, fewer keeps d in the first-level cache.
enum { GRADIENT_BLOCK = 192, GRADIENT_WIDTH = TILE_VECTORS * LANES };

// Sums the outer products of R im2col columns from k on with a strip of d, [count][GRADIENT_WIDTH], into dw.
CK_INLINE void gradient_tile(const int R, long count, const float *const *rows, long k, const float *d, float *dw,
                             long ldw, long valid, int accumulate) {
  enum { V = TILE_VECTORS };
  vf sum[R][V];
  CK_UNROLL for (int r = 0; r < R; r++) {
    if (accumulate) __builtin_prefetch(dw + r * ldw, 1);
    CK_UNROLL for (int v = 0; v < V; v++) sum[r][v] = splat(0);
  }
  for (long m = 0; m < count; m++, d += GRADIENT_WIDTH) {
    const float *x = rows[m] + k;
    vf gradient[V];
    CK_UNROLL for (int v = 0; v < V; v++) gradient[v] = load(d + v * LANES);
    CK_UNROLL for (int r = 0; r < R; r++) {
      const vf input = splat(x[r]);
      CK_UNROLL for (int v = 0; v < V; v++) sum[r][v] = multiply_add(input, gradient[v], sum[r][v]);
    }
  }
  CK_UNROLL for (int r = 0; r < R; r++) {
    CK_UNROLL for (int v = 0; v < V; v++) {
      float *to = dw + r * ldw + v * LANES;
      const long lanes = valid - v * LANES;
      store_first(to, accumulate ? sum[r][v] + load_first(to, lanes) : sum[r][v], lanes);
    }
  }
}

static void gradient_columns(int columns, long count, const float *const *rows, long k, const float *d, float *dw,
                             long ldw, long valid, int accumulate) {
#define GRADIENT_CASE(R) \
  case R: return gradient_tile(R, count, rows, k, d, dw, ldw, valid, accumulate);
  switch (columns) {
    GRADIENT_CASE(1)
    GRADIENT_CASE(2)
    GRADIENT_CASE(3)
    GRADIENT_CASE(4)
#if TILE_ROWS >= 6
    GRADIENT_CASE(5)
    GRADIENT_CASE(6)
#endif
#if TILE_ROWS >= 12
    GRADIENT_CASE(7)
    GRADIENT_CASE(8)
    GRADIENT_CASE(9)
    GRADIENT_CASE(10)
    GRADIENT_CASE(11)
    GRADIENT_CASE(12)
#endif
  }
#undef GRADIENT_CASE
}

// Copies the strip of output channels from `column` on of rows first..<first + count of d, zero padded on the right.
static void pack_gradient(const ck_conv_shape *s, const float *d, long first, long count, long column, float *strip) {
  const long valid = s->out_channels - column;
  for (long r = 0; r < count; r++, strip += GRADIENT_WIDTH) {
    const long sample = (first + r) / s->rows, i = (first + r) % s->rows;
    const float *from = d + (sample * s->out_time + s->out0 + i * s->out_step) * s->out_channels + column;
    CK_UNROLL for (int v = 0; v < TILE_VECTORS; v++)
      store(strip + v * LANES, load_first(from + v * LANES, valid - v * LANES));
  }
}

static void conv_weight_gradient(const ck_conv_shape *s, const float *x, const float *d, float *dw, int accumulate,
                                 float *scratch) {
  const float *rows[GRADIENT_BLOCK];
  const long depth = s->taps * s->in_channels, total = s->batch * s->rows;
  const long tiles = (depth + TILE_ROWS - 1) / TILE_ROWS, height = depth / tiles, higher = depth % tiles;
  for (long first = 0; first < total; first += GRADIENT_BLOCK) {
    const long count = smaller(GRADIENT_BLOCK, total - first);
    float *strip = point_to_rows(s, x, first, count, rows, scratch);
    for (long column = 0; column < s->out_channels; column += GRADIENT_WIDTH) {
      pack_gradient(s, d, first, count, column, strip);
      long k = 0;
      for (long tile = 0; tile < tiles; tile++) {
        const long columns = height + (tile < higher);
        gradient_columns((int)columns, count, rows, k, strip, dw + k * s->out_channels + column, s->out_channels,
                         s->out_channels - column, accumulate || first > 0);
        k += columns;
      }
    }
  }
}

static long conv_scratch(const ck_conv_shape *s) {
  const long strip = smaller(GRADIENT_BLOCK, s->batch * s->rows) * GRADIENT_WIDTH;
  return larger(padded_floats(s, ROW_BLOCK), padded_floats(s, GRADIENT_BLOCK) + strip);
}
