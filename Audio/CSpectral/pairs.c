#include "CSpectral.h"
#include "simd.h"

CS_CLONES void cs_window_pair(long n, const float *a, const float *b, const float *window, float *out) {
  for (long i = 0; i < n; i += 8) {
    const v8 w = LOAD(window + i), x = w * LOAD(a + i), y = w * LOAD(b + i);
    STORE(out + 2 * i, __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11));
    STORE(out + 2 * i + 8, __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15));
  }
}

CS_CLONES void cs_overlap_add_pair(long n, const float *in, const float *window, float *a, float *b) {
  for (long i = 0; i < n; i += 8) {
    const v8 w = LOAD(window + i), low = LOAD(in + 2 * i), high = LOAD(in + 2 * i + 8);
    const v8 x = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
    const v8 y = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
    STORE(a + i, LOAD(a + i) + w * x);
    STORE(b + i, LOAD(b + i) + w * y);
  }
}

CS_CLONES void cs_split_pair(long n, float *spectrum, float *a, float *b) {
  // Bin n is bin 0.
  memcpy(spectrum + 2 * n, spectrum, 2 * sizeof(float));
  for (long k = 0; k <= n / 2; k += 4) {
    const v8 z = LOAD(spectrum + 2 * k), r = CONJUGATE(REVERSE(LOAD(spectrum + 2 * (n - k - 3))));
    STORE(a + 2 * k, z + r);
    STORE(b + 2 * k, CONJUGATE(SWAP(z - r)));
  }
}

CS_CLONES void cs_join_pair(long n, const float *a, const float *b, float *spectrum) {
  // The last four bins come first: of them only bin n/2 is real, and what follows overwrites the others.
  for (long k = n / 2; k >= 0; k -= 4) {
    const v8 x = SWAP(LOAD(a + 2 * k)), y = LOAD(b + 2 * k);
    STORE(spectrum + 2 * (n - k - 3), REVERSE(y - CONJUGATE(x)));
    STORE(spectrum + 2 * k, x + CONJUGATE(y));
  }
}
