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
#include "lexer.h"

#include <setjmp.h>
#include <string.h>

struct parser {
  struct kn_file *file;
  struct kn_kernel *kernel;
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
  if (is(tok + 1, "=") || is(tok + 1, ":"))
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

static const char *const keywords[] = {"kernel", "def",   "import", "schedule", "in",
                                       "true",   "false", "if",     "else",     "for",
                                       "return", "let",   "and",    "or",       "not"};

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
  unsigned n;
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, what);
  const char *kind = is_keyword(tok->text)           ? "a keyword"
                     : find_type(tok->text, &type)   ? "an element type"
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

/* primary = int | float | "true" | "false" | "(" expr ")" | reduction | call
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
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, "an expression");
  if (is(tok, "true") || is(tok, "false")) {
    e = kn_new_expr(p->file, KN_INT, tok->range);
    e->type = KN_BOOL;
    e->ival = is(tok, "true");
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

/* elem = "i8" | "u8" | ... */
static enum kn_type elem(struct parser *p, TOK *tok, TOK **rest) {
  enum kn_type type;
  if (tok->kind != KN_TOK_IDENT)
    expected(p, tok, "an element type such as i8 or f32");
  if (!strncmp(tok->text, "rowq", 4)) { /* R4.6 */
    char what[64];
    snprintf(what, sizeof what, "element type %.40s", tok->text);
    not_supported(p, tok->range, what, "pass the values as u8[E, D] and scale and bias as f32[E]");
  }
  if (!find_type(tok->text, &type)) {
    kn_report(p->file, KN_DIAG_unknown_type, tok->range, "unknown element type '%s'", tok->text);
    kn_hint(p->file, "the element types are bool i4 i8 u8 i16 i32 i64 f16 bf16 f32");
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

/* base + offset; its name is written like that. */
static struct kn_dim *get_sum(struct parser *p, struct kn_dim *base, int64_t offset,
                              struct kn_range range) {
  char name[300];
  if (offset == 0)
    return base;
  snprintf(name, sizeof name, "%.256s + %lld", base->name, (long long)offset);
  struct kn_dim *d = get_dim(p, kn_strndup(p->file, name, strlen(name)), 0, range);
  d->base = base;
  d->offset = offset;
  return d;
}

static int64_t extent(struct parser *p, const TOK *tok) {
  if (tok->ival < 1 || tok->ival > INT32_MAX) {
    kn_report(p->file, KN_DIAG_bad_shape, tok->range, "an extent is a number from 1 to 2147483647");
    leave(p);
  }
  return tok->ival;
}

static bool is_arithmetic(const TOK *tok) {
  return is(tok, "+") || is(tok, "-") || is(tok, "*") || is(tok, "/") || is(tok, "%");
}

/* dim = ident ("+" int)? | int */
static struct kn_dim *dim(struct parser *p, TOK *tok, TOK **rest) {
  struct kn_dim *d;
  if (tok->kind == KN_TOK_INT) {
    d = get_dim(p, NULL, extent(p, tok), tok->range);
  } else {
    if (tok->kind != KN_TOK_IDENT)
      expected(p, tok, "a dimension: a name or a number");
    d = get_dim(p, new_name(p, tok, "a dimension"), 0, tok->range);
    if (is(tok + 1, "+")) {
      TOK *start = tok;
      tok = next(p, next(p, tok));
      if (tok->kind == KN_TOK_INT && !is_arithmetic(tok + 1))
        d = get_sum(p, d, extent(p, tok), join(start->range, tok->range));
    }
  }
  if (tok->kind != KN_TOK_INT && tok->kind != KN_TOK_IDENT)
    expected(p, tok, "a number");
  bool sum = tok->kind == KN_TOK_IDENT && is(tok - 1, "+");
  if (sum || is_arithmetic(tok + 1))
    not_supported(p, (sum ? tok : tok + 1)->range,
                  "arithmetic in a dimension other than NAME + NUMBER",
                  "declare a dimension of its own");
  *rest = next(p, tok);
  return d;
}

/* type = elem ("[" dim ("," dim)* "]")? */
static void type(struct parser *p, TOK *tok, TOK **rest, struct kn_tensor *t) {
  t->type = elem(p, tok, &tok);
  if (is(tok, "[")) {
    tok = open(p, tok, "[");
    for (;;) {
      if (t->rank == KN_MAX_RANK) {
        kn_report(p->file, KN_DIAG_too_many, tok->range, "more than %d dimensions", KN_MAX_RANK);
        leave(p);
      }
      t->dims[t->rank++] = dim(p, tok, &tok);
      if (!is(tok, ","))
        break;
      tok = next(p, tok);
    }
    tok = close(p, tok, "]", "',' or ']' after a dimension");
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

/* target = ident ("[" ident ("," ident)* "]")? (":" elem)? */
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
      bool plain = tok->kind == KN_TOK_IDENT &&
                   (is(tok + 1, ",") || is(tok + 1, "]") || tok[1].kind == KN_TOK_NEWLINE);
      if (tok->kind == KN_TOK_IDENT && is(tok + 1, "in")) /* R3.10 */
        not_supported(p, tok[1].range, "a statement for a part of a tensor",
                      "define the whole tensor at once: "
                      "where(i < A, pad(a[i], 0), pad(b[i - A], 0))");
      if (!plain && tok->kind != KN_TOK_EOF && tok->kind != KN_TOK_BAD && !is(tok, "]")) {
        kn_report(p->file, KN_DIAG_bad_target_index, tok->range,
                  "an index on the left side is a name of its own");
        kn_hint(p->file, "the statement then holds for all its values; scatters and parts of a "
                         "tensor are not supported yet");
        leave(p);
      }
      struct kn_index *x = kn_alloc(p->file, sizeof *x);
      x->name = new_name(p, tok, "an index");
      x->range = tok->range;
      s->indices[s->rank++] = x;
      tok = next(p, tok);
      if (!is(tok, ","))
        break;
      tok = next(p, tok);
    }
    tok = close(p, tok, "]", "',' or ']' after an index");
  }
  s->target_range = upto(start->range, tok);
  if (is(tok, ":")) {
    tok = next(p, tok);
    s->annotation_range = tok->range;
    s->annotation = elem(p, tok, &tok);
    if (is(tok, "["))
      not_supported(p, tok->range, "a shape on an intermediate",
                    "leave it out: the indices on the left side give the shape");
  }
  *rest = tok;
}

/* stmt = target "=" expr */
static void stmt(struct parser *p, TOK *tok, TOK **rest, struct kn_stmt *s) {
  TOK *start = tok;
  target(p, tok, &tok, s);
  if (is(tok, "+="))
    not_supported(p, tok->range, "'+='", "reduce on the right side: t[i] = sum[k] ...");
  if (!is(tok, "="))
    expected(p, tok, s->rank ? "'='" : "'[' or '='");
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
  if (end->kind != KN_TOK_NEWLINE && !is(end, ";") && !is(end, "}")) {
    if (is(end, "[") || is(end, "("))
      expected(p, end, "an operator or the end of the statement (is a '*' missing?)");
    expected(p, end, "an operator or the end of the statement");
  }
  return end;
}

/* block = "{" (stmt (";" | newline))* "}" schedule? */
static TOK *block(struct parser *p, TOK *tok, struct kn_kernel *k) {
  struct kn_stmt **list = &k->stmts;
  TOK *open_brace = tok++;
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
      kn_report(p->file, KN_DIAG_not_supported, tok->range, "'schedule': not supported yet");
      kn_hint(p->file, "leave the block out: the compiler chooses tiles and distribution");
      tok = skip_braces(tok);
      continue;
    }
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

/* program = (kernel | def | import | newline)* */
static void program(struct parser *p, TOK *tok) {
  struct kn_kernel **list = &p->file->kernels;
  while ((tok = skip_lines(tok))->kind != KN_TOK_EOF && !p->file->diags->gave_up) {
    if (is(tok, "kernel")) {
      struct kn_kernel *k = kn_alloc(p->file, sizeof *k);
      p->kernel = k;
      TOK *body;
      if (guarded_head(p, tok, &body, k)) {
        tok = block(p, body, k);
        for (struct kn_kernel *other = p->file->kernels; other; other = other->next)
          if (!strcmp(other->name, k->name)) {
            kn_report(p->file, KN_DIAG_redefinition, k->range, "kernel '%s' is declared twice",
                      k->name);
            kn_note(p->file, other->range, "the first time here");
          }
        *list = k;
        list = &k->next;
        continue;
      }
      /* Without its parameters the body says nothing. */
      for (tok++; tok->kind != KN_TOK_EOF && !is(tok, "{") && !is(tok, "kernel"); tok++)
        ;
      if (is(tok, "{"))
        tok = skip_braces(tok);
      continue;
    }
    if (is(tok, "def")) {
      kn_report(p->file, KN_DIAG_not_supported, tok->range, "'def': not supported yet");
      kn_hint(p->file, "write the expression out where it is used");
    } else if (is(tok, "import")) {
      kn_report(p->file, KN_DIAG_not_supported, tok->range, "'import': not supported yet");
      kn_hint(p->file, "put the kernel into one file");
    } else if (tok->kind != KN_TOK_BAD) {
      kn_report(p->file, KN_DIAG_expected, tok->range, "expected 'kernel', found %s",
                found(p, tok));
    }
    while (tok->kind != KN_TOK_EOF &&
           !(tok->kind == KN_TOK_NEWLINE &&
             (is(tok + 1, "kernel") || is(tok + 1, "def") || is(tok + 1, "import"))))
      tok++;
  }
}

bool kn_parse(struct kn_file *file) {
  struct parser p = {.file = file};
  unsigned before = file->diags->errors;
  TOK *tokens = kn_lex(file);
  program(&p, tokens);
  if (!file->kernels && file->diags->errors == before) {
    struct kn_range end = {file->size, file->size};
    kn_report(file, KN_DIAG_no_kernel, end, "the file has no kernel");
    kn_hint(file, "kernel name(x: i32[N]) -> (y: i32[N]) { y[n] = x[n] }");
  }
  return file->diags->errors == before;
}
