#define _GNU_SOURCE
#include "CHost.h"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

void chost_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void chost_sharpen_timers(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }
int chost_core_count(void) {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : -1;
}

void chost_bind_thread(int number) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (!CPU_ISSET(core, &allowed) || number-- != 0) continue;
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
}
#else
void chost_name_thread(const char *name) { (void)name; }

void chost_sharpen_timers(void) {}

int chost_core_count(void) { return -1; }

void chost_bind_thread(int number) { (void)number; }
#endif
