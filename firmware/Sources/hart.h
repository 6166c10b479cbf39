// What Swift cannot say: CSR instructions, fences, and accesses that may trap. Imported as the bridging header.
#pragma once
#include <stdint.h>
#include "layout.h"

#define CSR_READ(name, csr)                                                                                            \
  static inline uint32_t read_##name(void) {                                                                           \
    uint32_t value;                                                                                                    \
    __asm__ volatile("csrr %0, " csr : "=r"(value)::"memory");                                                         \
    return value;                                                                                                      \
  }
#define CSR_WRITE(name, csr)                                                                                           \
  static inline void write_##name(uint32_t value) { __asm__ volatile("csrw " csr ", %0" ::"rK"(value) : "memory"); }
#define CSR_SET_CLEAR(name, csr)                                                                                       \
  static inline void set_##name(uint32_t bits) { __asm__ volatile("csrs " csr ", %0" ::"rK"(bits) : "memory"); }       \
  static inline void clear_##name(uint32_t bits) { __asm__ volatile("csrc " csr ", %0" ::"rK"(bits) : "memory"); }

CSR_READ(mhartid, "mhartid")
CSR_READ(mvendorid, "mvendorid")
CSR_READ(marchid, "marchid")
CSR_READ(mimpid, "mimpid")
CSR_READ(misa, "misa")
CSR_READ(mcause, "mcause")
CSR_READ(mtval, "mtval")
CSR_READ(mie, "mie")
CSR_READ(mip, "mip")
CSR_READ(stvec, "stvec")
CSR_READ(scounteren, "scounteren")
CSR_WRITE(medeleg, "medeleg")
CSR_WRITE(mideleg, "mideleg")
CSR_WRITE(mie, "mie")
CSR_WRITE(sepc, "sepc")
CSR_WRITE(scause, "scause")
CSR_WRITE(stval, "stval")
CSR_WRITE(stvec, "stvec")
CSR_WRITE(sscratch, "sscratch")
CSR_WRITE(satp, "satp")
CSR_WRITE(stimecmp, "0x14d")
CSR_WRITE(stimecmph, "0x15d")
CSR_SET_CLEAR(mie, "mie")
CSR_SET_CLEAR(mip, "mip")

// Guarded CSR accesses, for registers a hart may lack. mtvec points just behind the access while it happens, so that
// a trap merely skips the line that reports success. Traps also change mepc, mcause and mstatus.MPP and MPIE.
#define GUARDED(instruction)                                                                                           \
  "la %[vector], 1f\n"                                                                                                 \
  "csrrw %[vector], mtvec, %[vector]\n"                                                                                \
  "li %[done], 0\n" instruction "\n"                                                                                   \
  "li %[done], 1\n"                                                                                                    \
  ".balign 4\n"                                                                                                        \
  "1: csrw mtvec, %[vector]\n"
#define CSR_PROBE(name, csr)                                                                                           \
  static inline uint32_t probe_##name(void) {                                                                          \
    uint32_t value = 0, done, vector;                                                                                  \
    __asm__ volatile(GUARDED("csrr %[value], " csr)                                                                    \
                     : [value] "+&r"(value), [done] "=&r"(done), [vector] "=&r"(vector)::"memory");                    \
    return done;                                                                                                       \
  }
#define CSR_TRY_WRITE(name, csr)                                                                                       \
  static inline uint32_t try_write_##name(uint32_t value) {                                                            \
    uint32_t done, vector;                                                                                             \
    __asm__ volatile(GUARDED("csrw " csr ", %[value]")                                                                 \
                     : [done] "=&r"(done), [vector] "=&r"(vector)                                                      \
                     : [value] "r"(value)                                                                              \
                     : "memory");                                                                                      \
    return done;                                                                                                       \
  }
// Sets the bits that the hart implements and returns them; 0 if there is no such CSR.
#define CSR_TRY_SET(name, csr)                                                                                         \
  static inline uint32_t try_set_##name(uint32_t bits) {                                                               \
    uint32_t value = 0, done, vector;                                                                                  \
    __asm__ volatile(GUARDED("csrs " csr ", %[bits]\ncsrr %[value], " csr)                                             \
                     : [value] "+&r"(value), [done] "=&r"(done), [vector] "=&r"(vector)                                \
                     : [bits] "r"(bits)                                                                                \
                     : "memory");                                                                                      \
    return done ? value & bits : 0;                                                                                    \
  }

