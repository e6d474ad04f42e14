// giflib, which encodes GIF images (apt: libgif-dev; there is no pkg-config file for it).
#include <gif_lib.h>
