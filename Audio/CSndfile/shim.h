// libsndfile, readers and writers of sound files (apt: libsndfile1-dev; LGPL, linked dynamically).
#include <sndfile.h>
