// The gradient of a convolution's weight: for each tap a matrix product over all output rows, x^T d. Included by body.h
// once per instruction set; which rows meet: gradient_rows.h.
//
// Both operands of a block of rows are first copied into strips of neighbouring channels. Frames of x lie a power of
// two apart more often than not, and few such addresses fit into the first-level cache at once; those of a strip do,
// and all taps share it. A strip of x meets all strips of d in turn, so that dw is passed over along its rows.

enum { GRADIENT_WIDTH = TILE_VECTORS * LANES };
_Static_assert(CK_PANEL % GRADIENT_WIDTH == 0, "scratch is for strips as wide as a panel");

// Copies these frames into strips, [ceil(in_channels / width)][frames][width], zeros where they lie outside their
// sample.
static void pack_frames(const ck_conv_shape *s, const float *x, long first, long count, long frames, float *strips) {
  const long channels = s->in_channels, width = frame_width(s);
  while (count > 0) {
    const row_run run = first_run(s, first, count);
    for (long t = run.start; t < run.start + run.span; t++, strips += width) {
      const int inside = t >= 0 && t < s->in_time;
      const float *from = x + (run.sample * s->in_time + t) * channels;
      float *to = strips;
      if (width < FRAME_WIDTH) {
        for (long c = 0; c < width; c++) to[c] = inside ? from[c] : 0;
        continue;
      }
      for (long c = 0; c < channels; c += FRAME_WIDTH, to += frames * FRAME_WIDTH) {
        CK_UNROLL for (int v = 0; v < FRAME_WIDTH; v += LANES)
          store(to + v, inside ? load_first(from + c + v, channels - c - v) : splat(0));
      }
    }
    first += run.count;
    count -= run.count;
  }
}

// Copies the output channels from `column` on of rows first..<first + count of d into a strip, zeros past the last.
static void pack_gradient(const ck_conv_shape *s, const float *d, long first, long count, long column, float *strip) {
  const long valid = s->out_channels - column;
  for (long r = 0; r < count; r++, strip += GRADIENT_WIDTH) {
    const float *from = d + place_of_row(s, first + r) + column;
    CK_UNROLL for (int v = 0; v < TILE_VECTORS; v++)
      store(strip + v * LANES, load_first(from + v * LANES, valid - v * LANES));
  }
}

// Where a tile reads and adds.
typedef struct {
  const place_list *rows;
  const float *x;  // strip of x from the tile's first channel on
  const float *d;  // strip of d
  float *dw;
  long ldw, valid;  // leading dimension and number of columns left in it
  int accumulate;
} gradient_block;

// Sums the outer products of R channels of x with the strip of d into dw.
CK_INLINE void gradient_tile(const int R, const gradient_block *b) {
  enum { V = TILE_VECTORS };
  const long count = b->rows->count;
  const row_place *places = b->rows->places;
  vf sum[TILE_ROWS][V];
  CK_UNROLL for (int r = 0; r < R; r++) {
    if (b->accumulate) {
      __builtin_prefetch(b->dw + r * b->ldw, 1);
      __builtin_prefetch(b->dw + r * b->ldw + GRADIENT_WIDTH - 1, 1);
    }
    CK_UNROLL for (int v = 0; v < V; v++) sum[r][v] = splat(0);
  }
#pragma clang loop unroll_count(4)
  for (long m = 0; m < count; m++) {
    const float *x = b->x + places[m].x, *d = b->d + places[m].d;
    vf gradient[V];
    CK_UNROLL for (int v = 0; v < V; v++) gradient[v] = load(d + v * LANES);
    CK_UNROLL for (int r = 0; r < R; r++) {
      const vf input = splat(x[r]);
      CK_UNROLL for (int v = 0; v < V; v++) sum[r][v] = multiply_add(input, gradient[v], sum[r][v]);
    }
  }
  CK_UNROLL for (int r = 0; r < R; r++) {
    CK_UNROLL for (int v = 0; v < V; v++) {
      float *to = b->dw + r * b->ldw + v * LANES;
      const long lanes = b->valid - v * LANES;
      store_first(to, b->accumulate ? sum[r][v] + load_first(to, lanes) : sum[r][v], lanes);
    }
  }
}

static void gradient_rows(int rows, const gradient_block *b) {
  switch (rows) {
    case 1: return gradient_tile(1, b);
    case 2: return gradient_tile(2, b);
    case 3: return gradient_tile(3, b);
    case 4: return gradient_tile(4, b);
#if TILE_ROWS >= 6
    case 5: return gradient_tile(5, b);
    case 6: return gradient_tile(6, b);
#endif
#if TILE_ROWS >= 12
    case 7: return gradient_tile(7, b);
    case 8: return gradient_tile(8, b);
    case 9: return gradient_tile(9, b);
    case 10: return gradient_tile(10, b);
    case 11: return gradient_tile(11, b);
    case 12: return gradient_tile(12, b);
#endif
  }
}

// Adds the part of dw that one strip of x, of `channels` channels, and one of d give: all taps, in tiles of nearly
// equal height.
static void gradient_strips(gradient_block b, const ck_conv_shape *s, long taps, long channels) {
  const long tiles = (channels + TILE_ROWS - 1) / TILE_ROWS, height = channels / tiles, higher = channels % tiles;
  const float *strip = b.x;
  float *dw = b.dw;
  // A shared list has the place of the first tap.
  const int shares = shares_rows(s);
  for (long tap = 0; tap < taps; tap++, dw += s->in_channels * s->out_channels) {
    b.x = strip + (shares ? tap * FRAME_WIDTH : 0);
    b.dw = dw;
    for (long tile = 0; tile < tiles; tile++) {
      const int rows = (int)(height + (tile < higher));
      gradient_rows(rows, &b);
      b.x += rows;
      b.dw += rows * s->out_channels;
    }
    if (!shares) b.rows++;
  }
}

static void conv_weight_gradient(const ck_conv_shape *s, const float *x, const float *d, float *dw, int accumulate,
                                 float *scratch) {
  place_list lists[MOST_TAPS];
  const long total = s->batch * s->rows, channels = s->in_channels, columns = s->out_channels;
  const long blocks = (total + GRADIENT_BLOCK - 1) / GRADIENT_BLOCK, step = (total + blocks - 1) / blocks;
  const int narrow = frame_width(s) < FRAME_WIDTH;
  float *gradient = scratch, *strips = scratch + step * gradient_floats(s, GRADIENT_WIDTH);
  for (long first = 0; first < total; first += step) {
    const long count = smaller(step, total - first), frames = place_rows(s, first, count, GRADIENT_WIDTH, lists);
    pack_frames(s, x, first, count, frames, strips);
    for (long column = 0; column < columns; column += GRADIENT_WIDTH)
      pack_gradient(s, d, first, count, column, gradient + column * count);
    for (long c = 0; c < channels; c += FRAME_WIDTH) {
      for (long column = 0; column < columns; column += GRADIENT_WIDTH) {
        const gradient_block block = {
            .rows = lists, .x = strips + c * frames, .d = gradient + column * count,
            .dw = dw + c * columns + column, .ldw = columns, .valid = columns - column,
            .accumulate = accumulate || first > 0};
        if (narrow) gradient_strips(block, s, 1, s->taps * channels);
        else gradient_strips(block, s, s->taps, smaller(channels - c, FRAME_WIDTH));
      }
    }
  }
}
