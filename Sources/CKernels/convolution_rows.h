// Convolution over time as matrix products whose left rows are only pointed to: which rows these are. convolution.h
// multiplies. Nothing here depends on the instruction set.
//
// A product is made tap by tap: a row is in_channels floats of x, and rows of which a tap reads outside their sample
// are left out. That saves 6 of 20 products where five taps pass over four frames. Where it would save little, channels
// are few or taps many, the taps are joined: a row is then taps * in_channels neighbouring floats of x, padded with
// zeros.
#pragma once
#include <string.h>

#include "CKernels.h"

static inline long smaller(long a, long b) { return a < b ? a : b; }
static inline long larger(long a, long b) { return a > b ? a : b; }

// Rows of output handled at a time, multiples of 12, the height of the highest tile; and the most taps that have lists
// of rows of their own.
enum { FEWEST_ROWS = 24, MOST_ROWS = 144, MOST_JOINED_ROWS = 96, MOST_TAPS = 8 };
// Floats of their inputs: they stay in the second-level cache or near it while all panels of weights pass; joined rows,
// which overlap, beside a whole panel of weights.
enum { BLOCK_FLOATS = 98304, JOINED_BLOCK_FLOATS = 32768 };
// Longer rows are cut into parts of about this length, of which a tile's inputs stay in the first-level cache; and taps
// that would make longer ones are not joined.
enum { LONGEST_ROW = 1536, PART = 1280 };
// Taps are joined below so many channels, or where leaving rows out saves less than SAVING of a row's floats: a sum
// that waits in y for the next tap costs about that.
enum { FEWEST_CHANNELS = 32, SAVING = 6 };
// Frames that lie a multiple of so many floats apart share a few lines of the cache: they are copied to where they lie
// GAP more apart.
enum { CRITICAL_STRIDE = 512, GAP = 16 };

// Output rows that follow each other in one sample, and the frames of x that they read: start..<start + span of the
// sample, which may lie outside of it.
typedef struct {
  long sample, count, start, span;
} row_run;

// The first of the runs that the rows first..<first + count, counted over all samples, consist of.
static inline row_run first_run(const ck_conv_shape *s, long first, long count) {
  const long sample = first / s->rows, i = first % s->rows, run = smaller(count, s->rows - i);
  return (row_run){sample, run, i * s->in_step + s->in0, (run - 1) * s->in_step + s->taps};
}

// Rows that are multiplied by the same weights, and where their sums go: output channel 0 of a frame of y.
typedef struct {
  long count;
  const float *rows[MOST_ROWS];
  float *outs[MOST_ROWS];
} row_list;

// Of `run` rows, those whose frame lies inside a sample, *begin..<*end, the first row's being `frame`.
static inline void rows_inside(const ck_conv_shape *s, long frame, long run, long *begin, long *end) {
  const long step = s->in_step, before = larger(-frame, 0), inside = larger(s->in_time - frame, 0);
  *begin = smaller(step == 1 ? before : (before + step - 1) / step, run);
  *end = larger(smaller(step == 1 ? inside : (inside + step - 1) / step, run), *begin);
}

// Whether all taps are multiplied at once. It depends on nothing that a batch or threads change.
static inline int joins_taps(const ck_conv_shape *s) {
  if (s->taps == 1) return 0;
  if (s->taps > MOST_TAPS || s->in_channels < FEWEST_CHANNELS) return 1;
  if (s->taps * s->in_channels > LONGEST_ROW) return 0;
  long saved = s->taps * s->rows;
  for (long tap = 0; tap < s->taps; tap++) {
    long begin, end;
    rows_inside(s, s->in0 + tap, s->rows, &begin, &end);
    saved -= end - begin;
  }
  return saved * s->in_channels < SAVING * s->taps * s->rows;
}

// Points rows[0..<count] to the joined rows of output rows first..<first + count. Runs of rows that reach outside their
// sample are copied into zero-padded scratch.
static inline void point_to_rows(const ck_conv_shape *s, const float *x, long first, long count, const float **rows,
                                 float *scratch) {
  const long channels = s->in_channels, step = s->in_step * channels;
  while (count > 0) {
    const row_run run = first_run(s, first, count);
    const long start = run.start, span = run.span;
    const float *frames = x + run.sample * s->in_time * channels;
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
    for (long r = 0; r < run.count; r++) rows[r] = from + r * step;
    rows += run.count;
    first += run.count;
    count -= run.count;
  }
}

// Frames of x that any `block` rows need at most, counted once per sample.
static inline long most_frames(const ck_conv_shape *s, long block) {
  const long count = smaller(block, s->batch * s->rows), runs = smaller(s->batch, count / s->rows + 2);
  return count * s->in_step + runs * s->taps;
}

