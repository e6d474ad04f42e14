// Group normalisation over time and the channels of a group. Included by body.h once per instruction set.
//
// A sample is handled in bands of neighbouring groups: a group of at least WIDE_GROUP channels on its own, narrower
// ones several at a time, so that vectors are full in either case. Sums run over blocks of frames, and in double
// above; their order depends on the shape alone.

enum { WIDE_GROUP = 32, BAND_CHANNELS = 128, FRAME_BLOCK = 64, STRIP_VECTORS = WIDE_GROUP / LANES };

typedef struct {
  long time, stride;         // frames, and the floats between them
  long width, channels;      // of a group; of the band
  const float *x, *v, *mask; // of this sample, x and v from the band's first channel on; v and mask may be NULL
  double valid;              // 1 / (elements of a group that count)
  // Statistics per channel, or in element 0 that of a wide group.
  float mean[BAND_CHANNELS], rstd[BAND_CHANNELS], v_mean[BAND_CHANNELS], product_mean[BAND_CHANNELS];
} band;

// How many groups of this width make up a band.
static long band_groups(long width) { return width >= WIDE_GROUP ? 1 : BAND_CHANNELS / width; }

// A statistic for the channels from c on; lanes past the band are 0.
CK_INLINE vf statistic(const band *b, const float *values, long c) {
  return b->width >= WIDE_GROUP ? first_lanes(splat(*values), b->channels - c)
                                : load_first(values + c, b->channels - c);
}

typedef enum { MEAN_OF_X, MEAN_OF_SQUARES, MEAN_OF_V, MEAN_OF_PRODUCTS } band_mean_kind;

// Adds the sums over frames t0..<t1 of x, (x - mean)^2, v or y v in V vectors of channels from c on, all but the last
// of them full, to sums[0..<V].
CK_INLINE void add_frames(const band_mean_kind kind, const int V, const band *b, long t0, long t1, long c,
                          const long lanes, vf *sums) {
  vf mean[STRIP_VECTORS], rstd[STRIP_VECTORS], sum[STRIP_VECTORS];
  CK_UNROLL for (int v = 0; v < V; v++) {
    mean[v] = kind == MEAN_OF_X ? splat(0) : statistic(b, b->mean, c + v * LANES);
    rstd[v] = statistic(b, b->rstd, c + v * LANES);
    sum[v] = splat(0);
  }
  for (long t = t0; t < t1; t++) {
    if (b->mask && b->mask[t] == 0) continue;
    const float *x_frame = b->x + t * b->stride + c, *v_frame = b->v + t * b->stride + c;
    CK_UNROLL for (int v = 0; v < V; v++) {
      const vf x = kind == MEAN_OF_V ? splat(0) : load_first(x_frame + v * LANES, lanes - v * LANES) - mean[v];
      const vf tangent = kind >= MEAN_OF_V ? load_first(v_frame + v * LANES, lanes - v * LANES) : splat(0);
      if (kind == MEAN_OF_X) sum[v] += x;
      if (kind == MEAN_OF_SQUARES) sum[v] = multiply_add(x, x, sum[v]);
      if (kind == MEAN_OF_V) sum[v] += tangent;
      if (kind == MEAN_OF_PRODUCTS) sum[v] = multiply_add(x * rstd[v], tangent, sum[v]);
    }
  }
  CK_UNROLL for (int v = 0; v < V; v++) sums[v] += sum[v];
}

