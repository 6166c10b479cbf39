// Processes that fork: an S-mode kernel copies page tables, shares pages until one side writes to them, gives zeroed ones
// on demand, takes it all down again at the child's end, and switches between address spaces with numbers of their own.
#include "bench.h"

const uint32_t bench_expected = 0xc4e66347;

enum {
  FORKS = 4000, HEAP = 0x40000000, HEAP_PAGES = 128, FRESH_PAGES = 8,  // the user's
  BASE = 0x80000000u, KERNEL_OFFSET = 0x40000000, ENTRIES = 1024, FRAMES = 1024, DEPTH = 4, ASIDS = 512,
  PTE_SHARED = 0x100, PTE_COPY = 0x200,  // software's bits: never copied; to be copied before it is written to
};
enum { FORK = 1, EXIT = 2, UNMAP = 3, END = 64 };
enum { CALL = 8, FETCH_FAULT = 12, LOAD_FAULT = 13, STORE_FAULT = 15 };

extern char _start[], tohost[], stack_top[], s_trap[], kernel_stack_top[];
uint32_t kernel_call(uint32_t number, uint32_t a, uint32_t b);

// The kernel. It runs in the upper alias of memory, so nothing here may hold an absolute address.

struct context { uint32_t x[32], pc; };
struct process { uint32_t root, asid; struct context context; };

static struct process processes[DEPTH];
static uint32_t current, next_asid = 1;
static uint16_t free_frames[FRAMES], references[FRAMES];
static uint32_t free_count;

/// Frames are the 4 MiB behind the image's, seen from wherever this code runs.
static uint32_t *frame(uint32_t number) { return (uint32_t *)(_start + (4 << 20) + (number << PAGE_BITS)); }
static uint32_t frame_pte(uint32_t number, uint32_t flags) {
  return pte_physical(BASE + (4 << 20) + (number << PAGE_BITS), flags);
}
static uint32_t frame_of(uint32_t entry) { return (entry >> 10) - ((BASE + (4 << 20)) >> PAGE_BITS); }

static uint32_t take_frame(void) {
  uint32_t number = free_frames[--free_count];
  references[number] = 1;
  return number;
}

static void drop_frame(uint32_t number) {
  if (--references[number] == 0) free_frames[free_count++] = (uint16_t)number;
}

static void clear_frame(uint32_t number) {
  uint32_t *at = frame(number);
  for (uint32_t i = 0; i < ENTRIES; i += 4) at[i] = at[i + 1] = at[i + 2] = at[i + 3] = 0;
}

static void copy_frame(uint32_t to, uint32_t from) {
  uint32_t *a = frame(to), *b = frame(from);
  for (uint32_t i = 0; i < ENTRIES; i += 4) {
    uint32_t w0 = b[i], w1 = b[i + 1], w2 = b[i + 2], w3 = b[i + 3];
    a[i] = w0, a[i + 1] = w1, a[i + 2] = w2, a[i + 3] = w3;
  }
}

static uint32_t image_pages(void) { return (uint32_t)(stack_top - _start + PAGE_SIZE - 1) >> PAGE_BITS; }

/// A root with nothing but the kernel in it, and two empty tables: the heap's and the image's.
static uint32_t make_root(void) {
  uint32_t root = take_frame(), heap = take_frame(), image = take_frame();
  clear_frame(root), clear_frame(heap), clear_frame(image);
  for (uint32_t i = 0; i < 2; i++)
    frame(root)[((BASE + KERNEL_OFFSET) >> 22) + i] =
      pte_physical(BASE + (i << 22), PTE_R | PTE_W | PTE_X | PTE_A | PTE_D);
  frame(root)[(uint32_t)HEAP >> 22] = frame_pte(heap, 0);
  frame(root)[BASE >> 22] = frame_pte(image, 0);
  return root;
}

static uint32_t *table(uint32_t root, uint32_t address) { return frame(frame_of(frame(root)[address >> 22])); }

static uint32_t take_asid(void) {
  for (;;) {
    if (next_asid == ASIDS) {
      next_asid = 1;
      __asm__ volatile("sfence.vma" ::: "memory");
    }
    uint32_t asid = next_asid++, used = 0;
    for (uint32_t i = 0; i <= current; i++) used |= processes[i].asid == asid;
    if (!used) return asid;
  }
}

