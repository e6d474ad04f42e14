// A few threads that live as long as one piece of work.
#include <pthread.h>

#include "CSpectral.h"

enum { MOST = 64 };

struct member {
  void *context;
  void (*work)(void *, int);
  int part;
};

static void *serve(void *argument) {
  const struct member *member = argument;
  member->work(member->context, member->part);
  return 0;
}

void cs_team_run(int threads, void *context, void (*work)(void *context, int part)) {
  pthread_t others[MOST];
  struct member members[MOST];
  int parts = 1;
  while (parts < threads && parts < MOST) {
    members[parts] = (struct member){context, work, parts};
    if (pthread_create(&others[parts], 0, serve, &members[parts])) break;
    parts++;
  }
  work(context, 0);
  for (int part = 1; part < parts; part++) pthread_join(others[part], 0);
}
