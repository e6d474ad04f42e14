#include <math.h>

#include "CSpectral.h"
#include "simd.h"

CS_CLONES void cs_assemble(long count, long overlap, const float *restrict a, const float *restrict b,
                           const float *restrict scale, float *restrict out) {
  for (long i = 0; i < overlap; i++) out[i] = scale[i] * (a[i] + b[i]);
  for (long i = overlap; i < count; i++) out[i] = scale[i] * a[i];
}

CS_CLONES void cs_add(long count, const float *restrict a, float *restrict out) {
  for (long i = 0; i < count; i++) out[i] += a[i];
}

CS_CLONES void cs_divide(long count, const float *a, const float *b, float *out) {
  for (long i = 0; i < count; i++) out[i] = b[i] > 1e-9f ? a[i] / b[i] : 0;
}

CS_CLONES void cs_magnitudes(long count, const float *restrict z, float *restrict out) {
  for (long i = 0; i < count; i++) out[i] = sqrtf(z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]);
}

CS_CLONES void cs_half_spectrum(long bins, const float *restrict magnitude, const float *restrict turns,
                                float *restrict out) {
  for (long i = 0; i < bins; i++) {
    // Half the angle, in -pi/2...pi/2, by the first terms of the series (error below 1e-7), then doubled.
    const float x = turns[i] * 3.14159265f, q = x * x;
    const float s = x * (1 + q * (-1.6666667e-1f + q * (8.3333333e-3f + q * (-1.9841270e-4f
        + q * (2.7557319e-6f + q * -2.5052108e-8f)))));
    const float c = 1 + q * (-0.5f + q * (4.1666667e-2f + q * (-1.3888889e-3f + q * (2.4801587e-5f
        + q * (-2.7557319e-7f + q * 2.0876757e-9f)))));
    out[2 * i] = magnitude[i] * (c * c - s * s);
    out[2 * i + 1] = magnitude[i] * (2 * s * c);
  }
  for (long i = 0; i < bins; i += bins - 1) {
    out[2 * i] = out[2 * i] < 0 ? -magnitude[i] : magnitude[i];
    out[2 * i + 1] = 0;
  }
}

CS_CLONES void cs_squared_difference(long count, const float *x, const float *y, double *difference, double *square) {
  double d = 0, s = 0;
  for (long i = 0; i < count; i++) {
    const double e = (double)x[i] - (double)y[i];
    d += e * e;
    s += (double)y[i] * (double)y[i];
  }
  *difference = d;
  *square = s;
}
