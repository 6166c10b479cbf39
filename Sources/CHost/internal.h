#ifndef CHOST_INTERNAL_H
#define CHOST_INTERNAL_H

#include "CHost.h"

struct sigaction;

// Sets what SIGSEGV does, unless faults in translated code are caught.
void chost_set_fault_action(const struct sigaction *action);

// Gives the terminal back, if one is to be given back.
void chost_restore_terminal(void);

#endif
