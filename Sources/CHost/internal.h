#ifndef CHOST_INTERNAL_H
#define CHOST_INTERNAL_H

#include "CHost.h"

// Whether SIGSEGV has a handler that must stay.
int chost_catches_faults(void);

// Gives the terminal back, if one is to be given back, and ends the process as `number` does by default.
void chost_crash(int number);

#endif
