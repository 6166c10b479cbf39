// Floating point: the Mandelbrot set and orbits of planets in double precision, a matrix product in single precision.
#include "bench.h"

const uint32_t bench_expected = 0xefe5cd86;

static uint32_t mandelbrot(uint32_t side, uint32_t limit) {
  uint32_t sum = 0;
  for (uint32_t row = 0; row < side; row++)
    for (uint32_t column = 0; column < side; column++) {
      double x0 = 3.0 * column / side - 2.25, y0 = 3.0 * row / side - 1.5, x = 0, y = 0;
      uint32_t steps = 0;
      while (steps < limit) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4) break;
        y = 2 * x * y + y0;
        x = xx - yy + x0;
        steps++;
      }
      sum = fold(sum, steps);
    }
  return sum;
}

enum { BODIES = 5, SIDE = 64 };
static struct { double at[3], speed[3], mass; } bodies[BODIES];

static void place_bodies(void) {
  uint32_t seed = 7;
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) {
      bodies[i].at[axis] = (int32_t)xorshift(&seed) / 4294967296.0 * 40;
      bodies[i].speed[axis] = (int32_t)xorshift(&seed) / 4294967296.0 * 2;
    }
    bodies[i].mass = i ? 0.01 : 39;
  }
}

static void advance(double time) {
  for (int i = 0; i < BODIES; i++)
    for (int j = i + 1; j < BODIES; j++) {
      double distance[3], squared = 0.01;
      for (int axis = 0; axis < 3; axis++) {
        distance[axis] = bodies[i].at[axis] - bodies[j].at[axis];
        squared += distance[axis] * distance[axis];
      }
      double pull = time / (squared * __builtin_sqrt(squared));
      for (int axis = 0; axis < 3; axis++) {
        bodies[i].speed[axis] -= distance[axis] * bodies[j].mass * pull;
        bodies[j].speed[axis] += distance[axis] * bodies[i].mass * pull;
      }
    }
  for (int i = 0; i < BODIES; i++)
    for (int axis = 0; axis < 3; axis++) bodies[i].at[axis] += time * bodies[i].speed[axis];
}

static uint32_t orbits(uint32_t steps) {
  place_bodies();
  while (steps--) advance(0.001);
  uint32_t sum = 0;
  for (int i = 0; i < BODIES; i++)
    for (int axis = 0; axis < 3; axis++) sum = fold(sum, (uint32_t)(int32_t)(bodies[i].at[axis] * 65536));
  return sum;
}

static float left[SIDE][SIDE], right[SIDE][SIDE];

static uint32_t matrix(uint32_t seed) {
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      left[i][j] = (float)(int32_t)xorshift(&seed) / 65536;
      right[i][j] = (float)(int32_t)xorshift(&seed) / 65536;
    }
  uint32_t sum = 0;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      float cell = 0;
      for (int k = 0; k < SIDE; k++) cell += left[i][k] * right[k][j];
      union { float number; uint32_t bits; } value = {cell};
      sum = fold(sum, value.bits);
    }
  return sum;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 5; round++) {
    sum = fold(sum, mandelbrot(120, 400 + round));
    sum = fold(sum, orbits(30000 + round));
    for (uint32_t i = 0; i < 8; i++) sum = fold(sum, matrix(round + i));
  }
  return sum;
}
