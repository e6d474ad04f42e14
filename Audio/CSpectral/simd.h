// Vectors of eight floats, or four complex numbers, and the operations that the loops are written in.
#pragma once
#include <stdint.h>
#include <string.h>

#pragma clang fp reassociate(on) contract(fast)

#if defined(__x86_64__)
#define CS_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CS_CLONES
#endif
#define CS_INLINE static inline __attribute__((always_inline))

typedef float v8 __attribute__((ext_vector_type(8)));
typedef uint32_t u8 __attribute__((ext_vector_type(8)));
typedef v8 v8_unaligned __attribute__((aligned(4), may_alias));

// Macros where a function would pass vectors by value, whose convention differs between instruction sets.
#define LOAD(p) (*(const v8_unaligned *)(p))
#define STORE(p, v) (*(v8_unaligned *)(p) = (v))
// (re, im) -> (im, re)
#define SWAP(z) __builtin_shufflevector(z, z, 1, 0, 3, 2, 5, 4, 7, 6)
// Four complex numbers in reverse order.
#define REVERSE(z) __builtin_shufflevector(z, z, 6, 7, 4, 5, 2, 3, 0, 1)
#define CONJUGATE(z) ((z) * (v8){1, -1, 1, -1, 1, -1, 1, -1})
// The order of the eight bins a0...a3, b0...b3 in a vector of magnitudes is a0 a1 b0 b1 a2 a3 b2 b3: it comes from
// the squares of two vectors in two shuffles, and goes back to two vectors in two.
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15)
#define TWICE_A(s) __builtin_shufflevector(s, s, 0, 0, 1, 1, 4, 4, 5, 5)
#define TWICE_B(s) __builtin_shufflevector(s, s, 2, 2, 3, 3, 6, 6, 7, 7)

// 1 / sqrt(x) to 7e-7 for x in 1e-35...1e35: a linear guess of the exponent and mantissa, a step with constants that
// minimise its greatest error (J. Kadlec 2010), and Newton's step. Unlike the CPUs' own estimate it is the same on all.
#define RECIPROCAL_ROOT(result, x)                                     \
  do {                                                                 \
    const v8 rr_x = (x);                                               \
    v8 rr_y = (v8)((u8)0x5F1FFFF9u - ((u8)rr_x >> 1));                 \
    rr_y *= 0.703952253f * (2.38924456f - rr_x * rr_y * rr_y);         \
    (result) = rr_y * (1.5f - 0.5f * rr_x * rr_y * rr_y);              \
  } while (0)
