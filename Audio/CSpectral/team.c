// A few threads that live as long as one piece of work and meet at barriers. A barrier spins for a short while, then
// sleeps: spinning alone collapses as soon as another process wants the core.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "CSpectral.h"

enum { MOST = 64, SPINS = 4000 };

struct cs_team {
  int parts;
  void *context;
  void (*work)(void *, cs_team *, int);
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  // The generation changes under the mutex and is read outside it by those who spin.
  _Alignas(64) _Atomic int arrived;
  _Alignas(64) _Atomic uint32_t generation;
};

struct member {
  cs_team *team;
  int part;
};

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void advance(cs_team *team) {
  pthread_mutex_lock(&team->mutex);
  atomic_fetch_add(&team->generation, 1);
  pthread_cond_broadcast(&team->changed);
  pthread_mutex_unlock(&team->mutex);
}

static void wait_while(cs_team *team, uint32_t generation) {
  for (int spin = 0; spin < SPINS; spin++) {
    if (atomic_load_explicit(&team->generation, memory_order_acquire) != generation) return;
    relax();
  }
  pthread_mutex_lock(&team->mutex);
  while (atomic_load(&team->generation) == generation) pthread_cond_wait(&team->changed, &team->mutex);
  pthread_mutex_unlock(&team->mutex);
}

void cs_team_barrier(cs_team *team) {
  if (team->parts == 1) return;
  const uint32_t generation = atomic_load_explicit(&team->generation, memory_order_acquire);
  if (atomic_fetch_add(&team->arrived, 1) + 1 == team->parts) {
    atomic_store(&team->arrived, 0);
    advance(team);
  } else {
    wait_while(team, generation);
  }
}

int cs_team_parts(const cs_team *team) { return team->parts; }

static void *serve(void *argument) {
  const struct member *member = argument;
  // Until it is known how many threads there are.
  wait_while(member->team, 0);
  member->team->work(member->team->context, member->team, member->part);
  return 0;
}

void cs_team_run(int parts, void *context, void (*work)(void *context, cs_team *team, int part)) {
  cs_team team = {.parts = 1, .context = context, .work = work};
  pthread_t threads[MOST];
  struct member members[MOST];
  pthread_mutex_init(&team.mutex, 0);
  pthread_cond_init(&team.changed, 0);
  while (team.parts < parts && team.parts < MOST) {
    members[team.parts] = (struct member){&team, team.parts};
    if (pthread_create(&threads[team.parts], 0, serve, &members[team.parts])) break;
    team.parts++;
  }
  if (team.parts > 1) advance(&team);
  work(context, &team, 0);
  for (int part = 1; part < team.parts; part++) pthread_join(threads[part], 0);
  pthread_cond_destroy(&team.changed);
  pthread_mutex_destroy(&team.mutex);
}
