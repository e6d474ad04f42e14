#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "table.h"

static const ck_table *table = &ck_portable;
static const char *selected = "portable";

int ck_select_isa(const char *name) {
  const ck_table *found = 0;
  if (!strcmp(name, "portable")) found = &ck_portable, selected = "portable";
#if defined(__x86_64__)
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (avx2 && !strcmp(name, "avx2")) found = &ck_avx2, selected = "avx2";
  if (avx512 && !strcmp(name, "avx512")) found = &ck_avx512, selected = "avx512";
#endif
  if (found) table = found;
  return found != 0;
}

// Before main, so that no kernel runs without a choice having been made.
__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  const char *wanted = getenv("SALTUS_ISA");
  if (wanted && ck_select_isa(wanted)) return;
  if (!ck_select_isa("avx512") && !ck_select_isa("avx2")) ck_select_isa("portable");
  if (wanted) fprintf(stderr, "saltus: SALTUS_ISA=%s is none of avx512, avx2, portable that this processor has; using %s\n", wanted, selected);
}

const char *ck_isa(void) { return selected; }

long ck_packed_count(long k, long n) { return (n + CK_PANEL - 1) / CK_PANEL * CK_PANEL * k; }

long ck_conv_scratch(const ck_conv_shape *s) {
  // Up to 256 output rows and their padding, and a packed panel of cotangents for the weight gradient.
  const long span = s->in_step > s->taps ? s->in_step : s->taps;
  const long rows = s->batch * s->rows < 256 ? s->batch * s->rows : 256;
  const long samples = rows / s->rows + 2;
  return (rows * s->in_step + samples * span) * s->in_channels + 256 * CK_PANEL;
}

void ck_conv(const ck_conv_shape *s, const float *x, const float *packed, const float *bias, float *y, int accumulate, long panel0,
             long panel1, float *scratch) {
  table->conv(s, x, packed, bias, y, accumulate, panel0, panel1, scratch);
}
void ck_conv_weight_gradient(const ck_conv_shape *s, const float *x, const float *d, float *dw, int accumulate, float *scratch) {
  table->conv_weight_gradient(s, x, d, dw, accumulate, scratch);
}
void ck_unary(ck_unary_kind kind, long n, const float *x, float *y) { table->unary(kind, n, x, 0, y); }
void ck_unary_multiply(ck_unary_kind kind, long n, const float *x, const float *d, float *y) { table->unary(kind, n, x, d, y); }
void ck_add(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y) {
  table->add(shape, a, sa, b, sb, y);
}
void ck_multiply(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y) {
  table->multiply(shape, a, sa, b, sb, y);
}
void ck_scale_offset(long n, float scale, float offset, const float *x, float *y) { table->scale_offset(n, scale, offset, x, y); }
void ck_sum(const long shape[3], const long out[3], const float *a, const float *b, float *y) { table->sum(shape, out, a, b, y); }
void ck_broadcast(const long shape[3], const float *x, const long sx[3], float *y) { table->broadcast(shape, x, sx, y); }
void ck_copy_rows(long rows, long n, const float *x, long ldx, float *y, long ldy) {
  for (long r = 0; r < rows; r++) memcpy(y + r * ldy, x + r * ldx, sizeof(float) * n);
}
void ck_zero(long n, float *y) { memset(y, 0, sizeof(float) * n); }
void ck_normalize(const long shape[3], long groups, float epsilon, const float *x, const float *mask, float *y) {
  table->normalize(shape, groups, epsilon, x, mask, y);
}
void ck_normalize_tangent(const long shape[3], long groups, float epsilon, const float *x, const float *mask, const float *v, float *out) {
  table->normalize_tangent(shape, groups, epsilon, x, mask, v, out);
}
void ck_group_mean(const long shape[3], long groups, const float *x, const float *mask, float *y) {
  table->group_mean(shape, groups, x, mask, y);
}
void ck_normalize_mish(const long shape[3], long groups, float epsilon, const float *x, const float *mask, const float *gamma,
                       const float *beta, const float *scale, const float *shift, long film_stride, const float *residual, float *y,
                       long group0, long group1) {
  table->normalize_mish(shape, groups, epsilon, x, mask, gamma, beta, scale, shift, film_stride, residual, y, group0, group1);
}
double ck_reduce_gradients(long n, int shards, const float *const *gradients, float *reduced) {
  return table->reduce_gradients(n, shards, gradients, reduced);
}
void ck_adamw(long n, const ck_adamw_args *a, const float *g, float *p, float *m, float *v, float *ema) {
  table->adamw(n, a, g, p, m, v, ema);
}

static const long huge_page = 2l << 20;

void *ck_allocate(long bytes) {
  const long alignment = bytes >= huge_page ? huge_page : 64;
  void *memory = 0;
  bytes = (bytes + alignment - 1) / alignment * alignment;
  if (posix_memalign(&memory, alignment, bytes)) return 0;
  if (bytes >= huge_page) madvise(memory, bytes, MADV_HUGEPAGE);
  memset(memory, 0, bytes);
  return memory;
}

void ck_free(void *memory, long bytes) {
  (void)bytes;
  free(memory);
}

double ck_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}
