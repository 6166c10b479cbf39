// The instructions that Swift cannot say, and what the linker tells.
#pragma once
#include <stdint.h>

static inline void enable_timer_interrupt(void) { __asm__ volatile("csrs mie, %0" ::"r"(1 << 7) : "memory"); }
static inline void open_interrupts(void) { __asm__ volatile("csrsi mstatus, 8" ::: "memory"); }
static inline void close_interrupts(void) { __asm__ volatile("csrci mstatus, 8" ::: "memory"); }
static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
// Makes the compiler believe that all memory may have changed.
static inline void forget_memory(void) { __asm__ volatile("" ::: "memory"); }
static inline uint32_t read_mcause(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, mcause" : "=r"(value)::"memory");
  return value;
}

// How much work to do: the linker defines this symbol (--defsym), so that one object makes a long and a short guest.
extern const char WORK[];
static inline uint32_t work(void) { return (uint32_t)WORK; }
