// CKernels: the fused loops that BLAS lacks, on dense channels-last float arrays [batch, time, channels].
//
// Every function below has three builds (AVX-512, AVX2 with FMA, portable) of one source. One is selected at program
// start: the best the CPU has, or the one named by the environment variable SALTUS_ISA = avx512 | avx2 | portable (a
// name that is unknown or unsupported here falls back to the best, with one line on standard error).
//
// No function allocates, locks or fails; pointers need only float alignment. A sample's result never depends, not in
// one bit, on the other samples of its batch, nor on how panels or groups are divided among threads. Results of
// different instruction sets differ by rounding.
#pragma once
#include <stdint.h>

// MARK: - Instruction sets

// The instruction set that the calling thread uses: "avx512", "avx2" or "portable".
const char *ck_isa(void);
// Selects an instruction set by name for the whole process; returns 1, or 0 (and changes nothing) if this CPU lacks
// it.
// Meant for tests and benchmarks.
int ck_select_isa(const char *name);
// The same for the calling thread alone, over the process's choice; NULL returns the thread to that. Lets tests of
// every instruction set run in parallel. Weights that were packed for one set may not be readable by another
// (ck_interleaves).
int ck_select_isa_on_this_thread(const char *name);

// MARK: - Convolutions and linear layers

// Width of a panel of packed weights. A packed [K][N] matrix is [ceil(N / 32)][K][32], the last panel zero padded.
enum { CK_PANEL = 32 };

// Floats that a packed [k][n] matrix takes.
long ck_packed_count(long k, long n);
// Packs w [k][n], row-major with leading dimension ldw >= n.
void ck_pack(long k, long n, const float *w, long ldw, float *packed);
// Packs the transpose of w [n][k], row-major with leading dimension ldw >= k: packed(i, j) = w[j * ldw + i].
void ck_pack_transposed(long k, long n, const float *w, long ldw, float *packed);
// Packs some taps of a convolution's weight w [tap][in][out], namely tap first_tap + j * tap_step for j in 0..<taps,
// stacked along K: as they are (K = taps * in, N = out), or each transposed (K = taps * out, N = in), which is what
// the adjoint of a convolution needs. Interleaved, row c * taps + j of it holds what is row j * K / taps + c otherwise.
void ck_pack_taps(long taps, long first_tap, long tap_step, long in, long out, const float *w, int transposed,
                  int interleaved, float *packed);

// A convolution over time of x [batch, in_time, in_channels] into y [batch, out_time, out_channels]:
//
//   y[b, out0 + i * out_step, n] = bias[n] + sum over j < taps, c < in_channels of
//                                  x[b, i * in_step + in0 + j, c] * W[j * in_channels + c, n]      for i in 0..<rows
//
// where x outside 0..<in_time reads as 0. It covers strided, padded convolutions (in_step = stride, in0 = -padding),
// each phase of a transposed one (in_step 1, out_step = stride) and linear layers (taps 1).
typedef struct {
  long batch, in_time, in_channels, taps, in_step, in0;
  long rows, out_time, out_channels, out_step, out0;
  long interleaved;  // whether W is packed so (ck_pack_taps); where the instruction set cannot read that, ck_conv traps
} ck_conv_shape;

// Whether the calling thread's instruction set can read W of this shape interleaved, the taps of a channel side by side, and
// is faster so. The result is the same either way.
int ck_interleaves(const ck_conv_shape *shape);

// Floats of scratch that ck_conv, ck_conv_bfloat16 or ck_conv_weight_gradient needs for this shape, whatever the
// instruction set.
long ck_conv_scratch(const ck_conv_shape *shape);

// The convolution above. packed: W [taps * in_channels][out_channels], packed; bias: [out_channels] or NULL.
// accumulate != 0 adds to y instead of overwriting it. Only the output channels of panels panel0..<panel1 are
// computed, of ceil(out_channels / 32) in all: threads may share a call, each with a scratch of its own.
void ck_conv(const ck_conv_shape *shape, const float *x, const float *packed, const float *bias, float *y,
             int accumulate, long panel0, long panel1, float *scratch);

