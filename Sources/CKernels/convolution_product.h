// The matrix product of a convolution: rows of pointers times packed weights. Included by convolution.h for each type that
// weights are stored in, with
//   WEIGHT              the type
//   LOAD_WEIGHT         loads a vector of them as floats
//   NAMED(name)         makes names of their own

// What the tiles of one block of rows share.
typedef struct {
  long depth;                // of the im2col rows, or of their parts
  const float *const *rows;  // im2col rows or parts of them
  float *const *outs;        // where each row's output channel 0 lies
  const float *bias;         // or NULL
  int accumulate;
  long out_channels;
  const WEIGHT *packed;
  long panel_stride;  // weights from one panel to the next
  int is_chunk;       // the rest of the panel follows in chunks
} NAMED(conv_block);

// The R x (V * LANES) outputs of rows first..<first + R from output channel `column` on. The vectors of a row come from
// neighbouring panels where V exceeds one panel. Every output is one chain of multiply-adds over k, in order, whatever
// R and V: that makes it independent of the batch.
CK_INLINE void NAMED(conv_tile)(const int R, const int V, const NAMED(conv_block) *b, long first, long column) {
  const int per_panel = CK_PANEL / LANES;
  const long valid = b->out_channels - column, depth = b->depth, panel_stride = b->panel_stride;
  const WEIGHT *w = b->packed + column / CK_PANEL * panel_stride + column % CK_PANEL;
  // Each tile of a chunk fetches its share of the next one.
  const WEIGHT *ahead = w + (long)(PREFETCH_BYTES / sizeof(WEIGHT));
  if (b->is_chunk) ahead = w + column % CK_PANEL * (depth - 1) + depth * CK_PANEL;
  const long ahead_step = b->is_chunk ? V * LANES : CK_PANEL;
  const float *x[TILE_ROWS];
  vf sum[TILE_ROWS][MOST_VECTORS];
  CK_UNROLL for (int v = 0; v < V; v++) {
    const vf bias = b->bias ? load_first(b->bias + column + v * LANES, valid - v * LANES) : splat(0);
    CK_UNROLL for (int r = 0; r < R; r++) {
      const float *y = b->outs[first + r] + column + v * LANES;
      sum[r][v] = b->accumulate ? load_first(y, valid - v * LANES) : bias;
      if (b->accumulate && b->bias) sum[r][v] += bias;
    }
  }
  CK_UNROLL for (int r = 0; r < R; r++) x[r] = b->rows[first + r];
#pragma clang loop unroll_count(2)
  for (long k = 0; k < depth; k++, w += CK_PANEL, ahead += ahead_step) {
    vf weight[MOST_VECTORS];
    CK_UNROLL for (int v = 0; v < V; v++) {
      const long place = v / per_panel * panel_stride + v % per_panel * LANES;
      if (v * LANES * (int)sizeof(WEIGHT) % 64 == 0) __builtin_prefetch(ahead + place);
      weight[v] = LOAD_WEIGHT(w + place);
    }
    CK_UNROLL for (int r = 0; r < R; r++) {
      const vf input = splat(x[r][k]);
      CK_UNROLL for (int v = 0; v < V; v++) sum[r][v] = multiply_add(input, weight[v], sum[r][v]);
    }
  }
  CK_UNROLL for (int r = 0; r < R; r++) {
    float *y = b->outs[first + r] + column;
    CK_UNROLL for (int v = 0; v < V; v++) store_first(y + v * LANES, sum[r][v], valid - v * LANES);
  }
}

// A single row: only several panels side by side give enough independent chains to hide the latency of a
// multiply-add, and enough streams to read weights at the speed of memory.
static void NAMED(conv_single_row)(const NAMED(conv_block) *b, long panel0, long panel1) {
  enum { ONE = CK_PANEL / LANES, SEVERAL = SINGLE_ROW_PANELS };
  long panel = panel0;
  for (; panel + SEVERAL <= panel1; panel += SEVERAL) NAMED(conv_tile)(1, SEVERAL * ONE, b, 0, panel * CK_PANEL);
  for (; panel < panel1; panel++) NAMED(conv_tile)(1, ONE, b, 0, panel * CK_PANEL);
}

// Few rows: whole panels, so that there are enough chains.
static void NAMED(conv_few_rows)(int rows, const NAMED(conv_block) *b, long first, long column) {
  enum { V = CK_PANEL / LANES };
  switch (rows) {
    case 1: return NAMED(conv_tile)(1, V, b, first, column);
    case 2: return NAMED(conv_tile)(2, V, b, first, column);
  }
}

