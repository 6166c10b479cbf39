#define _GNU_SOURCE
#include "CHost.h"

#if defined(__linux__)
#include <pthread.h>
#include <sys/prctl.h>

void chost_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void chost_sharpen_timers(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }
#else
void chost_name_thread(const char *name) { (void)name; }

void chost_sharpen_timers(void) {}
#endif