static uint32_t satp_of(const struct process *p) {
  return SATP_SV32 | p->asid << 22 | (BASE + (4 << 20) + (p->root << PAGE_BITS)) >> PAGE_BITS;
}

static void switch_to(const struct process *p) { __asm__ volatile("csrw satp, %0" ::"r"(satp_of(p)) : "memory"); }

/// Both sides keep what there is, and neither may write to it.
static void share(uint32_t *from, uint32_t *to, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t entry = from[i];
    if (!(entry & PTE_V)) continue;
    if (!(entry & PTE_SHARED)) {
      if (entry & PTE_W) from[i] = entry = (entry & ~(uint32_t)PTE_W) | PTE_COPY;
      references[frame_of(entry)]++;
    }
    to[i] = entry;
  }
}

static void drop(uint32_t *entries, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if ((entries[i] & (PTE_V | PTE_SHARED)) == PTE_V) drop_frame(frame_of(entries[i]));
    entries[i] = 0;
  }
}

static void fork_process(struct context *now) {
  struct process *parent = &processes[current], *child = parent + 1;
  parent->context = *now;
  child->asid = take_asid();
  current++;
  child->root = make_root();
  share(table(parent->root, HEAP), table(child->root, HEAP), HEAP_PAGES + FRESH_PAGES);
  share(table(parent->root, BASE), table(child->root, BASE), image_pages());
  __asm__ volatile("sfence.vma zero, %0" ::"r"(parent->asid) : "memory");
  now->x[10] = 0;
  switch_to(child);
}

static void end_process(struct context *now) {
  struct process *child = &processes[current--], *parent = child - 1;
  uint32_t result = now->x[10], heap = frame_of(frame(child->root)[(uint32_t)HEAP >> 22]);
  uint32_t image = frame_of(frame(child->root)[BASE >> 22]);
  switch_to(parent);
  drop(frame(heap), HEAP_PAGES + FRESH_PAGES);
  drop(frame(image), image_pages());
  drop_frame(heap), drop_frame(image), drop_frame(child->root);
  *now = parent->context;
  now->x[10] = result | 1;
}

static void unmap(uint32_t address, uint32_t pages) {
  struct process *p = &processes[current];
  drop(table(p->root, HEAP) + ((address - HEAP) >> PAGE_BITS), pages);
  for (uint32_t i = 0; i < pages; i++, address += PAGE_SIZE)
    __asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"(p->asid) : "memory");
}

/// Whether the fault was one that is meant to happen.
static uint32_t serve_fault(uint32_t cause, uint32_t address) {
  struct process *p = &processes[current];
  const uint32_t rights = PTE_R | PTE_W | PTE_U | PTE_A | PTE_D;
  if (address >> 22 != (uint32_t)HEAP >> 22 && address >> 22 != BASE >> 22) return 0;
  uint32_t *entry = &table(p->root, address)[address >> PAGE_BITS & (ENTRIES - 1)];
  if (!*entry && address - HEAP < (HEAP_PAGES + FRESH_PAGES) << PAGE_BITS) {
    uint32_t fresh = take_frame();
    clear_frame(fresh);
    *entry = frame_pte(fresh, rights);
  } else if (cause == STORE_FAULT && *entry & PTE_COPY) {
    uint32_t old = frame_of(*entry);
    if (references[old] > 1) {
      uint32_t fresh = take_frame();
      copy_frame(fresh, old);
      drop_frame(old);
      old = fresh;
    }
    *entry = frame_pte(old, rights);
  } else {
    return 0;
  }
  __asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"(p->asid) : "memory");
  return 1;
}

/// Answers whether the user goes on; otherwise the guest ends, with what is in a0.
uint32_t kernel_trap(struct context *now, uint32_t cause, uint32_t address) {
  if (cause != CALL) {
    if (serve_fault(cause, address)) return 1;
    now->x[10] = address;
    return 0;
  }
  uint32_t number = now->x[17];
  now->pc += 4;
  if (number == FORK) fork_process(now);
  else if (number == EXIT) end_process(now);
  else if (number == UNMAP) unmap(now->x[10], now->x[11]);
  else return 0;
  return 1;
}

