// The gradient of a convolution's weight: which rows its products sum. weight_gradient.h multiplies. Nothing here
// depends on the instruction set.
#pragma once
#include "convolution_rows.h"

// Rows summed in registers at a time: more means fewer passes over dw, fewer keeps the strips in the first-level cache.
enum { GRADIENT_BLOCK = 128 };
// Width of a strip of x. Frames of few channels keep theirs, so that the taps of a row are neighbours there and fill
// the tiles as if they were channels.
enum { FRAME_WIDTH = 16, FEW_CHANNELS = 8 };
static inline long frame_width(const ck_conv_shape *s) {
  return s->in_channels <= FEW_CHANNELS ? s->in_channels : FRAME_WIDTH;
}

// A row's places, in floats: of its frame in a strip of x, and in one of d.
typedef struct {
  int x, d;
} row_place;
// The rows that a tap sums.
typedef struct {
  long count;
  row_place places[GRADIENT_BLOCK];
} place_list;

// Taps that share a list: all of them where they fill tiles like channels, or are too many; otherwise each has its own,
// without the rows whose frame lies outside their sample.
static inline int shares_rows(const ck_conv_shape *s) { return frame_width(s) < FRAME_WIDTH || s->taps > MOST_TAPS; }

// Lists the rows first..<first + count, for strips of d of width `strip`. Returns the number of frames of x that they
// need.
static inline long place_rows(const ck_conv_shape *s, long first, long count, long strip, place_list *lists) {
  const int shares = shares_rows(s);
  const long width = frame_width(s), taps = shares ? 1 : s->taps;
  long frames = 0;
  row_run run;
  for (long tap = 0; tap < taps; tap++) lists[tap].count = 0;
  for (long row = 0; row < count; row += run.count) {
    run = first_run(s, first + row, count - row);
    for (long tap = 0; tap < taps; tap++) {
      place_list *list = lists + tap;
      long begin = 0, end = run.count;
      if (!shares) rows_inside(s, run.start + tap, run.count, &begin, &end);
      for (long r = begin; r < end; r++)
        list->places[list->count++] = (row_place){.x = (int)((frames + r * s->in_step + tap) * width),
                                                  .d = (int)((row + r) * strip)};
    }
    frames += run.span;
  }
  return frames;
}

// Floats of a row of d in strips of a width.
static inline long gradient_floats(const ck_conv_shape *s, long strip) {
  return (s->out_channels + strip - 1) / strip * strip;
}
