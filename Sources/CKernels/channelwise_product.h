// Convolutions of the network's kernel size: all taps of a channel are multiplied before the next channel. Each frame of
// x is then spread over a vector once for all taps; and where frames are few, weights are asked for at an even rate,
// while tap by tap the outer taps, which meet few frames, would wait for memory and the middle one for the multiplier.
// For small batches weights are interleaved, so that they are one stream of memory: as five, a power of two apart, they come a
// fifth slower. Tiles of few frames are best served by the processor's own fetching ahead; higher ones have time for ours.
// Included by convolution.h, as convolution_product.h is, for each type that weights are stored in; empty where there are
// not the registers for it.
#ifdef CHANNELWISE_ROWS

// What the tiles of one block of samples share.
typedef struct {
  long k, depth;  // the channels k..<k + depth are multiplied
  long channels;
  long row, tap;      // weights from one channel to the next, and from one tap to the next
  long stride;        // from one frame of x to the next
  const float *bias;  // or NULL
  int accumulate;
  long out_channels;
  const WEIGHT *packed;
} NAMED(channelwise_block);

// R frames of y of each of S samples, `frames_between` apart, and a panel of output channels from `column` on; x and y
// point to the first frame. FIRST and LAST tell whether the sample begins and ends with these frames. Every output is one
// chain of multiply-adds over channels and, in each, taps.
CK_INLINE void NAMED(channelwise_tile)(const int R, const int S, const int FIRST, const int LAST,
                                       const NAMED(channelwise_block) *b, long frames_between, const float *x, float *y,
                                       long column) {
  enum { HALF = CHANNELWISE_TAPS / 2, V = CK_PANEL / LANES };
  const long valid = b->out_channels - column;
  const int before = FIRST ? 0 : HALF, span = R + before + (LAST ? 0 : HALF);
  const long row = b->row, tap_stride = b->tap, ahead = CHANNELWISE_AHEAD * row;
  const WEIGHT *w = b->packed + column * CHANNELWISE_TAPS * b->channels + b->k * row;
  vf sum[CHANNELWISE_ROWS + 1][V];
  const float *frames[CHANNELWISE_ROWS + 1 + 2 * HALF];
  float *places[CHANNELWISE_ROWS + 1];
  CK_UNROLL for (int r = 0; r < S * R; r++) places[r] = y + (r / R * frames_between + r % R) * b->out_channels + column;
  CK_UNROLL for (int f = 0; f < S * span; f++)
    frames[f] = x + (f / span * frames_between + f % span - before) * b->stride + b->k;
  CK_UNROLL for (int v = 0; v < V; v++) {
    const vf bias = b->bias ? load_first(b->bias + column + v * LANES, valid - v * LANES) : splat(0);
    CK_UNROLL for (int r = 0; r < S * R; r++) {
      sum[r][v] = b->accumulate ? load_first(places[r] + v * LANES, valid - v * LANES) : bias;
      if (b->accumulate && b->bias) sum[r][v] += bias;
    }
  }
  for (long k = 0; k < b->depth; k++, w += row) {
    vf input[CHANNELWISE_ROWS + 1 + 2 * HALF];
    CK_UNROLL for (int f = 0; f < S * span; f++) input[f] = splat(frames[f][k]);
    CK_UNROLL for (int tap = 0; tap < CHANNELWISE_TAPS; tap++) {
      const WEIGHT *taps = w + tap * tap_stride;
      vf weight[V];
      CK_UNROLL for (int v = 0; v < V; v++) {
        if (S * R >= CHANNELWISE_ROWS && v * LANES * (int)sizeof(WEIGHT) % 64 == 0)
          __builtin_prefetch(taps + ahead + v * LANES, 0, 2);
        weight[v] = LOAD_WEIGHT(taps, v);
      }
      CK_UNROLL for (int r = 0; r < S * R; r++) {
        const int frame = r % R + tap - HALF + before;
        if (frame < 0 || frame >= span) continue;
        CK_UNROLL for (int v = 0; v < V; v++)
          sum[r][v] = multiply_add(input[r / R * span + frame], weight[v], sum[r][v]);
      }
    }
  }
  CK_UNROLL for (int r = 0; r < S * R; r++) {
    CK_UNROLL for (int v = 0; v < V; v++) store_first(places[r] + v * LANES, sum[r][v], valid - v * LANES);
  }
}

