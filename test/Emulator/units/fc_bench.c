// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How fast the units of the whole grid are emulated, and what share of the DPE
// peak a good command stream reaches: FC M x N x K, INT8, in SRAM, 8 x 8 PEs.

#include "fc.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void measure(unsigned size, bool functional) {
  struct machine *m = machine_new(8, 8, functional);
  fc_put(m, MTIA_SRAM_BASE, size, size, size);
  double start = seconds();
  if (!machine_run(m)) {
    fprintf(stderr, "the run does not end\n");
    mtia_cp_report(pe_at(m, 0, 0), stderr);
    exit(1);
  }
  double host = seconds() - start;
  double macs = (double)size * size * size;
  if (functional)
    printf("%4u^3 functional: %.2f s\n", size, host);
  else
    printf("%4u^3 timed: %" PRIu64 " cycles, %.1f%% of the DPE peak, %.2f s, %.0f cycles/s\n", size,
           m->end, 100 * macs / (64 * 1024.0) / (double)m->end, host, (double)m->end / host);
  machine_free(m);
}

static void tile_speed(void) {
  static uint8_t bytes[64][32];
  static int32_t acc[32][32];
  const uint8_t *a[32], *b[32];
  for (unsigned i = 0; i < 32; i++) {
    a[i] = bytes[i];
    b[i] = bytes[32 + i];
  }
  enum { ROUNDS = 200000 };
  double start = seconds();
  for (unsigned i = 0; i < ROUNDS; i++)
    mtia_dpe_tile()(acc, a, b, 32, 32, 0);
  printf("one tile of mml: %.2f us\n", 1e6 * (seconds() - start) / ROUNDS);
}

int main(void) {
  tile_speed();
  measure(512, false);
  measure(1024, false);
  measure(2048, false);
  measure(2048, true);
  return 0;
}
