// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- print.c - The tree as text -------------------------------------------===*/
#include "ast.h"
#include "diag.h"

#include <inttypes.h>
#include <string.h>

/*===----------------------------------------------------------------------===//
 * --emit=ast: one node per line, its type at the end
 *===----------------------------------------------------------------------===*/

static void print_dim(FILE *out, const struct kn_dim *d) {
  if (!d)
    fprintf(out, "?");
  else if (d->name)
    fprintf(out, "%s", d->name);
  else
    fprintf(out, "%" PRId64, d->size);
}

static void print_type(FILE *out, const struct kn_tensor *t) {
  fprintf(out, "%s", t->rows ? kn_rows_name(t->rows) : kn_type_name(t->type));
  for (unsigned i = 0; i < t->rank; i++) {
    fprintf(out, "%s", i ? ", " : "[");
    print_dim(out, t->dims[i]);
  }
  if (t->rank)
    fputc(']', out);
}

static const char *node_name(const struct kn_expr *e) {
  switch (e->kind) {
  case KN_INT:
    return "int";
  case KN_FLOAT:
    return "float";
  case KN_READ:
    return "read";
  case KN_INDEX:
    return "index";
  case KN_DIM:
    return "dim";
  case KN_UNARY:
  case KN_BINARY:
    return kn_op_name((enum kn_op)e->op);
  case KN_CAST:
    return e->implicit ? "widen" : "cast";
  case KN_CALL:
    return kn_builtin_name((enum kn_builtin)e->builtin);
  case KN_REDUCE:
    return kn_reduction_name((enum kn_reduction)e->reduction);
  }
  return "?";
}

static void print_expr(FILE *out, struct kn_file *file, const struct kn_expr *e, int indent) {
  fprintf(out, "%*s%s", indent, "", node_name(e));
  switch (e->kind) {
  case KN_INT:
    fprintf(out, " %" PRId64, e->ival);
    break;
  case KN_FLOAT:
    fprintf(out, " %.9g", e->fval);
    break;
  case KN_READ:
  case KN_INDEX:
  case KN_DIM:
    fprintf(out, " %s", kn_expr_text(file, e));
    break;
  case KN_REDUCE:
    fputs(" [", out);
    for (unsigned i = 0; i < e->num_indices; i++) {
      const struct kn_index *x = e->indices[i];
      fprintf(out, "%s%s", i ? ", " : "", x->name);
      if (x->lo)
        fprintf(out, " in %s..%s", kn_expr_text(file, x->lo), kn_expr_text(file, x->hi));
      else {
        fputs(": ", out);
        print_dim(out, x->extent);
      }
    }
    fputs("]", out);
    if (e->scan)
      fprintf(out, " scan %s", e->scan->name);
    break;
  case KN_CALL:
    if (e->builtin == KN_QUANTIZE && e->round_away)
      fputs(" away", out);
    break;
  default:
    break;
  }
  fprintf(out, " : %s\n", kn_type_name(e->type));
  if (e->kind == KN_READ) /* its indices stand in its own line */
    return;
  for (unsigned i = 0; i < e->num_args; i++)
    if (e->args[i])
      print_expr(out, file, e->args[i], indent + 2);
    else
      fprintf(out, "%*snone\n", indent + 2, "");
}

static void print_stmt(FILE *out, const struct kn_file *file, const struct kn_stmt *s) {
  unsigned line, column;
  kn_position(file, s->range.begin, &line, &column);
  fprintf(out, "  %s", s->name);
  for (unsigned i = 0; i < s->rank; i++) {
    const struct kn_index *x = s->indices[i];
    fputs(i ? ", " : "[", out);
    if (s->kind == KN_SCATTER) {
      fputs(kn_expr_text((struct kn_file *)file, s->subscripts[i]), out);
    } else if (x->lo) {
      fprintf(out, "%s in %s..", x->name, kn_expr_text((struct kn_file *)file, x->lo));
      fputs(kn_expr_text((struct kn_file *)file, x->hi), out);
    } else {
      fprintf(out, "%s: ", x->name);
      print_dim(out, x->extent);
    }
  }
  fprintf(out, "%s %s", s->rank ? "]" : "", s->kind == KN_SCATTER ? "+=" : "=");
  for (unsigned i = 0; s->kind == KN_SCATTER && i < s->num_indices; i++) {
    fprintf(out, "%s%s: ", i ? ", " : " [", s->indices[i]->name);
    print_dim(out, s->indices[i]->extent);
  }
  fprintf(out, "%s  # line %u\n", s->kind == KN_SCATTER && s->num_indices ? "]" : "", line);
  print_expr(out, (struct kn_file *)file, s->value, 4);
}

static void print_decision(FILE *out, const struct kn_decision *d) {
  static const char *const keys[] = {"grid", "split", "tile", "resident", "buffers", "unit"};
  fprintf(out, "  schedule %s", keys[d->key]);
  if (d->name)
    fprintf(out, "(%s)", d->name);
  fprintf(out, " = %s", d->word ? d->word : "");
  for (unsigned i = 0; i < d->num_values; i++)
    fprintf(out, "%s%" PRId64, i ? " x " : "", d->values[i]);
  fputc('\n', out);
}

void kn_print(FILE *out, const struct kn_file *file, const struct kn_kernel *k) {
  fprintf(out, "kernel %s\n", k->name);
  for (struct kn_dim *d = k->dims; d; d = d->next)
    if (d->name && d->size >= 0)
      fprintf(out, "  dim %s = %" PRId64 "\n", d->name, d->size);
    else if (d->name)
      fprintf(out, "  dim %s\n", d->name);
  static const char *const roles[] = {"input", "output", "local"};
  struct kn_tensor *lists[] = {k->inputs, k->outputs, k->locals};
  for (int i = 0; i < 3; i++)
    for (struct kn_tensor *t = lists[i]; t; t = t->next) {
      fprintf(out, "  %s %s: ", roles[i], t->name);
      print_type(out, t);
      fputc('\n', out);
    }
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    print_stmt(out, file, s);
  for (const struct kn_decision *d = k->schedule; d; d = d->next)
    print_decision(out, d);
}

/*===----------------------------------------------------------------------===//
 * Source text of a part, on one line
 *===----------------------------------------------------------------------===*/

/* Drops comments and joins runs of white space. */
static const char *squeeze(struct kn_file *file, struct kn_range range) {
  const char *p = file->text + range.begin, *end = file->text + range.end;
  char *text = kn_alloc(file, (size_t)(end - p) + 1), *to = text;
  bool space = false;
  for (; p < end; p++) {
    if (*p == '#' || (*p == '/' && p + 1 < end && p[1] == '/')) {
      while (p + 1 < end && *p != '\n')
        p++;
      space = true;
    } else if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
      space = true;
    } else {
      if (space && to > text)
        *to++ = ' ';
      space = false;
      *to++ = *p;
    }
  }
  return text;
}

const char *kn_expr_text(struct kn_file *file, const struct kn_expr *expr) {
  return squeeze(file, expr->range);
}

const char *kn_stmt_text(struct kn_file *file, const struct kn_stmt *stmt) {
  return squeeze(file, stmt->range);
}
