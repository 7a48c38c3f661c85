// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- parser.c - Tokens to an untyped tree ---------------------------------===//
 *
 * Recursive descent. The comment above a function is its production and the
 * function's name is the non-terminal. A function takes the token it starts at
 * and stores the first token it did not use in *rest. A syntax error is reported
 * where it is found and leaves the statement (or the kernel's head) by longjmp;
 * everything is in the file's arena, so nothing leaks.
 *===----------------------------------------------------------------------===*/
#include "ast.h"
#include "diag.h"
#include "elsewhere.h"
#include "lexer.h"

#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct parser {
  struct kn_file *file;
  struct kn_kernel *kernel;
  const struct kn_source *source;
  jmp_buf recover;
  unsigned depth; /* nesting of expressions */
  unsigned nest;  /* open ( and [: line ends inside mean nothing */
};

#define TOK struct kn_token
typedef struct kn_expr *production(struct parser *, TOK *, TOK **);
static production expr, unary, mul;

/*===----------------------------------------------------------------------===//
 * Tokens
 *===----------------------------------------------------------------------===*/

static TOK *skip_lines(TOK *tok) {
  while (tok->kind == KN_TOK_NEWLINE)
    tok++;
  return tok;
}

static TOK *next(struct parser *p, TOK *tok) {
  if (tok->kind == KN_TOK_EOF)
    return tok;
  return p->nest ? skip_lines(tok + 1) : tok + 1;
}

static bool is(const TOK *tok, const char *spelling) {
  return (tok->kind == KN_TOK_PUNCT || tok->kind == KN_TOK_IDENT) && !strcmp(tok->text, spelling);
}

/* What a token is called in a message. */
static const char *found(struct parser *p, const TOK *tok) {
  switch (tok->kind) {
  case KN_TOK_EOF:
    return "the end of the file";
  case KN_TOK_NEWLINE:
    return "the end of the line";
  default: {
    char text[48];
    unsigned n = tok->range.end - tok->range.begin;
    snprintf(text, sizeof text, "'%.*s%s'", n > 36 ? 36 : (int)n, p->file->text + tok->range.begin,
             n > 36 ? "..." : "");
    return kn_strndup(p->file, text, strlen(text));
  }
  }
}

_Noreturn static void leave(struct parser *p) { longjmp(p->recover, 1); }

/* Does a statement, the end of the block or a new item seem to begin here? */
static bool looks_like_start(const TOK *tok) {
  if (tok->kind == KN_TOK_EOF || is(tok, "}") || is(tok, "kernel") || is(tok, "def") ||
      is(tok, "import") || is(tok, "schedule"))
    return true;
  if (tok->kind != KN_TOK_IDENT)
    return false;
  if (is(tok + 1, "=") || is(tok + 1, ":") || is(tok + 1, "+="))
    return true;
  if (!is(tok + 1, "["))
    return false;
  unsigned depth = 0;
  for (tok++; tok->kind != KN_TOK_EOF && tok->kind != KN_TOK_NEWLINE; tok++) {
    if (is(tok, "["))
      depth++;
    else if (is(tok, "]") && --depth == 0)
      return is(tok + 1, "=") || is(tok + 1, ":") || is(tok + 1, "+=");
  }
  return false;
}

/* Where to point at a token; the end of the file is told at the last thing that is there. */
static struct kn_range place(const TOK *tok) {
  if ((tok->kind != KN_TOK_EOF && tok->kind != KN_TOK_NEWLINE) || !tok->has_previous)
    return tok->range;
  do
    tok--;
  while (tok->kind == KN_TOK_NEWLINE && tok->has_previous);
  return (struct kn_range){tok->range.end, tok->range.end};
}

_Noreturn static void expected(struct parser *p, const TOK *tok, const char *what) {
  /* An open bracket swallowed the line end: that is where something is missing. */
  if (p->nest && tok->has_previous && tok[-1].kind == KN_TOK_NEWLINE && looks_like_start(tok))
    tok--;
  if (tok->kind != KN_TOK_BAD) /* the lexer told that already */
    kn_report(p->file, KN_DIAG_expected, place(tok), "expected %s, found %s", what, found(p, tok));
  leave(p);
}

/* A word or sign of other languages. */
_Noreturn static void expected_instead(struct parser *p, const TOK *tok, const char *what,
                                       const char *word) {
  kn_report(p->file, KN_DIAG_expected, tok->range, "expected %s, found %s", what, found(p, tok));
  kn_hint(p->file, "%s", kn_elsewhere(word));
  leave(p);
}

_Noreturn static void not_supported(struct parser *p, struct kn_range range, const char *what,
                                    const char *instead) {
  kn_report(p->file, KN_DIAG_not_supported, range, "%s: not supported yet", what);
  kn_hint(p->file, "%s", instead);
  leave(p);
}

/* Consumes a punctuator or keyword. */
static TOK *skip(struct parser *p, TOK *tok, const char *spelling) {
  if (!is(tok, spelling)) {
    char what[16];
    snprintf(what, sizeof what, "'%s'", spelling);
    expected(p, tok, what);
  }
  return next(p, tok);
}

static TOK *open(struct parser *p, TOK *tok, const char *spelling) {
  if (is(tok, spelling))
    p->nest++;
  return skip(p, tok, spelling);
}

static TOK *close(struct parser *p, TOK *tok, const char *spelling, const char *or) {
  if (!is(tok, spelling))
    expected(p, tok, or);
  p->nest--;
  return next(p, tok);
}

static struct kn_range join(struct kn_range a, struct kn_range b) {
  return (struct kn_range){a.begin, b.end > a.end ? b.end : a.end};
}

/* The range from a's beginning to the end of the token before `rest`. */
static struct kn_range upto(struct kn_range a, const TOK *rest) {
  do
    rest--;
  while (rest->kind == KN_TOK_NEWLINE && rest->range.begin > a.begin);
  return join(a, rest->range);
}

static const char *const keywords[] = {"kernel", "def", "import", "schedule", "in",   "true",
                                       "false",  "inf", "nan",    "if",       "else", "for",
                                       "return", "let", "and",    "or",       "not"};

static bool is_keyword(const char *name) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (!strcmp(name, keywords[i]))
      return true;
  return false;
}

static bool find_type(const char *name, enum kn_type *type) {
  for (int i = KN_NOTYPE + 1; i < KN_NUM_TYPES; i++)
    if (!strcmp(name, kn_type_name((enum kn_type)i)))
      return *type = (enum kn_type)i, true;
  return false;
}

static bool find_rows(const char *name, enum kn_rows *rows) {
  for (int i = KN_PLAIN + 1; i < KN_NUM_ROWS; i++)
    if (!strcmp(name, kn_rows_name((enum kn_rows)i)))
      return *rows = (enum kn_rows)i, true;
  return false;
}

static bool find_builtin(const char *name, unsigned *builtin) {
  for (unsigned i = 0; i < KN_NUM_BUILTINS; i++)
    if (!strcmp(name, kn_builtin_name((enum kn_builtin)i)))
      return *builtin = i, true;
  return false;
}

