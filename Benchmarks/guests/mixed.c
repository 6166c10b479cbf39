// Code and data in one page: small procedures, each with its own words right behind it, as programs written in Forth and
// code with counters inside have them. Every procedure stores to the page that it runs in, most to the very line.
#include "bench.h"

const uint32_t bench_expected = 0xb6a93a64;

// On the guest, sections that the linker sorts by name: procedure, its data, the next procedure, all in one page.
#ifdef __riscv
#define PLACE(name) __attribute__((section(".mixed." name)))
#else
#define PLACE(name)
#endif
#define PROCEDURE(name) PLACE(name "c") __attribute__((noinline))
#define DATA(name) PLACE(name "d")

struct record { uint32_t calls, last; };
typedef uint32_t (*procedure)(uint32_t);

static struct record hash_record DATA("0"), count_record DATA("1"), gather_record DATA("2"), queue_record DATA("3");
static uint32_t histogram[64] DATA("1") = {0}, queue[32] DATA("3"), table[256] DATA("9");

/// Mixes for a while, and remembers how it ended.
PROCEDURE("0") __attribute__((aligned(4096))) static uint32_t hash(uint32_t a) {
  for (uint32_t i = 0; i < 12; i++) a = (a ^ a >> 15) * 2246822519u + i;
  hash_record.calls++;
  return a ^ (hash_record.last += a);
}

/// Counts the digits of a number in base 64.
PROCEDURE("1") static uint32_t count(uint32_t a) {
  uint32_t most = 0;
  for (uint32_t rest = a; rest; rest >>= 6) {
    uint32_t seen = ++histogram[rest & 63];
    if (seen > most) most = seen;
    for (uint32_t i = 0; i < 6; i++) most += most >> 3 ^ i;
  }
  count_record.last = most;
  return a + most + count_record.calls++;
}

/// Reads all through the page's table and changes one word of it.
PROCEDURE("2") static uint32_t gather(uint32_t a) {
  uint32_t sum = a;
  for (uint32_t i = a & 15; i < 256; i += 16) sum = fold(sum, table[i]);
  table[a & 255] += sum;
  return gather_record.last = sum + gather_record.calls++;
}

/// Puts a number into a ring and takes the oldest out.
PROCEDURE("3") static uint32_t pass_on(uint32_t a) {
  uint32_t at = queue_record.calls++ & 31, oldest = queue[at];
  queue[at] = a;
  for (uint32_t i = 0; i < 10; i++) a = a * 33 + (oldest >> i);
  return queue_record.last = a ^ oldest;
}

static const procedure procedures[] = {hash, count, gather, pass_on};

/// Stands in the same page and calls the others, each word of it saying which is next.
PROCEDURE("4") static uint32_t run_page(uint32_t steps, uint32_t seed) {
  for (uint32_t i = 0; i < steps; i++) seed = procedures[(seed ^ seed >> 9) & 3](seed + i);
  return seed;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 20; round++) {
    for (uint32_t i = 0; i < 256; i++) table[i] = xorshift(&(uint32_t){round + i});
    sum = fold(sum, run_page(150000, round));
    sum = fold(sum, hash_record.calls ^ count_record.last ^ gather_record.last ^ queue_record.last);
  }
  return sum;
}
