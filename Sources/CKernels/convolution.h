// Convolution over time: the products of the rows that convolution_rows.h lists. Included by body.h once per
// instruction set.

// So many rows or fewer take weights in chunks of this length. Weights come at the speed of memory only if they are
// fetched line by line: where a tile is narrower than a panel, all of a chunk is used before the next one, which is
// fetched meanwhile.
enum { FEW_ROWS = 24, CHUNK = 128 };
// Other weights are fetched so many bytes ahead of their use: enough to cover the latency of memory.
enum { PREFETCH_BYTES = 4096 };
// Width in vectors of the widest tile, which is the one-row tile.
enum { MOST_VECTORS = SINGLE_ROW_PANELS * CK_PANEL / LANES };
_Static_assert(FEW_PANELS <= SINGLE_ROW_PANELS && FEW_TILE_ROWS <= TILE_ROWS, "tiles of few rows fit");

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