static bool find_reduction(const char *name, unsigned *reduction) {
  for (unsigned i = 0; i < KN_NUM_REDUCTIONS; i++)
    if (!strcmp(name, kn_reduction_name((enum kn_reduction)i)))
      return *reduction = i, true;
  return false;
}

/* A name that the user declares: no keyword, type, function or reduction (R2.2). */
static const char *new_name(struct parser *p, TOK *tok, const char *what) {
  enum kn_type type;
  enum kn_rows rows;
  unsigned n;
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, what);
  const char *kind = is_keyword(tok->text)           ? "a keyword"
                     : find_type(tok->text, &type)   ? "an element type"
                     : find_rows(tok->text, &rows)   ? "an element type"
                     : find_reduction(tok->text, &n) ? "a reduction"
                     : find_builtin(tok->text, &n)   ? "a function"
                     : !strncmp(tok->text, "kn_", 3) ? "reserved (it begins with kn_)"
                                                     : NULL;
  if (kind) {
    kn_report(p->file, KN_DIAG_reserved_name, tok->range, "'%s' is %s and cannot be %s", tok->text,
              kind, what);
    leave(p);
  }
  return tok->text;
}

/*===----------------------------------------------------------------------===//
 * Expressions
 *===----------------------------------------------------------------------===*/

/* Room for a list whose length is not known yet. */
struct list {
  struct kn_expr *items[64];
  const char *names[64];
  unsigned count;
};

static void finish(struct parser *p, struct kn_expr *e, const struct list *list) {
  e->num_args = list->count;
  e->args = kn_alloc(p->file, list->count * sizeof *e->args);
  e->arg_names = kn_alloc(p->file, list->count * sizeof *e->arg_names);
  memcpy(e->args, list->items, list->count * sizeof *e->args);
  memcpy(e->arg_names, list->names, list->count * sizeof *e->arg_names);
}

static void add(struct parser *p, struct list *list, struct kn_expr *e, unsigned limit,
                const char *what) {
  if (list->count == limit) {
    kn_report(p->file, KN_DIAG_too_many, e->range, "more than %u %s", limit, what);
    leave(p);
  }
  list->items[list->count++] = e;
}

/* "[" expr ("," expr)* "]" */
static void subscripts(struct parser *p, TOK *tok, TOK **rest, struct kn_expr *e) {
  struct list list = {0};
  tok = open(p, tok, "[");
  for (;;) {
    add(p, &list, expr(p, tok, &tok), KN_MAX_RANK, "indices");
    if (!is(tok, ","))
      break;
    tok = next(p, tok);
  }
  if (is(tok, ":"))
    expected_instead(p, tok, "',' or ']' after an index", ":");
  *rest = close(p, tok, "]", "',' or ']' after an index");
  finish(p, e, &list);
}

/* arguments = "(" (argument ("," argument)*)? ")"      argument = (ident "=")? expr */
static void arguments(struct parser *p, TOK *tok, TOK **rest, struct kn_expr *e) {
  struct list list = {0};
  tok = open(p, tok, "(");
  while (!is(tok, ")")) {
    const char *name = NULL;
    if (tok->kind == KN_TOK_IDENT && is(tok + 1, "=")) {
      name = tok->text;
      tok = next(p, next(p, tok));
    }
    add(p, &list, expr(p, tok, &tok), 64, "arguments");
    list.names[list.count - 1] = name;
    if (!is(tok, ","))
      break;
    tok = next(p, tok);
  }
  *rest = close(p, tok, ")", "',' or ')' after an argument");
  finish(p, e, &list);
}

/* reduction = name "[" range ("," range)* "]" mul
 * range     = ident ("in" expr ".." expr)?
 * The body reaches as far as * / and % do: sum[k] a[k] * b[k] + c is (sum[k] (a[k] * b[k])) + c. */
static struct kn_expr *reduction(struct parser *p, TOK *tok, TOK **rest, unsigned which) {
  TOK *start = tok;
  struct kn_index *indices[KN_MAX_RANK];
  unsigned n = 0;
  tok = open(p, next(p, tok), "[");
  for (;;) {
    if (n == KN_MAX_RANK) {
      kn_report(p->file, KN_DIAG_too_many, tok->range, "more than %d indices", KN_MAX_RANK);
      leave(p);
    }
    struct kn_index *x = kn_alloc(p->file, sizeof *x);
    x->name = new_name(p, tok, "an index");
    x->range = tok->range;
    x->reduced = true;
    tok = next(p, tok);
    if (is(tok, "in")) {
      x->lo = expr(p, next(p, tok), &tok);
      tok = skip(p, tok, "..");
      x->hi = expr(p, tok, &tok);
    }
    indices[n++] = x;
    if (!is(tok, ","))
      break;
    tok = next(p, tok);
  }
  tok = close(p, tok, "]", "',', 'in' or ']' after an index");
  struct list list = {0};
  add(p, &list, mul(p, skip_lines(tok), &tok), 1, "bodies");
  struct kn_expr *e = kn_new_expr(p->file, KN_REDUCE, upto(start->range, tok));
  e->op_range = start->range;
  e->reduction = (uint8_t)which;
  finish(p, e, &list);
  e->num_indices = n;
  e->indices = kn_alloc(p->file, n * sizeof *indices);
  memcpy(e->indices, indices, n * sizeof *indices);
  *rest = tok;
  return e;
}

/* call = (type | function) arguments */
static struct kn_expr *call(struct parser *p, TOK *tok, TOK **rest) {
  enum kn_type type;
  unsigned builtin = 0;
  struct kn_expr *e = kn_new_expr(p->file, KN_CALL, tok->range);
  e->name = tok->text;
  if (find_type(tok->text, &type)) {
    e->kind = KN_CAST;
    e->type = type;
  } else if (find_builtin(tok->text, &builtin)) {
    e->builtin = (uint8_t)builtin;
  } else {
    e->builtin = KN_NUM_BUILTINS; /* sema looks for a def, or complains */
  }
  arguments(p, next(p, tok), rest, e);
  e->range = upto(tok->range, *rest);
  return e;
}

/* primary = int | float | "true" | "false" | "inf" | "nan" | "(" expr ")" | reduction | call
 *         | ident subscripts? */
