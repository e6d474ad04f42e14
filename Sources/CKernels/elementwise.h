// Elementwise functions. Included by body.h once per instruction set.

CK_INLINE vf reciprocal(vf x) { return splat(1) / x; }
CK_INLINE vf sigmoid(vf x) { return reciprocal(splat(1) + exponential(-x)); }

// mish'(x) = t + x (1 - t^2) sigmoid(x) with t = n / (n + 2), where 1 - t^2 = 4 (e + 1)^2 / (n + 2)^2. Above 20 the
// second term vanishes in float, and its factors would overflow.
CK_INLINE vf mish_derivative(vf x) {
  x = at_least(at_most(x, 20), -87);
  const vf e = bounded_exponential(x), n = e * (e + splat(2)), inverse = reciprocal(n + splat(2));
  return multiply_add(n, inverse, x * e * (e + splat(1)) * splat(4) * inverse * inverse);
}

// log(1 + exp(x)) = max(x, 0) + log(1 + u), u = exp(-|x|), and log(1 + u) = 2 atanh(u / (2 + u)) from its Chebyshev
// interpolant.
CK_INLINE vf softplus(vf x) {
  const vf zero = splat(0);
  const vf u = bounded_exponential(at_least(x < zero ? x : -x, -87)), s = u / (splat(2) + u), z = s * s;
  vf q = splat(2.322432922e-1f);
  q = multiply_add(q, z, splat(2.170657580e-1f));
  q = multiply_add(q, z, splat(2.859235799e-1f));
  q = multiply_add(q, z, splat(3.999970633e-1f));
  q = multiply_add(q, z, splat(6.666666732e-1f));
  q = multiply_add(q, z, splat(2));
  return multiply_add(s, q, zero > x ? zero : x);
}

// A polynomial where 1 - 2 / (exp(2|x|) + 1) would cancel.
CK_INLINE vf hyperbolic_tangent(vf x) {
  const vf z = x * x, size = x < splat(0) ? -x : x;
  vf q = splat(-6.045165097e-3f);
  q = multiply_add(q, z, splat(2.096132911e-2f));
  q = multiply_add(q, z, splat(-5.384326318e-2f));
  q = multiply_add(q, z, splat(1.333271885e-1f));
  q = multiply_add(q, z, splat(-3.333332843e-1f));
  const vf small = multiply_add(x * z, q, x);
  const vf large = splat(1) - splat(2) / (bounded_exponential(at_most(size + size, 20)) + splat(1));
  return size < splat(0.625f) ? small : x < splat(0) ? -large : large;
}

// For functions that are rare in a network.
CK_INLINE vf each_lane(float (*f)(float), vf x) {
  for (int i = 0; i < LANES; i++) x[i] = f(x[i]);
  return x;
}

CK_INLINE vf unary_value(const ck_unary_kind kind, vf x) {
  switch (kind) {
    case CK_MISH: return mish(x);
    case CK_MISH_DERIVATIVE: return mish_derivative(x);
    case CK_SILU: return x * sigmoid(x);
    case CK_TANH: return hyperbolic_tangent(x);
    case CK_SIGMOID: return sigmoid(x);
    case CK_SOFTPLUS: return softplus(x);
    case CK_EXP: return exponential(x);
    case CK_LOG: return each_lane(logf, x);
    case CK_SIN: return each_lane(sinf, x);
    case CK_COS: return each_lane(cosf, x);
    case CK_SQRT: return __builtin_elementwise_sqrt(x);
    case CK_RECIPROCAL: return reciprocal(x);
    case CK_SQUARE: return x * x;
  }
}

CK_INLINE void unary_loop(const ck_unary_kind kind, long n, const float *x, const float *d, float *y) {
  long i = 0;
  if (d) {
    for (; i + LANES <= n; i += LANES) store(y + i, unary_value(kind, load(x + i)) * load(d + i));
    if (i < n) store_partial(y + i, unary_value(kind, load_partial(x + i, n - i)) * load_partial(d + i, n - i), n - i);
  } else {
    for (; i + LANES <= n; i += LANES) store(y + i, unary_value(kind, load(x + i)));
    if (i < n) store_partial(y + i, unary_value(kind, load_partial(x + i, n - i)), n - i);
  }
}

