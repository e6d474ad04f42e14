#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CKernels.h"

// A few threads that run one function together, again and again. Waiting spins for a bounded time and then
// sleeps in the kernel: spinning alone collapses as soon as another process wants the core. Who is woken spins again.

enum { SPINS = 4000 };

struct ck_team {
  int parts;
  void (*work)(void *, int);
  void *context;
  _Alignas(64) _Atomic uint32_t arrived;
  _Alignas(64) _Atomic uint32_t generation;  // of the barrier
  _Alignas(64) _Atomic uint32_t job;         // counts runs
  _Atomic uint32_t sleepers;
  _Atomic int stopping;
  pthread_t *threads;
};

struct start {
  struct ck_team *team;
  int part;
};

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void wait_while(struct ck_team *team, _Atomic uint32_t *word, uint32_t value) {
  while (1) {
    for (int spin = 0; spin < SPINS; spin++) {
      if (atomic_load_explicit(word, memory_order_acquire) != value) return;
      relax();
    }
    atomic_fetch_add(&team->sleepers, 1);
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, 0, 0, 0);
    atomic_fetch_sub(&team->sleepers, 1);
  }
}

static void wake(struct ck_team *team, _Atomic uint32_t *word) {
  if (atomic_load(&team->sleepers)) syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff, 0, 0, 0);
}

static void advance(struct ck_team *team, _Atomic uint32_t *word) {
  atomic_fetch_add(word, 1);
  wake(team, word);
}

void ck_team_barrier(ck_team *team) {
  const uint32_t generation = atomic_load_explicit(&team->generation, memory_order_acquire);
  if (atomic_fetch_add(&team->arrived, 1) + 1 == (uint32_t)team->parts) {
    atomic_store(&team->arrived, 0);
    advance(team, &team->generation);
  } else {
    wait_while(team, &team->generation, generation);
  }
}

static void *serve(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  uint32_t done = 0;
  while (1) {
    wait_while(start.team, &start.team->job, done);
    if (atomic_load(&start.team->stopping)) return 0;
    done++;
    start.team->work(start.team->context, start.part);
    ck_team_barrier(start.team);
  }
}

ck_team *ck_team_create(int parts, void (*work)(void *context, int part), void *context) {
  ck_team *team = 0;
  if (posix_memalign((void **)&team, 64, sizeof *team)) return 0;
  *team = (ck_team){.parts = parts, .work = work, .context = context};
  team->threads = calloc(parts, sizeof(pthread_t));
  for (int part = 1; part < parts; part++) {
    struct start *start = malloc(sizeof *start);
    *start = (struct start){team, part};
    if (pthread_create(&team->threads[part], 0, serve, start)) abort();
  }
  return team;
}

void ck_team_run(ck_team *team) {
  advance(team, &team->job);
  team->work(team->context, 0);
  ck_team_barrier(team);
}

void ck_team_wake(ck_team *team) { wake(team, &team->job); }

void ck_team_free(ck_team *team) {
  atomic_store(&team->stopping, 1);
  advance(team, &team->job);
  for (int part = 1; part < team->parts; part++) pthread_join(team->threads[part], 0);
  free(team->threads);
  free(team);
}
