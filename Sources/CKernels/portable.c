// Four floats at a time, for any processor.
#define VW 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define VARIANT ck_portable
#include "variant.inc"
