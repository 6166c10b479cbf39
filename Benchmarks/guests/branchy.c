// Branches that depend on data: a lexer over text, a bytecode interpreter with a jump for each operation, Collatz's
// sequences, and searches that go either way.
#include "bench.h"

const uint32_t bench_expected = 0xc43265d3;

enum { TEXT = 1 << 16, KEYS = 1 << 12 };
static uint8_t text[TEXT];
static uint32_t keys[KEYS];

static void write_text(uint32_t seed) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz_ABC0123456789  \n\n\t  ()+-*/<>=;\"\"#{}[]";
  for (uint32_t i = 0; i < TEXT; i++) text[i] = (uint8_t)letters[xorshift(&seed) & 63];
}

static inline int is_letter(uint32_t c) { return (c | 32) - 'a' < 26 || c == '_'; }
static inline int is_digit(uint32_t c) { return c - '0' < 10; }

// Tokens of a small language: names, numbers, strings, comments, operators of one or two characters, blocks.
static uint32_t lex(void) {
  uint32_t sum = 0, depth = 0, line = 1, at = 0;
  while (at < TEXT) {
    uint32_t c = text[at++], start = at;
    if (c == ' ' || c == '\t') continue;
    if (c == '\n') {
      line++;
    } else if (is_letter(c)) {
      uint32_t name = c;
      while (at < TEXT && (is_letter(text[at]) || is_digit(text[at]))) name = name * 31 + text[at++];
      sum = fold(sum, name + (at - start));
    } else if (is_digit(c)) {
      uint32_t number = c - '0';
      while (at < TEXT && is_digit(text[at])) number = number * 10 + (text[at++] - '0');
      sum += number;
    } else if (c == '"') {
      while (at < TEXT && text[at] != '"' && text[at] != '\n') at++;
      if (at < TEXT && text[at] == '"') at++;
      sum = fold(sum, at - start);
    } else if (c == '#') {
      while (at < TEXT && text[at] != '\n') at++;
    } else if (c == '{' || c == '(') {
      depth++;
    } else if (c == '}' || c == ')') {
      if (depth) depth--;
      else sum ^= line;
    } else if ((c == '<' || c == '>' || c == '=') && at < TEXT && text[at] == '=') {
      at++;
      sum = fold(sum, c + 256);
    } else {
      sum = fold(sum, c + depth);
    }
  }
  return sum ^ line;
}

// A machine of 16 registers. Each operation jumps to the next one's code, as interpreters do.
enum { SET, ADD, SUBTRACT, MULTIPLY, HALVE, ODD, LESS, IF, JUMP, LOAD, STORE, MIX, END };
struct operation { uint8_t code, a, b, c; };

static const struct operation program[] = {
  {SET, 0, 0, 1},       // r0: one
  {SET, 1, 0, 3},       // r1: three
  {MIX, 2, 2, 3},       // 2: r2: the seed of this turn
  {SET, 4, 0, 24},      // r4: steps at most
  {ODD, 5, 2, 0},       // 4: r5: whether r2 is odd
  {IF, 5, 0, 9},        // odd: to 9
  {HALVE, 2, 2, 0},
  {STORE, 2, 4, 0},
  {JUMP, 0, 0, 12},
  {MULTIPLY, 2, 2, 1},  // 9
  {ADD, 2, 2, 0},
  {LOAD, 6, 2, 0},
  {ADD, 7, 7, 2},       // 12
  {SUBTRACT, 4, 4, 0},
  {LESS, 5, 2, 6},
  {IF, 5, 0, 18},
  {IF, 4, 0, 4},
  {JUMP, 0, 0, 20},
  {ADD, 7, 7, 6},       // 18
  {IF, 4, 0, 4},
  {SUBTRACT, 3, 3, 0},  // 20: r3: turns left
  {IF, 3, 0, 2},
  {END, 7, 0, 0},
};

static uint32_t interpret(uint32_t turns, uint32_t seed) {
  static const void *const actions[] = {&&set, &&add, &&subtract, &&multiply, &&halve, &&odd, &&less, &&branch, &&jump,
                                        &&load, &&store, &&mix, &&end};
  uint32_t r[16] = {0}, memory[64] = {0};
  const struct operation *at = program;
  r[2] = seed, r[3] = turns;
#define NEXT goto *actions[at->code]
  NEXT;
set: r[at->a] = at->c; at++; NEXT;
add: r[at->a] = r[at->b] + r[at->c]; at++; NEXT;
subtract: r[at->a] = r[at->b] - r[at->c]; at++; NEXT;
multiply: r[at->a] = r[at->b] * r[at->c]; at++; NEXT;
halve: r[at->a] = r[at->b] >> 1; at++; NEXT;
odd: r[at->a] = r[at->b] & 1; at++; NEXT;
less: r[at->a] = r[at->b] < r[at->c]; at++; NEXT;
branch: at = r[at->a] ? program + at->c : at + 1; NEXT;
jump: at = program + at->c; NEXT;
load: r[at->a] = memory[r[at->b] & 63]; at++; NEXT;
store: memory[r[at->b] & 63] = r[at->a]; at++; NEXT;
mix: r[at->a] = (r[at->b] ^ r[at->c]) * 2654435761u + 12345; at++; NEXT;
end: return r[at->a];
}

static uint32_t collatz(uint32_t limit) {
  uint32_t sum = 0;
  for (uint32_t start = 1; start < limit; start++) {
    uint32_t n = start, steps = 0;
    while (n != 1) {
      if (n & 1) n = 3 * n + 1;
      else n >>= 1;
      if (n < start) break;
      steps++;
    }
    sum = fold(sum, steps);
  }
  return sum;
}

static uint32_t search(uint32_t seed) {
  uint32_t key = 0, sum = 0;
  for (uint32_t i = 0; i < KEYS; i++) keys[i] = key += 1 + (xorshift(&seed) >> 13);
  for (uint32_t i = 0; i < 40000; i++) {
    uint32_t wanted = xorshift(&seed) % key, low = 0, high = KEYS;
    while (low < high) {
      uint32_t middle = (low + high) / 2;
      if (keys[middle] < wanted) low = middle + 1;
      else if (keys[middle] > wanted) high = middle;
      else break;
    }
    sum = fold(sum, low);
  }
  return sum;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 8; round++) {
    write_text(round);
    for (uint32_t i = 0; i < 6; i++) {
      sum = fold(sum, lex());
      text[sum % TEXT] = (uint8_t)('a' + i);
    }
    sum = fold(sum, interpret(6000, round));
    sum = fold(sum, collatz(60000 + round));
    sum = fold(sum, search(round));
  }
  return sum;
}