CSR_PROBE(time, "time")
CSR_TRY_WRITE(mcounteren, "mcounteren")
CSR_TRY_WRITE(scounteren, "scounteren")
CSR_TRY_WRITE(mcountinhibit, "mcountinhibit")
CSR_TRY_WRITE(stimecmp, "0x14d")
CSR_TRY_WRITE(stimecmph, "0x15d")
CSR_TRY_WRITE(pmpcfg0, "pmpcfg0")
CSR_TRY_WRITE(pmpaddr0, "pmpaddr0")
CSR_TRY_WRITE(pmpaddr1, "pmpaddr1")
CSR_TRY_SET(menvcfg, "0x30a")
CSR_TRY_SET(menvcfgh, "0x31a")

// Guarded memory accesses by physical address: 0 and *value untouched if the access traps.
static inline uint32_t try_load_byte(uint32_t address, uint8_t *value) {
  uint32_t byte = 0, done, vector;
  __asm__ volatile(GUARDED("lbu %[byte], 0(%[address])")
                   : [byte] "+&r"(byte), [done] "=&r"(done), [vector] "=&r"(vector)
                   : [address] "r"(address)
                   : "memory");
  if (done) *value = (uint8_t)byte;
  return done;
}

static inline uint32_t try_load_word(uint32_t address, uint32_t *value) {
  uint32_t word = 0, done, vector;
  __asm__ volatile(GUARDED("lw %[word], 0(%[address])")
                   : [word] "+&r"(word), [done] "=&r"(done), [vector] "=&r"(vector)
                   : [address] "r"(address)
                   : "memory");
  if (done) *value = word;
  return done;
}

static inline uint32_t try_store_byte(uint32_t address, uint8_t value) {
  uint32_t done, vector;
  __asm__ volatile(GUARDED("sb %[value], 0(%[address])")
                   : [done] "=&r"(done), [vector] "=&r"(vector)
                   : [address] "r"(address), [value] "r"(value)
                   : "memory");
  return done;
}

// A halfword as the trapped code would see it: mstatus.MPRV lends its mode and translation, MXR makes code readable.
// mstatus is put back as it was, trap or no trap.
static inline uint32_t try_load_virtual_half(uint32_t address, uint32_t executable, uint32_t *value) {
  const uint32_t mprv = 1u << 17, mxr = 1u << 19;
  uint32_t bits = mprv | (executable ? mxr : 0), half = 0, status, done, vector;
  __asm__ volatile("la %[vector], 1f\n"
                   "csrrw %[vector], mtvec, %[vector]\n"
                   "li %[done], 0\n"
                   "csrrs %[status], mstatus, %[bits]\n"
                   "lhu %[half], 0(%[address])\n"
                   "li %[done], 1\n"
                   ".balign 4\n"
                   "1: csrw mstatus, %[status]\n"
                   "csrw mtvec, %[vector]\n"
                   : [half] "+&r"(half), [done] "=&r"(done), [vector] "=&r"(vector), [status] "=&r"(status)
                   : [address] "r"(address), [bits] "r"(bits)
                   : "memory");
  if (done) *value = half;
  return done;
}

static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
// PAUSE is a FENCE hint, harmless where Zihintpause is missing.
static inline void pause_hint(void) { __asm__ volatile(".4byte 0x0100000f" ::: "memory"); }
static inline void fence_all(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }
static inline void fence_instructions(void) { __asm__ volatile("fence.i" ::: "memory"); }
static inline void fence_addresses(void) { __asm__ volatile("sfence.vma" ::: "memory"); }
static inline void fence_address(uint32_t address) { __asm__ volatile("sfence.vma %0, zero" ::"r"(address) : "memory"); }
static inline void fence_space(uint32_t asid) { __asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory"); }
static inline void fence_space_address(uint32_t address, uint32_t asid) {
  __asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"(asid) : "memory");
}

// The first hart to ask gets 0. The word is loaded with the firmware, not cleared by it.
extern uint32_t boot_ticket;
static inline uint32_t take_boot_ticket(void) { return __atomic_exchange_n(&boot_ticket, 1, __ATOMIC_ACQ_REL); }

// Provided by start.S.
extern uint8_t hart_records[];
static inline void *hart_record_base(void) { return hart_records; }
_Noreturn void enter_payload(uint32_t hart, uint32_t argument, uint32_t address, uint32_t mstatus);
