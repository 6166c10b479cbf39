// Pointer chasing: a list in random order through 1 MiB, and searches in a binary tree.
#include "bench.h"

const uint32_t bench_expected = 0xf152d0cc;

enum { NODES = 1 << 16, KEYS = 1 << 15 };

struct node {
  struct node *next;
  uint32_t value, visits, pad;
};
struct leaf {
  struct leaf *less, *more;
  uint32_t key, count;
};

static struct node nodes[NODES];
static struct leaf leaves[KEYS];
static uint32_t order[NODES];

static struct node *shuffle(uint32_t seed) {
  for (uint32_t i = 0; i < NODES; i++) order[i] = i;
  for (uint32_t i = NODES - 1; i > 0; i--) {
    uint32_t j = xorshift(&seed) % (i + 1), held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
  for (uint32_t i = 0; i < NODES; i++) {
    nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
    nodes[order[i]].value = i;
  }
  return &nodes[order[0]];
}

static uint32_t walk(struct node *at, uint32_t steps) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < steps; i++) {
    sum = (sum ^ at->value) + at->visits++;
    at = at->next;
  }
  return sum;
}

static struct leaf *plant(uint32_t seed) {
  struct leaf *root = 0;
  for (uint32_t i = 0; i < KEYS; i++) {
    struct leaf *fresh = &leaves[i];
    fresh->key = xorshift(&seed);
    fresh->less = fresh->more = 0;
    fresh->count = 0;
    struct leaf **place = &root;
    while (*place) place = fresh->key < (*place)->key ? &(*place)->less : &(*place)->more;
    *place = fresh;
  }
  return root;
}

static uint32_t search(struct leaf *root, uint32_t seed) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < KEYS; i++) {
    uint32_t key = xorshift(&seed), depth = 0;
    for (struct leaf *at = root; at; depth++) {
      if (key == at->key) {
        at->count++;
        break;
      }
      at = key < at->key ? at->less : at->more;
    }
    sum = fold(sum, depth);
  }
  return sum;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 4; round++) {
    sum = fold(sum, walk(shuffle(round), NODES * 96));
    struct leaf *root = plant(round);
    for (uint32_t i = 0; i < 6; i++) sum = fold(sum, search(root, round + (i & 1)));
  }
  return sum;
}
