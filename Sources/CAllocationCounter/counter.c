#include "CAllocationCounter.h"

#include <errno.h>
#include <stddef.h>

// glibc's own entry points, which its malloc family forwards to.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread long count;
static long process_count;

long allocation_count(void) { return count; }
long allocation_count_of_process(void) { return __atomic_load_n(&process_count, __ATOMIC_RELAXED); }

static void add_one(void) {
  count++;
  __atomic_fetch_add(&process_count, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
  add_one();
  return __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
  add_one();
  return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size) {
  add_one();
  return __libc_realloc(p, size);
}

void *memalign(size_t alignment, size_t size) {
  add_one();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
  void *p = memalign(alignment, size);
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}
