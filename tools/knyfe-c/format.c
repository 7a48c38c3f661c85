// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- format.c - knyfe-c --format ------------------------------------------===//
 *
 * Works on tokens and on the comments between them; the line structure stays the
 * writer's. What it decides: indentation, one space or none between tokens, blank
 * lines, braces of a block on lines of their own, and '=' of neighbouring
 * statements below each other.
 *===----------------------------------------------------------------------===*/
#include "format.h"
#include "diag.h"
#include "lexer.h"

#include <stdlib.h>
#include <string.h>

enum { CONTINUATION = 2 }; /* more than the statement's own indentation, and at least 4 in all */

/* A line of the result. */
struct line {
  char *text; /* without indentation */
  size_t size, room;
  unsigned indent;
  size_t equals;     /* place of the statement's '=' or '+='; 0 if it cannot be aligned */
  bool continuation; /* of the line before */
};

struct formatter {
  const struct kn_file *file;
  struct line *lines;
  size_t count, room;
  const struct kn_token *previous; /* no line end */
  unsigned braces, brackets;
  bool unary;                  /* the previous token is a prefix operator */
  bool reduction;              /* the previous token closes the indices of a reduction */
  bool commented;              /* a comment stands between the previous token and this one */
  uint64_t reduction_brackets; /* one bit per open bracket, the innermost lowest */
  bool several;                /* the line holds several statements */
};

static void *grow(void *p, size_t size) {
  p = realloc(p, size);
  if (!p) {
    kn_report_plain(KN_DIAG_no_memory, "not enough memory");
    exit(1);
  }
  return p;
}

static void append(struct line *l, const char *text, size_t size) {
  if (l->size + size + 1 > l->room) {
    l->room = (l->size + size + 1) * 2;
    l->text = grow(l->text, l->room);
  }
  memcpy(l->text + l->size, text, size);
  l->size += size;
  l->text[l->size] = 0;
}

static struct line *new_line(struct formatter *f, bool continuation) {
  if (f->count == f->room) {
    f->room = f->room ? f->room * 2 : 64;
    f->lines = grow(f->lines, f->room * sizeof *f->lines);
  }
  struct line *l = &f->lines[f->count++];
  *l = (struct line){.indent = 2 * f->braces, .continuation = continuation};
  if (continuation)
    l->indent = l->indent + CONTINUATION > 4 ? l->indent + CONTINUATION : 4;
  append(l, "", 0);
  f->several = false;
  return l;
}

static bool is(const struct kn_token *t, const char *spelling) {
  return t && (t->kind == KN_TOK_PUNCT || t->kind == KN_TOK_IDENT) && !strcmp(t->text, spelling);
}

static bool is_any(const struct kn_token *t, const char *const *spellings) {
  for (; *spellings; spellings++)
    if (is(t, *spellings))
      return true;
  return false;
}

static bool is_operator(const struct kn_token *t) {
  static const char *const operators[] = {
      "+",  "-", "*", "/", "%",  "<",  ">", "<=", ">=", "==", "!=", "&&",
      "||", "&", "|", "^", "<<", ">>", "=", "+=", "->", "!",  "~",  NULL};
  return t && t->kind == KN_TOK_PUNCT && is_any(t, operators);
}

static bool is_reduction(const struct kn_token *t) {
  for (int i = 0; i < KN_NUM_REDUCTIONS; i++)
    if (is(t, kn_reduction_name((enum kn_reduction)i)))
      return true;
  return false;
}

/* Is a sign at `t` a prefix? */
static bool is_prefix(const struct formatter *f, const struct kn_token *t) {
  static const char *const signs[] = {"-", "+", "!", "~", NULL};
  static const char *const before[] = {"(", "[", ",", "..", "in", "{", ";", NULL};
  if (t->kind != KN_TOK_PUNCT || !is_any(t, signs))
    return false;
  return !f->previous || is_operator(f->previous) || is_any(f->previous, before) || f->reduction;
}

