// Our convolution kernels beside OpenBLAS's sgemm on products of the networks, one thread, taking turns. sgemm needs the
// input rearranged into rows (im2col), zeros where they reach outside a sample: the first ratio leaves that out, as if the
// rows were free, the second counts it, as a convolution by sgemm would have to. Our kernels leave products with padding
// out; GFLOP/s count the others alone.
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

void openblas_set_num_threads(int);

static float *values(long n) {
  float *x = ck_allocate(n * (long)sizeof(float));
  for (long i = 0; i < n; i++) x[i] = (float)(i * 7919 % 1009) / 1009 - 0.5f;
  return x;
}

static int order(const void *a, const void *b) {
  const double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

enum { MOST = 2000 };
typedef struct {
  double times[MOST];
  int count;
} sample;

static double median(sample *s) {
  qsort(s->times, (size_t)s->count, sizeof(double), order);
  return s->times[s->count / 2];
}

// Row i of sample b: the taps * channels floats around frame i of x [batch][time][channels], zeros outside.
static void gather_rows(const ck_conv_shape *s, const float *x, float *rows) {
  const size_t frame = sizeof(float) * (size_t)s->in_channels;
  for (long b = 0; b < s->batch; b++, x += s->in_time * s->in_channels) {
    for (long i = 0; i < s->rows; i++) {
      for (long t = i + s->in0; t < i + s->in0 + s->taps; t++, rows += s->in_channels) {
        if (t < 0 || t >= s->in_time) memset(rows, 0, frame);
        else memcpy(rows, x + t * s->in_channels, frame);
      }
    }
  }
}

static void compare(const char *name, long batch, long time, long in, long taps, long out) {
  ck_conv_shape shape = {.batch = batch, .in_time = time, .in_channels = in, .taps = taps, .in_step = 1,
                         .in0 = -(taps / 2), .rows = time, .out_time = time, .out_channels = out, .out_step = 1};
  const long m = batch * time, k = taps * in;
  float *x = values(m * in), *w = values(k * out), *packed = values(ck_packed_count(k, out)), *y = values(m * out);
  float *columns = values(m * k), *dw = values(k * out), *scratch = values(ck_conv_scratch(&shape));
  shape.interleaved = ck_interleaves(&shape);
  ck_pack_taps(taps, 0, 1, in, out, w, 0, (int)shape.interleaved, packed);
  const long panels = (out + CK_PANEL - 1) / CK_PANEL;
  static sample s[5];
  for (int i = 0; i < 5; i++) s[i].count = 0;
  const double end = ck_now() + 1;
  while (ck_now() < end && s[0].count < MOST) {
    const double t0 = ck_now();
    ck_conv(&shape, x, packed, 0, y, 0, 0, panels, scratch);
    const double t1 = ck_now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)out, (int)k, 1, columns, (int)k, w, (int)out, 0,
                y, (int)out);
    const double t2 = ck_now();
    ck_conv_weight_gradient(&shape, x, y, dw, 0, scratch);
    const double t3 = ck_now();
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)k, (int)out, (int)m, 1, columns, (int)k, y, (int)out, 0,
                dw, (int)out);
    const double t4 = ck_now();
    if (taps > 1) gather_rows(&shape, x, columns);
    const double took[5] = {t1 - t0, t2 - t1, t3 - t2, t4 - t3, ck_now() - t4};
    for (int i = 0; i < 5; i++) s[i].times[s[i].count++] = took[i];
  }
  double us[5];
  for (int i = 0; i < 5; i++) us[i] = median(&s[i]) * 1e6;
  long frames = 0;
  for (long i = 0; i < time; i++) {
    for (long t = i - taps / 2; t < i - taps / 2 + taps; t++) frames += t >= 0 && t < time;
  }
  const double flops = 2.0 * (double)(batch * frames) * (double)in * (double)out;
  printf("%-18s %5ld %5ld %4ld %9.1f", name, m, k, out, us[4]);
  for (int i = 0; i < 4; i += 2)
    printf("  %9.1f %9.1f %5.2fx %5.2fx", us[i], us[i + 1], us[i + 1] / us[i], (us[i + 1] + us[4]) / us[i]);
  printf("  %6.1f\n", flops / us[0] * 1e-3);
  ck_free(x, 0), ck_free(w, 0), ck_free(packed, 0), ck_free(y, 0), ck_free(columns, 0), ck_free(dw, 0), ck_free(scratch, 0);
}

int main(void) {
  openblas_set_num_threads(1);
  printf("%s, medians in microseconds\n", ck_isa());
  printf("%-18s %5s %5s %4s %9s", "", "m", "k", "n", "rows");
  printf("  %9s %9s %6s %6s  %9s %9s %6s %6s  %s\n", "ours", "sgemm", "alone", "+ rows", "gradient", "sgemm", "alone",
         "+ rows", "GFLOP/s");
  const long batches[] = {1, 64, 256};
  for (int i = 0; i < 3; i++) {
    const long batch = batches[i];
    printf("batch %ld\n", batch);
    compare("first convolution", batch, 16, 2, 5, 64);
    compare("level 1", batch, 16, 64, 5, 64);
    compare("level 1 to 2", batch, 8, 64, 5, 128);
    compare("level 2", batch, 8, 128, 5, 128);
    compare("level 2 to 3", batch, 4, 128, 5, 256);
    compare("level 3", batch, 4, 256, 5, 256);
    compare("up, level 3 to 2", batch, 4, 512, 5, 128);
    compare("FiLM of level 3", batch, 1, 168, 1, 512);
    compare("embedding", batch, 1, 128, 1, 512);
    compare("medium, level 1", batch, 16, 128, 5, 128);
    compare("medium, level 3", batch, 4, 512, 5, 512);
    compare("paper, level 1", batch, 16, 256, 5, 256);
    compare("paper, level 3", batch, 4, 1024, 5, 1024);
  }
}