// y = f(x), times d where d is not NULL.
static void unary(ck_unary_kind kind, long n, const float *x, const float *d, float *y) {
#define UNARY_CASE(kind) \
  case kind: return unary_loop(kind, n, x, d, y);
  switch (kind) {
    UNARY_CASE(CK_MISH)
    UNARY_CASE(CK_MISH_DERIVATIVE)
    UNARY_CASE(CK_SILU)
    UNARY_CASE(CK_TANH)
    UNARY_CASE(CK_SIGMOID)
    UNARY_CASE(CK_SOFTPLUS)
    UNARY_CASE(CK_EXP)
    UNARY_CASE(CK_LOG)
    UNARY_CASE(CK_SIN)
    UNARY_CASE(CK_COS)
    UNARY_CASE(CK_SQRT)
    UNARY_CASE(CK_RECIPROCAL)
    UNARY_CASE(CK_SQUARE)
  }
#undef UNARY_CASE
}

static void scale_offset(long n, float scale, float offset, const float *x, float *y) {
  long i = 0;
  for (; i + LANES <= n; i += LANES) store(y + i, multiply_add(splat(scale), load(x + i), splat(offset)));
  if (i < n) store_partial(y + i, multiply_add(splat(scale), load_partial(x + i, n - i), splat(offset)), n - i);
}

typedef enum { OPERATION_ADD, OPERATION_MULTIPLY } binary_operation;

CK_INLINE vf binary_value(const binary_operation operation, vf a, vf b) {
  return operation == OPERATION_ADD ? a + b : a * b;
}

// One row; an operand with stride 0 is one value.
CK_INLINE void binary_row(const binary_operation operation, long n, const float *a, const int a_dense, const float *b,
                          const int b_dense, float *y) {
  const vf a0 = splat(*a), b0 = splat(*b);
  long i = 0;
  for (; i + LANES <= n; i += LANES)
    store(y + i, binary_value(operation, a_dense ? load(a + i) : a0, b_dense ? load(b + i) : b0));
  if (i < n) {
    const vf a1 = a_dense ? load_partial(a + i, n - i) : a0, b1 = b_dense ? load_partial(b + i, n - i) : b0;
    store_partial(y + i, binary_value(operation, a1, b1), n - i);
  }
}

CK_INLINE void binary(const binary_operation operation, const long shape[3], const float *a, const long sa[3],
                      const float *b, const long sb[3], float *y) {
  ck_loop loop = {{shape[0], shape[1], shape[2]}, {{sa[0], sa[1], sa[2]}, {sb[0], sb[1], sb[2]}}};
  ck_merge_dimensions(&loop);
  const long *sizes = loop.sizes, *la = loop.strides[0], *lb = loop.strides[1], n = sizes[2];
  if (n == 0) return;
  for (long i = 0; i < sizes[0]; i++) {
    for (long j = 0; j < sizes[1]; j++, y += n) {
      const float *pa = a + i * la[0] + j * la[1], *pb = b + i * lb[0] + j * lb[1];
      if (la[2] > 1 || lb[2] > 1) {
        for (long c = 0; c < n; c++)
          y[c] = operation == OPERATION_ADD ? pa[c * la[2]] + pb[c * lb[2]] : pa[c * la[2]] * pb[c * lb[2]];
      } else if (la[2] && lb[2]) {
        binary_row(operation, n, pa, 1, pb, 1, y);
      } else if (la[2]) {
        binary_row(operation, n, pa, 1, pb, 0, y);
      } else if (lb[2]) {
        binary_row(operation, n, pa, 0, pb, 1, y);
      } else {
        binary_row(operation, n, pa, 0, pb, 0, y);
      }
    }
  }
}

static void add(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y) {
  binary(OPERATION_ADD, shape, a, sa, b, sb, y);
}
static void multiply(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3],
                     float *y) {
  binary(OPERATION_MULTIPLY, shape, a, sa, b, sb, y);
}
