// Packing of weights into panels. Bound by memory, so there is one version for every instruction set.
#include <string.h>

#include "CKernels.h"
#include "convolution_rows.h"

long ck_packed_count(long k, long n) { return (n + CK_PANEL - 1) / CK_PANEL * CK_PANEL * k; }

// One panel of w [k][n]: its columns lie from w on, `width` of them; and its rows `row_stride` apart.
static void pack(long k, long width, const float *w, long ldw, float *panel, long row_stride) {
  for (long i = 0; i < k; i++, w += ldw, panel += row_stride) {
    if (width == CK_PANEL) {
      memcpy(panel, w, sizeof(float) * CK_PANEL);
    } else {
      memcpy(panel, w, sizeof(float) * (size_t)width);
      memset(panel + width, 0, sizeof(float) * (size_t)(CK_PANEL - width));
    }
  }
}

typedef float four __attribute__((ext_vector_type(4)));
typedef four four_unaligned __attribute__((aligned(4), may_alias));

// to[i * ldt + j] = from[j * ldw + i] for i, j in 0..<4.
static void transpose_4x4(const float *from, long ldw, float *to, long ldt) {
  const four a = *(const four_unaligned *)from, b = *(const four_unaligned *)(from + ldw);
  const four c = *(const four_unaligned *)(from + 2 * ldw), d = *(const four_unaligned *)(from + 3 * ldw);
  const four ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const four cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(four_unaligned *)to = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
  *(four_unaligned *)(to + ldt) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
  *(four_unaligned *)(to + 2 * ldt) = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
  *(four_unaligned *)(to + 3 * ldt) = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
}

// The same of the transpose of w [n][k]. Whole cache lines of w are read at a time: its rows often lie a power of two apart,
// and then few of their lines fit into the cache at once.
static void pack_transposed(long k, long width, const float *w, long ldw, float *panel, long row_stride) {
  enum { LINE = 16 };
  if (width < CK_PANEL) {
    for (long i = 0; i < k; i++) memset(panel + i * row_stride, 0, sizeof(float) * CK_PANEL);
  }
  for (long line = 0; line < k; line += LINE) {
    const long end = smaller(k, line + LINE);
    for (long j = 0; j < width; j += 4) {
      const float *from = w + j * ldw;
      float *to = panel + j;
      // The processor does not guess that these rows go on when all of them have been here.
      for (long r = 0; r < smaller(4, width - j); r++) __builtin_prefetch(from + r * ldw + line + LINE);
      long i = line;
      if (j + 4 <= width) {
        for (; i + 4 <= end; i += 4) transpose_4x4(from + i, ldw, to + i * row_stride, row_stride);
      }
      for (; i < end; i++) {
        for (long r = 0; r < smaller(4, width - j); r++) to[i * row_stride + r] = from[r * ldw + i];
      }
    }
  }
}

void ck_pack(long k, long n, const float *w, long ldw, float *packed) {
  for (long column = 0; column < n; column += CK_PANEL, packed += k * CK_PANEL)
    pack(k, smaller(CK_PANEL, n - column), w + column, ldw, packed, CK_PANEL);
}

void ck_pack_transposed(long k, long n, const float *w, long ldw, float *packed) {
  for (long column = 0; column < n; column += CK_PANEL, packed += k * CK_PANEL)
    pack_transposed(k, smaller(CK_PANEL, n - column), w + column * ldw, ldw, packed, CK_PANEL);
}

void ck_pack_taps(long taps, long first_tap, long tap_step, long in, long out, const float *w, int transposed,
                  int interleaved, float *packed) {
  const long k = transposed ? out : in, n = transposed ? in : out;
  const long row_stride = interleaved ? taps * CK_PANEL : CK_PANEL, tap_stride = interleaved ? CK_PANEL : k * CK_PANEL;
  for (long column = 0; column < n; column += CK_PANEL, packed += taps * k * CK_PANEL) {
    const long width = smaller(CK_PANEL, n - column);
    for (long j = 0; j < taps; j++) {
      const float *tap = w + (first_tap + j * tap_step) * in * out;
      if (transposed) pack_transposed(k, width, tap + column * out, out, packed + j * tap_stride, row_stride);
      else pack(k, width, tap + column, out, packed + j * tap_stride, row_stride);
    }
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