static struct kn_expr *primary(struct parser *p, TOK *tok, TOK **rest) {
  struct kn_expr *e;
  unsigned which;
  if (tok->kind == KN_TOK_INT || tok->kind == KN_TOK_FLOAT) {
    e = kn_new_expr(p->file, tok->kind == KN_TOK_INT ? KN_INT : KN_FLOAT, tok->range);
    e->literal = true;
    e->ival = tok->ival;
    e->fval = tok->fval;
    *rest = next(p, tok);
    return e;
  }
  if (is(tok, "(")) {
    TOK *start = tok;
    e = expr(p, open(p, tok, "("), &tok);
    *rest = close(p, tok, ")", "')'");
    e->range = upto(start->range, *rest);
    return e;
  }
  if (is(tok, "*") && tok->has_previous && is(tok - 1, "*"))
    expected_instead(p, tok, "an expression", "**");
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, "an expression");
  if (is(tok, "true") || is(tok, "false")) {
    e = kn_new_expr(p->file, KN_INT, tok->range);
    e->type = KN_BOOL;
    e->ival = is(tok, "true");
    *rest = next(p, tok);
    return e;
  }
  if (is(tok, "inf") || is(tok, "nan")) {
    e = kn_new_expr(p->file, KN_FLOAT, tok->range);
    e->literal = true;
    e->fval = is(tok, "inf") ? INFINITY : NAN;
    *rest = next(p, tok);
    return e;
  }
  if (is(tok, "if"))
    not_supported(p, tok->range, "'if'", "write where(condition, value, otherwise)");
  if (is(tok, "for"))
    not_supported(
        p, tok->range, "'for'",
        "indices on the left side already run over their dimension; reduce with sum[k] ...");
  if (is(tok, "not") || is(tok, "and") || is(tok, "or"))
    expected(p, tok, "an expression (the logical operators are !, && and ||)");
  if (is_keyword(tok->text))
    expected(p, tok, "an expression");
  if (is(tok + 1, "[") && find_reduction(tok->text, &which))
    return reduction(p, tok, rest, which);
  if (is(tok + 1, "("))
    return call(p, tok, rest);
  e = kn_new_expr(p->file, KN_READ, tok->range);
  e->name = tok->text;
  *rest = next(p, tok);
  if (is(*rest, "[")) {
    subscripts(p, *rest, rest, e);
    e->range = upto(tok->range, *rest);
  }
  return e;
}

/* unary = ("-" | "+" | "!" | "~") unary | primary */
static struct kn_expr *unary(struct parser *p, TOK *tok, TOK **rest) {
  static const struct {
    const char *spelling;
    enum kn_op op;
  } ops[] = {{"-", KN_NEG}, {"!", KN_LNOT}, {"~", KN_NOT}};
  if (++p->depth > KN_MAX_DEPTH) {
    kn_report(p->file, KN_DIAG_too_deep, tok->range, "expression nested more than %d deep",
              KN_MAX_DEPTH);
    kn_hint(p->file, "give a part of it a name in a statement of its own");
    leave(p);
  }
  struct kn_expr *e = NULL;
  for (size_t i = 0; i < sizeof ops / sizeof *ops && !e; i++)
    if (is(tok, ops[i].spelling)) {
      struct list list = {0};
      add(p, &list, unary(p, next(p, tok), rest), 1, "operands");
      e = kn_new_expr(p->file, KN_UNARY, upto(tok->range, *rest));
      e->op_range = tok->range;
      e->op = (uint8_t)ops[i].op;
      finish(p, e, &list);
    }
  if (!e)
    e = is(tok, "+") ? unary(p, next(p, tok), rest) : primary(p, tok, rest);
  p->depth--;
  return e;
}

static struct kn_expr *new_binary(struct parser *p, enum kn_op op, struct kn_range at,
                                  struct kn_expr *a, struct kn_expr *b) {
  struct list list = {.items = {a, b}, .count = 2};
  struct kn_expr *e = kn_new_expr(p->file, KN_BINARY, join(a->range, b->range));
  e->op = (uint8_t)op;
  e->op_range = at;
  finish(p, e, &list);
  return e;
}

struct level {
  const char *spelling;
  enum kn_op op;
};

/* One level of left-associative operators. The operators' chain counts as nesting: the tree that
 * it makes is as deep. */
static struct kn_expr *binary(struct parser *p, TOK *tok, TOK **rest, const struct level *ops,
                              production *operand) {
  struct kn_expr *e = operand(p, tok, &tok);
  unsigned links = 0;
  for (const struct level *o = ops; o->spelling;) {
    if (!is(tok, o->spelling)) {
      o++;
      continue;
    }
    TOK *at = tok;
    if (++links, ++p->depth > KN_MAX_DEPTH) {
      kn_report(p->file, KN_DIAG_too_deep, at->range, "expression nested more than %d deep",
                KN_MAX_DEPTH);
      kn_hint(p->file, "give a part of it a name in a statement of its own");
      leave(p);
    }
    struct kn_expr *right = operand(p, skip_lines(next(p, tok)), &tok);
    e = new_binary(p, o->op, at->range, e, right);
    o = ops;
  }
  p->depth -= links;
  *rest = tok;
  return e;
}

/* mul = unary (("*" | "/" | "%") unary)* */
static struct kn_expr *mul(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"*", KN_MUL}, {"/", KN_DIV}, {"%", KN_REM}, {0}};
  return binary(p, tok, rest, ops, unary);
}

/* sum = mul (("+" | "-") mul)* */
static struct kn_expr *sum(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"+", KN_ADD}, {"-", KN_SUB}, {0}};
  return binary(p, tok, rest, ops, mul);
}

/* shift = sum (("<<" | ">>") sum)* */
static struct kn_expr *shift(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"<<", KN_SHL}, {">>", KN_SHR}, {0}};
  return binary(p, tok, rest, ops, sum);
}

/* bitand = shift ("&" shift)* */
static struct kn_expr *bitand(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"&", KN_AND}, {0}};
  return binary(p, tok, rest, ops, shift);
}

/* bitxor = bitand ("^" bitand)* */
static struct kn_expr *bitxor(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"^", KN_XOR}, {0}};
  return binary(p, tok, rest, ops, bitand);
}

/* bitor = bitxor ("|" bitxor)* */
static struct kn_expr *bitor(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"|", KN_OR}, {0}};
  return binary(p, tok, rest, ops, bitxor);
}

/* compare = bitor (("<" | "<=" | ">" | ">=" | "==" | "!=") bitor)? */
static struct kn_expr *compare(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"<", KN_LT},  {"<=", KN_LE}, {">", KN_GT}, {">=", KN_GE},
                                     {"==", KN_EQ}, {"!=", KN_NE}, {0}};
  struct kn_expr *e = bitor(p, tok, &tok);
  bool done = false;
  for (const struct level *o = ops; o->spelling;) {
    if (!is(tok, o->spelling)) {
      o++;
      continue;
    }
    if (done) {
      kn_report(p->file, KN_DIAG_chained_comparison, tok->range, "comparisons do not chain");
      kn_hint(p->file, "write a < b && b < c");
      leave(p);
    }
    TOK *at = tok;
    struct kn_expr *right = bitor(p, skip_lines(next(p, tok)), &tok);
    e = new_binary(p, o->op, at->range, e, right);
    done = true;
    o = ops;
  }
  *rest = tok;
  return e;
}

/* and = compare ("&&" compare)* */
static struct kn_expr *and(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"&&", KN_LAND}, {0}};
  return binary(p, tok, rest, ops, compare);
}