// The frames of one sample, in tiles of CHANNELWISE_ROWS of them and a last one. A tile that is not the last reads two
// frames beyond its own: the last one has at least two, and one more than a tile rather than one.
static void NAMED(channelwise_sample)(const NAMED(channelwise_block) *b, long frames, const float *x, float *y,
                                      long column) {
  enum { R = CHANNELWISE_ROWS };
  _Static_assert(R == 8, "the last tile has all heights");
  const long x_step = R * b->stride, y_step = R * b->out_channels;
  if (frames <= R + 1) {
    switch (frames) {
      case 4: return NAMED(channelwise_tile)(4, 1, 1, 1, b, 0, x, y, column);
      case 5: return NAMED(channelwise_tile)(5, 1, 1, 1, b, 0, x, y, column);
      case 6: return NAMED(channelwise_tile)(6, 1, 1, 1, b, 0, x, y, column);
      case 7: return NAMED(channelwise_tile)(7, 1, 1, 1, b, 0, x, y, column);
      case 8: return NAMED(channelwise_tile)(8, 1, 1, 1, b, 0, x, y, column);
      case 9: return NAMED(channelwise_tile)(9, 1, 1, 1, b, 0, x, y, column);
    }
  }
  NAMED(channelwise_tile)(R, 1, 1, 0, b, 0, x, y, column);
  for (frames -= R; frames > R + 1; frames -= R) {
    x += x_step, y += y_step;
    NAMED(channelwise_tile)(R, 1, 0, 0, b, 0, x, y, column);
  }
  x += x_step, y += y_step;
  switch (frames) {
    case 2: return NAMED(channelwise_tile)(2, 1, 0, 1, b, 0, x, y, column);
    case 3: return NAMED(channelwise_tile)(3, 1, 0, 1, b, 0, x, y, column);
    case 4: return NAMED(channelwise_tile)(4, 1, 0, 1, b, 0, x, y, column);
    case 5: return NAMED(channelwise_tile)(5, 1, 0, 1, b, 0, x, y, column);
    case 6: return NAMED(channelwise_tile)(6, 1, 0, 1, b, 0, x, y, column);
    case 7: return NAMED(channelwise_tile)(7, 1, 0, 1, b, 0, x, y, column);
    case 8: return NAMED(channelwise_tile)(8, 1, 0, 1, b, 0, x, y, column);
    case 9: return NAMED(channelwise_tile)(9, 1, 0, 1, b, 0, x, y, column);
  }
}

static void NAMED(channelwise_samples)(NAMED(channelwise_block) b, long frames, long samples, long panel0, long panel1,
                                       const float *x, float *y) {
  const NAMED(channelwise_block) whole = b;
  // Where there are several tiles, a part's weights stay in the caches for all of them.
  const long cut = part_length(b.channels, CHANNELWISE_PART, CHANNELWISE_PART);
  const long part = samples * frames <= CHANNELWISE_ROWS ? b.channels : cut;
  const long x_step = frames * b.stride, y_step = frames * b.out_channels;
  for (long column = panel0 * CK_PANEL; column < smaller(panel1 * CK_PANEL, b.out_channels); column += CK_PANEL) {
    b.bias = whole.bias;
    b.accumulate = whole.accumulate;
    for (b.k = 0; b.k < b.channels; b.k += part) {
      b.depth = smaller(part, b.channels - b.k);
      long i = 0;
      // Two samples of half a tile at once.
      for (; frames == CHANNELWISE_ROWS / 2 && i + 2 <= samples; i += 2)
        NAMED(channelwise_tile)(CHANNELWISE_ROWS / 2, 2, 1, 1, &b, frames, x + i * x_step, y + i * y_step, column);
      for (; i < samples; i++) NAMED(channelwise_sample)(&b, frames, x + i * x_step, y + i * y_step, column);
      b.bias = 0;
      b.accumulate = 1;
    }
  }
}

static void NAMED(channelwise_conv)(const ck_conv_shape *s, const float *x, const WEIGHT *packed, const float *bias,
                                    float *y, int accumulate, long panel0, long panel1, float *scratch) {
  const long step = larger(1, block_rows(s, 0) / s->rows), spread = spreads_frames(s) ? GAP : 0;
  const NAMED(channelwise_block) b = {.channels = s->in_channels, .stride = s->in_channels + spread, .bias = bias,
                                      .row = s->interleaved ? CHANNELWISE_TAPS * CK_PANEL : CK_PANEL,
                                      .tap = s->interleaved ? CK_PANEL : s->in_channels * CK_PANEL,
                                      .accumulate = accumulate, .out_channels = s->out_channels, .packed = packed};
  for (long first = 0; first < s->batch; first += step) {
    const long samples = smaller(step, s->batch - first);
    const float *frames = x + first * s->rows * s->in_channels;
    if (spread) {
      for (long t = 0; t < samples * s->rows; t++)
        memcpy(scratch + t * b.stride, frames + t * s->in_channels, sizeof(float) * (size_t)s->in_channels);
      frames = scratch;
    }
    NAMED(channelwise_samples)(b, s->rows, samples, panel0, panel1, frames, y + first * s->rows * s->out_channels);
  }
}
#endif