static bool space_before(const struct formatter *f, const struct kn_token *t) {
  static const char *const tight[] = {",", ";", ")", "]", ":", NULL};
  const struct kn_token *p = f->previous;
  if (is(p, "{") || is(t, "{") || is(t, "}"))
    return true;
  if (f->unary || is(p, "(") || is(p, "[") || is(p, "..") || is(t, "..") ||
      (t->kind == KN_TOK_PUNCT && is_any(t, tight)))
    return false;
  if (is(t, "(") || is(t, "["))
    return p->kind != KN_TOK_IDENT || is(p, "in");
  return true;
}

/* Does the statement go on after its line end? (R1.4) */
static bool goes_on(const struct formatter *f, const struct kn_token *t) {
  return f->previous && (f->brackets || is_operator(f->previous) || f->reduction || is(t, "->") ||
                         (is(t, "{") && is(f->previous, ")")));
}

static const struct kn_token *matching_brace(const struct kn_token *t) {
  unsigned depth = 0;
  for (; t->kind != KN_TOK_EOF; t++) {
    if (is(t, "{"))
      depth++;
    else if (is(t, "}") && --depth == 0)
      return t;
  }
  return t;
}

static bool has_line_end(const struct kn_file *file, uint32_t from, uint32_t to) {
  return memchr(file->text + from, '\n', to - from) != NULL;
}

/* Comments and line ends between the previous token and `t`; true if `t` begins a line. */
static bool gap(struct formatter *f, uint32_t from, const struct kn_token *t) {
  const char *p = f->file->text + from, *end = f->file->text + t->range.begin;
  bool continues = goes_on(f, t);
  unsigned line_ends = 0;
  bool fresh = f->count == 0, own = false;
  if (from == 0 && end - p >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3))
    p += 3;
  while (p < end) {
    if (*p == '\n') {
      line_ends++;
      p++;
      continue;
    }
    if (*p != '#' && *p != '/') {
      p++;
      continue;
    }
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    stop = stop ? stop : end;
    size_t size = (size_t)(stop - p);
    while (size && (p[size - 1] == ' ' || p[size - 1] == '\t' || p[size - 1] == '\r'))
      size--;
    if (line_ends == 0 && f->count && !fresh) {
      append(&f->lines[f->count - 1], "  ", 2); /* behind the code */
    } else {
      if (line_ends > 1 && f->count && (own || !is(f->previous, "{")))
        new_line(f, false);
      new_line(f, continues);
      own = true;
    }
    append(&f->lines[f->count - 1], p, size);
    fresh = true;
    line_ends = 0;
    p = stop;
  }
  if (line_ends > 1 && f->count && !continues && !is(t, "}") && t->kind != KN_TOK_EOF &&
      (own || !is(f->previous, "{")))
    new_line(f, false);
  f->commented = fresh && f->count;
  return line_ends > 0 || fresh || !f->count;
}

static void note_brackets(struct formatter *f, const struct kn_token *t) {
  bool was_reduction = is(f->previous, "[") ? false : is_reduction(f->previous);
  f->reduction = false;
  if (is(t, "(") || is(t, "[")) {
    f->brackets++;
    f->reduction_brackets = f->reduction_brackets << 1 | (is(t, "[") && was_reduction);
  } else if ((is(t, ")") || is(t, "]")) && f->brackets) {
    f->brackets--;
    f->reduction = f->reduction_brackets & 1;
    f->reduction_brackets >>= 1;
  }
}

static void put(struct formatter *f, const struct kn_token *t) {
  struct line *l = &f->lines[f->count - 1];
  if (l->size && space_before(f, t))
    append(l, " ", 1);
  if ((is(t, "=") || is(t, "+=")) && !f->brackets && f->braces && !l->equals && !l->continuation)
    l->equals = l->size + (is(t, "+=") ? 1 : 0);
  if (is(t, ";"))
    f->several = true;
  if (f->several || is(t, "{") || is(t, "}"))
    l->equals = 0;
  append(l, f->file->text + t->range.begin, t->range.end - t->range.begin);
  f->unary = is_prefix(f, t);
  note_brackets(f, t);
  f->previous = t;
}

