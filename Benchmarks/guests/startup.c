// Nothing but start and end: what is left when the others' work is taken away.
#include "bench.h"

const uint32_t bench_expected = 0;
uint32_t bench_run(void) { return 0; }
