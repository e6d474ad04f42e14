#pragma once
#include "CKernels.h"

// One instruction set's kernels; the public functions call through the chosen table.
typedef struct {
  void (*conv)(const ck_conv_shape *, const float *, const float *, const float *, float *, int, long, long, float *);
  void (*conv_weight_gradient)(const ck_conv_shape *, const float *, const float *, float *, int, float *);
  void (*unary)(ck_unary_kind, long, const float *, const float *, float *);
  void (*add)(const long *, const float *, const long *, const float *, const long *, float *);
  void (*multiply)(const long *, const float *, const long *, const float *, const long *, float *);
  void (*scale_offset)(long, float, float, const float *, float *);
  void (*sum)(const long *, const long *, const float *, const float *, float *);
  void (*broadcast)(const long *, const float *, const long *, float *);
  void (*normalize)(const long *, long, float, const float *, const float *, float *);
  void (*normalize_tangent)(const long *, long, float, const float *, const float *, const float *, float *);
  void (*group_mean)(const long *, long, const float *, const float *, float *);
  void (*normalize_mish)(const long *, long, float, const float *, const float *, const float *, const float *, const float *,
                         const float *, long, const float *, float *, long, long);
  double (*reduce_gradients)(long, int, const float *const *, float *);
  void (*adamw)(long, const ck_adamw_args *, const float *, float *, float *, float *, float *);
} ck_table;

extern const ck_table ck_portable;
#if defined(__x86_64__)
extern const ck_table ck_avx2, ck_avx512;
#endif
