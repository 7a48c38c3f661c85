// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- explain.h - --explain and --measure ----------------------------------===*/
#ifndef KNYFE_EXPLAIN_H
#define KNYFE_EXPLAIN_H

#include "check.h"

/* Writes what the kernel will do and cost to standard output, with --measure beside what the
 * emulator measures; makes no file unless -o names one. `emit_c` gives the kernel's C text,
 * malloc'ed, NULL after a message; `compile` makes an ELF file. False after a message. */
bool kn_explain_command(struct kn_file *file, struct kn_kernel *kernel,
                        const struct kn_options *options,
                        char *(*emit_c)(struct kn_file *, struct kn_kernel *,
                                        const struct kn_options *),
                        kn_compile *compile);

#endif
