// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ctext.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  struct ct_text *t;
  const char *p;             // behind the current token
  const char *own;           // file name of the text's own lines
  unsigned line;             // of the description
  unsigned unroll;           // of the next loop, from a pragma
  unsigned part;             // the last "// Phase N "
  unsigned percent;          // of the next statement's rows, from "// About N % of "
  struct ct_product product; // of the macros so far
  char kind;         // of the token: 'n' name, '0' number, '.' real, '"' string, 'o' other, 0 end
  const char *begin; // of the token
  size_t size;
  const char *text; // names and operators: interned
  bool failed;
};

const char *ct_intern(struct ct_text *t, const char *begin, size_t size) {
  return kn_name_of(&t->names, t->file, begin, size)->text;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

static void fail(struct reader *r, const char *expected) {
  if (!r->failed)
    snprintf(r->t->unknown, sizeof r->t->unknown, "expected %s at '%.40s'", expected, r->begin);
  r->failed = true;
  r->kind = 0;
  r->size = 0;
  r->text = "";
}

// #define KP_SIZE 2
static void define(struct reader *r, const char *name, const char *value) {
  struct ct_product *p = &r->product;
  const struct {
    const char *name;
    unsigned *value;
  } macros[] = {{"KP_SIZE", &p->size},           {"KP_OUT", &p->out},
                {"KP_TURN_X", &p->turn_x},       {"KP_TURN_W", &p->turn_w},
                {"KP_BIAS", &p->bias},           {"KP_STEP_COUNT", &p->steps},
                {"KP_STEP_ROOM", &p->step_room}, {"KP_SUMS", &p->sums},
                {"KP_WINDOW", &p->window},       {"KP_SCALES", &p->scales}};
  if (!strcmp(name, "KP_NAME"))
    p->name = ct_intern(r->t, value, strlen(value));
  for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
    if (!strcmp(name, macros[i].name))
      *macros[i].value = (unsigned)atoi(value);
}

static void preprocessor_line(struct reader *r) {
  size_t n = strcspn(r->p, "\n");
  unsigned line;
  char name[1024], value[256];
  if (sscanf(r->p, "#define %255[A-Z_] %255[A-Za-z0-9_]", name, value) == 2)
    define(r, name, value);
  if (!strncmp(r->p, "#include <mtia/knyfe_product.h>", 31)) {
    struct ct_product *p = kn_alloc(r->t->file, sizeof *p);
    *p = r->product;
    p->next = r->t->products;
    r->t->products = p;
    r->product = (struct ct_product){.name = NULL}; // nothing stays defined
  }
  if (sscanf(r->p, "#line %u \"%1023[^\"]\"", &line, name) == 2) {
    r->line = strcmp(name, r->own) ? line : 0;
  } else if (sscanf(r->p, "#pragma clang loop unroll_count(%u)", &line) == 1)
    r->unroll = line;
  else
    while (n && r->p[n - 1] == '\\' && r->p[n])
      n += 1 + strcspn(r->p + n + 1, "\n");
  r->p += n;
}

static void skip_space(struct reader *r) {
  for (;;) {
    r->p += strspn(r->p, " \t\n");
    if (*r->p == '#')
      preprocessor_line(r);
    else if (r->p[0] == '/' && r->p[1] == '/') {
      sscanf(r->p, "// Phase %u ", &r->part);
      sscanf(r->p, "// About %u %% of ", &r->percent);
      r->p += strcspn(r->p, "\n");
    } else
      return;
  }
}

static void advance(struct reader *r) {
  static const char *const longer[] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
                                       "<=",  ">=",  "==",  "!=", "&&", "||", "+=", "-=",
                                       "*=",  "/=",  "%=",  "&=", "|=", "^="};
  if (r->failed)
    return;
  skip_space(r);
  r->begin = r->p;
  const char *p = r->p;
  if (!*p)
    r->kind = 0;
  else if (isalpha((unsigned char)*p) || *p == '_') {
    while (isalnum((unsigned char)*p) || *p == '_')
      p++;
    r->kind = 'n';
  } else if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1]))) {
    bool hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
    r->kind = '0';
    for (; isalnum((unsigned char)*p) || *p == '.' ||
           ((*p == '+' || *p == '-') && strchr(hex ? "pP" : "eE", p[-1]));
         p++)
      if (*p == '.' || (hex ? *p == 'p' : *p == 'e'))
        r->kind = '.';
  } else if (*p == '"' || *p == '\'') {
    char quote = *p++;
    while (*p && *p != quote)
      p += 1 + (*p == '\\' && p[1]);
    p += *p != 0;
    r->kind = '"';
  } else {
    r->kind = 'o';
    size_t n = 1;
    for (size_t i = 0; i < sizeof longer / sizeof *longer && n == 1; i++)
      if (!strncmp(p, longer[i], strlen(longer[i])))
        n = strlen(longer[i]);
    p += n;
  }
  r->size = (size_t)(p - r->begin);
  r->p = p;
  r->text = r->kind == 'n' || r->kind == 'o' ? ct_intern(r->t, r->begin, r->size) : "";
}

