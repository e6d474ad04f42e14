// The kernels for any CPU: vectors of four floats, which every 64-bit instruction set has.
#include <math.h>
#include <string.h>

#include "gradient_rows.h"
#include "loop.h"
#include "table.h"

#define CK_TABLE ck_table_portable
#define CK_NAME "portable"
#if defined(__aarch64__)
#define CK_FUSED
#endif
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define SINGLE_ROW_PANELS 1
#define FEW_TILE_ROWS 2
#define FEW_PANELS 1

#include "body.h"