// The same with weights of half the size: W is packed, then passed through ck_halve_panels; sums are single precision.
void ck_conv_bfloat16(const ck_conv_shape *shape, const float *x, const uint16_t *packed, const float *bias, float *y,
                      int accumulate, long panel0, long panel1, float *scratch);
// Packed weights, n floats (whole rows of panels), rounded to bfloat16: floats i and i + 16 of a panel's row lie in the lower and the upper half of
// word i.
void ck_halve_panels(long n, const float *packed, uint16_t *halves);
// y = x as bfloat16 (the upper halves of floats) for n elements, rounded to the nearest, ties to even. A NaN stays one.
void ck_round_to_bfloat16(long n, const float *x, uint16_t *y);

// The gradient of that convolution with respect to W, row-major with leading dimension out_channels, given the
// gradient d of its output, laid out as y:
//   dw[j * in_channels + c, n] = sum over b, i of x[b, i * in_step + in0 + j, c] * d[b, out0 + i * out_step, n]
// accumulate != 0 adds to dw.
void ck_conv_weight_gradient(const ck_conv_shape *shape, const float *x, const float *d, float *dw, int accumulate,
                             float *scratch);

// MARK: - Elementwise

// Functions of one variable; each differs from the exact value by at most 2e-6, relative or absolute.
typedef enum {
  CK_MISH,             // x tanh(softplus(x))
  CK_MISH_DERIVATIVE,  // d/dx of the above
  CK_SILU,             // x sigmoid(x)
  CK_TANH,
  CK_SIGMOID,
  CK_SOFTPLUS,  // log(1 + exp(x))
  CK_EXP,
  CK_LOG,
  CK_SIN,
  CK_COS,
  CK_SQRT,
  CK_RECIPROCAL,
  CK_SQUARE
} ck_unary_kind;

// y = f(x) for n elements. y may be x.
void ck_unary(ck_unary_kind kind, long n, const float *x, float *y);
// y = f(x) * d for n elements. y may be x or d.
void ck_unary_multiply(ck_unary_kind kind, long n, const float *x, const float *d, float *y);

// y = a + b and y = a * b, y dense of `shape`. Element [b, t, c] of an operand lies at b*s[0] + t*s[1] + c*s[2]: a
// stride of 0 broadcasts. s[2] is 0 or 1. y may be an operand that is dense.
void ck_add(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y);
void ck_multiply(const long shape[3], const float *a, const long sa[3], const float *b, const long sb[3], float *y);
// y = x, broadcast in the same way.
void ck_broadcast(const long shape[3], const float *x, const long sx[3], float *y);
// y = scale * x + offset for n elements. y may be x.
void ck_scale_offset(long n, float scale, float offset, const float *x, float *y);
// y [out] = the sum of a (times b where b is not NULL), both dense of `shape`, over the dimensions with
// out[i] == 1 < shape[i]; the other dimensions have out[i] == shape[i]. Blocked, so errors do not grow with n.
void ck_sum(const long shape[3], const long out[3], const float *a, const float *b, float *y);
// Copies `rows` rows of n floats between leading dimensions ldx and ldy: concatenation, slices, placing.
void ck_copy_rows(long rows, long n, const float *x, long ldx, float *y, long ldy);
// y = 0 for n elements.
void ck_zero(long n, float *y);

// MARK: - Group normalisation

