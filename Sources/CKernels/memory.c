// Allocation and time.
#define _GNU_SOURCE
#include "CKernels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

void *ck_allocate(long bytes) {
  const size_t huge_page = (size_t)2 << 20, alignment = (size_t)bytes >= huge_page ? huge_page : 64;
  const size_t size = ((size_t)bytes + alignment - 1) / alignment * alignment;
  void *memory = 0;
  if (posix_memalign(&memory, alignment, size > 0 ? size : alignment)) return 0;
#if defined(MADV_HUGEPAGE)
  // Only advice: a system without huge pages refuses it, and nothing is lost.
  if (alignment == huge_page) (void)madvise(memory, size, MADV_HUGEPAGE);
#endif
  memset(memory, 0, size);
  return memory;
}

void ck_free(void *memory, long bytes) {
  (void)bytes;  // an allocator of another system may need it
  free(memory);
}

double ck_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
