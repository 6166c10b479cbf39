// The instructions that Swift cannot say.
#pragma once
#include <stdint.h>

static inline void enable_timer_interrupt(void) { __asm__ volatile("csrs mie, %0" ::"r"(1 << 7) : "memory"); }
static inline void open_interrupts(void) { __asm__ volatile("csrsi mstatus, 8" ::: "memory"); }
static inline void close_interrupts(void) { __asm__ volatile("csrci mstatus, 8" ::: "memory"); }
static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