// The mean of one of these over each group, stored as the statistics are.
CK_INLINE void band_mean(const band_mean_kind kind, const band *b, float *result) {
  enum { STRIP = STRIP_VECTORS * LANES };
  const int wide = b->width >= WIDE_GROUP;
  vf columns[BAND_CHANNELS / LANES];  // of a wide group the first strip's only, for all its strips
  CK_UNROLL for (int v = 0; v < BAND_CHANNELS / LANES; v++) columns[v] = splat(0);
  double total = 0;
  for (long t0 = 0; t0 < b->time; t0 += FRAME_BLOCK) {
    const long t1 = smaller(b->time, t0 + FRAME_BLOCK);
    long c = 0;
    for (; c + STRIP <= b->channels; c += STRIP)
      add_frames(kind, STRIP_VECTORS, b, t0, t1, c, STRIP, columns + (wide ? 0 : c / LANES));
    for (; c < b->channels; c += LANES) {
      vf *column = columns + (wide ? 0 : c / LANES);
      if (c + LANES <= b->channels) add_frames(kind, 1, b, t0, t1, c, LANES, column);
      else add_frames(kind, 1, b, t0, t1, c, b->channels - c, column);
    }
    if (wide) {
      vf sum = splat(0);
      CK_UNROLL for (int v = 0; v < STRIP_VECTORS; v++) {
        sum += columns[v];
        columns[v] = splat(0);
      }
      total += lane_sum(sum);
    }
  }
  if (wide) {
    *result = (float)(total * b->valid);
    return;
  }
  double sums[BAND_CHANNELS];
  for (long c = 0; c < b->channels; c += LANES) {
    const vd column = __builtin_convertvector(columns[c / LANES], vd);
    memcpy(sums + c, &column, sizeof column);
  }
  for (long group = 0; group < b->channels; group += b->width) {
    double sum = 0;
    for (long c = group; c < group + b->width; c++) sum += sums[c];
    const float mean = (float)(sum * b->valid);
    for (long c = group; c < group + b->width; c++) result[c] = mean;
  }
}

// Sets mean and rstd, in two passes: the variance as E[x^2] - mean^2 would cancel.
static inline void band_statistics(band *b, float epsilon) {
  band_mean(MEAN_OF_X, b, b->mean);
  band_mean(MEAN_OF_SQUARES, b, b->rstd);
  const long count = b->width >= WIDE_GROUP ? 1 : b->channels;
  for (long c = 0; c < count; c += LANES)
    store(b->rstd + c, splat(1) / __builtin_elementwise_sqrt(load(b->rstd + c) + splat(epsilon)));
}

// What a pass writes for each element; the pointers are those of the band's first channel in this sample.
typedef enum { WRITE_NORMALIZED, WRITE_TANGENT, WRITE_MEAN, WRITE_MISH } band_write_kind;
typedef struct {
  float *y;
  const float *gamma, *beta, *scale, *shift, *residual;  // for WRITE_MISH; the last three may be NULL
} band_output;

// Writes frames t0..<t1 of V vectors of channels from c on, all but the last of them full. Strips of several vectors
// fill whole cache lines, which matters as much as the arithmetic.
CK_INLINE void write_frames(const band_write_kind kind, const int V, const band *b, const band_output *o, long t0,
                            long t1, long c, const long lanes) {
  const int fused = kind == WRITE_MISH;
  vf mean[STRIP_VECTORS], rstd[STRIP_VECTORS], v_mean[STRIP_VECTORS], product_mean[STRIP_VECTORS];
  vf gamma[STRIP_VECTORS], beta[STRIP_VECTORS], scale[STRIP_VECTORS], shift[STRIP_VECTORS];
  CK_UNROLL for (int v = 0; v < V; v++) {
    const long at = c + v * LANES, left = lanes - v * LANES;
    mean[v] = statistic(b, b->mean, at);
    rstd[v] = statistic(b, b->rstd, at);
    v_mean[v] = statistic(b, b->v_mean, at);
    product_mean[v] = statistic(b, b->product_mean, at);
    gamma[v] = fused ? rstd[v] * load_first(o->gamma + at, left) : rstd[v];
    beta[v] = fused ? load_first(o->beta + at, left) : splat(0);
    scale[v] = fused && o->scale ? load_first(o->scale + at, left) : splat(1);
    shift[v] = fused && o->shift ? load_first(o->shift + at, left) : splat(0);
  }
  for (long t = t0; t < t1; t++) {
    const int counts = !b->mask || b->mask[t] != 0;
    CK_UNROLL for (int v = 0; v < V; v++) {
      const long at = t * b->stride + c + v * LANES, left = lanes - v * LANES;
      vf value = splat(0);
      if (counts && kind == WRITE_MEAN) value = mean[v];
      if (counts && kind != WRITE_MEAN) value = (load_first(b->x + at, left) - mean[v]) * gamma[v];
      if (counts && kind == WRITE_TANGENT)
        value = rstd[v] * (load_first(b->v + at, left) - v_mean[v] - value * product_mean[v]);
      if (fused) value = multiply_add(mish(value + beta[v]), scale[v], shift[v]);
      if (fused && o->residual) value += load_first(o->residual + at, left);
      store_first(o->y + at, value, left);
    }
  }
}

