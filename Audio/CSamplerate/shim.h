// libsamplerate, band-limited resampling (apt: libsamplerate0-dev; BSD).
#include <samplerate.h>
