// Convolution over time as a matrix product whose left rows (taps * in_channels neighbouring floats of x) are only
// pointed to. Included by body.h once per instruction set; convolution_product.h multiplies.

// Most rows of output handled at a time.
enum { MOST_ROWS = 96 };
// Floats of their inputs: these stay in the second-level cache, beside a panel of weights, while all panels pass.
enum { BLOCK_FLOATS = 32768 };
// Longer im2col rows are cut into parts of about this length, and the parts of so many rows are handled at a time: then
// a part of a panel of weights stays in the second-level cache, and is read from memory once for many rows.
// PART_ROWS is a multiple of 12, the height of the highest tile.
enum { LONGEST_ROW = 1536, PART = 1280, PART_ROWS = 144 };
// Floats between parts, lest their beginnings lie a power of two apart and share a few lines of the cache.
enum { PART_GAP = 16 };
// So many rows or fewer take weights in chunks of this length. Weights come at the speed of memory only if they are
// fetched line by line: where a tile is narrower than a panel, all of a chunk is used before the next one, which is
// fetched meanwhile.
enum { FEW_ROWS = 24, CHUNK = 128 };
// Other weights are fetched so many bytes ahead of their use: enough to cover the latency of memory.
enum { PREFETCH_BYTES = 4096 };
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

// The products themselves, once for weights in single precision and once for bfloat16.
#define WEIGHT float
#define LOAD_WEIGHT load
#define NAMED(name) name
#include "convolution_product.h"
#undef WEIGHT
#undef LOAD_WEIGHT
#undef NAMED
#define WEIGHT uint16_t
#define LOAD_WEIGHT load_bfloat16
#define NAMED(name) name##_bfloat16
#include "convolution_product.h"
#undef WEIGHT
#undef LOAD_WEIGHT
#undef NAMED