// How many rows of this shape to handle at a time: all blocks nearly equally many.
static inline long block_rows(const ck_conv_shape *s, int joins) {
  long most = smaller(MOST_ROWS, BLOCK_FLOATS / s->in_channels / 12 * 12);
  if (joins) {
    const long sample = ((s->rows - 1) * s->in_step + s->taps) * s->in_channels;
    most = smaller(MOST_JOINED_ROWS, JOINED_BLOCK_FLOATS * s->rows / sample / 12 * 12);
  }
  most = larger(FEWEST_ROWS, most);
  const long total = larger(s->batch * s->rows, 1), blocks = (total + most - 1) / most;
  return ((total + blocks - 1) / blocks + 11) / 12 * 12;
}

// Where output channel 0 of a row lies in y.
static inline long place_of_row(const ck_conv_shape *s, long row) {
  const long sample = row / s->rows, i = row % s->rows;
  return (sample * s->out_time + s->out0 + i * s->out_step) * s->out_channels;
}

// The rows first..<first + count for all taps at once.
static inline void list_joined(const ck_conv_shape *s, const float *x, float *y, long first, long count,
                               row_list *list, float *scratch) {
  point_to_rows(s, x, first, count, list->rows, scratch);
  for (long r = 0; r < count; r++) list->outs[r] = y + place_of_row(s, first + r);
  list->count = count;
}

// Whether the frames of x are copied into scratch.
static inline int spreads_frames(const ck_conv_shape *s) {
  return s->in_channels % CRITICAL_STRIDE == 0 && s->batch * s->rows > 1;
}

// For each tap those of the rows first..<first + count whose frame lies inside their sample.
static inline void list_by_taps(const ck_conv_shape *s, const float *x, float *y, long first, long count,
                                row_list *lists, float *scratch) {
  const long channels = s->in_channels, spread = spreads_frames(s) ? channels + GAP : 0;
  for (long tap = 0; tap < s->taps; tap++) lists[tap].count = 0;
  while (count > 0) {
    const row_run run = first_run(s, first, count);
    const long start = run.start, span = run.span;
    // Frame `base` lies at `frames`.
    long base = 0, stride = channels;
    const float *frames = x + run.sample * s->in_time * channels;
    if (spread) {
      base = larger(start, 0);
      frames += base * channels;
      const float *copies = scratch;
      for (long t = base; t < smaller(start + span, s->in_time); t++, frames += channels, scratch += spread)
        memcpy(scratch, frames, sizeof(float) * (size_t)channels);
      frames = copies;
      stride = spread;
    }
    float *out = y + place_of_row(s, first);
    for (long tap = 0; tap < s->taps; tap++) {
      row_list *list = lists + tap;
      long begin, end;
      rows_inside(s, start + tap, run.count, &begin, &end);
      for (long r = begin; r < end; r++) {
        list->rows[list->count] = frames + (start + tap + r * s->in_step - base) * stride;
        list->outs[list->count++] = out + r * s->out_step * s->out_channels;
      }
    }
    first += run.count;
    count -= run.count;
  }
}

// What sums start from where the first tap leaves rows out.
static inline void start_sums(const ck_conv_shape *s, float *y, long first, long count, const float *bias,
                              int accumulate, long panel0, long panel1) {
  const long begin = panel0 * CK_PANEL, n = larger(smaller(panel1 * CK_PANEL, s->out_channels) - begin, 0);
  for (long r = 0; r < count; r++) {
    float *sums = y + place_of_row(s, first + r) + begin;
    if (accumulate && bias) {
      for (long c = 0; c < n; c++) sums[c] += bias[begin + c];
    } else if (bias) {
      memcpy(sums, bias + begin, sizeof(float) * (size_t)n);
    } else if (!accumulate) {
      memset(sums, 0, sizeof(float) * (size_t)n);
    }
  }
}

// Length of the parts that rows of `depth` floats are cut into if they are longer than `longest`: about `part`, and all
// nearly equally long.
static inline long part_length(long depth, long longest, long part) {
  if (depth <= longest) return depth;
  const long parts = (depth + part - 1) / part;
  return (depth + parts - 1) / parts;
}

// Floats of scratch of a product.
static inline long product_scratch(const ck_conv_shape *s) {
  if (joins_taps(s)) return most_frames(s, block_rows(s, 1)) * s->in_channels;
  if (!spreads_frames(s)) return 0;
  const long rows = block_rows(s, 0);
  // Rows of several samples and what they read beyond them, or whole samples (channelwise_product.h).
  return larger(most_frames(s, rows), smaller(s->batch * s->rows, larger(s->rows, rows))) * (s->in_channels + GAP);
}
