// The matrix products of a convolution: rows of pointers times packed weights. Included by convolution.h for each type
// that weights are stored in, with
//   WEIGHT              the type
//   LOAD_WEIGHT         loads a vector of a panel's row of them as floats
//   NAMED(name)         makes names of their own

// What the tiles of one block of rows share.
typedef struct {
  long k, depth;             // the floats k..<k + depth of each row are multiplied
  const float *const *rows;
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
  // Whole panels of few rows come fastest if the processor is left to fetch ahead by itself.
  const int fetches = R == 1 || R > FEW_TILE_ROWS || TILE_VECTORS * LANES < CK_PANEL;
  const long valid = b->out_channels - column, depth = b->depth, panel_stride = b->panel_stride;
  // The first vector's place in its panel, if that is wider than the tile.
  const long v0 = V < per_panel ? column % CK_PANEL / LANES : 0;
  const WEIGHT *w = b->packed + column / CK_PANEL * panel_stride;
  // Each tile of a chunk fetches its share of the next one.
  const WEIGHT *ahead = w + v0 * LANES + (long)(PREFETCH_BYTES / sizeof(WEIGHT));
  if (b->is_chunk) ahead = w + v0 * LANES * depth + depth * CK_PANEL;
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
  CK_UNROLL for (int r = 0; r < R; r++) x[r] = b->rows[first + r] + b->k;
#pragma clang loop unroll_count(2)
  for (long k = 0; k < depth; k++, w += CK_PANEL, ahead += ahead_step) {
    vf weight[MOST_VECTORS];
    CK_UNROLL for (int v = 0; v < V; v++) {
      const long place = v / per_panel * panel_stride;
      if (fetches && v * LANES * (int)sizeof(WEIGHT) % 64 == 0)
        __builtin_prefetch(ahead + place + v % per_panel * LANES);
      weight[v] = LOAD_WEIGHT(w + place, v0 + v % per_panel);
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

// Few rows: tiles so wide that there are enough chains.
static void NAMED(conv_few_rows)(int rows, const NAMED(conv_block) *b, long column) {
  enum { V = FEW_PANELS * CK_PANEL / LANES };
  switch (rows) {
    case 1: return NAMED(conv_tile)(1, V, b, 0, column);
    case 2: return NAMED(conv_tile)(2, V, b, 0, column);
#if FEW_TILE_ROWS >= 3
    case 3: return NAMED(conv_tile)(3, V, b, 0, column);
#endif
#if FEW_TILE_ROWS >= 6
    case 4: return NAMED(conv_tile)(4, V, b, 0, column);
    case 5: return NAMED(conv_tile)(5, V, b, 0, column);
    case 6: return NAMED(conv_tile)(6, V, b, 0, column);
#endif
  }
}

static void NAMED(conv_many_rows)(int rows, const NAMED(conv_block) *b, long first, long column) {
  enum { V = TILE_VECTORS };
  switch (rows) {
    case 1: return NAMED(conv_tile)(1, V, b, first, column);
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

// `panels` panels of output channels, 1 or FEW_PANELS, for `count` rows, in tiles of nearly equal height: a low one at
// the end would be slow.
static void NAMED(conv_panels)(const NAMED(conv_block) *b, long count, long panel, long panels) {
  if (count == 0) return;
  if (count <= FEW_TILE_ROWS && panels == FEW_PANELS) return NAMED(conv_few_rows)((int)count, b, panel * CK_PANEL);
  const long tiles = (count + TILE_ROWS - 1) / TILE_ROWS, height = count / tiles, higher = count % tiles;
  const long end = smaller((panel + panels) * CK_PANEL, b->out_channels);
  for (long column = panel * CK_PANEL; column < end; column += TILE_VECTORS * LANES) {
    long first = 0;
    for (long tile = 0; tile < tiles; tile++) {
      const int rows = (int)(height + (tile < higher));
      NAMED(conv_many_rows)(rows, b, first, column);
      first += rows;
    }
  }
}

// All taps of one block of `count` rows. Sums wait in y for the next tap and for the next part of a row, so that each
// remains one chain of multiply-adds.
static void NAMED(conv_lists)(NAMED(conv_block) b, const row_list *lists, long taps, long depth, long count,
                              long panel0, long panel1) {
  const NAMED(conv_block) whole = b;
  b.is_chunk = count <= FEW_ROWS && TILE_VECTORS * LANES < CK_PANEL;
  const long part = b.is_chunk ? part_length(depth, CHUNK, CHUNK) : part_length(depth, LONGEST_ROW, PART);
  long panels;
  for (long panel = panel0; panel < panel1; panel += panels) {
    panels = count <= FEW_TILE_ROWS && panel + FEW_PANELS <= panel1 ? FEW_PANELS : 1;
    b.packed = whole.packed;
    b.bias = whole.bias;
    b.accumulate = whole.accumulate;
    for (long tap = 0; tap < taps; tap++) {
      b.rows = lists[tap].rows;
      b.outs = lists[tap].outs;
      for (b.k = 0; b.k < depth; b.k += part, b.packed += b.depth * CK_PANEL) {
        b.depth = smaller(part, depth - b.k);
        NAMED(conv_panels)(&b, lists[tap].count, panel, panels);
        b.bias = 0;
        b.accumulate = 1;
      }
    }
  }
}

static void NAMED(conv)(const ck_conv_shape *s, const float *x, const WEIGHT *packed, const float *bias, float *y,
                 int accumulate, long panel0, long panel1, float *scratch) {
  if (s->interleaved && !is_channelwise(s)) __builtin_trap();  // packed for another instruction set
#ifdef CHANNELWISE_ROWS
  if (is_channelwise(s)) return NAMED(channelwise_conv)(s, x, packed, bias, y, accumulate, panel0, panel1, scratch);
#endif
  row_list lists[MOST_TAPS];
  const int joins = joins_taps(s);
  const long taps = joins ? 1 : s->taps, depth = s->taps * s->in_channels;
  const long total = s->batch * s->rows, step = block_rows(s, joins);
  NAMED(conv_block) b = {.out_channels = s->out_channels, .packed = packed, .panel_stride = depth * CK_PANEL};
  for (long first = 0; first < total; first += step) {
    const long count = smaller(step, total - first);
    if (joins) list_joined(s, x, y, first, count, lists, scratch);
    else list_by_taps(s, x, y, first, count, lists, scratch);
    const int started = lists[0].count < count;
    if (started) start_sums(s, y, first, count, bias, accumulate, panel0, panel1);
    b.bias = started ? 0 : bias;
    b.accumulate = started || accumulate;
    if (count == 1 && taps == 1 && !started) {
      b.rows = lists[0].rows;
      b.outs = lists[0].outs;
      b.depth = depth;
      NAMED(conv_single_row)(&b, panel0, panel1);
    } else {
      NAMED(conv_lists)(b, lists, taps, depth / taps, count, panel0, panel1);
    }
  }
}
