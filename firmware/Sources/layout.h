/* Sizes that assembly, linker script and Swift share. */
#pragma once
/* Harts 0 to 7 are served. */
#define MAXIMUM_HARTS 8
#define HART_RECORD_SIZE 64
#define STACK_SIZE 1536
/* What the firmware keeps to itself from the start of RAM on: a power of two, as one PMP entry covers it. */
#define RESERVED_SIZE 0x8000
