// Convolution over time: the products of the rows that convolution_rows.h lists. Included by body.h once per
// instruction set.

// So many rows or fewer take weights in chunks of this length. Weights come at the speed of memory only if they are
// fetched line by line: where a tile is narrower than a panel, all of a chunk is used before the next one, which is
// fetched meanwhile.
enum { FEW_ROWS = 24, CHUNK = 128 };
// Other weights are fetched so many bytes ahead of their use: enough to cover the latency of memory.
enum { PREFETCH_BYTES = 4096 };
// Convolutions of so many taps are multiplied channel by channel: in parts of about CHANNELWISE_PART channels where there
// are several tiles, weights fetched CHANNELWISE_AHEAD channels before their use, into the second-level cache.
enum { CHANNELWISE_TAPS = 5, CHANNELWISE_PART = 128, CHANNELWISE_AHEAD = 12 };
// Width in vectors of the widest tile, which is the one-row tile.
enum { MOST_VECTORS = SINGLE_ROW_PANELS * CK_PANEL / LANES };
_Static_assert(FEW_PANELS <= SINGLE_ROW_PANELS && FEW_TILE_ROWS <= TILE_ROWS, "tiles of few rows fit");

// Whether all taps of a channel are multiplied at once; whatever the batch and the threads. With fewer frames most taps
// see nothing.
static inline int is_channelwise(const ck_conv_shape *s) {
#ifdef CHANNELWISE_ROWS
  return s->taps == CHANNELWISE_TAPS && s->in_step == 1 && s->in0 == -(CHANNELWISE_TAPS / 2) && s->out_step == 1 &&
         s->out0 == 0 && s->out_time == s->rows && s->in_time == s->rows && s->rows >= CHANNELWISE_ROWS / 2 &&
         s->in_channels >= FEWEST_CHANNELS;
#else
  (void)s;
  return 0;
#endif
}

// More samples than these use weights so often that it does not matter how they come from memory, only how fast they
// are packed.
enum { INTERLEAVED_BATCH = 8 };

static int interleaves(const ck_conv_shape *s) { return is_channelwise(s) && s->batch <= INTERLEAVED_BATCH; }

// The products themselves, once for weights in single precision and once for bfloat16.
#define WEIGHT float
#define LOAD_WEIGHT load_weight
#define NAMED(name) name
#include "channelwise_product.h"
#include "convolution_product.h"
#undef WEIGHT
#undef LOAD_WEIGHT
#undef NAMED
#define WEIGHT uint16_t
#define LOAD_WEIGHT load_weight_bfloat16
#define NAMED(name) name##_bfloat16
#include "channelwise_product.h"
#include "convolution_product.h"
#undef WEIGHT
#undef LOAD_WEIGHT
#undef NAMED