static bool at(const struct reader *r, const char *text) {
  return r->size == strlen(text) && !memcmp(r->begin, text, r->size) && r->kind != '"';
}

static bool accept(struct reader *r, const char *text) {
  if (!at(r, text) || r->failed)
    return false;
  advance(r);
  return true;
}

static void expect(struct reader *r, const char *text) {
  if (!accept(r, text))
    fail(r, text);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

// Base types and words around them.
static bool type_word(const char *text, size_t size, struct ct_type *type) {
  static const struct {
    const char *name;
    struct ct_type type;
  } words[] = {{"const", {0}},
               {"static", {0}},
               {"inline", {0}},
               {"struct", {0}},
               {"unsigned", {32, 1, false, false}},
               {"long", {64, 1, false, false}},
               {"int", {32, 1, false, false}},
               {"char", {8, 1, false, false}},
               {"short", {16, 1, false, false}},
               {"bool", {8, 1, false, false}},
               {"_Bool", {8, 1, false, false}},
               {"void", {0, 1, false, false}},
               {"float", {32, 1, true, false}},
               {"double", {64, 1, true, false}},
               {"_Float16", {16, 1, true, false}},
               {"__bf16", {16, 1, true, false}},
               {"size_t", {64, 1, false, false}},
               {"uintptr_t", {64, 1, false, false}},
               {"intptr_t", {64, 1, false, false}}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i].name) == size && !memcmp(words[i].name, text, size)) {
      if (words[i].type.lanes && !(words[i].type.bits == 32 && type->bits == 64))
        *type = words[i].type;
      return true;
    }
  char base[24];
  unsigned lanes, bits;
  if (size >= 40)
    return false;
  char name[40];
  memcpy(name, text, size);
  name[size] = 0;
  char *first = name;
  if (!strncmp(first, "mtia_", 5))
    first += 5;
  else if (!strncmp(first, "kn_", 3))
    first += 3;
  if (first != name && sscanf(first, "mask%*[x]%u", &lanes) == 1 && strchr("136", first[5])) {
    *type = (struct ct_type){8, (uint8_t)lanes, false, false};
    return true;
  }
  int end = 0;
  if (first != name && sscanf(first, "bool%*[x]%u", &lanes) == 1) {
    *type = (struct ct_type){8, (uint8_t)lanes, false, false};
    return true;
  }
  if (first != name && sscanf(first, "%20[a-z]%ux%u%n", base, &bits, &lanes, &end) == 3 &&
      !first[end] && lanes <= 128 && bits <= 64 && strlen(base) <= 2) {
    *type = (struct ct_type){(uint8_t)bits, (uint8_t)lanes, base[strlen(base) - 1] == 'f', false};
    return true;
  }
  if (sscanf(name, "int%u_t%n", &bits, &end) == 1 || sscanf(name, "uint%u_t%n", &bits, &end) == 1) {
    *type = (struct ct_type){(uint8_t)bits, 1, false, false};
    return true;
  }
  return false;
}

static bool at_type(const struct reader *r) {
  struct ct_type type = {0};
  return r->kind == 'n' && type_word(r->begin, r->size, &type);
}