// Normalisation without affine part: y = (x - mean) / sqrt(variance + epsilon), statistics over the time and the
// channels of each of `groups` groups of shape[2] / groups neighbouring channels (two passes, biased variance).
// mask: [batch, time] of 0 and 1, or NULL. With a mask the statistics are those of the frames where it is 1, and y is
// 0 elsewhere; x is not read there.
void ck_normalize(const long shape[3], long groups, float epsilon, const float *x, const float *mask, float *y);
// out = J(x) v = mask * rstd * (v - mean(v) - y * mean(y * v)), J the Jacobian of ck_normalize, y its result at x and
// the means those over a group's valid elements. J is symmetric: this is the tangent and the adjoint. out may be v.
void ck_normalize_tangent(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                          const float *v, float *out);
// y = mask * the mean of x over the valid elements of the group.
void ck_group_mean(const long shape[3], long groups, const float *x, const float *mask, float *y);
// The fused pass of inference: y = mish(normalize(x) * gamma + beta) * scale + shift + residual, for the groups
// group0..<group1 only, so that threads may share a call. gamma, beta: [channels]; scale and shift: [batch, channels]
// with stride film_stride between samples, each may be NULL; residual: [batch, time, channels] or NULL. y may be x or
// residual.
void ck_normalize_mish(const long shape[3], long groups, float epsilon, const float *x, const float *mask,
                       const float *gamma, const float *beta, const float *scale, const float *shift,
                       long film_stride, const float *residual, float *y, long group0, long group1);

// MARK: - Random numbers

// Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
void ck_philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint32_t out[4]);
// y [batch, time, channels] = 0 with probability `rate` (0...1), else 1 / (1 - rate). Element e of a sample takes word
// e % 4 of Philox at counter (e / 4 mod 2^32, stream, e / 4 / 2^32, 0) under the sample's 64-bit key, which is stored
// in keys [batch, 4] as four exact 16-bit integers, least significant first. Identical for every instruction set.
void ck_dropout_mask(const long shape[3], const float *keys, uint32_t stream, float rate, float *y);

// MARK: - Optimiser

// reduced = the sum of gradients[s] over s in 0..<shards, in this order, for n elements. Returns the sum of the squares
// of `reduced`, in double and in an order that depends on n alone. reduced may be gradients[0].
double ck_reduce_gradients(long n, int shards, const float *const *gradients, float *reduced);

typedef struct {
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float bias1, bias2;  // bias corrections of this step k = 1, 2, ...: 1 - beta1^k and 1 - beta2^k
  float clip;          // multiplies the gradient
  float ema_decay;
} ck_adamw_args;
// One step of AdamW as torch.optim.AdamW takes it (decoupled decay: p *= 1 - learning_rate * weight_decay first) on n
// parameters p with gradient g and moments m, v. Then ema = ema_decay * ema + (1 - ema_decay) * p unless ema is NULL.
void ck_adamw(long n, const ck_adamw_args *a, const float *g, float *p, float *m, float *v, float *ema);

// MARK: - What kernels are measured by

// Multiply-adds as fast as one core can make them, on registers alone; returns how many floating-point operations they
// were. *result is what came out.
long ck_multiply_adds(long rounds, float *result);
// Reads n floats in order, fetching ahead; returns the sum of their bits as whole numbers.
uint32_t ck_read_words(long n, const float *x);

// MARK: - Memory and time

// Zeroed memory, 64-byte aligned; from 2 MB on aligned to 2 MB and backed by huge pages where the system has them.
// NULL when the system has no memory left. Free it with ck_free and the same number of bytes.
void *ck_allocate(long bytes);
void ck_free(void *memory, long bytes);
// Zeroed memory, aligned to 2 MB, of which only what is used takes room, on huge pages where the system has them: for
// buffers side by side that are too small for huge pages of their own. NULL when the system refuses it. Give it back with
// ck_release and the same number of bytes.
void *ck_reserve(long bytes);
void ck_release(void *memory, long bytes);
// Seconds of a clock that never jumps.
double ck_now(void);

// MARK: - Threads

// Threads that run `work(context, part)` together for part 0..<parts; the caller of ck_team_run is part 0 and returns
// when all are done. Inside `work`, ck_team_barrier waits until every part has reached it. One caller at a time.
typedef struct ck_team ck_team;
ck_team *ck_team_create(int parts, void (*work)(void *context, int part), void *context);
void ck_team_run(ck_team *team);
void ck_team_barrier(ck_team *team);
// Wakes the threads that sleep until the next run: for some tens of microseconds they then spin for it.
void ck_team_wake(ck_team *team);
void ck_team_free(ck_team *team);
