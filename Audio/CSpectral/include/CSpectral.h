// CSpectral: the loops around the Fourier transform, each one pass over the data.
//
// Two real frames a and b go through one complex transform as a + i b: it costs half of two real ones. Complex arrays
// are interleaved (re, im). n is the transform's size, a multiple of 8; a half spectrum holds the bins 0...n/2 and
// n/2 + 4 places. No function allocates or fails; arrays need only float alignment. Each has a build for AVX2 with FMA
// and a portable one, chosen at program start.
#pragma once

#include <stdint.h>

// MARK: - Frames in and out of the transform

// out[n] = window * (a + i b).
void cs_window_pair(long n, const float *a, const float *b, const float *window, float *out);
// a += window * Im in, b += window * Re in, for the output `in`[n] of the transform of what cs_join_pair and the
// projections below write. a and b may overlap; they are summed in the order of time.
void cs_overlap_add_pair(long n, const float *in, const float *window, float *a, float *b);

// The half spectra of a and b times 2, of the spectrum[n + 1] of a + i b; its last place is scratch.
void cs_split_pair(long n, float *spectrum, float *a, float *b);
// The reverse: writes spectrum[n + 4] with real and imaginary parts exchanged, so that one more *forward* transform
// yields (b, a), each times n. Bins 0 and n/2 must be real.
void cs_join_pair(long n, const float *a, const float *b, float *spectrum);

// MARK: - Projections of a pair, fused with its splitting and joining

// Interleaves two magnitude frames of n/2 + 1 bins as the projections read them, [n + 8] with zeros at the end.
void cs_pair_magnitudes(long n, const float *a, const float *b, float *pair);

// In all of these, with W the half spectra in `spectrum` (times 2, see cs_split_pair), S the magnitudes and
// P(T) = S T / |T| (accurate to 1e-6): writes to `out` as cs_join_pair does. State a, b: [n/2 + 4] complex each.

// P(W).
void cs_project(long n, float *spectrum, const float *magnitudes, float *out);
// P(W - weight C), then C = W.
void cs_project_momentum(long n, float *spectrum, const float *magnitudes, float weight, float *a, float *b,
                         float *out);
// Z = (rho V + W) / (1 + rho), then V += P(2 Z - V) - Z, which is written out.
void cs_project_admm(long n, float *spectrum, const float *magnitudes, float rho, float *a, float *b, float *out);
// P(Z) with Z as above: the last iteration's result.
void cs_project_admm_last(long n, float *spectrum, const float *magnitudes, float rho, const float *a, const float *b,
                          float *out);

// MARK: - Element by element

// out = scale * (a + b) for the first `overlap` places and scale * a for the others.
void cs_assemble(long count, long overlap, const float *a, const float *b, const float *scale, float *out);
// out += a.
void cs_add(long count, const float *a, float *out);
// out = a / b, or 0 where b is below 1e-9; out may be a.
void cs_divide(long count, const float *a, const float *b, float *out);
// out[count] = |z|.
void cs_magnitudes(long count, const float *z, float *out);
// out = magnitude * exp(2 pi i turns), for |turns| <= 0.5; accurate to 1e-6. The first and the last of the `bins` are
// those of a real signal: real, with the nearer of both signs.
void cs_half_spectrum(long bins, const float *magnitude, const float *turns, float *out);
// The sum of (x - y)^2 and of y^2.
void cs_squared_difference(long count, const float *x, const float *y, double *difference, double *square);

// MARK: - Threads

// Calls work(context, part) once for each part in 0..<threads, each on its own thread, and returns when all are done.
// Where the system gives fewer threads, the last parts are left out: work should be shared out as it goes.
void cs_team_run(int threads, void *context, void (*work)(void *context, int part));

// Calls work(context, part, round, place) for the `count` rounds over all places in a row, `part` being the thread's.
// A call begins when the calls for the same place and its neighbours in the round before have ended, and sees what they
// wrote. A thread goes through up to `together` rounds (1 to 8) at a time, which helps where a round's memory exceeds
// the caches. `finished` [places] is scratch; `count` fits in 32 bits.
void cs_rounds_run(int threads, long count, long places, int together, uint32_t *finished, void *context,
                   void (*work)(void *context, int part, long round, long place));