/* expr = and ("||" and)* */
static struct kn_expr *expr(struct parser *p, TOK *tok, TOK **rest) {
  static const struct level ops[] = {{"||", KN_LOR}, {0}};
  return binary(p, tok, rest, ops, and);
}

/*===----------------------------------------------------------------------===//
 * Types and parameters
 *===----------------------------------------------------------------------===*/

/* elem = "i8" | "u8" | ...      also "rowq8" | ... where rows is given */
static enum kn_type elem(struct parser *p, TOK *tok, TOK **rest, enum kn_rows *rows) {
  enum kn_type type = KN_F32;
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, "an element type such as i8 or f32");
  if (rows && find_rows(tok->text, rows)) { /* R4.6: reads as f32 */
    *rest = next(p, tok);
    return type;
  }
  if (!find_type(tok->text, &type)) {
    enum kn_rows table;
    if (find_rows(tok->text, &table)) {
      kn_report(p->file, KN_DIAG_unknown_type, tok->range, "only an input may be a table of %s",
                tok->text);
      kn_hint(p->file, "reading the table gives f32; u8 holds bytes");
    } else {
      kn_report(p->file, KN_DIAG_unknown_type, tok->range, "unknown element type '%s'", tok->text);
      kn_hint(p->file, "the element types are bool i4 i8 u8 i16 i32 i64 f16 bf16 f32, and for "
                       "tables rowq8 rowq4 rowq8h rowq4h");
    }
    leave(p);
  }
  *rest = next(p, tok);
  return type;
}

static struct kn_dim *new_dim(struct parser *p, const char *name, int64_t size,
                              struct kn_range range) {
  struct kn_dim **at = &p->kernel->dims;
  while (*at)
    at = &(*at)->next;
  struct kn_dim *d = kn_alloc(p->file, sizeof *d);
  d->name = name;
  d->size = size;
  d->id = p->kernel->num_dims++;
  d->range = range;
  return *at = d;
}

/* The dimension of this name, or this number if name is NULL. */
static struct kn_dim *get_dim(struct parser *p, const char *name, int64_t size,
                              struct kn_range range) {
  for (struct kn_dim *d = p->kernel->dims; d; d = d->next)
    if (name ? d->name && !strcmp(d->name, name) : !d->name && d->size == size)
      return d;
  return new_dim(p, name, name ? -1 : size, range);
}

static int64_t extent(struct parser *p, const TOK *tok) {
  if (tok->ival > INT32_MAX) {
    kn_report(p->file, KN_DIAG_bad_shape, tok->range, "an extent is a number from 1 to 2147483647");
    leave(p);
  }
  return tok->ival;
}

static struct kn_dim_expr *new_dim_expr(struct parser *p, enum kn_dim_op op, struct kn_dim_expr *a,
                                        struct kn_dim_expr *b) {
  struct kn_dim_expr *e = kn_alloc(p->file, sizeof *e);
  *e = (struct kn_dim_expr){.op = op, .a = a, .b = b};
  if (a && b && a->op == KN_DIM_NUMBER && b->op == KN_DIM_NUMBER &&
      op != KN_DIM_DIV) { /* a quotient may still become ceil */
    int64_t v = kn_eval_dim(e);
    if (v >= 0)
      *e = (struct kn_dim_expr){.op = KN_DIM_NUMBER, .number = v};
  } else if (b && ((op == KN_DIM_ADD && a->op == KN_DIM_NUMBER) ||
                   (op == KN_DIM_MUL && b->op == KN_DIM_NUMBER))) {
    e->a = b; /* N + 1 and 2 * N: one way of writing each */
    e->b = a;
  }
  return e;
}

static struct kn_dim_expr *dim_sum(struct parser *p, TOK *tok, TOK **rest);

/* dim_factor = int | ident | "(" dim_sum ")" | "ceil" "(" dim_sum ")" */
static struct kn_dim_expr *dim_factor(struct parser *p, TOK *tok, TOK **rest) {
  struct kn_dim_expr *e;
  if (tok->kind == KN_TOK_INT) {
    e = new_dim_expr(p, KN_DIM_NUMBER, NULL, NULL);
    e->number = extent(p, tok);
    *rest = next(p, tok);
    return e;
  }
  bool ceil = is(tok, "ceil") && is(tok + 1, "(");
  if (ceil || is(tok, "(")) {
    TOK *start = tok;
    tok = ceil ? next(p, tok) : tok;
    if (++p->depth > KN_MAX_DEPTH) {
      kn_report(p->file, KN_DIAG_too_deep, tok->range, "dimension nested more than %d deep",
                KN_MAX_DEPTH);
      leave(p);
    }
    e = dim_sum(p, open(p, tok, "("), &tok);
    p->depth--;
    *rest = close(p, tok, ")", "an operator or ')'");
    if (ceil && e->op != KN_DIM_DIV) {
      kn_report(p->file, KN_DIAG_expected, join(start->range, tok->range),
                "expected a quotient in ceil(...)");
      kn_hint(p->file, "ceil(N / 2)");
      leave(p);
    }
    if (ceil)
      e->op = KN_DIM_CEIL;
    return e;
  }
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, "a dimension: a name or a number");
  e = new_dim_expr(p, KN_DIM_NAME, NULL, NULL);
  e->name = get_dim(p, new_name(p, tok, "a dimension"), 0, tok->range);
  *rest = next(p, tok);
  return e;
}

/* Counts the links of a chain as nesting, as binary() does. */
static void dim_link(struct parser *p, const TOK *tok, unsigned *links) {
  ++*links;
  if (++p->depth <= KN_MAX_DEPTH)
    return;
  kn_report(p->file, KN_DIAG_too_deep, tok->range, "dimension nested more than %d deep",
            KN_MAX_DEPTH);
  leave(p);
}

/* dim_product = dim_factor (("*" | "/") dim_factor)* */
static struct kn_dim_expr *dim_product(struct parser *p, TOK *tok, TOK **rest) {
  struct kn_dim_expr *e = dim_factor(p, tok, &tok);
  unsigned links = 0;
  while (is(tok, "*") || is(tok, "/")) {
    enum kn_dim_op op = is(tok, "*") ? KN_DIM_MUL : KN_DIM_DIV;
    dim_link(p, tok, &links);
    TOK *right = next(p, tok);
    if (op == KN_DIM_DIV && right->kind == KN_TOK_INT && right->ival == 0) {
      kn_report(p->file, KN_DIAG_bad_shape, right->range, "division by zero");
      leave(p);
    }
    struct kn_dim_expr *b = dim_factor(p, right, &tok);
    e = new_dim_expr(p, op, e, b);
  }
  p->depth -= links;
  *rest = tok;
  return e;
}

