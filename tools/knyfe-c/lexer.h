// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- lexer.h - Source text to tokens --------------------------------------===*/
#ifndef KNYFE_LEXER_H
#define KNYFE_LEXER_H

#include "ast.h"

enum kn_token_kind {
  KN_TOK_EOF,
  KN_TOK_NEWLINE, /* one for any run of line ends; none inside ( ) and [ ] (R1.4) */
  KN_TOK_IDENT,   /* keywords too: the parser compares the text */
  KN_TOK_INT,
  KN_TOK_FLOAT,
  KN_TOK_STRING,
  KN_TOK_PUNCT,
  KN_TOK_BAD, /* was reported already */
};

struct kn_token {
  enum kn_token_kind kind;
  bool has_previous; /* false only for the first one */
  struct kn_range range;
  const char *text; /* IDENT, PUNCT: the spelling, terminated */
  int64_t ival;
  double fval;
};

/* All tokens of one source of the file, the last is KN_TOK_EOF; they live in the file's arena.
 * Reports what is wrong with single characters and numbers. */
struct kn_token *kn_lex(struct kn_file *file, const struct kn_source *source);

#endif
