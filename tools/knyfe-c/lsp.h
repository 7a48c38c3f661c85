// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- lsp.h - knyfe-c --lsp ------------------------------------------------===*/
#ifndef KNYFE_LSP_H
#define KNYFE_LSP_H

#include <stdbool.h>
#include <stdio.h>

/* Speaks the language server protocol until the client says exit or the input ends: diagnostics,
 * hover (types, shapes, work), go to definition, formatting. True if the client shut it down. */
bool kn_lsp(FILE *in, FILE *out);

#endif
