// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- format.h - knyfe-c --format ------------------------------------------===*/
#ifndef KNYFE_FORMAT_H
#define KNYFE_FORMAT_H

#include "ast.h"

/* The text of a file without syntax errors in the one form that docs/knyfe.md describes (section
 * 13), malloc'ed; formatting that again changes nothing. NULL after a message. */
char *kn_format(struct kn_file *file, size_t *size);

#endif
