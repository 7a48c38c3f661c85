// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Planets under gravity, in double: square roots and divisions.
#include "bench.h"
#include <math.h>

struct body {
  double x[3], v[3], mass;
};

enum { BODIES = 5 };

static struct body bodies[BODIES] = {{{0, 0, 0}, {0, 0, 0}, 39.5},
                                     {{4.84, -1.16, -0.10}, {0.61, 2.81, -0.02}, 0.0377},
                                     {{8.34, 4.12, -0.40}, {-1.01, 1.82, 0.008}, 0.0113},
                                     {{12.89, -15.11, -0.22}, {1.08, 0.87, -0.01}, 0.0017},
                                     {{15.38, -25.92, 0.18}, {0.98, 0.59, -0.03}, 0.0020}};

static void step(double dt) {
  for (int i = 0; i < BODIES; i++)
    for (int j = i + 1; j < BODIES; j++) {
      struct body *a = &bodies[i], *b = &bodies[j];
      double d[3], square = 0;
      for (int k = 0; k < 3; k++) {
        d[k] = a->x[k] - b->x[k];
        square += d[k] * d[k];
      }
      double strength = dt / (square * sqrt(square));
      for (int k = 0; k < 3; k++) {
        a->v[k] -= d[k] * b->mass * strength;
        b->v[k] += d[k] * a->mass * strength;
      }
    }
  for (int i = 0; i < BODIES; i++)
    for (int k = 0; k < 3; k++)
      bodies[i].x[k] += dt * bodies[i].v[k];
}

static double energy(void) {
  double e = 0;
  for (int i = 0; i < BODIES; i++) {
    const struct body *a = &bodies[i];
    e += 0.5 * a->mass * (a->v[0] * a->v[0] + a->v[1] * a->v[1] + a->v[2] * a->v[2]);
    for (int j = i + 1; j < BODIES; j++) {
      double square = 0;
      for (int k = 0; k < 3; k++)
        square += (a->x[k] - bodies[j].x[k]) * (a->x[k] - bodies[j].x[k]);
      e -= a->mass * bodies[j].mass / sqrt(square);
    }
  }
  return e;
}

int main(void) {
  uint64_t sum = 0;
  // Rounded, because a fused multiplication and addition changes the last bits.
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < 10000; i++)
      step(0.001);
    sum = bench_mix(sum, (int64_t)(energy() * 1e7));
  }
  return bench_result(sum);
}