static struct ct_type read_type(struct reader *r) {
  struct ct_type type = {0, 1, false, false};
  while (!r->failed && at_type(r)) {
    bool named = at(r, "struct");
    type_word(r->begin, r->size, &type);
    advance(r);
    if (named)
      advance(r);
  }
  while (accept(r, "*") || accept(r, "const") || accept(r, "restrict"))
    type.pointer = type.pointer || true;
  return type;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

static struct ct_expr *expression(struct reader *r);
static struct ct_expr *assignment(struct reader *r);
static struct ct_expr *unary(struct reader *r);

static struct ct_expr *new_expr(struct reader *r, enum ct_op op, const char *text,
                                struct ct_expr *a, struct ct_expr *b) {
  struct ct_expr *e = kn_alloc(r->t->file, sizeof *e);
  e->op = op;
  e->text = text;
  e->a = a;
  e->b = b;
  return e;
}

static void arguments(struct reader *r, struct ct_expr *call, const char *close) {
  struct ct_expr *args[160];
  while (!r->failed && !at(r, close) && call->num_args < 160) {
    if (accept(r, ".")) {
      struct ct_expr *field = new_expr(r, CT_FIELD, r->text, NULL, NULL);
      advance(r);
      expect(r, "=");
      field->a = assignment(r);
      args[call->num_args++] = field;
    } else
      args[call->num_args++] = assignment(r);
    if (!accept(r, ","))
      break;
  }
  expect(r, close);
  call->args = kn_alloc(r->t->file, (call->num_args + 1) * sizeof *args);
  memcpy(call->args, args, call->num_args * sizeof *args);
}

static struct ct_expr *primary(struct reader *r) {
  struct ct_expr *e;
  switch (r->kind) {
  case '0':
    e = new_expr(r, CT_NUMBER, "", NULL, NULL);
    e->value = (int64_t)strtoull(r->begin, NULL, 0);
    advance(r);
    return e;
  case '.':
    advance(r);
    return new_expr(r, CT_REAL, "", NULL, NULL);
  case '"':
    e = new_expr(r, CT_TEXT, ct_intern(r->t, r->begin + 1, r->size > 2 ? r->size - 2 : 0), NULL,
                 NULL);
    advance(r);
    return e;
  case 'n':
    e = new_expr(r, CT_NAME, r->text, NULL, NULL);
    advance(r);
    if (accept(r, "(")) {
      e->op = CT_CALL;
      arguments(r, e, ")");
    }
    return e;
  default:
    if (accept(r, "(")) {
      e = expression(r);
      expect(r, ")");
      return e;
    }
    fail(r, "an expression");
    return new_expr(r, CT_NUMBER, "", NULL, NULL);
  }
}

static struct ct_expr *postfix(struct reader *r) {
  struct ct_expr *e = primary(r);
  for (;;) {
    if (accept(r, "[")) {
      e = new_expr(r, CT_INDEX, "", e, expression(r));
      expect(r, "]");
    } else if (at(r, ".") || at(r, "->")) {
      advance(r);
      e = new_expr(r, CT_MEMBER, r->text, e, NULL);
      advance(r);
    } else if (at(r, "++") || at(r, "--")) {
      e = new_expr(r, CT_STEP, r->text, e, NULL);
      advance(r);
    } else
      return e;
  }
}

// Is what follows the parenthesis at hand a type?
static bool at_cast(const struct reader *r) {
  struct reader ahead = *r;
  if (!accept(&ahead, "("))
    return false;
  return at_type(&ahead);
}

static struct ct_expr *unary(struct reader *r) {
  if (r->kind == 'o' && r->size == 1 && strchr("-+!~*&", *r->begin)) {
    const char *text = r->text;
    advance(r);
    return new_expr(r, CT_UNARY, text, unary(r), NULL);
  }
  if (at(r, "++") || at(r, "--")) {
    const char *text = r->text;
    advance(r);
    return new_expr(r, CT_STEP, text, unary(r), NULL);
  }
  if (at(r, "sizeof")) {
    advance(r);
    int depth = 0;
    do {
      depth += at(r, "(") - at(r, ")");
      advance(r);
    } while (depth && r->kind);
    struct ct_expr *e = new_expr(r, CT_NUMBER, "", NULL, NULL);
    e->value = 4;
    return e;
  }
  if (at_cast(r)) {
    advance(r);
    struct ct_type type = read_type(r);
    expect(r, ")");
    struct ct_expr *e = new_expr(r, CT_CAST, "", NULL, NULL);
    e->type = type;
    if (accept(r, "{")) {
      struct ct_expr *list = new_expr(r, CT_LIST, "", NULL, NULL);
      arguments(r, list, "}");
      bool fields = list->num_args != 1 || list->args[0]->op == CT_FIELD;
      e->a = fields ? list : list->args[0];
    } else
      e->a = unary(r);
    return e;
  }
  return postfix(r);
}

static int precedence(const struct reader *r) {
  static const char *const levels[][5] = {
      {"||"},       {"&&"},     {"|"},          {"^"}, {"&"}, {"==", "!="}, {"<", ">", "<=", ">="},
      {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}};
  if (r->kind != 'o')
    return -1;
  for (int i = 0; i < 10; i++)
    for (int k = 0; k < 5 && levels[i][k]; k++)
      if (at(r, levels[i][k]))
        return i;
  return -1;
}

static struct ct_expr *binary(struct reader *r, int least) {
  struct ct_expr *e = unary(r);
  for (int level; !r->failed && (level = precedence(r)) >= least;) {
    const char *text = r->text;
    advance(r);
    e = new_expr(r, CT_BINARY, text, e, binary(r, level + 1));
  }
  return e;
}

static struct ct_expr *assignment(struct reader *r) {
  if (at(r, "{")) { // an initialiser
    advance(r);
    struct ct_expr *e = new_expr(r, CT_LIST, "", NULL, NULL);
    arguments(r, e, "}");
    return e;
  }
  struct ct_expr *e = binary(r, 0);
  if (accept(r, "?")) {
    struct ct_expr *cond = new_expr(r, CT_COND, "", e, expression(r));
    expect(r, ":");
    cond->c = assignment(r);
    return cond;
  }
  static const char *const ops[] = {
      "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (at(r, ops[i]) && r->kind == 'o') {
      const char *text = r->text;
      advance(r);
      return new_expr(r, CT_ASSIGN, text, e, assignment(r));
    }
  return e;
}

static struct ct_expr *expression(struct reader *r) { return assignment(r); }

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

static struct ct_stmt *statement(struct reader *r);

static struct ct_stmt *new_stmt(struct reader *r, enum ct_kind kind) {
  struct ct_stmt *s = kn_alloc(r->t->file, sizeof *s);
  s->kind = kind;
  s->line = r->line;
  s->part = r->part;
  s->percent = r->percent;
  r->percent = 0;
  return s;
}

static struct ct_stmt *declaration(struct reader *r) {
  struct ct_stmt *first = NULL, **tail = &first;
  struct ct_type base = read_type(r);
  do {
    struct ct_stmt *s = new_stmt(r, CT_DECLARE);
    s->type = base;
    while (accept(r, "*"))
      s->type.pointer = true;
    s->name = r->text;
    advance(r);
    while (accept(r, "[")) {
      s->type.pointer = true;
      expression(r);
      expect(r, "]");
    }
    if (accept(r, "="))
      s->value = assignment(r);
    *tail = s;
    tail = &s->next;
  } while (accept(r, ","));
  expect(r, ";");
  if (!first->next)
    return first;
  struct ct_stmt *all = new_stmt(r, CT_BLOCK); // opens no scope: see program.c
  all->body = first;
  all->is_leaf = true;
  return all;
}

// enum { K = 512, CHUNKS = 4 }; in a function.
static struct ct_stmt *local_constants(struct reader *r) {
  struct ct_stmt *all = new_stmt(r, CT_BLOCK), **tail = &all->body;
  all->is_leaf = true;
  if (r->kind == 'n')
    advance(r);
  expect(r, "{");
  while (!r->failed && !at(r, "}")) {
    struct ct_stmt *s = new_stmt(r, CT_DECLARE);
    s->type = (struct ct_type){64, 1, false, false};
    s->is_leaf = true; // a constant
    s->name = r->text;
    advance(r);
    expect(r, "=");
    s->value = binary(r, 0);
    *tail = s;
    tail = &s->next;
    if (!accept(r, ","))
      break;
  }
  expect(r, "}");
  expect(r, ";");
  return all;
}

static struct ct_stmt *block(struct reader *r) {
  struct ct_stmt *s = new_stmt(r, CT_BLOCK), **tail = &s->body;
  while (!r->failed && r->kind && !at(r, "}")) {
    *tail = statement(r);
    tail = &(*tail)->next;
  }
  expect(r, "}");
  return s;
}

static struct ct_stmt *statement(struct reader *r) {
  struct ct_stmt *s;
  if (accept(r, "{"))
    return block(r);
  if (accept(r, ";"))
    return new_stmt(r, CT_BLOCK);
  if (accept(r, "if")) {
    s = new_stmt(r, CT_IF);
    expect(r, "(");
    s->value = expression(r);
    expect(r, ")");
    s->body = statement(r);
    if (accept(r, "else"))
      s->other = statement(r);
    return s;
  }
  if (accept(r, "for")) {
    s = new_stmt(r, CT_FOR);
    s->unroll = r->unroll ? r->unroll : 1;
    r->unroll = 0;
    expect(r, "(");
    s->first = statement(r);
    s->value = at(r, ";") ? NULL : expression(r);
    expect(r, ";");
    s->step = at(r, ")") ? NULL : expression(r);
    while (at(r, ",")) { // the counter first
      const char *text = r->text;
      advance(r);
      s->step = new_expr(r, CT_BINARY, text, s->step, expression(r));
    }
    expect(r, ")");
    s->body = statement(r);
    return s;
  }
  if (accept(r, "while")) {
    s = new_stmt(r, CT_WHILE);
    expect(r, "(");
    s->value = expression(r);
    expect(r, ")");
    s->body = statement(r);
    return s;
  }
  static const struct {
    const char *word;
    enum ct_kind kind;
  } jumps[] = {{"continue", CT_CONTINUE}, {"break", CT_BREAK}, {"return", CT_RETURN}};
  for (int i = 0; i < 3; i++)
    if (accept(r, jumps[i].word)) {
      s = new_stmt(r, jumps[i].kind);
      if (!at(r, ";"))
        s->value = expression(r);
      expect(r, ";");
      return s;
    }
  if (accept(r, "enum"))
    return local_constants(r);
  if (at_type(r))
    return declaration(r);
  s = new_stmt(r, CT_DO);
  s->value = expression(r);
  expect(r, ";");
  return s;
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

static int64_t constant_of(const struct ct_text *t, const struct ct_expr *e) {
  switch (e->op) {
  case CT_NUMBER:
    return e->value;
  case CT_NAME:
    for (const struct ct_constant *c = t->constants; c; c = c->next)
      if (c->name == e->text)
        return c->value;
    return 0;
  case CT_UNARY:
    return *e->text == '-' ? -constant_of(t, e->a) : constant_of(t, e->a);
  case CT_BINARY: {
    int64_t a = constant_of(t, e->a), b = constant_of(t, e->b);
    return *e->text == '+' ? a + b : *e->text == '-' ? a - b : *e->text == '*' ? a * b : 0;
  }
  default:
    return 0;
  }
}

static void enumerators(struct reader *r) {
  int64_t next = 0;
  if (r->kind == 'n')
    advance(r);
  expect(r, "{");
  while (!r->failed && !at(r, "}")) {
    struct ct_constant *c = kn_alloc(r->t->file, sizeof *c);
    c->name = r->text;
    advance(r);
    if (accept(r, "="))
      next = constant_of(r->t, binary(r, 0));
    c->value = next++;
    c->next = r->t->constants;
    r->t->constants = c;
    if (!accept(r, ","))
      break;
  }
  expect(r, "}");
  expect(r, ";");
}

static void skip_past(struct reader *r, const char *end) {
  int depth = 0;
  while (r->kind && !(depth == 0 && at(r, end))) {
    depth += (at(r, "{") || at(r, "(")) - (at(r, "}") || at(r, ")"));
    advance(r);
  }
  accept(r, end);
}

static void add_function(struct ct_text *t, struct ct_function *f) {
  struct ct_function **tail = &t->functions;
  while (*tail)
    tail = &(*tail)->next;
  *tail = f;
}

static void function(struct reader *r) {
  struct ct_function *f = kn_alloc(r->t->file, sizeof *f);
  while (r->kind == 'n' && r->p[strspn(r->p, " ")] != '(') // types, MTIA_VECTOR
    advance(r);
  accept(r, "*");
  f->name = r->text;
  advance(r);
  expect(r, "(");
  while (!r->failed && !at(r, ")") && f->num_params < CT_PARAMS) {
    struct ct_param *p = &f->params[f->num_params++];
    p->type = read_type(r);
    if (at(r, ")"))
      break; // (void)
    p->name = r->text;
    advance(r);
    if (!accept(r, ","))
      break;
  }
  expect(r, ")");
  if (accept(r, ";"))
    return;
  expect(r, "{");
  f->body = block(r);
  add_function(r->t, f);
}

// MTIA_IN(x, MTIA_F32, "256", "1024")
static void descriptor(struct reader *r, const struct ct_expr *e, struct ct_tensor ***tail) {
  bool output = !strcmp(e->text, "MTIA_OUT") || !strcmp(e->text, "MTIA_SCRATCH");
  if ((!output && strcmp(e->text, "MTIA_IN")) || e->num_args < 2)
    return;
  struct ct_tensor *t = kn_alloc(r->t->file, sizeof *t);
  const char *bits = e->args[1]->text + strcspn(e->args[1]->text, "0123456789");
  t->name = e->args[0]->text;
  t->bytes = (unsigned)atoi(bits) >= 8 ? (unsigned)atoi(bits) / 8 : 1;
  t->output = output;
  for (unsigned i = 2; i < e->num_args && t->rank < KN_MAX_RANK; i++)
    t->dim[t->rank++] = atoll(e->args[i]->text);
  int64_t stride = t->bytes;
  for (unsigned i = t->rank; i-- > 0;) {
    t->stride[i] = stride;
    stride *= t->dim[i];
    if (i + 1 == t->rank)
      stride = (stride + 31) / 32 * 32;
  }
  **tail = t;
  *tail = &t->next;
}

static void kernel(struct reader *r) {
  struct ct_function *f = kn_alloc(r->t->file, sizeof *f);
  struct ct_tensor **tail = &r->t->tensors;
  expect(r, "(");
  f->name = r->text;
  advance(r);
  expect(r, ",");
  read_type(r); // struct NAME_args
  while (accept(r, ","))
    descriptor(r, assignment(r), &tail);
  expect(r, ")");
  expect(r, "{");
  f->body = block(r);
  r->t->kernel = f;
  add_function(r->t, f);
}

// Marks loops without others inside, and functions that issue commands.
static bool is_command(const char *name) {
  return !strncmp(name, "__mtia_", 7) || !strcmp(name, "kn_bags") || !strcmp(name, "kn_rows") ||
         !strcmp(name, "kn_move") || !strcmp(name, "KN_ENGINE_GIVE");
}

struct marks {
  struct ct_text *t;
  bool commands, calls, vectors;
};

// kn_add_i32x64, not kn_add_i32.
static bool is_vector(const char *name) {
  size_t n = strlen(name), digits = 0;
  while (digits < n && isdigit((unsigned char)name[n - 1 - digits]))
    digits++;
  return digits && digits < n && name[n - 1 - digits] == 'x';
}

static void mark_expr(struct marks *m, const struct ct_expr *e) {
  if (!e)
    return;
  if (e->op == CT_CALL) {
    m->commands = m->commands || is_command(e->text);
    m->vectors = m->vectors || is_vector(e->text);
    for (const struct ct_product *p = m->t->products; p; p = p->next)
      m->commands = m->commands || p->name == e->text;
    for (const struct ct_function *f = m->t->functions; f; f = f->next)
      if (f->name == e->text) {
        m->calls = true;
        m->commands = m->commands || f->commands;
      }
  }
  mark_expr(m, e->a);
  mark_expr(m, e->b);
  mark_expr(m, e->c);
  for (unsigned i = 0; i < e->num_args; i++)
    mark_expr(m, e->args[i]);
}

static bool mark(struct marks *m, struct ct_stmt *s) {
  bool loops = false;
  for (; s; s = s->next) {
    struct marks here = {m->t, false, false, false};
    mark_expr(&here, s->value);
    mark_expr(&here, s->step);
    bool inner = mark(&here, s->body);
    inner = mark(&here, s->other) || inner;
    mark(&here, s->first);
    if (s->kind == CT_FOR || s->kind == CT_WHILE) {
      s->is_leaf = !inner && !here.commands && !here.calls;
      s->is_data = !here.commands;
      s->vectors = here.vectors;
      loops = true;
    }
    loops = loops || inner;
    m->commands = m->commands || here.commands;
    m->calls = m->calls || here.calls;
    m->vectors = m->vectors || here.vectors;
  }
  return loops;
}

//===----------------------------------------------------------------------===//
// What differs from turn to turn
//===----------------------------------------------------------------------===//

struct names {
  const char *name[256];
  unsigned num;
};

static void add_assigned(struct names *n, const struct ct_expr *e) {
  if (!e)
    return;
  if ((e->op == CT_ASSIGN || e->op == CT_STEP) && e->a->op == CT_NAME && n->num < 256)
    n->name[n->num++] = e->a->text;
  add_assigned(n, e->a);
  add_assigned(n, e->b);
  add_assigned(n, e->c);
  for (unsigned i = 0; i < e->num_args; i++)
    add_assigned(n, e->args[i]);
}

// The counter of a loop inside goes through the same numbers in each turn, if it begins with one.
static bool begins_anew(const struct ct_stmt *s) {
  return s->kind == CT_FOR && s->first && s->first->kind == CT_DECLARE && s->first->value &&
         s->first->value->op == CT_NUMBER;
}

static void add_varying(struct names *n, const struct ct_stmt *s) {
  for (; s; s = s->next) {
    if (s->kind == CT_DECLARE && n->num < 256)
      n->name[n->num++] = s->name;
    add_assigned(n, s->value);
    if (!begins_anew(s)) {
      add_assigned(n, s->step);
      add_varying(n, s->first);
    }
    add_varying(n, s->body);
    add_varying(n, s->other);
  }
}

// True if the expression mentions one of the names.
static bool mark_varying(struct ct_expr *e, const struct names *n, unsigned loop) {
  if (!e)
    return false;
  bool varies = e->op == CT_ASSIGN || e->op == CT_STEP;
  for (unsigned i = 0; e->op == CT_NAME && i < n->num; i++)
    varies = varies || n->name[i] == e->text;
  varies |= mark_varying(e->a, n, loop);
  varies |= mark_varying(e->b, n, loop);
  varies |= mark_varying(e->c, n, loop);
  for (unsigned i = 0; i < e->num_args; i++)
    varies |= mark_varying(e->args[i], n, loop);
  if (varies)
    e->varies |= 1u << (loop & 31);
  return varies;
}

static void mark_inside(struct ct_stmt *s, const struct names *n, unsigned loop) {
  for (; s; s = s->next) {
    mark_varying(s->value, n, loop);
    mark_varying(s->step, n, loop);
    mark_inside(s->first, n, loop);
    mark_inside(s->body, n, loop);
    mark_inside(s->other, n, loop);
  }
}

static void mark_loops(struct ct_stmt *s, unsigned depth) {
  for (; s; s = s->next) {
    if (s->kind == CT_FOR || s->kind == CT_WHILE) {
      struct names n = {.num = 0};
      add_varying(&n, s->first);
      add_varying(&n, s->body);
      add_assigned(&n, s->step);
      mark_inside(s->body, &n, depth);
      mark_varying(s->value, &n, depth);
    }
    bool is_loop = s->kind == CT_FOR || s->kind == CT_WHILE;
    mark_loops(s->body, depth + is_loop);
    mark_loops(s->other, depth);
  }
}

//===----------------------------------------------------------------------===//
// Equal expressions
//===----------------------------------------------------------------------===//

enum { MAX_SHARED = 1 << 14 };

struct shared {
  struct ct_expr *table[MAX_SHARED];
  unsigned num;
};

static uint64_t mix(uint64_t h, uint64_t x) { return (h ^ x) * 0x9e3779b97f4a7c15u; }

static bool equal(const struct ct_expr *x, const struct ct_expr *y) {
  if (x->op != y->op || x->text != y->text || x->value != y->value || x->num_args != y->num_args ||
      x->type.bits != y->type.bits || x->type.lanes != y->type.lanes)
    return false;
  const struct ct_expr *const xs[] = {x->a, x->b, x->c}, *const ys[] = {y->a, y->b, y->c};
  for (int i = 0; i < 3; i++)
    if (!xs[i] != !ys[i] || (xs[i] && xs[i]->id != ys[i]->id))
      return false;
  for (unsigned i = 0; i < x->num_args; i++)
    if (x->args[i]->id != y->args[i]->id)
      return false;
  return true;
}

// False if it has effects, or a part without a number.
static bool share(struct shared *s, struct ct_expr *e) {
  if (!e)
    return true;
  bool pure = e->op != CT_ASSIGN && e->op != CT_STEP && e->op != CT_LIST && e->op != CT_FIELD &&
              !(e->op == CT_CALL && (strstr(e->text, "store") || is_command(e->text)));
  pure &= share(s, e->a);
  pure &= share(s, e->b);
  pure &= share(s, e->c);
  for (unsigned i = 0; i < e->num_args; i++)
    pure &= share(s, e->args[i]);
  if (!pure || s->num >= MAX_SHARED / 2)
    return false;
  uint64_t h = mix(mix(mix(1, (uint64_t)e->op), (uint64_t)(uintptr_t)e->text), (uint64_t)e->value);
  const struct ct_expr *const parts[] = {e->a, e->b, e->c};
  for (int i = 0; i < 3; i++)
    h = mix(h, parts[i] ? parts[i]->id : 0);
  for (unsigned i = 0; i < e->num_args; i++)
    h = mix(h, e->args[i]->id);
  unsigned at = (unsigned)(h >> 40) % MAX_SHARED;
  while (s->table[at] && !equal(s->table[at], e))
    at = (at + 1) % MAX_SHARED;
  if (!s->table[at]) {
    e->id = ++s->num;
    s->table[at] = e;
  }
  e->id = s->table[at]->id;
  return true;
}

static void share_all(struct shared *s, struct ct_stmt *stmt) {
  for (; stmt; stmt = stmt->next) {
    share(s, stmt->value);
    share(s, stmt->step);
    share_all(s, stmt->first);
    share_all(s, stmt->body);
    share_all(s, stmt->other);
  }
}

bool ct_read(struct ct_text *t, struct kn_file *file, const char *own, const char *text) {
  *t = (struct ct_text){.file = file};
  struct reader r = {.t = t, .p = text, .own = own, .text = "", .begin = text};
  advance(&r);
  while (r.kind && !r.failed) {
    if (accept(&r, "enum"))
      enumerators(&r);
    else if (at(&r, "struct") || at(&r, "typedef") || at(&r, "_Static_assert"))
      skip_past(&r, ";");
    else if (accept(&r, "MTIA_KERNEL"))
      kernel(&r);
    else if (accept(&r, ";"))
      ;
    else if (r.kind == 'n')
      function(&r);
    else
      fail(&r, "a declaration");
  }
  struct shared *s = calloc(1, sizeof *s);
  if (!s)
    abort();
  for (struct ct_function *f = t->functions; f; f = f->next) {
    share_all(s, f->body);
    struct marks m = {t, false, false, false};
    mark(&m, f->body);
    f->commands = m.commands;
    mark_loops(f->body, 0);
  }
  free(s);
  if (!t->kernel && !r.failed)
    fail(&r, "a kernel");
  return !r.failed;
}