/* dim_sum = dim_product (("+" | "-") dim_product)* */
static struct kn_dim_expr *dim_sum(struct parser *p, TOK *tok, TOK **rest) {
  struct kn_dim_expr *e = dim_product(p, tok, &tok);
  unsigned links = 0;
  while (is(tok, "+") || is(tok, "-")) {
    enum kn_dim_op op = is(tok, "+") ? KN_DIM_ADD : KN_DIM_SUB;
    dim_link(p, tok, &links);
    struct kn_dim_expr *b = dim_product(p, next(p, tok), &tok);
    e = b->op == KN_DIM_NUMBER && b->number == 0 ? e : new_dim_expr(p, op, e, b);
  }
  p->depth -= links;
  *rest = tok;
  return e;
}

/* A computed dimension as it is written in messages, and what makes two of them the same. */
static void dim_text(FILE *out, const struct kn_dim_expr *e, int weakest) {
  static const struct {
    const char *sign;
    int strength;
  } ops[] = {[KN_DIM_ADD] = {" + ", 1},
             [KN_DIM_SUB] = {" - ", 1},
             [KN_DIM_MUL] = {" * ", 2},
             [KN_DIM_DIV] = {" / ", 2},
             [KN_DIM_CEIL] = {" / ", 2}};
  if (e->op == KN_DIM_NUMBER) {
    fprintf(out, "%lld", (long long)e->number);
    return;
  }
  if (e->op == KN_DIM_NAME) {
    fputs(e->name->name, out);
    return;
  }
  int strength = ops[e->op].strength;
  bool bracket = strength < weakest && e->op != KN_DIM_CEIL;
  fputs(e->op == KN_DIM_CEIL ? "ceil(" : bracket ? "(" : "", out);
  dim_text(out, e->a, strength);
  fputs(ops[e->op].sign, out);
  dim_text(out, e->b, strength + 1);
  fputs(bracket || e->op == KN_DIM_CEIL ? ")" : "", out);
}

/* dim = dim_sum */
static struct kn_dim *dim(struct parser *p, TOK *tok, TOK **rest) {
  TOK *start = tok;
  struct kn_dim_expr *e = dim_sum(p, tok, &tok);
  *rest = tok;
  if (e->op == KN_DIM_NAME)
    return e->name;
  struct kn_range range = upto(start->range, tok);
  int64_t number = kn_eval_dim(e); /* names have no sizes yet: -1 */
  if (number == 0 || number < -1) {
    kn_report(p->file, KN_DIAG_bad_shape, range, "an extent is a number from 1 to 2147483647");
    leave(p);
  }
  if (number > 0)
    return get_dim(p, NULL, number, range);
  char *text;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    abort();
  dim_text(out, e, 0);
  fclose(out);
  struct kn_dim *d = get_dim(p, kn_strndup(p->file, text, size), 0, range);
  free(text);
  d->expr = e;
  if ((e->op == KN_DIM_ADD || e->op == KN_DIM_SUB) && e->a->op == KN_DIM_NAME &&
      e->b->op == KN_DIM_NUMBER) {
    d->base = e->a->name;
    d->offset = e->op == KN_DIM_ADD ? e->b->number : -e->b->number;
  }
  return d;
}

/* dims = "[" dim ("," dim)* "]" */
static unsigned dims(struct parser *p, TOK *tok, TOK **rest, struct kn_dim **list) {
  unsigned n = 0;
  tok = open(p, tok, "[");
  for (;;) {
    if (n == KN_MAX_RANK) {
      kn_report(p->file, KN_DIAG_too_many, tok->range, "more than %d dimensions", KN_MAX_RANK);
      leave(p);
    }
    list[n++] = dim(p, tok, &tok);
    if (!is(tok, ","))
      break;
    tok = next(p, tok);
  }
  *rest = close(p, tok, "]", "',' or ']' after a dimension");
  return n;
}

/* type = elem dims? */
static void type(struct parser *p, TOK *tok, TOK **rest, struct kn_tensor *t) {
  TOK *start = tok;
  t->type = elem(p, tok, &tok, t->role == KN_INPUT ? &t->rows : NULL);
  if (is(tok, "["))
    t->rank = dims(p, tok, &tok, t->dims);
  if (t->rows && !t->rank) {
    kn_report(p->file, KN_DIAG_expected, start->range, "a table of %s needs dimensions",
              kn_rows_name(t->rows));
    kn_hint(p->file, "%s: %s[E, D] has E rows of D values", t->name, kn_rows_name(t->rows));
    leave(p);
  }
  *rest = tok;
}

static struct kn_tensor *find_parameter(struct kn_kernel *k, const char *name) {
  struct kn_tensor *lists[] = {k->inputs, k->outputs};
  for (int i = 0; i < 2; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next)
      if (!strcmp(t->name, name))
        return t;
  return NULL;
}

/* param = ident ":" type */
static struct kn_tensor *param(struct parser *p, TOK *tok, TOK **rest, enum kn_role role) {
  struct kn_tensor *t = kn_alloc(p->file, sizeof *t);
  t->name = new_name(p, tok, role == KN_INPUT ? "a parameter" : "an output");
  t->role = role;
  t->range = tok->range;
  struct kn_tensor *before = find_parameter(p->kernel, t->name);
  if (before) {
    kn_report(p->file, KN_DIAG_redefinition, tok->range, "'%s' is declared twice", t->name);
    kn_note(p->file, before->range, "the first time here");
    leave(p);
  }
  tok = next(p, tok);
  if (!is(tok, ":"))
    expected(p, tok, "':' and a type");
  type(p, next(p, tok), rest, t);
  return t;
}

/* params = "(" (param ("," param)*)? ")" */
static void params(struct parser *p, TOK *tok, TOK **rest, enum kn_role role) {
  struct kn_kernel *k = p->kernel;
  struct kn_tensor **list = role == KN_INPUT ? &k->inputs : &k->outputs;
  unsigned *count = role == KN_INPUT ? &k->num_inputs : &k->num_outputs;
  tok = open(p, tok, "(");
  while (!is(tok, ")")) {
    struct kn_tensor *t = param(p, tok, &tok, role);
    t->id = k->num_inputs + k->num_outputs;
    *list = t;
    list = &t->next;
    ++*count;
    if (!is(tok, ","))
      break;
    tok = next(p, tok);
  }
  *rest = close(p, tok, ")", "',' or ')' after a parameter");
}

/*===----------------------------------------------------------------------===//
 * Statements and kernels
 *===----------------------------------------------------------------------===*/

static struct kn_index *new_index(struct parser *p, TOK *tok) {
  struct kn_index *x = kn_alloc(p->file, sizeof *x);
  x->name = new_name(p, tok, "an index");
  x->range = tok->range;
  return x;
}

/* place = ident ("in" expr ".." expr)? | expr      the latter only in front of "+=" */
static void target_place(struct parser *p, TOK *tok, TOK **rest, struct kn_stmt *s) {
  unsigned i = s->rank++;
  if (tok->kind == KN_TOK_IDENT && is(tok + 1, "in")) { /* R3.10 */
    struct kn_index *x = s->indices[i] = new_index(p, tok);
    s->kind = KN_PART;
    x->lo = expr(p, next(p, next(p, tok)), &tok);
    tok = skip(p, tok, "..");
    x->hi = expr(p, tok, rest);
    return;
  }
  bool plain = tok->kind == KN_TOK_IDENT &&
               (is(tok + 1, ",") || is(tok + 1, "]") || tok[1].kind == KN_TOK_NEWLINE);
  if (plain || tok->kind == KN_TOK_EOF || tok->kind == KN_TOK_BAD || is(tok, "]"))
    s->indices[i] = new_index(p, tok);
  s->subscripts[i] = expr(p, tok, rest);
}

