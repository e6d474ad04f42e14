// The optimiser's passes over flat buffers. Included by body.h once per instruction set.

// Sixteen double accumulators, whatever the vector width: the order of the sum is the same for every instruction set,
// and squares of floats are exact in double, fused or not.
enum { SQUARE_LANES = 16, SQUARE_VECTORS = SQUARE_LANES / LANES, SQUARE_BLOCK = 1024 };

static double reduce_gradients(long n, int shards, const float *const *gradients, float *reduced) {
  double total = 0;
  for (long first = 0; first < n; first += SQUARE_BLOCK) {
    const long end = smaller(n, first + SQUARE_BLOCK);
    vd squares[SQUARE_VECTORS];
    CK_UNROLL for (int v = 0; v < SQUARE_VECTORS; v++) squares[v] = (vd)0.0;
    for (long i = first; i < end; i += SQUARE_LANES) {
      CK_UNROLL for (int v = 0; v < SQUARE_VECTORS; v++) {
        const long at = i + v * LANES, lanes = end - at;
        vf g = load_first(gradients[0] + at, lanes);
        for (int s = 1; s < shards; s++) g += load_first(gradients[s] + at, lanes);
        store_first(reduced + at, g, lanes);
        const vd wide = __builtin_convertvector(g, vd);
        squares[v] += wide * wide;
      }
    }
    CK_UNROLL for (int v = 0; v < SQUARE_VECTORS; v++) {
      CK_UNROLL for (int i = 0; i < LANES; i++) total += squares[v][i];
    }
  }
  return total;
}

CK_INLINE void adamw_step(const ck_adamw_args *a, const long lanes, const float *g, float *p, float *m, float *v,
                          float *ema) {
  const float step = a->learning_rate / a->bias1, root = 1 / sqrtf(a->bias2);
  const vf gradient = load_first(g, lanes) * a->clip, m0 = load_first(m, lanes), v0 = load_first(v, lanes);
  const vf m1 = multiply_add(gradient - m0, splat(1 - a->beta1), m0);
  const vf v1 = multiply_add(gradient * gradient, splat(1 - a->beta2), v0 * a->beta2);
  const vf size = multiply_add(__builtin_elementwise_sqrt(v1), splat(root), splat(a->epsilon));
  const vf decayed = load_first(p, lanes) * (1 - a->learning_rate * a->weight_decay);
  const vf updated = multiply_add(m1 / size, splat(-step), decayed);
  store_first(m, m1, lanes);
  store_first(v, v1, lanes);
  store_first(p, updated, lanes);
  if (ema) {
    const vf average = load_first(ema, lanes);
    store_first(ema, multiply_add(updated, splat(1 - a->ema_decay), average * a->ema_decay), lanes);
  }
}

static void adamw(long n, const ck_adamw_args *a, const float *g, float *p, float *m, float *v, float *ema) {
  long i = 0;
  for (; i + LANES <= n; i += LANES) adamw_step(a, LANES, g + i, p + i, m + i, v + i, ema ? ema + i : ema);
  if (i < n) adamw_step(a, n - i, g + i, p + i, m + i, v + i, ema ? ema + i : ema);
}
