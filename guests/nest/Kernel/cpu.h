// The instructions that Swift cannot say, and the symbols of start.S and the linker script.
#pragma once
#include <stdint.h>

#define CSR_READ(name)                                                                                                 \
  static inline uint32_t read_##name(void) {                                                                           \
    uint32_t value;                                                                                                    \
    __asm__ volatile("csrr %0, " #name : "=r"(value)::"memory");                                                       \
    return value;                                                                                                      \
  }
#define CSR_WRITE(name)                                                                                                \
  static inline void write_##name(uint32_t value) { __asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory"); }

CSR_READ(scause)
CSR_READ(stval)
CSR_READ(sip)
CSR_READ(satp)
CSR_READ(time)
CSR_READ(timeh)
CSR_WRITE(sie)
CSR_WRITE(satp)
CSR_WRITE(scounteren)

static inline void set_sstatus(uint32_t bits) { __asm__ volatile("csrs sstatus, %0" ::"r"(bits) : "memory"); }
static inline void clear_sstatus(uint32_t bits) { __asm__ volatile("csrc sstatus, %0" ::"r"(bits) : "memory"); }

// stimecmp, the S-mode timer of Sstc, by its numbers: older assemblers do not know the names.
static inline void write_stimecmp(uint32_t low, uint32_t high) {
  __asm__ volatile("csrw 0x15d, %0\ncsrw 0x14d, %1\ncsrw 0x15d, %2" ::"r"(-1), "r"(low), "r"(high) : "memory");
}

// Accesses that may trap: stvec points just behind the access meanwhile, so that a trap skips the line that reports
// success. The cause is in scause afterwards.
#define GUARDED(instruction)                                                                                           \
  "la %[vector], 1f\n"                                                                                                 \
  "csrrw %[vector], stvec, %[vector]\n"                                                                                \
  "li %[done], 0\n" instruction "\n"                                                                                   \
  "li %[done], 1\n"                                                                                                    \
  ".balign 4\n"                                                                                                        \
  "1: csrw stvec, %[vector]\n"

static inline uint32_t has_stimecmp(void) {
  uint32_t done, vector;
  __asm__ volatile(GUARDED("csrw 0x15d, %[never]") : [done] "=&r"(done), [vector] "=&r"(vector) : [never] "r"(-1));
  return done;
}

static inline uint32_t try_load(uint32_t address, uint32_t *value) {
  uint32_t word = 0, done, vector;
  __asm__ volatile(GUARDED("lw %[word], 0(%[address])")
                   : [word] "+&r"(word), [done] "=&r"(done), [vector] "=&r"(vector)
                   : [address] "r"(address)
                   : "memory");
  *value = word;
  return done;
}

static inline uint32_t try_store(uint32_t address, uint32_t value) {
  uint32_t done, vector;
  __asm__ volatile(GUARDED("sw %[value], 0(%[address])")
                   : [done] "=&r"(done), [vector] "=&r"(vector)
                   : [address] "r"(address), [value] "r"(value)
                   : "memory");
  return done;
}

static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
static inline void fence_everything(void) { __asm__ volatile("sfence.vma" ::: "memory"); }
static inline void fence_address(uint32_t address) { __asm__ volatile("sfence.vma %0, zero" ::"r"(address) : "memory"); }
static inline void fence_space(uint32_t asid) { __asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory"); }

// A call into the SBI firmware; the error it returns.
static inline int32_t sbi_call(uint32_t extension, uint32_t function, uint32_t argument0, uint32_t argument1) {
  register uint32_t a0 __asm__("a0") = argument0;
  register uint32_t a1 __asm__("a1") = argument1;
  register uint32_t a6 __asm__("a6") = function;
  register uint32_t a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
  return (int32_t)a0;
}

// Goes to U-mode with the registers of a TrapFrame.
_Noreturn void resume(void *frame);

extern uint8_t user_image[], kernel_end[], process_table[];
static inline uint32_t user_image_address(void) { return (uint32_t)user_image; }
static inline uint32_t kernel_end_address(void) { return (uint32_t)kernel_end; }
static inline void *process_table_base(void) { return process_table; }
