// cairo, the 2-D drawing library (apt: libcairo2-dev).
#include <cairo.h>
#include <cairo-svg.h>
