// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- tune.h - --tune: a faster schedule by trying some --------------------===*/
#ifndef KNYFE_TUNE_H
#define KNYFE_TUNE_H

#include "options.h"

#define KN_TUNE_RUNS 12 /* of --tune without a number */

/* The ways of the command from a kernel to C text (malloc'ed, NULL after a message) and from there
 * to an ELF file; quietly: a failure is told by the result only. */
struct kn_ways {
  char *(*emit_c)(struct kn_file *file, struct kn_kernel *kernel, const struct kn_options *options);
  bool (*compile_c)(const char *text, size_t size, const char *name,
                    const struct kn_options *options, const char *output, bool quietly);
};

/* Tries schedules on the emulator, at most options->tune runs. kernel->schedule is the best one
 * found afterwards, which is printed: what the user wrote, and more decisions if something was
 * faster. False after a message. */
bool kn_tune_command(struct kn_file *file, struct kn_kernel *kernel,
                     const struct kn_options *options, const struct kn_ways *ways);

#endif
