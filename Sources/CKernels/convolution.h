// Convolution over time as a matrix product whose left rows (taps * in_channels neighbouring floats of x) are only
// pointed to. Included by body.h once per instruction set.

// Most rows of output handled at a time.
enum { MOST_ROWS = 96 };
// Floats of their inputs: these stay in the second-level cache, beside a panel of weights, while all panels pass.
enum { BLOCK_FLOATS = 32768 };
// Longer im2col rows are cut into parts of about this length, and the parts of so many rows are handled at a time: then
// a part of a panel of weights stays in the second-level cache, and is read from memory once for many rows.
enum { LONGEST_ROW = 1536, PART = 1280, PART_ROWS = 144 };
// Floats between parts, lest their beginnings lie a power of two apart and share a few lines of the cache.
enum { PART_GAP = 16 };
// Floats ahead of their use at which weights are fetched: enough to cover the latency of memory.
enum { PREFETCH_FLOATS = 1024 };
// Width in vectors of the widest tile, which is the one-row tile.
enum { MOST_VECTORS = SINGLE_ROW_PANELS * CK_PANEL / LANES };

// Points rows[0..<count] to the im2col rows of output rows first..<first + count, counted over all samples. Runs of
// rows that reach outside their sample are copied into zero-padded scratch.
static void point_to_rows(const ck_conv_shape *s, const float *x, long first, long count, const float **rows,
                          float *scratch) {
  const long channels = s->in_channels, step = s->in_step * channels;
  while (count > 0) {
    const long sample = first / s->rows, i = first % s->rows, run = smaller(count, s->rows - i);
    const long start = i * s->in_step + s->in0, span = (run - 1) * s->in_step + s->taps;
    const float *frames = x + sample * s->in_time * channels;
    const float *from;
    if (start >= 0 && start + span <= s->in_time) {
      from = frames + start * channels;
    } else {
      const long begin = smaller(larger(-start, 0), span), end = larger(smaller(s->in_time - start, span), begin);
      const size_t frame = sizeof(float) * (size_t)channels;
      memset(scratch, 0, frame * (size_t)begin);
      if (end > begin)
        memcpy(scratch + begin * channels, frames + (start + begin) * channels, frame * (size_t)(end - begin));
      memset(scratch + end * channels, 0, frame * (size_t)(span - end));
      from = scratch;
      scratch += span * channels;
    }
    for (long r = 0; r < run; r++) rows[r] = from + r * step;
    rows += run;
    first += run;
    count -= run;
  }
}

// Frames of x that any `block` rows need at most, counted once per sample.
static long most_frames(const ck_conv_shape *s, long block) {
  const long count = smaller(block, s->batch * s->rows), runs = smaller(s->batch, count / s->rows + 2);
  return count * s->in_step + runs * s->taps;
}

// How many rows of this shape to handle at a time.
static long block_rows(const ck_conv_shape *s) {
  const long sample = ((s->rows - 1) * s->in_step + s->taps) * s->in_channels;
  return larger(24, smaller(MOST_ROWS, BLOCK_FLOATS * s->rows / sample / 12 * 12));
}

// What the tiles of one block of rows share.
typedef struct {
  long depth;                // of the im2col rows, or of their parts
  const float *const *rows;  // im2col rows or parts of them
  float *const *outs;        // where each row's output channel 0 lies
  const float *bias;         // or NULL
  int accumulate;
  long out_channels;
  const float *packed;
  long panel_stride;  // floats from one panel to the next
} conv_block;