CK_INLINE void write_band(const band_write_kind kind, const band *b, const band_output *o) {
  enum { STRIP = STRIP_VECTORS * LANES };
  for (long t0 = 0; t0 < b->time; t0 += FRAME_BLOCK) {
    const long t1 = smaller(b->time, t0 + FRAME_BLOCK);
    long c = 0;
    for (; c + STRIP <= b->channels; c += STRIP) write_frames(kind, STRIP_VECTORS, b, o, t0, t1, c, STRIP);
    for (; c < b->channels; c += LANES) {
      if (c + LANES <= b->channels) write_frames(kind, 1, b, o, t0, t1, c, LANES);
      else write_frames(kind, 1, b, o, t0, t1, c, b->channels - c);
    }
  }
}

CK_INLINE void each_band(const band_write_kind kind, const long shape[3], long groups, float epsilon, const float *x,
                         const float *mask, const float *v, const band_output *output, long film_stride, long group0,
                         long group1) {
  const long time = shape[1], channels = shape[2], width = channels / groups;
  band b = {.time = time, .stride = channels, .width = width};
  for (long sample = 0; sample < shape[0]; sample++) {
    b.mask = mask ? mask + sample * time : mask;
    double frames = (double)time;
    if (mask) {
      frames = 0;
      for (long t = 0; t < time; t++) frames += b.mask[t] != 0;
    }
    b.valid = frames > 0 ? 1 / (frames * (double)width) : 0;
    for (long group = group0; group < group1; group += band_groups(width)) {
      const long first = group * width, at = sample * time * channels + first, film = sample * film_stride + first;
      b.channels = smaller(band_groups(width), group1 - group) * width;
      b.x = x + at;
      b.v = v ? v + at : v;
      band_output o = {.y = output->y + at};
      if (kind == WRITE_MEAN) band_mean(MEAN_OF_X, &b, b.mean);
      else band_statistics(&b, epsilon);
      if (kind == WRITE_TANGENT) {
        band_mean(MEAN_OF_V, &b, b.v_mean);
        band_mean(MEAN_OF_PRODUCTS, &b, b.product_mean);
      }
      if (kind == WRITE_MISH) {
        o.gamma = output->gamma + first;
        o.beta = output->beta + first;
        o.scale = output->scale ? output->scale + film : 0;
        o.shift = output->shift ? output->shift + film : 0;
        o.residual = output->residual ? output->residual + at : 0;
      }
      write_band(kind, &b, &o);
    }
  }
}

static void normalize(const long shape[3], long groups, float epsilon, const float *x, const float *mask, float *y) {
  each_band(WRITE_NORMALIZED, shape, groups, epsilon, x, mask, 0, &(band_output){.y = y}, 0, 0, groups);
}

static void normalize_tangent(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                              const float *v, float *out) {
  each_band(WRITE_TANGENT, shape, groups, epsilon, x, mask, v, &(band_output){.y = out}, 0, 0, groups);
}

static void group_mean(const long shape[3], long groups, const float *x, const float *mask, float *y) {
  each_band(WRITE_MEAN, shape, groups, 0, x, mask, 0, &(band_output){.y = y}, 0, 0, groups);
}

static void normalize_mish(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                           const float *gamma, const float *beta, const float *scale, const float *shift,
                           long film_stride, const float *residual, float *y, long group0, long group1) {
  const band_output output = {y, gamma, beta, scale, shift, residual};
  each_band(WRITE_MISH, shape, groups, epsilon, x, mask, 0, &output, film_stride, group0, group1);
}
