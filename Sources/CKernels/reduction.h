// Sums over dimensions. Included by body.h once per instruction set.

// Partial sums over this many rows, or vectors, are added up separately, so that rounding errors do not accumulate.
enum { SUM_BLOCK = 64 };
// Vectors of neighbouring columns that are summed side by side.
enum { COLUMN_VECTORS = 4 };

// The sum of n neighbouring products a * b, or elements of a where b is NULL.
static double run_sum(long n, const float *a, const float *b) {
  double total = 0;
  for (long first = 0; first < n; first += SUM_BLOCK * LANES) {
    const long end = smaller(n, first + SUM_BLOCK * LANES);
    vf sum[2] = {splat(0), splat(0)};
    long i = first;
    for (; i + 2 * LANES <= end; i += 2 * LANES) {
      const vf a0 = load(a + i), a1 = load(a + i + LANES);
      sum[0] = b ? multiply_add(a0, load(b + i), sum[0]) : sum[0] + a0;
      sum[1] = b ? multiply_add(a1, load(b + i + LANES), sum[1]) : sum[1] + a1;
    }
    for (; i < end; i += LANES) {
      const vf a0 = load_first(a + i, end - i);
      sum[0] += b ? a0 * load_first(b + i, end - i) : a0;
    }
    total += lane_sum(sum[0] + sum[1]);
  }
  return total;
}

// y[0..<n] = the sums of the columns of `rows` rows of a (times b) that lie `stride` apart; V vectors at a time.
CK_INLINE void column_sum_strip(const int V, long rows, long stride, long n, const float *a, const float *b, float *y) {
  vf total[COLUMN_VECTORS];
  CK_UNROLL for (int v = 0; v < V; v++) total[v] = splat(0);
  for (long first = 0; first < rows; first += SUM_BLOCK) {
    vf sum[COLUMN_VECTORS];
    CK_UNROLL for (int v = 0; v < V; v++) sum[v] = splat(0);
    for (long r = first; r < smaller(rows, first + SUM_BLOCK); r++) {
      CK_UNROLL for (int v = 0; v < V; v++) {
        const long at = r * stride + v * LANES;
        const vf value = load_first(a + at, n - v * LANES);
        sum[v] = b ? multiply_add(value, load_first(b + at, n - v * LANES), sum[v]) : sum[v] + value;
      }
    }
    CK_UNROLL for (int v = 0; v < V; v++) total[v] += sum[v];
  }
  CK_UNROLL for (int v = 0; v < V; v++) store_first(y + v * LANES, total[v], n - v * LANES);
}

static void column_sums(long rows, long stride, long n, const float *a, const float *b, float *y) {
  enum { V = COLUMN_VECTORS };
  long c = 0;
  for (; c + V * LANES <= n; c += V * LANES)
    column_sum_strip(V, rows, stride, V * LANES, a + c, b ? b + c : b, y + c);
  for (; c < n; c += LANES) column_sum_strip(1, rows, stride, n - c, a + c, b ? b + c : b, y + c);
}

static void sum(const long shape[3], const long out[3], const float *a, const float *b, float *y) {
  const long batch = shape[0], time = shape[1], channels = shape[2], sample = time * channels;
  const int over_batch = out[0] == 1, over_time = out[1] == 1, over_channels = out[2] == 1;
  if (over_channels && over_batch && !over_time) {
    for (long t = 0; t < time; t++) {
      double total = 0;
      for (long i = t * channels; i < batch * sample; i += sample) total += run_sum(channels, a + i, b ? b + i : b);
      y[t] = (float)total;
    }
  } else if (over_channels) {
    const long runs = over_batch ? 1 : over_time ? batch : batch * time;
    const long n = runs ? batch * sample / runs : 0;
    for (long i = 0; i < runs; i++) y[i] = (float)run_sum(n, a + i * n, b ? b + i * n : b);
  } else if (over_batch && !over_time) {
    column_sums(batch, sample, sample, a, b, y);
  } else {
    const long results = over_batch ? 1 : over_time ? batch : batch * time;
    const long rows = results ? batch * time / results : 0;
    for (long i = 0; i < results; i++) {
      const long at = i * rows * channels;
      column_sums(rows, channels, channels, a + at, b ? b + at : b, y + i * channels);
    }
  }
}