static void NAMED(conv_many_rows)(int rows, const NAMED(conv_block) *b, long first, long column) {
  enum { V = TILE_VECTORS };
  switch (rows) {
    case 2: return NAMED(conv_tile)(2, V, b, first, column);
    case 3: return NAMED(conv_tile)(3, V, b, first, column);
    case 4: return NAMED(conv_tile)(4, V, b, first, column);
#if TILE_ROWS >= 6
    case 5: return NAMED(conv_tile)(5, V, b, first, column);
    case 6: return NAMED(conv_tile)(6, V, b, first, column);
#endif
#if TILE_ROWS >= 12
    case 7: return NAMED(conv_tile)(7, V, b, first, column);
    case 8: return NAMED(conv_tile)(8, V, b, first, column);
    case 9: return NAMED(conv_tile)(9, V, b, first, column);
    case 10: return NAMED(conv_tile)(10, V, b, first, column);
    case 11: return NAMED(conv_tile)(11, V, b, first, column);
    case 12: return NAMED(conv_tile)(12, V, b, first, column);
#endif
  }
}

// One panel of output channels for `count` rows, in tiles of nearly equal height: a low one at the end would be slow.
static void NAMED(conv_panel)(const NAMED(conv_block) *b, long count, long panel) {
  const long tiles = (count + TILE_ROWS - 1) / TILE_ROWS, height = count / tiles, higher = count % tiles;
  if (count <= 2) return NAMED(conv_few_rows)((int)count, b, 0, panel * CK_PANEL);
  const long end = smaller((panel + 1) * CK_PANEL, b->out_channels);
  for (long column = panel * CK_PANEL; column < end; column += TILE_VECTORS * LANES) {
    long first = 0;
    for (long tile = 0; tile < tiles; tile++) {
      const int rows = (int)(height + (tile < higher));
      NAMED(conv_many_rows)(rows, b, first, column);
      first += rows;
    }
  }
}

// Convolution part by part. Sums wait in y for the next part, so that each remains one chain of multiply-adds.
static void NAMED(conv_in_parts)(const ck_conv_shape *s, const float *x, NAMED(conv_block) b, float *y, long panel0,
                                 long panel1, float *scratch) {
  const float *rows[PART_ROWS];
  float *outs[PART_ROWS];
  const WEIGHT *packed = b.packed;
  const long depth = b.depth, part = part_length(depth), total = s->batch * s->rows;
  const long blocks = (total + PART_ROWS - 1) / PART_ROWS, step = ((total + blocks - 1) / blocks + 11) / 12 * 12;
  for (long r = 0; r < PART_ROWS; r++) rows[r] = scratch + r * (part + PART_GAP);
  b.rows = rows;
  b.outs = outs;
  for (long k = 0; k < depth; k += part) {
    b.depth = smaller(part, depth - k);
    b.packed = packed + k * CK_PANEL;
    for (long first = 0; first < total; first += step) {
      const long count = smaller(step, total - first);
      for (long r = 0; r < count; r++) copy_part(s, x, first + r, k, b.depth, scratch + r * (part + PART_GAP));
      point_to_outs(s, y, first, count, outs);
      for (long panel = panel0; panel < panel1; panel++) NAMED(conv_panel)(&b, count, panel);
    }
    b.bias = 0;
    b.accumulate = 1;
  }
}

// All of a chunk, then the next one; sums wait in y as above.
static void NAMED(conv_in_chunks)(NAMED(conv_block) b, long panel0, long panel1, long count) {
  const NAMED(conv_block) whole = b;
  const float *rows[FEW_ROWS];
  b.rows = rows;
  b.is_chunk = 1;
  for (long panel = panel0; panel < panel1; panel++) {
    b.bias = whole.bias;
    b.accumulate = whole.accumulate;
    for (long k = 0; k < whole.depth; k += CHUNK) {
      b.depth = smaller(CHUNK, whole.depth - k);
      b.packed = whole.packed + k * CK_PANEL;
      for (long r = 0; r < count; r++) rows[r] = whole.rows[r] + k;
      NAMED(conv_panel)(&b, count, panel);
      b.bias = 0;
      b.accumulate = 1;
    }
  }
}

static void NAMED(conv)(const ck_conv_shape *s, const float *x, const WEIGHT *packed, const float *bias, float *y,
                 int accumulate, long panel0, long panel1, float *scratch) {
  const float *rows[MOST_ROWS];
  float *outs[MOST_ROWS];
  const long depth = s->taps * s->in_channels, total = s->batch * s->rows, step = block_rows(s);
  const NAMED(conv_block) block = {.depth = depth, .rows = rows, .outs = outs, .bias = bias, .accumulate = accumulate,
                            .out_channels = s->out_channels, .packed = packed, .panel_stride = depth * CK_PANEL};
  if (depth > LONGEST_ROW && total > step) return NAMED(conv_in_parts)(s, x, block, y, panel0, panel1, scratch);
  for (long first = 0; first < total; first += step) {
    const long count = smaller(step, total - first);
    point_to_rows(s, x, first, count, rows, scratch);
    point_to_outs(s, y, first, count, outs);
    if (count == 1) {
      NAMED(conv_single_row)(&block, panel0, panel1);
    } else if (count <= FEW_ROWS && TILE_VECTORS * LANES < CK_PANEL) {
      NAMED(conv_in_chunks)(block, panel0, panel1, count);
    } else {
      for (long panel = panel0; panel < panel1; panel++) NAMED(conv_panel)(&block, count, panel);
    }
  }
}