/* target = ident ("[" place ("," place)* "]")? (":" elem dims?)? */
static void target(struct parser *p, TOK *tok, TOK **rest, struct kn_stmt *s) {
  TOK *start = tok;
  s->name = new_name(p, tok, "a tensor");
  tok = next(p, tok);
  if (is(tok, "[")) {
    tok = open(p, tok, "[");
    for (;;) {
      if (s->rank == KN_MAX_RANK) {
        kn_report(p->file, KN_DIAG_too_many, tok->range, "more than %d indices", KN_MAX_RANK);
        leave(p);
      }
      target_place(p, tok, &tok, s);
      if (!is(tok, ","))
        break;
      tok = next(p, tok);
    }
    tok = close(p, tok, "]", "',' or ']' after an index");
  }
  s->num_indices = s->rank;
  s->target_range = upto(start->range, tok);
  if (is(tok, ":")) {
    tok = next(p, tok);
    s->annotation_range = tok->range;
    s->annotation = elem(p, tok, &tok, NULL);
    if (is(tok, "[")) {
      s->has_shape = true;
      s->shape_rank = dims(p, tok, &tok, s->shape);
      s->annotation_range = upto(s->annotation_range, tok);
    }
  }
  *rest = tok;
}

/* What stands on the left side must suit the sign behind it. */
static void check_sign(struct parser *p, TOK *tok, struct kn_stmt *s) {
  bool adds = is(tok, "+=");
  if (!adds && !is(tok, "="))
    expected(p, tok, s->rank ? "'='" : "'[' or '='");
  for (unsigned i = 0; i < s->rank; i++) {
    if (adds && s->indices[i] && s->indices[i]->lo) {
      kn_report(p->file, KN_DIAG_bad_target_index, s->indices[i]->range,
                "'+=' adds to elements, not to a part");
      kn_hint(p->file, "y[i + A] += x[i] adds to the elements from A on");
      leave(p);
    }
    if (!adds && !s->indices[i]) {
      kn_report(p->file, KN_DIAG_bad_target_index, s->subscripts[i]->range,
                "an index on the left side is a name of its own");
      kn_hint(p->file, "the statement then holds for all its values; y[i in lo..hi] = ... defines "
                       "a part of y, y[...] += ... adds up");
      leave(p);
    }
  }
  if (adds) {
    s->kind = KN_SCATTER;
    s->num_indices = 0; /* sema finds them in the subscripts */
  } else {
    memset(s->subscripts, 0, sizeof s->subscripts);
  }
}

/* stmt = target ("=" | "+=") expr */
static void stmt(struct parser *p, TOK *tok, TOK **rest, struct kn_stmt *s) {
  TOK *start = tok;
  target(p, tok, &tok, s);
  check_sign(p, tok, s);
  s->value = expr(p, skip_lines(next(p, tok)), &tok);
  s->range = upto(start->range, tok);
  *rest = tok;
}

/* To the line end after which a new statement seems to begin, or to the end of the block. */
static TOK *recover(TOK *tok) {
  for (; tok->kind != KN_TOK_EOF; tok++) {
    if (is(tok, "}"))
      return tok;
    if ((tok->kind == KN_TOK_NEWLINE || is(tok, ";")) && looks_like_start(tok + 1))
      return tok;
  }
  return tok;
}

/* Past a balanced { ... }. */
static TOK *skip_braces(TOK *tok) {
  unsigned depth = 0;
  for (; tok->kind != KN_TOK_EOF; tok++) {
    if (is(tok, "{"))
      depth++;
    else if (is(tok, "}") && (depth == 0 || --depth == 0))
      return tok + 1;
  }
  return tok;
}

/* What stands behind an expression that had to end. */
_Noreturn static void not_at_end(struct parser *p, const TOK *end) {
  static const char what[] = "an operator or the end of the statement";
  const bool word = end->kind == KN_TOK_PUNCT || end->kind == KN_TOK_IDENT;
  enum kn_type type;
  if (is(end, ":") && end[1].kind == KN_TOK_IDENT && find_type(end[1].text, &type)) {
    kn_report(p->file, KN_DIAG_expected, end->range, "expected %s, found ':'", what);
    kn_hint(p->file, "a type stands on the left side: q[m, k]: %s = ...", end[1].text);
    leave(p);
  }
  if (word && kn_elsewhere(end->text))
    expected_instead(p, end, what, end->text);
  const bool behind = end->has_previous && (is(end - 1, "]") || is(end - 1, ")"));
  if (behind && end->kind == KN_TOK_IDENT) { /* std[n] x[n] */
    const TOK *name = end - 1;
    while (name->has_previous && !is(name, "["))
      name--;
    if (name->has_previous && name[-1].text && kn_elsewhere(name[-1].text))
      expected_instead(p, end, what, name[-1].text);
  }
  if (is(end, "[") || is(end, "(") || (behind && end->kind == KN_TOK_IDENT))
    expected(p, end, "an operator or the end of the statement (is a '*' missing?)");
  expected(p, end, what);
}

/* The setjmp of a statement; a function of its own so that no local is clobbered. */
static TOK *guarded_stmt(struct parser *p, TOK *tok, struct kn_stmt *s) {
  TOK *volatile rest = tok;
  p->depth = p->nest = 0;
  if (setjmp(p->recover)) {
    p->depth = p->nest = 0;
    s->broken = true;
    s->range = rest->range;
    return recover(rest);
  }
  TOK *end;
  stmt(p, tok, &end, s);
  if (end->kind != KN_TOK_NEWLINE && !is(end, ";") && !is(end, "}"))
    not_at_end(p, end);
  return end;
}

static const struct {
  const char *name;
  enum kn_decision_key key;
} decision_keys[] = {{"grid", KN_GRID},         {"split", KN_SPLIT},     {"tile", KN_TILE},
                     {"resident", KN_RESIDENT}, {"buffers", KN_BUFFERS}, {"unit", KN_UNIT}};

