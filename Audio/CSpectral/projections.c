// One pass per pair of frames: split the spectrum, apply a method's recurrence, impose the magnitudes, join again.
// Dividing by the magnitude keeps the phase: no trigonometry.
#include "CSpectral.h"
#include "simd.h"

void cs_pair_magnitudes(long n, const float *a, const float *b, float *pair) {
  static const int order[4] = {0, 1, 4, 5};
  memset(pair, 0, (size_t)(n + 8) * sizeof(float));
  for (long k = 0; k <= n / 2; k++) {
    float *group = pair + 2 * (k & ~3L);
    group[order[k & 3]] = a[k];
    group[order[k & 3] + 2] = b[k];
  }
}

typedef enum { CLASSIC, MOMENTUM, ADMM, ADMM_LAST } method;

// As in cs_join_pair the last group comes first, because of its four bins only n/2 counts. Magnitudes are tiny where
// the spectrum is exactly zero, where a phase does not exist.
CS_INLINE void project(method method, long n, float *restrict spectrum, const float *restrict magnitudes, float weight,
                       float *restrict a, float *restrict b, float *restrict out) {
  memcpy(spectrum + 2 * n, spectrum, 2 * sizeof(float));
  const float share = 1 / (1 + weight);
  for (long k = n / 2; k >= 0; k -= 4) {
    const v8 z = LOAD(spectrum + 2 * k), r = CONJUGATE(REVERSE(LOAD(spectrum + 2 * (n - k - 3))));
    const v8 wa = z + r, wb = CONJUGATE(SWAP(z - r));
    v8 ta = wa, tb = wb, va = 0, vb = 0, za = 0, zb = 0;
    if (method != CLASSIC) {
      va = LOAD(a + 2 * k);
      vb = LOAD(b + 2 * k);
    }
    if (method == MOMENTUM) {
      ta = wa - weight * va;
      tb = wb - weight * vb;
      STORE(a + 2 * k, wa);
      STORE(b + 2 * k, wb);
    } else if (method == ADMM || method == ADMM_LAST) {
      za = (weight * va + wa) * share;
      zb = (weight * vb + wb) * share;
      ta = method == ADMM ? 2 * za - va : za;
      tb = method == ADMM ? 2 * zb - vb : zb;
    }
    const v8 aa = ta * ta, bb = tb * tb;
    v8 scale;
    RECIPROCAL_ROOT(scale, EVEN(aa, bb) + ODD(aa, bb) + 1e-30f);
    scale *= LOAD(magnitudes + 2 * k);
    v8 x = ta * TWICE_A(scale), y = tb * TWICE_B(scale);
    if (method == ADMM) {
      x += va - za;
      y += vb - zb;
      STORE(a + 2 * k, x);
      STORE(b + 2 * k, y);
    }
    x = SWAP(x);
    STORE(out + 2 * (n - k - 3), REVERSE(y - CONJUGATE(x)));
    STORE(out + 2 * k, x + CONJUGATE(y));
  }
}

CS_CLONES void cs_project(long n, float *spectrum, const float *magnitudes, float *out) {
  project(CLASSIC, n, spectrum, magnitudes, 0, 0, 0, out);
}

CS_CLONES void cs_project_momentum(long n, float *spectrum, const float *magnitudes, float weight, float *a, float *b,
                                   float *out) {
  project(MOMENTUM, n, spectrum, magnitudes, weight, a, b, out);
}

CS_CLONES void cs_project_admm(long n, float *spectrum, const float *magnitudes, float rho, float *a, float *b,
                               float *out) {
  project(ADMM, n, spectrum, magnitudes, rho, a, b, out);
}

CS_CLONES void cs_project_admm_last(long n, float *spectrum, const float *magnitudes, float rho, const float *a,
                                    const float *b, float *out) {
  project(ADMM_LAST, n, spectrum, magnitudes, rho, (float *)a, (float *)b, out);
}
