// The public functions: each calls the selected instruction set's version.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "gradient_rows.h"
#include "loop.h"
#include "table.h"

static _Atomic(const ck_table *) selected = &ck_table_portable;

static _Thread_local const ck_table *selected_here;

static const ck_table *table(void) {
  return selected_here ? selected_here : atomic_load_explicit(&selected, memory_order_relaxed);
}

// The table of this name if the CPU supports it, with NULL for the best there is; NULL if there is none.
static const ck_table *find(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512 && (!name || !strcmp(name, "avx512"))) return &ck_table_avx512;
  if (avx2 && (!name || !strcmp(name, "avx2"))) return &ck_table_avx2;
#endif
  return !name || !strcmp(name, "portable") ? &ck_table_portable : 0;
}

__attribute__((constructor)) static void select_at_start(void) {
  const char *name = getenv("SALTUS_ISA");
  const ck_table *named = name && *name ? find(name) : 0, *best = find(0);
  if (name && *name && !named)
    fprintf(stderr, "SALTUS_ISA=%s is unknown or not supported by this CPU; using %s\n", name, best->name);
  atomic_store(&selected, named ? named : best);
}

const char *ck_isa(void) { return table()->name; }

int ck_select_isa(const char *name) {
  const ck_table *found = name ? find(name) : 0;
  if (found) atomic_store(&selected, found);
  return found != 0;
}

int ck_select_isa_on_this_thread(const char *name) {
  const ck_table *found = name ? find(name) : 0;
  if (found || !name) selected_here = found;
  return found || !name;
}

// Enough for every instruction set, so that a buffer outlives a change of it.
long ck_conv_scratch(const ck_conv_shape *s) {
  const long count = smaller(GRADIENT_BLOCK, s->batch * s->rows), frames = most_frames(s, GRADIENT_BLOCK);
  const long strips = (s->in_channels + FRAME_WIDTH - 1) / FRAME_WIDTH;
  return larger(product_scratch(s), count * gradient_floats(s, CK_PANEL) + strips * frames * FRAME_WIDTH);
}

int ck_interleaves(const ck_conv_shape *shape) { return table()->interleaves(shape); }

void ck_conv(const ck_conv_shape *shape, const float *x, const float *packed, const float *bias, float *y,
             int accumulate, long panel0, long panel1, float *scratch) {
  table()->conv(shape, x, packed, bias, y, accumulate, panel0, panel1, scratch);
}

void ck_conv_bfloat16(const ck_conv_shape *shape, const float *x, const uint16_t *packed, const float *bias, float *y,
                      int accumulate, long panel0, long panel1, float *scratch) {
  table()->conv_bfloat16(shape, x, packed, bias, y, accumulate, panel0, panel1, scratch);
}

void ck_conv_weight_gradient(const ck_conv_shape *shape, const float *x, const float *d, float *dw, int accumulate,
                             float *scratch) {
  table()->conv_weight_gradient(shape, x, d, dw, accumulate, scratch);
}

void ck_unary(ck_unary_kind kind, long n, const float *x, float *y) { table()->unary(kind, n, x, 0, y); }

void ck_unary_multiply(ck_unary_kind kind, long n, const float *x, const float *d, float *y) {
  table()->unary(kind, n, x, d, y);
}

void ck_add(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y) {
  table()->add(shape, a, sa, b, sb, y);
}

void ck_multiply(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y) {
  table()->multiply(shape, a, sa, b, sb, y);
}

void ck_broadcast(const long shape[3], const float *x, const long sx[3], float *y) {
  ck_loop loop = {{shape[0], shape[1], shape[2]}, {{sx[0], sx[1], sx[2]}, {sx[0], sx[1], sx[2]}}};
  ck_merge_dimensions(&loop);
  const long *sizes = loop.sizes, *strides = loop.strides[0], n = sizes[2];
  for (long i = 0; i < sizes[0]; i++) {
    for (long j = 0; j < sizes[1]; j++, y += n) {
      const float *from = x + i * strides[0] + j * strides[1];
      if (strides[2] == 1) memcpy(y, from, sizeof(float) * (size_t)n);
      else for (long c = 0; c < n; c++) y[c] = from[c * strides[2]];
    }
  }
}

void ck_scale_offset(long n, float scale, float offset, const float *x, float *y) {
  table()->scale_offset(n, scale, offset, x, y);
}

void ck_sum(const long shape[3], const long out[3], const float *a, const float *b, float *y) {
  table()->sum(shape, out, a, b, y);
}

void ck_copy_rows(long rows, long n, const float *x, long ldx, float *y, long ldy) {
  for (long r = 0; r < rows; r++) memcpy(y + r * ldy, x + r * ldx, sizeof(float) * (size_t)n);
}

void ck_zero(long n, float *y) { memset(y, 0, sizeof(float) * (size_t)n); }

void ck_normalize(const long shape[3], long groups, float epsilon, const float *x, const float *mask, float *y) {
  table()->normalize(shape, groups, epsilon, x, mask, y);
}

void ck_normalize_tangent(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                          const float *v, float *out) {
  table()->normalize_tangent(shape, groups, epsilon, x, mask, v, out);
}

void ck_group_mean(const long shape[3], long groups, const float *x, const float *mask, float *y) {
  table()->group_mean(shape, groups, x, mask, y);
}

void ck_normalize_mish(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                       const float *gamma, const float *beta, const float *scale, const float *shift,
                       long film_stride, const float *residual, float *y, long group0, long group1) {
  table()->normalize_mish(shape, groups, epsilon, x, mask, gamma, beta, scale, shift, film_stride, residual, y, group0,
                          group1);
}

void ck_dropout_mask(const long shape[3], const float *keys, uint32_t stream, float rate, float *y) {
  table()->dropout_mask(shape, keys, stream, rate, y);
}

void ck_philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint32_t out[4]) {
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)b;
    c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)a;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

double ck_reduce_gradients(long n, int shards, const float *const *gradients, float *reduced) {
  return table()->reduce_gradients(n, shards, gradients, reduced);
}

void ck_adamw(long n, const ck_adamw_args *a, const float *g, float *p, float *m, float *v, float *ema) {
  table()->adamw(n, a, g, p, m, v, ema);
}

long ck_multiply_adds(long rounds, float *result) { return table()->multiply_adds(rounds, result); }

uint32_t ck_read_words(long n, const float *x) { return table()->read_words(n, x); }