static void format_tokens(struct formatter *f, const struct kn_token *t) {
  uint32_t from = f->file->sources->begin;
  bool split = false; /* the innermost block stands on several lines */
  bool outer_split = false;
  for (;; t++) {
    if (t->kind == KN_TOK_NEWLINE)
      continue;
    bool begins = gap(f, from, t);
    if (t->kind == KN_TOK_EOF)
      return;
    bool continues = goes_on(f, t);
    if (is(t, "}") && f->braces) {
      f->braces--;
      begins = split;
      split = f->braces ? outer_split : false;
    } else if (is(f->previous, "{") && split) {
      begins = true;
    } else if (is(t, "{") && is(f->previous, ")")) {
      begins = f->commented; /* "{" stays with the head */
    } else if (!f->braces && (is(t, "kernel") || is(t, "def") || is(t, "import"))) {
      begins = true;
    }
    if (begins || !f->count)
      new_line(f, continues && !is(t, "}"));
    put(f, t);
    if (is(t, "{")) {
      const struct kn_token *close = matching_brace(t);
      outer_split = split;
      split = has_line_end(f->file, t->range.end, close->range.begin);
      f->braces++;
    }
    from = t->range.end;
  }
}

/* '=' of statements on lines next to each other stand below each other. */
static void align(struct formatter *f) {
  for (size_t i = 0; i < f->count;) {
    size_t end = i, widest = 0;
    while (end < f->count && f->lines[end].equals && f->lines[end].indent == f->lines[i].indent &&
           !(end + 1 < f->count && f->lines[end + 1].continuation)) {
      widest = f->lines[end].equals > widest ? f->lines[end].equals : widest;
      end++;
    }
    for (size_t k = i; k < end; k++) {
      struct line *l = &f->lines[k];
      size_t at = l->equals, more = widest - at;
      if (at && l->text[at - 1] == '+')
        at--;
      char *tail = strdup(l->text + at);
      if (!tail)
        exit(1);
      l->size = at;
      for (size_t n = 0; n < more; n++)
        append(l, " ", 1);
      append(l, tail, strlen(tail));
      free(tail);
    }
    i = end > i ? end : i + 1;
  }
}

static char *join(const struct formatter *f, size_t *size) {
  struct line all = {0};
  append(&all, "", 0);
  for (size_t i = 0; i < f->count; i++) {
    const struct line *l = &f->lines[i];
    for (unsigned n = 0; l->size && n < l->indent; n++)
      append(&all, " ", 1);
    append(&all, l->text, l->size);
    append(&all, "\n", 1);
  }
  *size = all.size;
  return all.text;
}

/* Same tokens, but for line ends? What the formatter must never change. */
static bool same_tokens(struct kn_file *file, const char *text, size_t size) {
  struct kn_file *other = kn_file_from_text("formatted", text, size);
  const struct kn_token *a = kn_lex(file, file->sources), *b = kn_lex(other, other->sources);
  bool same;
  for (;; a++, b++) {
    while (a->kind == KN_TOK_NEWLINE)
      a++;
    while (b->kind == KN_TOK_NEWLINE)
      b++;
    uint32_t n = a->range.end - a->range.begin;
    same = a->kind == b->kind && n == b->range.end - b->range.begin &&
           !memcmp(file->text + a->range.begin, other->text + b->range.begin, n);
    if (!same || a->kind == KN_TOK_EOF)
      break;
  }
  kn_file_close(other);
  return same;
}

char *kn_format(struct kn_file *file, size_t *size) {
  struct formatter f = {.file = file};
  format_tokens(&f, kn_lex(file, file->sources));
  while (f.count && !f.lines[f.count - 1].size)
    free(f.lines[--f.count].text);
  align(&f);
  char *text = join(&f, size);
  for (size_t i = 0; i < f.count; i++)
    free(f.lines[i].text);
  free(f.lines);
  if (same_tokens(file, text, *size))
    return text;
  kn_report_plain(KN_DIAG_internal, "the formatter would change '%s'; please report it",
                  file->path);
  free(text);
  return NULL;
}
