// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was decided for a row program, as text (--emit=mtia, -v).
#include "notes.h"
#include "rows_block.h"
#include "rows_print.h"

#include <inttypes.h>
#include <string.h>

static const char *use_text(struct rows *r, const struct phase *p, const struct operand *o,
                            unsigned i) {
  int use = o->use[i];
  if (use == WHOLE)
    return rows_dim(r, o->tensor->dims[i]).text;
  struct size n = rows_tile_along(r, p, use);
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

static const char *what_comes(const struct gather *g) {
  return g->move && rows_move_turns(g->move) ? "matrices" : g->move ? "rows" : "rows by index";
}

// What becomes of them in local memory.
static const char *what_gathers(const struct gather *g) {
  return g->move ? rows_move_turns(g->move) ? ", the MLU turns them" : ", and stores them elsewhere"
         : g->copies  ? ""
         : g->extreme ? ", core 1 goes through them"
                      : ", the SE adds them up";
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
  if (p->lines->gather) {
    fprintf(out, "//   %s of '%s' by DMA into a ring%s%s\n", what_comes(p->lines->gather),
            p->lines->gather->table->name, what_gathers(p->lines->gather),
            rows_is_call(p) ? "" : ", if they fit; else:");
    if (p->finish)
      fprintf(out, "//   phase %u makes results of the sums in local memory\n",
              p->finish->number + 1);
    if (rows_is_call(p))
      return;
  }
  if (p->lines->contracts) {
    kn_explain_product(r, p, out);
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

//===----------------------------------------------------------------------===//
// --explain
//===----------------------------------------------------------------------===//

#define T(...) kn_text(r->file, __VA_ARGS__)

static const char *size_text(struct rows *r, const struct operand *o) {
  return o->slot.known ? T("%" PRId64 " B", o->slot.value) : o->slot.text;
}

static void tell_operand(struct rows *r, const struct phase *p, const struct operand *o) {
  const char *name = r->tensor_names[o->tensor->id];
  struct kn_range at = o->tensor->def ? o->tensor->def->range : p->lines->stmt->range;
  if (sz_is(o->staged, 0))
    kn_decided(
        r->target, r->file, at,
        T("phase %u: core 1 reads '%s' through its cache", p->number + 1, name),
        "which elements it needs depends on data, or the part that a tile needs does not fit",
        T("a box in local memory (%s)", size_text(r, o)));
  else if (o->fetched)
    kn_decided(r->target, r->file, at,
               T("phase %u: core 0 gathers rows of '%s' by index, %u buffer%s of %s", p->number + 1,
                 name, o->slots, o->slots == 1 ? "" : "s", size_text(r, o)),
               "many rows are on their way at once, and nothing waits for one of them",
               "core 1 reading each through its cache");
  else if (o->turned && !o->turned->fetched)
    kn_decided(r->target, r->file, at,
               T("phase %u: rows of '%s' come through a ring of %u buffer%s of %s", p->number + 1,
                 name, o->slots, o->slots == 1 ? "" : "s", size_text(r, o)),
               "the MLU turns them: vectors then go along the columns of the result",
               "vectors along what is summed, each sum ending across its vector");
  else if (rows_in_pieces(p, o))
    kn_decided(r->target, r->file, at,
               T("phase %u: '%s' comes in pieces of %d of %s, %u buffer%s of %s", p->number + 1,
                 name, (int)p->piece, p->par_name[p->num_par], o->slots, o->slots == 1 ? "" : "s",
                 size_text(r, o)),
               "a tile's sums stay in local memory, and the first product waits for one piece",
               T("all of %s for each tile", p->par_name[p->num_par]));
  else if (!o->per_tile)
    kn_decided(r->target, r->file, at,
               T("phase %u: '%s' comes once (%s) and stays", p->number + 1, name, size_text(r, o)),
               "all tiles of a PE need the same part of it", "loading it for each tile");
  else
    kn_decided(r->target, r->file, at,
               T("phase %u: '%s' moves tile by tile, %u buffer%s of %s", p->number + 1, name,
                 o->slots, o->slots == 1 ? "" : "s", size_text(r, o)),
               o->slots > 1 ? "a tile is moved while another one is computed"
                            : "there is no room for a second buffer",
               o->slots > 1 ? "one buffer, and core 1 waiting for each tile" : "");
}

static void tell_phase(struct rows *r, const struct phase *p) {
  const struct kn_stmt *first = p->lines->stmt, *last = first;
  for (const struct line *l = p->lines; l; l = l->next)
    last = l->stmt;
  if (p->waits)
    kn_decided(r->target, r->file, first->range,
               T("phase %u begins behind a barrier", p->number + 1),
               "it reads at other places what an earlier phase has left in memory", "");
  if (p->lines->contracts) {
    kn_decided(r->target, r->file, first->range,
               T("phase %u: the matrix units multiply, in blocks of 64 x 64", p->number + 1),
               "it is a sum of products of operands that the DPE takes (docs/knyfe-compiler.md, 3)",
               "multiplications by core 1");
    const struct kn_contraction *c = &p->lines->contraction;
    if (c->num_steps)
      kn_decided(r->target, r->file, first->range,
                 T("phase %u: %u step%s of the SIMD engine on each block", p->number + 1,
                   c->num_steps, c->num_steps > 1 ? "s" : ""),
                 "it does f32 with another matrix or a vector while the DPE is at the next block",
                 "a phase of core 1's behind a barrier");
    if (c->sums_times)
      kn_decided(r->target, r->file, first->range,
                 T("phase %u: the SIMD engine adds up '%s' for the zero point", p->number + 1,
                   c->w.tensor->name),
                 "it is in local memory for the products", "a phase that reads it before");
    return;
  }
  if (p->lines->gather) {
    kn_decided(r->target, r->file, first->range,
               T("phase %u: core 0 brings %s of '%s' by DMA%s", p->number + 1,
                 what_comes(p->lines->gather), p->lines->gather->table->name,
                 what_gathers(p->lines->gather)),
               "many rows are on their way at once, and nothing waits for one of them",
               p->lines->gather->move ? "core 1 moving elements, in tiles of whole rows"
                                      : "core 1 reading each through its cache");
    if (p->finish)
      kn_decided(r->target, r->file, p->finish->lines->stmt->range,
                 T("phase %u makes results of the sums in local memory", p->number + 1),
                 "it takes them element by element", "a pass over memory");
    if (rows_is_call(p))
      return;
  }
  if (last != first)
    kn_decided(
        r->target, r->file, first->range,
        T("phase %u goes through all statements down to '%s' row by row", p->number + 1,
          last->target->name),
        "what they read of each other stands at the same row, and a row fits into local memory",
        "a pass over memory for each statement");
  if (!p->num_par)
    kn_decided(r->target, r->file, first->range, T("phase %u runs on one PE", p->number + 1),
               "its results have no index that could be dealt out", "");
  else
    kn_decided(r->target, r->file, first->range,
               T("phase %u: tiles of %s%s%s of %s", p->number + 1,
                 p->num_par > 1 && !sz_is(p->tile_rows, 1) ? p->tile_rows.text : "",
                 p->num_par > 1 && !sz_is(p->tile_rows, 1) ? " x " : "", p->tile_columns.text,
                 p->par_name[p->num_par - 1]),
               p->cut_why ? p->cut_why : "that fits into local memory and gives every PE a tile",
               p->cut_instead);
  kn_decided(r->target, r->file, first->range,
             T("phase %u: vectors go along %s", p->number + 1,
               p->across ? p->par_name[p->num_par - 1] : "what is inside of a row"),
             p->across ? "neighbours along it lie side by side in every operand"
                       : "reductions run inside of a row",
             "");
  if (p->stretch.text)
    kn_decided(r->target, r->file, first->range,
               T("phase %u: rows move in stretches of %s elements", p->number + 1, p->stretch.text),
               p->stretch_why, "a row as a whole");
  for (const struct operand *o = p->operands; o; o = o->next)
    tell_operand(r, p, o);
}

void rows_tell(struct rows *r) {
  kn_forget(r->target);
  const struct phase *before = NULL;
  for (const struct phase *p = r->phases; p; before = p, p = p->next)
    if (!p->finishes || !rows_is_call(before))
      tell_phase(r, p);
}