// The R x (V * LANES) outputs of rows first..<first + R from output channel `column` on. The vectors of a row come from
// neighbouring panels where V exceeds one panel. Every output is one chain of multiply-adds over k, in order, whatever
// R and V: that makes it independent of the batch.
CK_INLINE void conv_tile(const int R, const int V, const conv_block *b, long first, long column) {
  const int per_panel = CK_PANEL / LANES;
  const long valid = b->out_channels - column, depth = b->depth, panel_stride = b->panel_stride;
  const float *w = b->packed + column / CK_PANEL * panel_stride + column % CK_PANEL;
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
  for (long k = 0; k < depth; k++, w += CK_PANEL) {
    vf weight[MOST_VECTORS];
    CK_UNROLL for (int v = 0; v < V; v++) {
      const float *from = w + v / per_panel * panel_stride + v % per_panel * LANES;
      if (v * LANES % 16 == 0) __builtin_prefetch(from + PREFETCH_FLOATS);
      weight[v] = load(from);
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
static void conv_single_row(const conv_block *b, long panel0, long panel1) {
  enum { ONE = CK_PANEL / LANES, SEVERAL = SINGLE_ROW_PANELS };
  long panel = panel0;
  for (; panel + SEVERAL <= panel1; panel += SEVERAL) conv_tile(1, SEVERAL * ONE, b, 0, panel * CK_PANEL);
  for (; panel < panel1; panel++) conv_tile(1, ONE, b, 0, panel * CK_PANEL);
}

// Few rows: whole panels, so that there are enough chains.
static void conv_few_rows(int rows, const conv_block *b, long first, long column) {
  enum { V = CK_PANEL / LANES };
  switch (rows) {
    case 1: return conv_tile(1, V, b, first, column);
    case 2: return conv_tile(2, V, b, first, column);
  }
}

static void conv_many_rows(int rows, const conv_block *b, long first, long column) {
  enum { V = TILE_VECTORS };
  switch (rows) {
    case 2: return conv_tile(2, V, b, first, column);
    case 3: return conv_tile(3, V, b, first, column);
    case 4: return conv_tile(4, V, b, first, column);
#if TILE_ROWS >= 6
    case 5: return conv_tile(5, V, b, first, column);
    case 6: return conv_tile(6, V, b, first, column);
#endif
#if TILE_ROWS >= 12
    case 7: return conv_tile(7, V, b, first, column);
    case 8: return conv_tile(8, V, b, first, column);
    case 9: return conv_tile(9, V, b, first, column);
    case 10: return conv_tile(10, V, b, first, column);
    case 11: return conv_tile(11, V, b, first, column);
    case 12: return conv_tile(12, V, b, first, column);
#endif
  }
}

// One panel of output channels for `count` rows, in tiles of nearly equal height: a low one at the end would be slow.
static void conv_panel(const conv_block *b, long count, long panel) {
  const long tiles = (count + TILE_ROWS - 1) / TILE_ROWS, height = count / tiles, higher = count % tiles;
  if (count <= 2) return conv_few_rows((int)count, b, 0, panel * CK_PANEL);
  const long end = smaller((panel + 1) * CK_PANEL, b->out_channels);
  for (long column = panel * CK_PANEL; column < end; column += TILE_VECTORS * LANES) {
    long first = 0;
    for (long tile = 0; tile < tiles; tile++) {
      const int rows = (int)(height + (tile < higher));
      conv_many_rows(rows, b, first, column);
      first += rows;
    }
  }
}

// Points outs[0..<count] to output channel 0 of the rows first..<first + count.
static void point_to_outs(const ck_conv_shape *s, float *y, long first, long count, float **outs) {
  for (long r = 0; r < count; r++) {
    const long sample = (first + r) / s->rows, i = (first + r) % s->rows;
    outs[r] = y + (sample * s->out_time + s->out0 + i * s->out_step) * s->out_channels;
  }
}

// Copies the floats k..<k + count of the im2col row of output row `row`.
static void copy_part(const ck_conv_shape *s, const float *x, long row, long k, long count, float *to) {
  const long sample = row / s->rows, i = row % s->rows, size = s->in_time * s->in_channels;
  const long start = (i * s->in_step + s->in0) * s->in_channels + k;
  const long begin = smaller(larger(-start, 0), count), end = larger(smaller(size - start, count), begin);
  memset(to, 0, sizeof(float) * (size_t)begin);
  if (end > begin) memcpy(to + begin, x + sample * size + start + begin, sizeof(float) * (size_t)(end - begin));
  memset(to + end, 0, sizeof(float) * (size_t)(count - end));
}

// Length of the parts that im2col rows are cut into, all parts nearly equally long.
static long part_length(long depth) {
  const long parts = (depth + PART - 1) / PART;
  return (depth + parts - 1) / parts;
}

static long part_scratch(const ck_conv_shape *s) {
  const long depth = s->taps * s->in_channels;
  return depth > LONGEST_ROW ? PART_ROWS * (part_length(depth) + PART_GAP) : 0;
}

// Convolution part by part. Sums wait in y for the next part, so that each remains one chain of multiply-adds.
static void conv_in_parts(const ck_conv_shape *s, const float *x, conv_block b, float *y, long panel0, long panel1,
                          float *scratch) {
  const float *rows[PART_ROWS];
  float *outs[PART_ROWS];
  const float *packed = b.packed;
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
      for (long panel = panel0; panel < panel1; panel++) conv_panel(&b, count, panel);
    }
    b.bias = 0;
    b.accumulate = 1;
  }
}

static void conv(const ck_conv_shape *s, const float *x, const float *packed, const float *bias, float *y,
                 int accumulate, long panel0, long panel1, float *scratch) {
  const float *rows[MOST_ROWS];
  float *outs[MOST_ROWS];
  const long depth = s->taps * s->in_channels, total = s->batch * s->rows, step = block_rows(s);
  const conv_block block = {.depth = depth, .rows = rows, .outs = outs, .bias = bias, .accumulate = accumulate,
                            .out_channels = s->out_channels, .packed = packed, .panel_stride = depth * CK_PANEL};
  if (depth > LONGEST_ROW && total > step) return conv_in_parts(s, x, block, y, panel0, panel1, scratch);
  for (long first = 0; first < total; first += step) {
    const long count = smaller(step, total - first);
    point_to_rows(s, x, first, count, rows, scratch);
    point_to_outs(s, y, first, count, outs);
    if (count == 1) {
      conv_single_row(&block, panel0, panel1);
    } else {
      for (long panel = panel0; panel < panel1; panel++) conv_panel(&block, count, panel);
    }
  }
}
