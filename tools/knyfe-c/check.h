// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- check.h - --interp and --check ---------------------------------------===*/
#ifndef KNYFE_CHECK_H
#define KNYFE_CHECK_H

#include "options.h"

/* Runs the reference interpreter and writes what --out names. */
bool kn_interp_command(struct kn_file *file, struct kn_kernel *kernel,
                       const struct kn_options *options);

/* Compiles to the ELF file `output`; the C text, malloc'ed, or NULL after a message. */
typedef char *kn_compile(struct kn_file *file, struct kn_kernel *kernel,
                         const struct kn_options *options, const char *output);

/* Compiles with `compile`, runs interpreter and emulator (on every grid) on the same inputs, prints
 * a table. False after a message, also when they differ. --dynamic: the kernel is compiled without
 * sizes, which only then get those of --shape and --arg. */
bool kn_check_command(struct kn_file *file, struct kn_kernel *kernel,
                      const struct kn_options *options, kn_compile *compile);

/* Room for the tolerance of each element of the outputs, for kn_interpret; NULL after a message. */
double **kn_new_errors(struct kn_file *file, const struct kn_kernel *kernel);
void kn_free_errors(const struct kn_kernel *kernel, double **errors);
/* Do the outputs of a run, which are in `dir`, agree with the interpreter's? Says nothing. */
bool kn_outputs_agree(const struct kn_kernel *kernel, const char *dir, void **data,
                      double **errors);

#endif
