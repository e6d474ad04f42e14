// Chipmunk 7, the rigid body engine under Push-T (apt: chipmunk-dev; there is no pkg-config file for it).

#ifndef SALTUS_CCHIPMUNK_H
#define SALTUS_CCHIPMUNK_H

#include <pthread.h>
#include <stdio.h>
#include <bits/types/cookie_io_functions_t.h>  // after stdio.h, on whose types it depends

// Results must equal the reference simulator's to the last bit: no fused multiply-add in the header's inline functions.
#pragma STDC FP_CONTRACT OFF
#include <chipmunk/chipmunk.h>

// glibc declares this only under _GNU_SOURCE, which would change other types of this module, too.
extern FILE *fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);

typedef struct {
  FILE *output;
  pthread_t silenced;
} SaltusOutputFilter;

static inline ssize_t saltusForward(void *filter, const char *text, size_t count) {
  const SaltusOutputFilter *self = (const SaltusOutputFilter *)filter;
  if (!pthread_equal(pthread_self(), self->silenced)) {
    fwrite(text, 1, count, self->output);
  }
  return (ssize_t)count;
}

// Debian builds Chipmunk with assertions, and that build prints two lines on standard output when the first space of
// a process is made: they would corrupt whatever a program prints there. This makes (and frees) that first space
// while `stdout` names a stream that drops what this thread prints and forwards what any other thread prints, so
// nothing but the two lines is lost. The stream is never closed, because such a thread may still be using it.
// Call it once, before any other cpSpaceNew.
static inline void saltusMakeFirstSpaceQuietly(void) {
  static SaltusOutputFilter filter;
  filter.output = stdout;
  filter.silenced = pthread_self();
  cookie_io_functions_t functions = {.write = saltusForward};
  FILE *stream = fopencookie(&filter, "w", functions);
  if (stream) {
    setvbuf(stream, NULL, _IONBF, 0);
    stdout = stream;
  }
  cpSpaceFree(cpSpaceNew());
  stdout = filter.output;
}

#endif
