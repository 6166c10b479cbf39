// Calls and returns: deep recursion, small functions that are not inlined, and calls through a table.
#include "bench.h"

const uint32_t bench_expected = 0x6a55a482;

#define NOINLINE __attribute__((noinline))

static NOINLINE uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static NOINLINE uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  uint32_t inner = ackermann(m, n - 1);
  return ackermann(m - 1, inner);
}

// A stack machine whose instructions are functions.
struct machine {
  uint32_t stack[16], depth, counter;
};
typedef uint32_t (*action)(struct machine *, uint32_t);

static NOINLINE uint32_t push(struct machine *m, uint32_t pc) { m->stack[m->depth++ & 15] = m->counter; return pc + 1; }
static NOINLINE uint32_t add(struct machine *m, uint32_t pc) {
  m->depth--;
  m->stack[(m->depth - 1) & 15] += m->stack[m->depth & 15];
  return pc + 1;
}
static NOINLINE uint32_t mix(struct machine *m, uint32_t pc) {
  uint32_t *top = &m->stack[(m->depth - 1) & 15];
  *top = *top * 2654435761u ^ *top >> 15;
  return pc + 1;
}
static NOINLINE uint32_t loop(struct machine *m, uint32_t pc) { return --m->counter ? 0 : pc + 1; }

static const action program[] = {push, mix, push, add, mix, loop};

static uint32_t interpret(uint32_t rounds) {
  struct machine m = {.depth = 1, .counter = rounds};
  for (uint32_t pc = 0; pc < sizeof program / sizeof program[0];) pc = program[pc](&m, pc);
  return m.stack[0];
}

// Queens, the recursive way.
static NOINLINE uint32_t queens(uint32_t all, uint32_t columns, uint32_t down, uint32_t up) {
  if (columns == all) return 1;
  uint32_t found = 0;
  for (uint32_t free = all & ~(columns | down | up); free; free &= free - 1) {
    uint32_t bit = free & -free;
    found += queens(all, columns | bit, (down | bit) << 1, (up | bit) >> 1);
  }
  return found;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 0; round < 3; round++) {
    sum = fold(sum, fibonacci(27 + round));
    sum = fold(sum, ackermann(2, 900 + round));
    sum = fold(sum, interpret(900000 + round));
    sum = fold(sum, queens((1u << 10) - 1, 0, 0, 0));
  }
  return sum;
}