uint32_t bench_setup(void) {
  struct process *first = &processes[0];
  for (uint32_t i = FRAMES; i-- > 0;) free_frames[free_count++] = (uint16_t)i;
  first->root = make_root();
  first->asid = next_asid++;
  // The user's code is what the kernel is part of; its data and stack are copies, for it to fork.
  uint32_t *image = table(first->root, BASE), data = (uint32_t)(tohost - _start) >> PAGE_BITS;
  for (uint32_t page = 0; page < image_pages(); page++) {
    if (page < data) {
      image[page] = pte_physical(BASE + (page << PAGE_BITS), PTE_R | PTE_X | PTE_U | PTE_A | PTE_SHARED);
      continue;
    }
    uint32_t copy = take_frame(), *from = (uint32_t *)(_start + (page << PAGE_BITS));
    for (uint32_t i = 0; i < ENTRIES; i++) frame(copy)[i] = from[i];
    image[page] = frame_pte(copy, PTE_R | PTE_W | PTE_U | PTE_A | PTE_D);
  }
  __asm__ volatile("csrw stvec, %0" ::"r"(s_trap + KERNEL_OFFSET));
  __asm__ volatile("csrw sscratch, %0" ::"r"(kernel_stack_top + KERNEL_OFFSET));
  __asm__ volatile("csrw medeleg, %0" ::"r"(1 << CALL | 1 << FETCH_FAULT | 1 << LOAD_FAULT | 1 << STORE_FAULT));
  return satp_of(first);
}

// The user.

static uint32_t generation, log[16];

static volatile uint32_t *heap_word(uint32_t page, uint32_t word) {
  return (volatile uint32_t *)HEAP + page * (PAGE_SIZE / 4) + (word & (PAGE_SIZE / 4 - 1));
}

static uint32_t work(uint32_t seed, uint32_t depth) {
  uint32_t sum = seed;
  generation++;
  for (uint32_t i = 0; i < 16; i++) sum = fold(sum, *heap_word(xorshift(&seed) % HEAP_PAGES, seed >> 8));
  for (uint32_t i = 0; i < 5; i++) {
    uint32_t page = xorshift(&seed) % HEAP_PAGES;
    for (uint32_t word = 0; word < 48; word++) sum += *heap_word(page, seed + word * 21) += sum ^ word;
  }
  for (uint32_t i = 0; i < 3; i++) {
    uint32_t page = HEAP_PAGES + (seed + i) % FRESH_PAGES;
    for (uint32_t word = 0; word < 64; word++) sum = fold(sum, *heap_word(page, word * 16) += word + sum);
  }
  for (uint32_t i = 0; i < 1500; i++) sum = (sum ^ xorshift(&seed)) * 5;
  return log[generation & 15] += sum + depth;
}

/// What a child came to, or its own child, each with what it changed gone with it.
static uint32_t spawn(uint32_t seed, uint32_t depth) {
  uint32_t result = kernel_call(FORK, 0, 0);
  if (result) return result;
  uint32_t sum = work(seed, depth);
  if (depth + 2 < DEPTH && (seed & 3) == 0) {
    sum = fold(sum, spawn(seed * 69069 + 1, depth + 1));
    sum = fold(sum, work(sum, depth));
  }
  kernel_call(EXIT, sum, 0);
  return 0;
}

uint32_t bench_run(void) {
  uint32_t sum = 0, seed = 2463534242u;
  for (uint32_t page = 0; page < HEAP_PAGES; page++) *heap_word(page, page * 7) = page;
  for (uint32_t i = 0; i < FORKS; i++) {
    sum = fold(sum, spawn(xorshift(&seed), 0));
    // What the child has left alone is the parent's own again; writing to it only takes a fault.
    for (uint32_t k = 0; k < 4; k++) *heap_word(xorshift(&seed) % HEAP_PAGES, seed >> 9) += sum;
    if (i % 32 == 31) kernel_call(UNMAP, HEAP + ((seed >> 4) % (HEAP_PAGES - 16) << PAGE_BITS), 16);
  }
  return fold(sum, generation + log[3]);
}
