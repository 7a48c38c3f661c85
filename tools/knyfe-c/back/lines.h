// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both printers of C write alike. `indent` counts steps of two spaces.
#ifndef KNYFE_BACK_LINES_H
#define KNYFE_BACK_LINES_H

#include <stdbool.h>
#include <stdio.h>

void kn_put_indent(FILE *out, unsigned indent);
// One line of code, broken if it is too long; an empty one without indentation.
void kn_put_line(FILE *out, unsigned indent, const char *text);
// As many lines of comment as it takes.
void kn_put_comment(FILE *out, unsigned indent, const char *text);
// A keyword of C up to C23, or NULL.
bool kn_is_c_word(const char *name);

#endif