/* decision = ident ("(" ident ")")? "=" (int ("x" int)* | ident) */
static void decision(struct parser *p, TOK *tok, TOK **rest, struct kn_decision *d) {
  TOK *start = tok;
  size_t i = 0, count = sizeof decision_keys / sizeof *decision_keys;
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, "a decision such as grid = 2 x 4, or '}'");
  while (i < count && strcmp(decision_keys[i].name, tok->text))
    i++;
  if (i == count) {
    kn_report(p->file, KN_DIAG_bad_schedule, tok->range, "unknown decision '%s'", tok->text);
    kn_hint(p->file, "grid = R x C, split(k) = 2, tile(y) = 64 x 64 x 32, resident(w) = sram, "
                     "buffers(x) = 2, unit(y) = dpe");
    leave(p);
  }
  d->key = decision_keys[i].key;
  tok = next(p, tok);
  if (d->key != KN_GRID) {
    tok = skip(p, tok, "(");
    if (tok->kind != KN_TOK_IDENT)
      expected(p, tok, d->key == KN_SPLIT ? "an index" : "a tensor");
    d->name = tok->text;
    d->name_range = tok->range;
    tok = skip(p, next(p, tok), ")");
  }
  tok = skip(p, tok, "=");
  d->value_range = tok->range;
  if (tok->kind == KN_TOK_IDENT) {
    d->word = tok->text;
    *rest = next(p, tok);
  } else {
    for (;;) {
      if (tok->kind != KN_TOK_INT)
        expected(p, tok, "a number or a word");
      if (d->num_values == KN_MAX_RANK) {
        kn_report(p->file, KN_DIAG_too_many, tok->range, "more than %d numbers", KN_MAX_RANK);
        leave(p);
      }
      d->values[d->num_values++] = tok->ival;
      tok = next(p, tok);
      if (!is(tok, "x"))
        break;
      tok = next(p, tok);
    }
    *rest = tok;
  }
  d->value_range = upto(d->value_range, *rest);
  d->range = upto(start->range, *rest);
}

static bool guarded_decision(struct parser *p, TOK *tok, TOK **rest, struct kn_decision *d) {
  p->depth = p->nest = 0;
  *rest = tok;
  if (setjmp(p->recover)) {
    p->depth = p->nest = 0;
    return false;
  }
  decision(p, tok, rest, d);
  if ((*rest)->kind != KN_TOK_NEWLINE && !is(*rest, ";") && !is(*rest, ",") && !is(*rest, "}"))
    expected(p, *rest, "the end of the decision");
  return true;
}

/* schedule = "schedule" "{" (decision (newline | ";" | ","))* "}" */
static TOK *schedule(struct parser *p, TOK *tok, struct kn_kernel *k) {
  struct kn_decision **list = &k->schedule;
  TOK *start = tok++;
  tok = skip_lines(tok);
  if (!is(tok, "{")) {
    kn_report(p->file, KN_DIAG_expected, place(tok), "expected '{' and decisions, found %s",
              found(p, tok));
    return recover(tok);
  }
  if (k->schedule)
    kn_report(p->file, KN_DIAG_bad_schedule, start->range, "a kernel has one schedule");
  while (*list)
    list = &(*list)->next;
  for (tok++;;) {
    while (tok->kind == KN_TOK_NEWLINE || is(tok, ";") || is(tok, ","))
      tok++;
    if (is(tok, "}"))
      return tok + 1;
    if (tok->kind == KN_TOK_EOF || is(tok, "kernel")) {
      kn_report(p->file, KN_DIAG_expected, place(tok), "expected '}' at the end of the schedule");
      return tok;
    }
    struct kn_decision *d = kn_alloc(p->file, sizeof *d);
    if (guarded_decision(p, tok, &tok, d)) {
      *list = d;
      list = &d->next;
      continue;
    }
    while (tok->kind != KN_TOK_NEWLINE && tok->kind != KN_TOK_EOF && !is(tok, "}") &&
           !is(tok, ";") && !is(tok, ","))
      tok++;
  }
}

/* block = "{" (stmt (";" | newline))* schedule? "}" */
static TOK *block(struct parser *p, TOK *tok, struct kn_kernel *k) {
  struct kn_stmt **list = &k->stmts;
  TOK *open_brace = tok++;
  bool scheduled = false;
  for (;;) {
    while (tok->kind == KN_TOK_NEWLINE || is(tok, ";"))
      tok++;
    if (is(tok, "}"))
      break;
    if (tok->kind == KN_TOK_EOF || is(tok, "kernel")) {
      kn_report(p->file, KN_DIAG_expected, place(tok), "expected '}' at the end of the kernel");
      kn_note(p->file, open_brace->range, "to close this '{'");
      return tok;
    }
    if (is(tok, "schedule")) {
      tok = schedule(p, tok, k);
      scheduled = true;
      continue;
    }
    if (scheduled)
      kn_report(p->file, KN_DIAG_expected, tok->range,
                "expected '}', found %s: the schedule stands after the last statement",
                found(p, tok));
    struct kn_stmt *s = kn_alloc(p->file, sizeof *s);
    tok = guarded_stmt(p, tok, s);
    *list = s;
    list = &s->next;
  }
  return tok + 1;
}

/* kernel = "kernel" ident params "->" params block */
static void head(struct parser *p, TOK *tok, TOK **rest, struct kn_kernel *k) {
  tok = next(p, tok);
  k->name = new_name(p, tok, "the kernel's name");
  k->range = tok->range;
  tok = next(p, tok);
  if (!is(tok, "("))
    expected(p, tok, "'(' and the parameters");
  params(p, tok, &tok, KN_INPUT);
  tok = skip_lines(tok);
  if (!is(tok, "->"))
    expected(p, tok, "'->' and the outputs");
  tok = skip_lines(next(p, tok));
  if (!is(tok, "("))
    expected(p, tok, "'(' and the outputs");
  TOK *outputs = tok;
  params(p, tok, &tok, KN_OUTPUT);
  if (!k->num_outputs)
    expected(p, outputs + 1, "at least one output");
  tok = skip_lines(tok);
  if (!is(tok, "{"))
    expected(p, tok, "'{' and the statements");
  *rest = tok;
}

static bool guarded_head(struct parser *p, TOK *tok, TOK **rest, struct kn_kernel *k) {
  p->depth = p->nest = 0;
  *rest = tok;
  if (setjmp(p->recover)) {
    p->depth = p->nest = 0;
    return false;
  }
  head(p, tok, rest, k);
  return true;
}

/*===----------------------------------------------------------------------===//
 * Functions, imports, files
 *===----------------------------------------------------------------------===*/

