// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- measured.h - A kernel's cycles, phase by phase -----------------------===*/
#ifndef KNYFE_MEASURED_H
#define KNYFE_MEASURED_H

#include "check.h"
#include "measure.h"

struct kn_measured {
  struct kn_run_stats stats;
  double phases[64]; /* cycles between barriers of the sub-grid */
  unsigned num_phases;
};

/* Compiles the kernel and runs it on random inputs, or those of --arg, and --seed. The C text,
 * malloc'ed, or NULL after a message. */
char *kn_measure(struct kn_file *file, struct kn_kernel *kernel, const struct kn_options *options,
                 kn_compile *compile, struct kn_measured *measured);

#endif
