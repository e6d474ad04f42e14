// Packing of weights into panels. Bound by memory, so there is one version for every instruction set.
#include "CKernels.h"

#include <string.h>

static long smaller(long a, long b) { return a < b ? a : b; }

long ck_packed_count(long k, long n) { return (n + CK_PANEL - 1) / CK_PANEL * CK_PANEL * k; }

// Packs w [k][n] as rows of panels that are panel_stride floats apart.
static void pack(long k, long n, const float *w, long ldw, float *packed, long panel_stride) {
  for (long column = 0; column < n; column += CK_PANEL, packed += panel_stride) {
    const long width = smaller(CK_PANEL, n - column);
    const float *from = w + column;
    float *to = packed;
    for (long i = 0; i < k; i++, from += ldw, to += CK_PANEL) {
      if (width == CK_PANEL) {
        memcpy(to, from, sizeof(float) * CK_PANEL);
      } else {
        memcpy(to, from, sizeof(float) * (size_t)width);
        memset(to + width, 0, sizeof(float) * (size_t)(CK_PANEL - width));
      }
    }
  }
}

// Packs the transpose of w [n][k]. Whole cache lines of w are read at a time: its rows often lie a power of two apart,
// and then few of their lines fit into the cache at once.
static void pack_transposed(long k, long n, const float *w, long ldw, float *packed, long panel_stride) {
  enum { LINE = 16 };
  for (long column = 0; column < n; column += CK_PANEL, packed += panel_stride) {
    const long width = smaller(CK_PANEL, n - column);
    for (long line = 0; line < k; line += LINE) {
      const long count = smaller(LINE, k - line);
      float *to = packed + line * CK_PANEL;
      if (width < CK_PANEL) memset(to, 0, sizeof(float) * (size_t)(count * CK_PANEL));
      for (long j = 0; j < width; j++) {
        const float *from = w + (column + j) * ldw + line;
        for (long i = 0; i < count; i++) to[i * CK_PANEL + j] = from[i];
      }
    }
  }
}

void ck_pack(long k, long n, const float *w, long ldw, float *packed) { pack(k, n, w, ldw, packed, k * CK_PANEL); }

void ck_pack_transposed(long k, long n, const float *w, long ldw, float *packed) {
  pack_transposed(k, n, w, ldw, packed, k * CK_PANEL);
}

void ck_pack_taps(long taps, long first_tap, long tap_step, long in, long out, const float *w, int transposed,
                  float *packed) {
  const long depth = transposed ? out : in, panel_stride = taps * depth * CK_PANEL;
  for (long j = 0; j < taps; j++, packed += depth * CK_PANEL) {
    const float *tap = w + (first_tap + j * tap_step) * in * out;
    if (transposed) pack_transposed(out, in, tap, out, packed, panel_stride);
    else pack(in, out, tap, out, packed, panel_stride);
  }
}