/* def = "def" ident "(" (ident ("=" unary)? ("," ident ("=" unary)?)*)? ")" "=" expr */
static void def(struct parser *p, TOK *tok, TOK **rest, struct kn_def *d) {
  tok = next(p, tok);
  d->name = new_name(p, tok, "a function's name");
  d->range = tok->range;
  tok = next(p, tok);
  tok = open(p, tok, "(");
  while (!is(tok, ")")) {
    if (d->num_params == sizeof d->params / sizeof *d->params) {
      kn_report(p->file, KN_DIAG_too_many, tok->range, "more than %u parameters", d->num_params);
      leave(p);
    }
    const char *name = new_name(p, tok, "a parameter");
    for (unsigned i = 0; i < d->num_params; i++)
      if (!strcmp(d->params[i], name)) {
        kn_report(p->file, KN_DIAG_redefinition, tok->range, "'%s' is declared twice", name);
        leave(p);
      }
    d->params[d->num_params] = name;
    tok = next(p, tok);
    if (is(tok, "=")) {
      struct kn_expr *e = d->defaults[d->num_params] = unary(p, next(p, tok), &tok);
      if (!e->literal && !(e->kind == KN_UNARY && e->op == KN_NEG && e->args[0]->literal)) {
        kn_report(p->file, KN_DIAG_expected, e->range, "expected a number as default");
        leave(p);
      }
    } else if (d->num_params && d->defaults[d->num_params - 1]) {
      expected(p, tok, "'=' and a number: the parameter before has a default, too");
    }
    d->num_params++;
    if (!is(tok, ","))
      break;
    tok = next(p, tok);
  }
  tok = close(p, tok, ")", "',' or ')' after a parameter");
  tok = skip(p, skip_lines(tok), "=");
  d->body = expr(p, skip_lines(tok), rest);
  if ((*rest)->kind != KN_TOK_NEWLINE && (*rest)->kind != KN_TOK_EOF && !is(*rest, ";"))
    expected(p, *rest, "an operator or the end of the line");
}

static bool guarded_def(struct parser *p, TOK *tok, TOK **rest, struct kn_def *d) {
  p->depth = p->nest = 0;
  *rest = tok;
  if (setjmp(p->recover)) {
    p->depth = p->nest = 0;
    return false;
  }
  def(p, tok, rest, d);
  return true;
}

static void add_def(struct parser *p, struct kn_def *d) {
  struct kn_def **at = &p->file->defs;
  for (; *at; at = &(*at)->next)
    if (!strcmp((*at)->name, d->name)) {
      kn_report(p->file, KN_DIAG_redefinition, d->range, "function '%s' is declared twice",
                d->name);
      kn_note(p->file, (*at)->range, "the first time here");
      return;
    }
  *at = d;
}

static bool same_file(const char *a, const char *b) {
  char *full_a = realpath(a, NULL), *full_b = realpath(b, NULL);
  bool same = full_a && full_b ? !strcmp(full_a, full_b) : !strcmp(a, b);
  free(full_a);
  free(full_b);
  return same;
}

static void program(struct parser *p, TOK *tok);

/* The defs of another file; relative to the importing one, each file once (R2.9). */
static void follow_import(struct parser *p, const TOK *name) {
  char path[4096];
  const char *from = p->source->path, *slash = strrchr(from, '/');
  if (p->file->skip_imports)
    return;
  if (p->file->no_imports) {
    kn_report(p->file, KN_DIAG_bad_import, name->range, "imports are not allowed here");
    return;
  }
  int dir = name->text[0] == '/' || !slash ? 0 : (int)(slash - from) + 1;
  snprintf(path, sizeof path, "%.*s%s", dir, from, name->text);
  for (const struct kn_source *s = p->source; s; s = s->importer)
    if (same_file(s->path, path)) {
      kn_report(p->file, KN_DIAG_bad_import, name->range, "'%s' imports itself%s", s->path,
                s == p->source ? "" : " through others");
      if (s != p->source)
        kn_note(p->file, p->source->import_range, "by way of this import");
      kn_hint(p->file, "move what both need into a third file");
      return;
    }
  for (const struct kn_source *s = p->file->sources; s; s = s->next)
    if (same_file(s->path, path))
      return; /* read already */
  struct kn_source *source = kn_add_source(p->file, path, name->range);
  if (!source)
    return;
  const struct kn_source *importer = p->source;
  p->source = source;
  program(p, kn_lex(p->file, source));
  p->source = importer;
}

static TOK *to_next_item(TOK *tok) {
  while (tok->kind != KN_TOK_EOF &&
         !(tok->kind == KN_TOK_NEWLINE &&
           (is(tok + 1, "kernel") || is(tok + 1, "def") || is(tok + 1, "import"))))
    tok++;
  return tok;
}

/* import = "import" string */
static TOK *import(struct parser *p, TOK *tok) {
  TOK *name = tok + 1;
  if (name->kind != KN_TOK_STRING) {
    if (name->kind != KN_TOK_BAD)
      kn_report(p->file, KN_DIAG_expected, place(name), "expected a file name in \"...\", found %s",
                found(p, name));
    return to_next_item(tok);
  }
  follow_import(p, name);
  tok = name + 1;
  if (tok->kind == KN_TOK_NEWLINE || tok->kind == KN_TOK_EOF || is(tok, ";"))
    return tok;
  kn_report(p->file, KN_DIAG_expected, tok->range, "expected the end of the line, found %s",
            found(p, tok));
  return to_next_item(tok);
}

static TOK *kernel(struct parser *p, TOK *tok) {
  struct kn_kernel *k = kn_alloc(p->file, sizeof *k), **list = &p->file->kernels;
  TOK *body;
  p->kernel = k;
  if (guarded_head(p, tok, &body, k)) {
    tok = block(p, body, k);
    if (p->source != p->file->sources) /* an import brings functions only */
      return tok;
    for (; *list; list = &(*list)->next)
      if (!strcmp((*list)->name, k->name)) {
        kn_report(p->file, KN_DIAG_redefinition, k->range, "kernel '%s' is declared twice",
                  k->name);
        kn_note(p->file, (*list)->range, "the first time here");
      }
    *list = k;
    return tok;
  }
  /* Without its parameters the body says nothing. */
  for (tok++; tok->kind != KN_TOK_EOF && !is(tok, "{") && !is(tok, "kernel"); tok++)
    ;
  return is(tok, "{") ? skip_braces(tok) : tok;
}

/* program = (kernel | def | import | newline)* */
static void program(struct parser *p, TOK *tok) {
  for (;;) {
    while (tok->kind == KN_TOK_NEWLINE || is(tok, ";"))
      tok++;
    if (tok->kind == KN_TOK_EOF || p->file->diags->gave_up)
      return;
    if (is(tok, "kernel")) {
      tok = kernel(p, tok);
    } else if (is(tok, "def")) {
      struct kn_def *d = kn_alloc(p->file, sizeof *d);
      if (guarded_def(p, tok, &tok, d))
        add_def(p, d);
      else
        tok = to_next_item(tok);
    } else if (is(tok, "import")) {
      tok = import(p, tok);
    } else {
      if (tok->kind != KN_TOK_BAD)
        kn_report(p->file, KN_DIAG_expected, tok->range, "expected 'kernel', found %s",
                  found(p, tok));
      tok = to_next_item(tok);
    }
  }
}

bool kn_parse(struct kn_file *file) {
  struct parser p = {.file = file, .source = file->sources};
  unsigned before = file->diags->errors;
  program(&p, kn_lex(file, file->sources));
  if (!file->kernels && file->diags->errors == before && !file->defs) {
    struct kn_range end = {file->size, file->size};
    kn_report(file, KN_DIAG_no_kernel, end, "the file has no kernel");
    kn_hint(file, "kernel name(x: i32[N]) -> (y: i32[N]) { y[n] = x[n] }");
  }
  return file->diags->errors == before;
}
