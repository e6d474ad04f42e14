// CKernels — the fused loops that BLAS lacks. Dense channels-last float arrays, [batch, time, channels].
// Every function exists three times (AVX-512, AVX2+FMA, portable), one source compiled with three targets and
// selected once at start: by the CPU, or by SALTUS_ISA=avx512|avx2|portable (an unknown or unsupported value: fall back to best, one line on stderr).
#pragma once
#include <stdint.h>

enum { CK_PANEL = 32 };            // packed weights: [ceil(N/32)][K][32], zero padded in the last panel

typedef enum { CK_MISH, CK_MISH_DERIVATIVE, CK_SILU, CK_TANH, CK_SIGMOID, CK_SOFTPLUS, CK_EXP, CK_LOG, CK_SIN, CK_COS, CK_SQRT, CK_RECIPROCAL, CK_SQUARE } ck_unary_kind;

// y[b, out0 + i*out_step, n] = bias[n] + sum_{j<taps, c<in_channels} x[b, i*in_step + in0 + j, c] * W[j*in_channels + c, n],  i in 0..<rows
// x outside 0..<in_time reads as 0. Covers convolution (in_step = stride, in0 = -padding), each phase of a transposed convolution
// (in_step 1, out_step = stride) and linear layers (taps 1). accumulate != 0 adds to y instead of overwriting.
typedef struct {
  long batch, in_time, in_channels, taps, in_step, in0;
  long rows, out_time, out_channels, out_step, out0;
} ck_conv_shape;
const char *ck_isa(void);
long ck_packed_count(long k, long n);                                   // floats of a packed K x N matrix
void ck_pack(long k, long n, const float *w, long ldw, float *packed);  // w row-major [k][n], leading dimension ldw
void ck_pack_transposed(long k, long n, const float *w, long ldw, float *packed); // packed(k,n) = w[n*ldw + k]
long ck_conv_scratch(const ck_conv_shape *s);                           // floats of scratch ck_conv / ck_conv_weight_gradient need
// panel range [panel0, panel1) lets two threads share one call; full range: 0, ceil(out_channels/32)
void ck_conv(const ck_conv_shape *s, const float *x, const float *packed, const float *bias /*or NULL*/, float *y, int accumulate, long panel0, long panel1, float *scratch);
// dw[j*in_channels + c, n] (row-major, ld = out_channels) = sum_{b,i} x[b, i*in_step+in0+j, c] * d[b, out0 + i*out_step, n]; accumulate as above
void ck_conv_weight_gradient(const ck_conv_shape *s, const float *x, const float *d, float *dw, int accumulate, float *scratch);

void ck_unary(ck_unary_kind kind, long n, const float *x, float *y);                          // y = f(x)
void ck_unary_multiply(ck_unary_kind kind, long n, const float *x, const float *d, float *y); // y = f(x) * d   (y may alias d or x)
// broadcasting elementwise: operand address = base + b*s[0] + t*s[1] + c*s[2]; s[2] is 0 or 1; y dense
void ck_add(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y);
void ck_multiply(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y);
void ck_scale_offset(long n, float scale, float offset, const float *x, float *y);            // y = scale*x + offset
// y[out shape] = sum of a (times b if b != NULL, both dense of `shape`) over the dimensions where out[i] == 1 < shape[i]; pairwise or blocked sums
void ck_sum(const long shape[3], const long out[3], const float *a, const float *b, float *y);
void ck_broadcast(const long shape[3], const float *x, const long sx[3], float *y);
void ck_copy_rows(long rows, long n, const float *x, long ldx, float *y, long ldy);           // concat / slice / place
void ck_zero(long n, float *y);
// group normalisation without affine part over (time, channels of the group), two-pass variance. mask [B,T] of 0/1 or NULL: statistics over frames with
// mask 1 and y = 0 elsewhere.
void ck_normalize(const long shape[3], long groups, float epsilon, const float *x, const float *mask, float *y);
// out = J(x) v = m * rstd * (v - mean(v) - y * mean(y*v)), means over valid elements; J is symmetric, so this is both the tangent and the adjoint
void ck_normalize_tangent(const long shape[3], long groups, float epsilon, const float *x, const float *mask, const float *v, float *out);
void ck_group_mean(const long shape[3], long groups, const float *x, const float *mask, float *y); // y = m * mean over the group's valid elements
// fused inference pass: y = mish(normalize(x)*gamma + beta)*scale + shift + residual. scale, shift: [B, C] with sample stride film_stride (or NULL);
// residual: dense [B,T,C] or NULL. group range lets threads share a call.
void ck_normalize_mish(const long shape[3], long groups, float epsilon, const float *x, const float *mask, const float *gamma, const float *beta,
                       const float *scale, const float *shift, long film_stride, const float *residual, float *y, long group0, long group1);
// y[b, t, c] = 0 with probability rate, else 1/(1-rate): Philox4x32-10, key = stream and the per-sample 64-bit key stored as four exact 16-bit floats
// keys[b*4 + 0..3] (least significant first); counter = element index within the sample / 4
void ck_dropout_mask(const long shape[3], const float *keys, uint32_t stream, float rate, float *y);
void ck_philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint32_t out[4]);

// optimiser: g = sum over shards, in shard order, of gradients[s][i]; written to reduced; returns sum of squares in double over [0, n) with a fixed blocked order
double ck_reduce_gradients(long n, int shards, const float *const *gradients, float *reduced);
typedef struct { float learning_rate, beta1, beta2, epsilon, weight_decay, bias1 /* 1-beta1^k */, bias2, clip /* multiplies g */, ema_decay; } ck_adamw_args;
// AdamW exactly as torch.optim.AdamW (decoupled decay: p *= 1 - lr*wd first), then ema = ema_decay*ema + (1-ema_decay)*p when ema != NULL
void ck_adamw(long n, const ck_adamw_args *a, const float *g, float *p, float *m, float *v, float *ema);
// Packs `taps` of the matrices [in][out] of a convolution's weight, tap first_tap + j*tap_step for j in 0..<taps, stacked along K:
// as they are (K = taps*in, N = out), or each transposed (K = taps*out, N = in), which is what the adjoint of a convolution needs.
void ck_pack_taps(long taps, long first_tap, long tap_step, long in, long out, const float *w, int transposed, float *packed);
void *ck_allocate(long bytes);
void ck_free(void *p, long bytes);
int ck_select_isa(const char *name);
double ck_now(void);

// Threads that run `work(context, part)` together for part 0..<parts; the caller of ck_team_run is part 0 and returns when all are done.
// Inside `work`, ck_team_barrier waits until every part has reached it. One caller at a time.
typedef struct ck_team ck_team;
ck_team *ck_team_create(int parts, void (*work)(void *context, int part), void *context);
void ck_team_run(ck_team *team);
void ck_team_barrier(ck_team *team);
void ck_team_free(ck_team *team);
