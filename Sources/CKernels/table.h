// The functions that exist once per instruction set, and the table through which they are called.
#pragma once
#include "CKernels.h"

typedef struct {
  const char *name;
  int (*interleaves)(const ck_conv_shape *shape);
  void (*conv)(const ck_conv_shape *shape, const float *x, const float *packed, const float *bias, float *y,
               int accumulate, long panel0, long panel1, float *scratch);
  void (*conv_bfloat16)(const ck_conv_shape *shape, const float *x, const uint16_t *packed, const float *bias, float *y,
                        int accumulate, long panel0, long panel1, float *scratch);
  void (*conv_weight_gradient)(const ck_conv_shape *shape, const float *x, const float *d, float *dw, int accumulate,
                               float *scratch);
  void (*unary)(ck_unary_kind kind, long n, const float *x, const float *d, float *y);
  void (*add)(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y);
  void (*multiply)(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y);
  void (*scale_offset)(long n, float scale, float offset, const float *x, float *y);
  void (*sum)(const long shape[3], const long out[3], const float *a, const float *b, float *y);
  void (*normalize)(const long shape[3], long groups, float epsilon, const float *x, const float *mask, float *y);
  void (*normalize_tangent)(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                            const float *v, float *out);
  void (*group_mean)(const long shape[3], long groups, const float *x, const float *mask, float *y);
  void (*normalize_mish)(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                         const float *gamma, const float *beta, const float *scale, const float *shift,
                         long film_stride, const float *residual, float *y, long group0, long group1);
  void (*dropout_mask)(const long shape[3], const float *keys, uint32_t stream, float rate, float *y);
  double (*reduce_gradients)(long n, int shards, const float *const *gradients, float *reduced);
  long (*multiply_adds)(long rounds, float *result);
  uint32_t (*read_words)(long n, const float *x);
  void (*adamw)(long n, const ck_adamw_args *a, const float *g, float *p, float *m, float *v, float *ema);
} ck_table;

#if defined(__x86_64__)
extern const ck_table ck_table_avx512, ck_table_avx2;
#endif
extern const ck_table ck_table_portable;
