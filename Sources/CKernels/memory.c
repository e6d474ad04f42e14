// Allocation and time.
#define _GNU_SOURCE
#include "CKernels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static const size_t huge_page = (size_t)2 << 20;

static size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

static void advise_huge_pages(void *memory, size_t bytes) {
#if defined(MADV_HUGEPAGE)
  // Only advice: a system without huge pages refuses it, and nothing is lost.
  (void)madvise(memory, bytes, MADV_HUGEPAGE);
#endif
}

void *ck_allocate(long bytes) {
  const size_t alignment = (size_t)bytes >= huge_page ? huge_page : 64, size = round_up((size_t)bytes, alignment);
  void *memory = 0;
  if (posix_memalign(&memory, alignment, size > 0 ? size : alignment)) return 0;
  if (alignment == huge_page) advise_huge_pages(memory, size);
  memset(memory, 0, size);
  return memory;
}

void ck_free(void *memory, long bytes) {
  (void)bytes;  // an allocator of another system may need it
  free(memory);
}

static size_t reserved(long bytes) { return round_up(bytes > 0 ? (size_t)bytes : 1, huge_page); }

void *ck_reserve(long bytes) {
  const size_t size = reserved(bytes);
  char *whole = mmap(0, size + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (whole == MAP_FAILED) return 0;
  char *memory = (char *)round_up((size_t)whole, huge_page);
  if (memory > whole) munmap(whole, (size_t)(memory - whole));
  if (memory < whole + huge_page) munmap(memory + size, (size_t)(whole + huge_page - memory));
  advise_huge_pages(memory, size);
  return memory;
}

void ck_release(void *memory, long bytes) { munmap(memory, reserved(bytes)); }

double ck_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
