// Group normalisation over time and the channels of a group. Included by body.h once per instruction set.
//
// A sample is handled in bands of neighbouring groups: a group of at least WIDE_GROUP channels on its own, narrower
// ones several at a time, so that vectors are full in either case. Sums run over blocks of frames, and in double
// above; their order depends on the shape alone.

enum { WIDE_GROUP = 32, BAND_CHANNELS = 64, FRAME_BLOCK = 64 };

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

// The sum over frames t0..<t1 of x, (x - mean)^2, v or y v in `lanes` channels from c on.
CK_INLINE vf frame_sum(const band_mean_kind kind, const band *b, long t0, long t1, long c, const long lanes) {
  const vf mean = statistic(b, b->mean, c), rstd = statistic(b, b->rstd, c);
  vf sum = splat(0);
  for (long t = t0; t < t1; t++) {
    if (b->mask && b->mask[t] == 0) continue;
    const long at = t * b->stride + c;
    if (kind == MEAN_OF_V) {
      sum += load_first(b->v + at, lanes);
      continue;
    }
    const vf x = load_first(b->x + at, lanes);
    if (kind == MEAN_OF_X) sum += x;
    if (kind == MEAN_OF_SQUARES) sum = multiply_add(x - mean, x - mean, sum);
    if (kind == MEAN_OF_PRODUCTS) sum = multiply_add((x - mean) * rstd, load_first(b->v + at, lanes), sum);
  }
  return sum;
}

CK_INLINE void band_mean(const band_mean_kind kind, const band *b, float *result) {
  const int wide = b->width >= WIDE_GROUP;
  float column[BAND_CHANNELS] = {0};
  double total = 0;
  for (long t0 = 0; t0 < b->time; t0 += FRAME_BLOCK) {
    const long t1 = smaller(b->time, t0 + FRAME_BLOCK);
    vf over_channels = splat(0);
    for (long c = 0; c < b->channels; c += LANES) {
      const long lanes = b->channels - c;
      const vf sum = lanes >= LANES ? frame_sum(kind, b, t0, t1, c, LANES) : frame_sum(kind, b, t0, t1, c, lanes);
      if (wide) over_channels += sum;
      else store_first(column + c, sum + load_first(column + c, lanes), lanes);
    }
    total += lane_sum(over_channels);
  }
  if (wide) {
    *result = (float)(total * b->valid);
    return;
  }
  for (long group = 0; group < b->channels; group += b->width) {
    double sum = 0;
    for (long c = group; c < group + b->width; c++) sum += (double)column[c];
    for (long c = group; c < group + b->width; c++) result[c] = (float)(sum * b->valid);
  }
}

// Sets mean and rstd, in two passes: the variance as E[x^2] - mean^2 would cancel.
static void band_statistics(band *b, float epsilon) {
  band_mean(MEAN_OF_X, b, b->mean);
  band_mean(MEAN_OF_SQUARES, b, b->rstd);
  const long count = b->width >= WIDE_GROUP ? 1 : b->channels;
  for (long c = 0; c < count; c++) b->rstd[c] = 1 / sqrtf(b->rstd[c] + epsilon);
}

// What a pass writes for each element; the pointers are those of the band's first channel in this sample.
typedef enum { WRITE_NORMALIZED, WRITE_TANGENT, WRITE_MEAN, WRITE_MISH } band_write_kind;
typedef struct {
  float *y;
  const float *gamma, *beta, *scale, *shift, *residual;  // for WRITE_MISH; the last three may be NULL
} band_output;

CK_INLINE void write_frames(const band_write_kind kind, const band *b, const band_output *o, long t0, long t1, long c,
                            const long lanes) {
  const int fused = kind == WRITE_MISH;
  const vf mean = statistic(b, b->mean, c), rstd = statistic(b, b->rstd, c), v_mean = statistic(b, b->v_mean, c);
  const vf product_mean = statistic(b, b->product_mean, c);
  const vf gamma = fused ? rstd * load_first(o->gamma + c, lanes) : rstd;
  const vf beta = fused ? load_first(o->beta + c, lanes) : splat(0);
  const vf scale = fused && o->scale ? load_first(o->scale + c, lanes) : splat(1);
  const vf shift = fused && o->shift ? load_first(o->shift + c, lanes) : splat(0);
  for (long t = t0; t < t1; t++) {
    const long at = t * b->stride + c;
    const int counts = !b->mask || b->mask[t] != 0;
    vf value = splat(0);
    if (kind == WRITE_MEAN) {
      value = counts ? mean : value;
    } else {
      if (counts) value = (load_first(b->x + at, lanes) - mean) * gamma;
      if (kind == WRITE_TANGENT && counts) value = rstd * (load_first(b->v + at, lanes) - v_mean - value * product_mean);
      if (fused) {
        value = multiply_add(mish(value + beta), scale, shift);
        if (o->residual) value += load_first(o->residual + at, lanes);
      }
    }
    store_first(o->y + at, value, lanes);
  }
}

CK_INLINE void write_band(const band_write_kind kind, const band *b, const band_output *o) {
  for (long t0 = 0; t0 < b->time; t0 += FRAME_BLOCK) {
    const long t1 = smaller(b->time, t0 + FRAME_BLOCK);
    for (long c = 0; c < b->channels; c += LANES) {
      const long lanes = b->channels - c;
      if (lanes >= LANES) write_frames(kind, b, o, t0, t1, c, LANES);
      else write_frames(kind, b, o, t0, t1, c, lanes);
    }
  }
}

CK_INLINE void each_band(const band_write_kind kind, const long shape[3], long groups, float epsilon, const float *x,
                         const float *mask, const float *v, const band_output *output, long film_stride, long group0,
                         long group1) {
  const long time = shape[1], channels = shape[2], width = channels / groups;
  band b;
  b.time = time;
  b.stride = channels;
  b.width = width;
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
