// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was decided for a row program, as text (--emit=mtia, -v).
#include "rows_print.h"

#include <inttypes.h>
#include <string.h>

static const char *use_text(struct rows *r, const struct phase *p, const struct operand *o,
                            unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return rows_dim(r, o->tensor->dims[i]).text;
  bool column = use == (int)p->num_par - 1, row = use == (int)p->num_par - 2;
  struct size n = column ? p->tile_columns : row ? p->tile_rows : sz_num(r->file, 1);
  return kn_text(r->file, "%s of %s", n.text, p->par_name[use]);
}

static void explain_operand(struct rows *r, const struct phase *p, const struct operand *o,
                            FILE *out) {
  fprintf(out, "//   %-12s %-6s ", r->tensor_names[o->tensor->id],
          o->output             ? "out"
          : sz_is(o->staged, 0) ? "cache"
          : !o->per_tile        ? "once"
                                : "in");
  const char *box = "";
  for (unsigned i = 0; i < o->tensor->rank; i++)
    box = kn_text(r->file, "%s%s%s", box, i ? ", " : "", use_text(r, p, o, i));
  fprintf(out, "%s[%s]", kn_type_name(o->tensor->type), box);
  if (!sz_is(o->staged, 0))
    fprintf(out, ": %u x %s B", o->slots, o->slot.text);
  fputc('\n', out);
}

static struct size local_total(struct rows *r, const struct phase *p) {
  struct size total = p->local_bytes;
  for (const struct operand *o = p->operands; o; o = o->next)
    total = sz_add(r->file, total,
                   sz_mul(r->file, o->staged, sz_mul(r->file, o->slot, sz_num(r->file, o->slots))));
  return total;
}

static void explain_phase(struct rows *r, const struct phase *p, FILE *out) {
  fprintf(out, "// phase %u%s:\n", p->number + 1,
          p->waits ? ", behind a barrier of the sub-grid" : "");
  const struct kn_stmt *last = NULL;
  for (const struct line *l = p->lines; l; l = l->next) {
    if (l->stmt != last)
      fprintf(out, "//   %s\n", kn_stmt_text(r->file, l->stmt));
    last = l->stmt;
  }
  if (p->lines->contracts) {
    fprintf(out, "//   the sums on the matrix units, in blocks of 64 x 64\n");
    return;
  }
  if (!p->num_par)
    fprintf(out, "//   one PE: nothing to deal out\n");
  else
    fprintf(out, "//   tiles of %s%s%s of %s, dealt to all PEs; vectors go along %s\n",
            p->num_par > 1 && !sz_is(p->tile_rows, 1) ? p->tile_rows.text : "",
            p->num_par > 1 && !sz_is(p->tile_rows, 1) ? " x " : "", p->tile_columns.text,
            p->par_name[p->num_par - 1],
            p->across ? p->par_name[p->num_par - 1] : "what is inside of a row");
  for (const struct operand *o = p->operands; o; o = o->next)
    explain_operand(r, p, o, out);
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->array)
      fprintf(out, "//   %-12s local  %s B\n", v->name, v->bytes.text);
  fprintf(out, "//   local memory: %s B of %d\n", local_total(r, p).text, ROWS_LOCAL_BYTES);
}

void rows_explain(struct rows *r, FILE *out) {
  fprintf(out, "// '%s' as a row program: core 0 moves, core 1 computes.\n", r->kernel->name);
  for (const struct phase *p = r->phases; p; p = p->next)
    explain_phase(r, p, out);
}
