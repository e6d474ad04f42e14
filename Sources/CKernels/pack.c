// Packing of weights into panels. Bound by memory, so there is one version for every instruction set.
#include <string.h>

#include "CKernels.h"
#include "convolution_rows.h"

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

typedef float four __attribute__((ext_vector_type(4)));
typedef four four_unaligned __attribute__((aligned(4), may_alias));

// to[i * CK_PANEL + j] = from[j * ldw + i] for i, j in 0..<4.
static void transpose_4x4(const float *from, long ldw, float *to) {
  const four a = *(const four_unaligned *)from, b = *(const four_unaligned *)(from + ldw);
  const four c = *(const four_unaligned *)(from + 2 * ldw), d = *(const four_unaligned *)(from + 3 * ldw);
  const four ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const four cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(four_unaligned *)to = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
  *(four_unaligned *)(to + CK_PANEL) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
  *(four_unaligned *)(to + 2 * CK_PANEL) = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
  *(four_unaligned *)(to + 3 * CK_PANEL) = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
}

// Packs the transpose of w [n][k]. Whole cache lines of w are read at a time: its rows often lie a power of two apart,
// and then few of their lines fit into the cache at once.
static void pack_transposed(long k, long n, const float *w, long ldw, float *packed, long panel_stride) {
  enum { LINE = 16 };
  for (long column = 0; column < n; column += CK_PANEL, packed += panel_stride) {
    const long width = smaller(CK_PANEL, n - column);
    if (width < CK_PANEL) memset(packed, 0, sizeof(float) * (size_t)(k * CK_PANEL));
    for (long line = 0; line < k; line += LINE) {
      const long end = smaller(k, line + LINE);
      for (long j = 0; j < width; j += 4) {
        const float *from = w + (column + j) * ldw;
        float *to = packed + j;
        long i = line;
        if (j + 4 <= width) {
          for (; i + 4 <= end; i += 4) transpose_4x4(from + i, ldw, to + i * CK_PANEL);
        }
        for (; i < end; i++) {
          for (long r = 0; r < smaller(4, width - j); r++) to[i * CK_PANEL + r] = from[r * ldw + i];
        }
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

static uint16_t upper_half(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t rounded = bits + 0x7FFF + (bits >> 16 & 1);
  // Rounding could carry a NaN's mantissa into infinity or beyond.
  return (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? bits >> 16 | 0x40 : rounded >> 16);
}

void ck_round_to_bfloat16(long n, const float *x, uint16_t *y) {
  for (long i = 0; i < n; i++) y[i] = upper_half(x[i]);
}

void ck_halve_panels(long n, const float *packed, uint16_t *halves) {
  enum { WORDS = CK_PANEL / 2 };
  for (long row = 0; row < n; row += CK_PANEL) {
    for (long i = 0; i < WORDS; i++) {
      const uint32_t word = upper_half(packed[row + i]) | (uint32_t)upper_half(packed[row + i + WORDS]) << 16;
      memcpy(halves + row + 2 * i, &word, sizeof word);
    }
  }
}
