#define _GNU_SOURCE
#include "CScheduling.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

int scheduling_set_cores(const int *cores, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; i++) {
    if (cores[i] < 0 || cores[i] >= CPU_SETSIZE) return EINVAL;
    CPU_SET(cores[i], &set);
  }
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int scheduling_set_timer_slack(unsigned long nanoseconds) {
  return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0) ? errno : 0;
}
