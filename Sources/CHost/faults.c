#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "internal.h"

#include <signal.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__linux__)
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

// One for each translator that there has been at a time: the list only grows, as a handler may be walking along it.
struct chost_code {
  struct chost_code *next;
  // Where code is executed; 0 while nobody uses this one.
  _Atomic(uintptr_t) start;
  _Atomic(size_t) size;
  // What follows belongs to the thread that runs the code.
  unsigned char *writable;
  struct table {
    const struct chost_site *sites;
    size_t count;
  } tables[2];
  // Where, from what rbp points at, faults are counted.
  ptrdiff_t counter;
};

static _Atomic(struct chost_code *) codes;
static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;
static int is_installed;

static const struct chost_site *find_in(const struct table *table, uint32_t place) {
  size_t low = 0, high = table->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (table->sites[middle].place < place) low = middle + 1;
    else high = middle;
  }
  return low < table->count && table->sites[low].place == place ? &table->sites[low] : NULL;
}

static const struct chost_site *find(const struct chost_code *code, uint32_t place) {
  const struct chost_site *site = find_in(&code->tables[0], place);
  return site ? site : find_in(&code->tables[1], place);
}

// Ends the process as the signal does by default, with no system call, as a filter may allow none.
static void crash(siginfo_t *information, ucontext_t *context, greg_t *at) {
  chost_restore_terminal();
  // A fault while its signal is blocked cannot be handled. One that somebody sent does not come again by itself.
  sigaddset(&context->uc_sigmask, SIGSEGV);
  if (information->si_code <= 0) *at = 0;
}

static void on_fault(int number, siginfo_t *information, void *context) {
  (void)number;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs, *at = &registers[REG_RIP];
  // One that somebody sent is no fault, wherever it comes upon the thread.
  struct chost_code *code = information->si_code > 0 ? atomic_load(&codes) : NULL;
  for (; code; code = code->next) {
    uintptr_t start = atomic_load(&code->start), offset = (uintptr_t)*at - start;
    if (start == 0 || offset >= atomic_load(&code->size)) continue;
    const struct chost_site *site = find(code, (uint32_t)offset);
    if (!site) break;
    // From now on it jumps there by itself. Returning from a signal makes the processor see it.
    uint32_t distance = site->target - (site->place + 5);
    code->writable[site->place] = 0xE9;
    memcpy(code->writable + site->place + 1, &distance, sizeof distance);
    *at = (greg_t)(start + site->target);
    *(uint32_t *)(registers[REG_RBP] + code->counter) += 1;
    return;
  }
  crash(information, context, at);
}

static int install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGSEGV, &action, NULL);
}

struct chost_code *chost_add_code(const void *executable, void *writable, size_t size, ptrdiff_t counter) {
  pthread_mutex_lock(&changing);
  if (!is_installed) is_installed = install() == 0;
  struct chost_code *code = NULL;
  if (is_installed) {
    for (code = atomic_load(&codes); code && atomic_load(&code->start) != 0;) code = code->next;
    if (!code && (code = calloc(1, sizeof *code))) {
      code->next = atomic_load(&codes);
      atomic_store(&codes, code);
    }
  }
  if (code) {
    code->writable = writable;
    memset(code->tables, 0, sizeof code->tables);
    code->counter = counter;
    atomic_store(&code->size, size);
    atomic_store(&code->start, (uintptr_t)executable);
  }
  pthread_mutex_unlock(&changing);
  return code;
}

void chost_set_sites(struct chost_code *code, int table, const struct chost_site *sites, size_t count) {
  code->tables[table & 1] = (struct table){sites, count};
}

void chost_remove_code(struct chost_code *code) { atomic_store(&code->start, 0); }

void chost_set_fault_action(const struct sigaction *action) {
  // Nobody may install the handler in between.
  pthread_mutex_lock(&changing);
  if (!is_installed) sigaction(SIGSEGV, action, NULL);
  pthread_mutex_unlock(&changing);
}
#else
struct chost_code *chost_add_code(const void *executable, void *writable, size_t size, ptrdiff_t counter) {
  (void)executable, (void)writable, (void)size, (void)counter;
  return 0;
}
void chost_set_sites(struct chost_code *code, int table, const struct chost_site *sites, size_t count) {
  (void)code, (void)table, (void)sites, (void)count;
}
void chost_remove_code(struct chost_code *code) { (void)code; }
void chost_set_fault_action(const struct sigaction *action) { sigaction(SIGSEGV, action, NULL); }
#endif
