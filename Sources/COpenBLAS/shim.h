#pragma once
#include <cblas.h>

// LAPACK's driver for symmetric matrices, which OpenBLAS holds but does not declare. Arguments as in LAPACK's manual.
void dsyevd_(const char *job, const char *triangle, const blasint *n, double *a, const blasint *lda, double *values,
             double *work, const blasint *work_count, blasint *whole_work, const blasint *whole_work_count,
             blasint *info);
