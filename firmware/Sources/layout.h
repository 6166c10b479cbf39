/* Sizes that assembly, linker script and Swift (Layout) share. */
#include "memory-map.h"
#define MAXIMUM_HARTS 8
#define HART_RECORD_SIZE 64
#define STACK_SIZE 1536
#define RESERVED_SIZE 0x8000
