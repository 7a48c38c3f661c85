// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- check.h - --interp and --check ---------------------------------------===*/
#ifndef KNYFE_CHECK_H
#define KNYFE_CHECK_H

#include "options.h"

/* Runs the reference interpreter and writes what --out names. */
bool kn_interp_command(struct kn_file *file, struct kn_kernel *kernel,
                       const struct kn_options *options);

/* Compiles with `compile`(file, kernel, options, elf), runs interpreter and emulator on the same
 * inputs, prints a table. False after a message, also when they differ. */
bool kn_check_command(struct kn_file *file, struct kn_kernel *kernel,
                      const struct kn_options *options,
                      bool (*compile)(struct kn_file *, struct kn_kernel *,
                                      const struct kn_options *, const char *));

#endif
