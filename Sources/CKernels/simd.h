// Vectors of LANES floats and the few operations that the kernel bodies are written in. Included by body.h, inside the
// target attributes of an instruction set.
#pragma once

#define CK_INLINE static inline __attribute__((always_inline))
// Loops over the registers of a tile must unroll completely, or the tile would live in memory.
#define CK_UNROLL _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef double vd __attribute__((ext_vector_type(LANES)));
typedef int32_t vi __attribute__((ext_vector_type(LANES)));
typedef uint32_t vu __attribute__((ext_vector_type(LANES)));
typedef vf vf_unaligned __attribute__((aligned(4), may_alias));

CK_INLINE vf load(const float *p) { return *(const vf_unaligned *)p; }
typedef vu vu_unaligned __attribute__((aligned(2), may_alias));
// Vector v of a panel's row of weights, and of one in bfloat16, whose words hold the upper halves of two floats, half a
// row apart: one load and one shift or mask each, where halves in order would have to be spread out first.
CK_INLINE vf load_weight(const float *row, long v) { return load(row + v * LANES); }
CK_INLINE vf load_weight_bfloat16(const uint16_t *row, long v) {
  enum { WORDS = CK_PANEL / 2, VECTORS = WORDS / LANES };
  const vu words = *(const vu_unaligned *)(row + v % VECTORS * LANES * 2);
  return (vf)((words << (v < VECTORS ? 16u : 0u)) & 0xffff0000u);
}
CK_INLINE void store(float *p, vf v) { *(vf_unaligned *)p = v; }
CK_INLINE vf splat(float x) { return (vf)x; }

CK_INLINE vi lane_indices(void) {
  vi index;
  CK_UNROLL for (int i = 0; i < LANES; i++) index[i] = i;
  return index;
}

// The first n lanes of v, zeros after them.
CK_INLINE vf first_lanes(vf v, long n) { return lane_indices() < (vi)(int)smaller(n, LANES) ? v : splat(0); }

// Loads and stores of the first 1..<LANES lanes, which never touch memory beyond them.
#ifndef CK_HAS_PARTIAL_ACCESS
CK_INLINE vf load_partial(const float *p, long n) {
  vf v = splat(0);
  memcpy(&v, p, sizeof(float) * (size_t)n);
  return v;
}
CK_INLINE void store_partial(float *p, vf v, long n) { memcpy(p, &v, sizeof(float) * (size_t)n); }
#endif

// As above for any n; n <= 0 touches nothing.
CK_INLINE vf load_first(const float *p, long n) {
  return n >= LANES ? load(p) : n > 0 ? load_partial(p, n) : splat(0);
}
CK_INLINE void store_first(float *p, vf v, long n) {
  if (n >= LANES) store(p, v);
  else if (n > 0) store_partial(p, v, n);
}

// a * b + c, with one rounding where the instruction set has it.
CK_INLINE vf multiply_add(vf a, vf b, vf c) {
#ifdef CK_FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// The sum of the lanes, pairwise.
CK_INLINE double lane_sum(vf v) {
  double sums[LANES];
  CK_UNROLL for (int i = 0; i < LANES; i++) sums[i] = (double)v[i];
  CK_UNROLL for (int half = LANES / 2; half > 0; half /= 2) {
    CK_UNROLL for (int i = 0; i < half; i++) sums[i] += sums[i + half];
  }
  return sums[0];
}

// exp(x) / 2^n for the returned n, relative error below 2e-7: x = n ln 2 + r with |r| <= ln(2) / 2, and exp(r) comes
// from its Chebyshev interpolant.
CK_INLINE vf reduced_exponential(vf x, vi *n) {
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  const vf shifted = multiply_add(x, splat(1.44269504f), splat(12582912.0f));
  const vf whole = shifted - splat(12582912.0f);
  *n = (vi)shifted - 0x4B400000;
  // ln 2 in two parts, the first short enough for n times it to be exact.
  vf r = multiply_add(whole, splat(-0.693359375f), x);
  r = multiply_add(whole, splat(2.12194440e-4f), r);
  vf q = splat(1.392692661e-3f);
  q = multiply_add(q, r, splat(8.363773874e-3f));
  q = multiply_add(q, r, splat(4.166655011e-2f));
  q = multiply_add(q, r, splat(1.666657338e-1f));
  q = multiply_add(q, r, splat(0.5f));
  return multiply_add(q, r * r, r) + splat(1);
}

CK_INLINE vf power_of_two(vi n) { return (vf)((n + 127) << 23); }

// The smaller and the larger of x and a bound; a NaN in x stays one.
CK_INLINE vf at_most(vf x, float bound) { return splat(bound) < x ? splat(bound) : x; }
CK_INLINE vf at_least(vf x, float bound) { return splat(bound) > x ? splat(bound) : x; }

// exp(x) for every x: 0 and infinity outside float's range, NaN for NaN. 2^n is applied in two steps because n = 128
// and n < -126 have no float of their own.
CK_INLINE vf exponential(vf x) {
  vi n;
  const vf p = reduced_exponential(at_least(at_most(x, 89), -104), &n);
  const vi half = n >> 1;
  return p * power_of_two(half) * power_of_two(n - half);
}

// exp(x) for x in -87...88.
CK_INLINE vf bounded_exponential(vf x) {
  vi n;
  const vf p = reduced_exponential(x, &n);
  return p * power_of_two(n);
}

// mish(x) = x n / (n + 2) with n = e (e + 2), e = exp(x). In float the fraction is 1 above 20, and the product 0 to all
// purposes below -87.
CK_INLINE vf mish(vf x) {
  x = at_least(x, -87);
  const vf e = bounded_exponential(at_most(x, 20)), n = e * (e + splat(2));
  return x * (n / (n + splat(2)));
}
