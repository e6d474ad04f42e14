// Rounds of work over places in a row, without barriers: a place waits for itself and its neighbours of the round
// before only, which were mostly done long ago. So hardly anybody waits, even if one thread is slower than the others
// or loses its core for a while.
//
// Half of the threads take places from the left end, half from the right, until they meet: who is faster does more, and
// yet nearly all places stay with one thread, whose cache holds what they need. Several rounds may be taken together,
// each one place behind the one before, so that a place comes from memory once for all of them.
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "CSpectral.h"

enum { SPINS = 4000, MOST_TOGETHER = 8 };

struct rounds {
  long count;
  long places;
  void *context;
  void (*work)(void *, int, long, long);
  // Rounds that each place has been through.
  uint32_t *finished;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  // The rest is under the mutex. Rounds that are taken together, and the first of them.
  long together;
  long first;
  // Of each of them, how many places were taken from either end.
  long taken[MOST_TOGETHER][2];
  // What comes next at either end: in step s, place s of the first round, s - 1 of the second and so on.
  struct { long step, round; } next[2];
  _Alignas(64) _Atomic int sleepers;
};

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static int has_finished(const struct rounds *rounds, long place, long round) {
  return __atomic_load_n(&rounds->finished[place], __ATOMIC_SEQ_CST) >= (uint32_t)round;
}

// Spins for a short while, then sleeps: spinning alone collapses as soon as another process wants the core.
static void wait_for(struct rounds *rounds, long place, long round) {
  for (int spin = 0; spin < SPINS; spin++) {
    if (has_finished(rounds, place, round)) return;
    relax();
  }
  pthread_mutex_lock(&rounds->mutex);
  // Who finishes the place writes that before it looks for sleepers: it is seen here, or this one there.
  atomic_fetch_add(&rounds->sleepers, 1);
  while (!has_finished(rounds, place, round)) pthread_cond_wait(&rounds->changed, &rounds->mutex);
  atomic_fetch_sub(&rounds->sleepers, 1);
  pthread_mutex_unlock(&rounds->mutex);
}

static void finish(struct rounds *rounds, long place, long round) {
  __atomic_store_n(&rounds->finished[place], (uint32_t)round + 1, __ATOMIC_SEQ_CST);
  if (atomic_load(&rounds->sleepers) == 0) return;
  pthread_mutex_lock(&rounds->mutex);
  pthread_cond_broadcast(&rounds->changed);
  pthread_mutex_unlock(&rounds->mutex);
}

static void begin(struct rounds *rounds, long first) {
  rounds->first = first;
  memset(rounds->taken, 0, sizeof rounds->taken);
  memset(rounds->next, 0, sizeof rounds->next);
}

// The next place for a thread; 0 if nothing is left. Whatever a place waits for has been taken before it, from its own
// end or from the other, so that of all places being worked on the one that was taken first waits for nothing.
static int take(struct rounds *rounds, int end, long *round, long *place) {
  int found = 0;
  pthread_mutex_lock(&rounds->mutex);
  while (!found && rounds->first < rounds->count) {
    const long step = rounds->next[end].step, k = rounds->next[end].round;
    const long left = rounds->count - rounds->first, together = left < rounds->together ? left : rounds->together;
    if (step == rounds->places + together - 1) {
      // All have been taken from one end or the other.
      begin(rounds, rounds->first + together);
      continue;
    }
    const int is_last = k == together - 1;
    rounds->next[end].round = is_last ? 0 : k + 1;
    rounds->next[end].step = is_last ? step + 1 : step;
    long *taken = rounds->taken[k];
    // Not one before the end, nor one that was taken from the other.
    if (step - k != taken[end] || taken[0] + taken[1] == rounds->places) continue;
    *round = rounds->first + k;
    *place = end == 0 ? taken[end] : rounds->places - 1 - taken[end];
    taken[end]++;
    found = 1;
  }
  pthread_mutex_unlock(&rounds->mutex);
  return found;
}

static void serve(void *context, int part) {
  struct rounds *rounds = context;
  long round, place;
  while (take(rounds, part & 1, &round, &place)) {
    for (long near = place - 1; near <= place + 1; near++) {
      if (near >= 0 && near < rounds->places) wait_for(rounds, near, round);
    }
    rounds->work(rounds->context, part, round, place);
    finish(rounds, place, round);
  }
}

void cs_rounds_run(int threads, long count, long places, int together, uint32_t *finished, void *context,
                   void (*work)(void *context, int part, long round, long place)) {
  struct rounds rounds = {.count = count, .places = places, .context = context, .work = work, .finished = finished};
  rounds.together = together < MOST_TOGETHER ? together : MOST_TOGETHER;
  for (long place = 0; place < places; place++) finished[place] = 0;
  pthread_mutex_init(&rounds.mutex, 0);
  pthread_cond_init(&rounds.changed, 0);
  if (places > 0) cs_team_run(threads, &rounds, serve);
  pthread_cond_destroy(&rounds.changed);
  pthread_mutex_destroy(&rounds.mutex);
}
