#include "CKernels.h"

// Weight packing is a small share of a step and memory bound, so it is written once, without instruction-set variants.

static void pack_plain(long k_offset, long k_total, long rows, long columns, const float *w, float *packed) {
  for (long panel = 0; panel * CK_PANEL < columns; panel++) {
    const long width = columns - panel * CK_PANEL < CK_PANEL ? columns - panel * CK_PANEL : CK_PANEL;
    float *to = packed + (panel * k_total + k_offset) * CK_PANEL;
    for (long k = 0; k < rows; k++, to += CK_PANEL) {
      const float *from = w + k * columns + panel * CK_PANEL;
      for (long i = 0; i < width; i++) to[i] = from[i];
      for (long i = width; i < CK_PANEL; i++) to[i] = 0;
    }
  }
}

static void pack_transposed(long k_offset, long k_total, long rows, long columns, const float *w, float *packed) {
  for (long panel = 0; panel * CK_PANEL < rows; panel++) {
    const long width = rows - panel * CK_PANEL < CK_PANEL ? rows - panel * CK_PANEL : CK_PANEL;
    float *to = packed + (panel * k_total + k_offset) * CK_PANEL;
    for (long k0 = 0; k0 < columns; k0 += 16) {  // one cache line of each row at a time
      const long k1 = k0 + 16 < columns ? k0 + 16 : columns;
      for (long i = 0; i < CK_PANEL; i++) {
        const float *from = w + (panel * CK_PANEL + i) * columns;
        for (long k = k0; k < k1; k++) to[k * CK_PANEL + i] = i < width ? from[k] : 0;
      }
    }
  }
}

void ck_pack_taps(long taps, long first_tap, long tap_step, long in, long out, const float *w, int transposed,
                  float *packed) {
  const long per_tap = transposed ? out : in;
  for (long j = 0; j < taps; j++) {
    const float *tap = w + (first_tap + j * tap_step) * in * out;
    if (transposed) pack_transposed(j * per_tap, taps * per_tap, in, out, tap, packed);
    else pack_plain(j * per_tap, taps * per_tap, in, out, tap, packed);
  }
}
