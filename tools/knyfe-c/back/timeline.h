// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The events of both cores of a PE (program.h) side by side with its units: when each command
// starts and ends, so how long the phases take and what they wait for.
#ifndef KNYFE_BACK_TIMELINE_H
#define KNYFE_BACK_TIMELINE_H

#include "program.h"

struct tl_phase {
  double cycles;
  double busy[KN_NUM_RESOURCES];
  unsigned commands[KN_NUM_RESOURCES];
  double local_bytes;     // that DMAs moved to and from this PE's local memory
  enum kn_resource bound; // KN_LATENCY if nothing is busy for half of the time
};

struct tl_result {
  double cycles;
  struct tl_phase phases[PG_PHASES];
  unsigned num_phases;
  bool stuck; // somebody waits for what never comes: the text was not understood
};

void tl_run(struct tl_result *r, const struct pg_program *p);

#endif
