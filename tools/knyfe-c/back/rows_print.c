// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row program as a kernel: its phases, one behind the other.
#include "rows_print.h"
#include "decide.h"
#include "internal.h"
#include "lines.h"
#include "rows_kernel.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

// Places of the boxes, locals behind them.
static void init_buffers(struct rows *r, struct phase *p) {
  struct kn_file *f = r->file;
  for (struct operand *o = p->operands; o; o = o->next) {
    if (!rows_is_staged(o))
      continue;
    rows_begin_staged(r, o);
    rows_put(r, "__mtia_cb_init(%s, %s, %s);", o->cb_name,
             sz_add(f, sz_name("MTIA_LOCAL_BASE"), o->at).text,
             sz_mul(f, o->slot, sz_num(f, o->slots)).text);
    rows_end_staged(r, o);
  }
  for (const struct local *v = p->locals; v; v = v->next)
    if (v->meets && p->stretch.text)
      rows_put(r, "__mtia_cb_init(%s, %s, %s);", v->cb_name,
               sz_add(f, sz_name("MTIA_LOCAL_BASE"), sz_add(f, p->local_at, v->at)).text,
               sz_greatest(f, v->bytes, sz_num(f, 32)).text);
  if (rows_has_engine(p)) {
    rows_comment(r, "The SE reaches all of local memory.");
    rows_put(r, "__mtia_cb_init(CB_ENGINE_IN, MTIA_LOCAL_BASE, MTIA_LOCAL_SIZE);");
    rows_put(r, "__mtia_cb_init(CB_ENGINE_OUT, MTIA_LOCAL_BASE, MTIA_LOCAL_SIZE);");
    rows_put(r, "__mtia_cb_push(CB_ENGINE_IN, MTIA_LOCAL_SIZE);");
  }
}

// The PE that stores the numbers of some rows counts those that have come.
static void store_shared(struct rows *r, struct phase *p) {
  const int n = (int)p->shared;
  const struct size rows = rows_dim(r, p->par[0]);
  rows_put(r, "long numbers = 0; // of rows, that this PE stores");
  rows_put(r, "for (long unit = pe; unit * %d < %s; unit += pes)", n, rows.text);
  rows_put(r, "  numbers += kn_least(%s - unit * %d, %d);", rows.text, n, n);
  rows_put(r, "__mtia_ctr_wait(KN_NUMBERS, numbers);");
  rows_put(r, "__mtia_ctr_set(KN_NUMBERS, 0);");
  rows_put(r, "for (long unit = pe; unit * %d < %s; unit += pes) {", n, rows.text);
  r->indent++;
  for (struct operand *o = p->operands; o; o = o->next) {
    if (!o->shared)
      continue;
    unsigned bytes = rows_bytes(rows_stored(o->tensor));
    rows_put(r, "__mtia_cr_w2(MTIA_CR_DMA_OUT, (uint64_t)kn_least(%s - unit * %d, %d) * %u, %s);",
             rows.text, n, n, bytes, rows_shared_bytes(r, o).text);
    rows_put(r, "__mtia_cb_push(%s, %s);", o->cb_name, rows_shared_bytes(r, o).text);
    rows_put(r, "__mtia_dma_out(%s, args->%s.data + (uint64_t)unit * %u, 1);", o->cb_name,
             rows_argument(r, o->tensor), (unsigned)n * bytes);
  }
  r->indent--;
  rows_put(r, "}");
}

static void phase_body(struct rows *r, struct phase *p, const struct parameters *ps) {
  struct kn_file *f = r->file;
  if (rows_bags_in_front(r, p)) {
    rows_comment(r, T("Phase %u asks for its first rows before phase %u is done.", p->number + 1,
                      p->number));
  } else if (p->waits || p->number) {
    rows_comment(r, p->waits ? T("Phase %u reads what other PEs have written.", p->number + 1)
                             : T("Phase %u has other buffers.", p->number + 1));
    rows_put(r, "__mtia_sync();");
    rows_put(r, "__mtia_bar(%s);", p->waits || p->shared ? "MTIA_BAR_GRID" : "MTIA_BAR_PE");
  }
  if (p->lines->contracts) {
    rows_put(r, "%s(args);", p->function);
    return;
  }
  const struct line *l = p->lines;
  if (rows_is_call(p)) {
    rows_put_gather(r, p);
    return;
  }
  if (l->gather) {
    rows_put(r, "if (%s) {", rows_gather_fits(r, l));
    r->indent++;
    rows_put_gather(r, p);
    r->indent--;
    rows_put(r, "} else");
  }
  bool braces = p->number || p->next || p->setup || l->gather;
  if (braces) {
    rows_put(r, "{");
    r->indent++;
  }
  struct section b;
  rows_begin_section(r, &b);
  for (const char *line = p->setup; line && *line;) {
    size_t n = strcspn(line, "\n");
    rows_put(r, "%.*s", (int)n, line);
    line += n + 1;
  }
  const char *head = rows_end_section(r, &b);
  rows_begin_section(r, &b);
  struct size tiles = rows_num_tiles(r, p);
  rows_put(r, "const long tiles = %s;", tiles.text);
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->by_column && rows_is_staged(o)) {
      struct size parts = sz_ceil_div(f, rows_dim(r, p->par[p->num_par - 1]), p->tile_columns);
      rows_comment(r, "Do the columns change from one tile of a PE to the next?");
      rows_put(r, "const bool again = pes %% %s != 0;",
               parts.atom ? parts.text : T("(%s)", parts.text));
      break;
    }
  rows_put(r, "if (mtia_core() == 0) { // moves data");
  r->indent++;
  init_buffers(r, p);
  rows_put(r, "__mtia_ctr_set(KN_BUFFERS, %u);", p->number + 1);
  rows_core0(r, p);
  if (p->shared)
    store_shared(r, p);
  r->indent--;
  rows_put(r, "} else { // computes");
  r->indent++;
  rows_put(r, "__mtia_ctr_wait(KN_BUFFERS, %u);", p->number + 1);
  if (p->shared)
    rows_comment(r, "A row's numbers go to the PE that stores their 32 bytes.");
  for (struct local *v = p->locals; v; v = v->next)
    if (v->array && strstr(ps->values, "local")) {
      const bool hidden = rows_quantises_groups(p);
      rows_put(r, "%suint64_t local = %s;", hidden ? "" : "const ",
               sz_add(r->file, sz_name("MTIA_LOCAL_BASE"), p->local_at).text);
      if (hidden) {
        rows_comment(r, "To the C compiler numbers as addresses could be what the SE reads.");
        rows_put(r, "KN_HIDE(local);");
      }
      break;
    }
  rows_core1(r, p, ps);
  r->indent--;
  rows_put(r, "}");
  const char *body = rows_end_section(r, &b);
  rows_put_needed(r, head, body);
  if (p->finish) // not by kn_bags
    phase_body(r, p->finish, ps + 1);
  if (braces) {
    r->indent--;
    rows_put(r, "}");
  }
}

// This PE's number and how many there are, of those that a schedule leaves to the kernel.
static void declare_pes(struct rows *r) {
  bool deals = false; // products deal out their blocks by themselves
  for (struct phase *p = r->phases; p; p = p->next)
    deals = deals || !rows_is_call(p);
  if (!deals)
    return;
  struct kn_decision *grid = kn_decide(r->kernel, KN_GRID, NULL);
  if (!grid) {
    rows_put(r, "const long pe = mtia_pe(), pes = mtia_rows() * mtia_cols();");
    return;
  }
  rows_comment(r, T("%s: PEs outside have no tiles.", kn_decision_text(r->file, grid)));
  rows_put(r, "const long kn_rows = kn_least(mtia_rows(), %" PRId64 ");", grid->values[0]);
  rows_put(r, "const long kn_cols = kn_least(mtia_cols(), %" PRId64 ");", grid->values[1]);
  rows_put(r, "const long pes = kn_rows * kn_cols;");
  rows_put(r,
           "const long pe = mtia_row() < kn_rows && mtia_col() < kn_cols ? mtia_row() * kn_cols + "
           "mtia_col() : 1L << 40;");
}

// The phases; of two plans that of which the rows fit into local memory.
static void phases_body(struct rows *r, const struct parameters *ps) {
  const char *fits = "";
  bool two = false;
  for (struct phase *p = r->phases; p; p = p->next) {
    two = two || p->fallback;
    if (!p->fallback && !p->need.known && p->need.text)
      fits = T("%s%s%s <= %d", fits, *fits ? " && " : "", p->need.text, ROWS_LOCAL_BYTES - 1024);
  }
  if (two) {
    rows_put(r, "if (%s) {", fits);
    r->indent++;
  }
  bool second = false;
  unsigned n = 0;
  for (struct phase *p = r->phases; p; p = p->next) {
    if (p->fallback && !second) {
      second = true;
      r->indent--;
      rows_put(r, "} else { // a row does not fit into local memory: in several passes");
      r->indent++;
    }
    if (!p->finishes)
      phase_body(r, p, &ps[n]);
    n++;
  }
  if (two) {
    r->indent--;
    rows_put(r, "}");
  }
}

static void constants(struct rows *r, const char *text) {
  const char *list = "";
  for (struct kn_dim *d = r->kernel->dims; d; d = d->next)
    if (d->name && !d->expr && d->size >= 0 && rows_uses(text, r->dim_names[d->id]))
      list = T("%s%s%s = %" PRId64, list, *list ? ", " : "", r->dim_names[d->id], d->size);
  if (*list)
    rows_put(r, "enum { %s };", list);
  for (struct phase *p = r->phases; p; p = p->next) {
    list = "";
    for (struct operand *o = p->operands; o; o = o->next)
      if (rows_first_use(r, p, o))
        list = T("%s%s%s = %u", list, *list ? ", " : "", o->cb_name, o->cb);
    if (*list)
      rows_put(r, "enum { %s };", list);
  }
  for (struct phase *p = r->phases; p; p = p->next)
    for (const struct local *v = p->locals; v; v = v->next)
      if (v->meets && p->stretch.text)
        rows_put(r, "enum { %s = %u };", v->cb_name, v->cb);
  if (rows_uses(text, "CB_ENGINE_IN"))
    rows_put(r, "enum { CB_ENGINE_IN = %u, CB_ENGINE_OUT = %u };", r->engine_cb, r->engine_cb + 1);
  fputs("\n", r->out);
}

static void count_move_indices(struct rows *r) {
  for (struct phase *p = r->phases; p; p = p->next) {
    const struct gather *g = p->lines->gather;
    if (g && g->move && rows_move_indices(g->move) > r->move_indices)
      r->move_indices = rows_move_indices(g->move);
  }
}

// `text` is what stands behind it.
static void print_head(struct rows *r, const char *text) {
  struct kn_kernel *k = r->kernel;
  const char *base = strrchr(r->file->path, '/');
  fprintf(r->out, "// %s, made by knyfe-c from %s:\n//\n", k->name,
          base ? base + 1 : r->file->path);
  for (struct kn_stmt *s = k->stmts; s; s = s->next)
    fprintf(r->out, "//   %s\n", kn_stmt_text(r->file, s));
  bool gathers = false;
  for (struct phase *p = r->phases; p; p = p->next)
    gathers = gathers || (p->lines->gather && !p->lines->gather->move);
  fprintf(r->out,
          "//\n// for the shapes below and every sub-grid. Core 0 moves tiles between memory and "
          "local memory,\n"
          "// core 1 computes.\n#include <mtia/kernel.h>\n#include <mtia/knyfe.h>\n%s%s%s\n"
          "#pragma STDC FP_CONTRACT OFF // every operation is rounded (docs/knyfe.md, R6.6)\n\n",
          gathers ? "#include <mtia/knyfe_bags.h>\n" : "",
          strstr(text, "kn_load_every") ? "#include <mtia/knyfe_every.h>\n" : "",
          r->move_indices
              ? T("#define KN_MOVE_INDICES %u\n#include <mtia/knyfe_move.h>\n", r->move_indices)
              : "");
  fprintf(r->out, "struct %s_args {\n", k->name);
  rows_declare_arguments(r);
  fputs("};\n\n", r->out);
}

bool kn_rows(struct backend *b, bool as_c, FILE *out) {
  struct kn_file *file = b->file;
  struct kn_kernel *kernel = b->kernel;
  const struct kn_target *target = b->target;
  struct rows *r = kn_alloc(file, sizeof *r);
  r->backend = b;
  r->file = file;
  r->kernel = kernel;
  r->target = target;
  r->out = out;
  rows_name(r, kernel->name);
  r->dim_names = kn_alloc(file, (kernel->num_dims + 1) * sizeof *r->dim_names);
  for (struct kn_dim *d = kernel->dims; d; d = d->next) {
    if (!d->name || d->expr)
      continue;
    char *name = kn_alloc(file, strlen(d->name) + 1), *to = name;
    for (const char *from = d->name; *from; from++)
      *to++ = isalnum((unsigned char)*from) ? *from : '_';
    r->dim_names[d->id] = rows_name(r, name);
  }
  if (!(r->phases = rows_plan(r)) || r->failed || !rows_number_buffers(r) ||
      !rows_has_few_arguments(r))
    return false;
  if (!as_c || target->verbose)
    rows_explain(r, as_c ? stderr : out);
  if (target->notes)
    rows_tell(r);
  if (!as_c)
    return !r->failed;

  struct section whole;
  rows_begin_section(r, &whole);
  struct section text_block;
  rows_begin_section(r, &text_block);
  count_move_indices(r);
  unsigned n = 0;
  for (struct phase *p = r->phases; p; p = p->next)
    n++;
  struct parameters *ps = kn_alloc(file, n * sizeof *ps);
  for (struct phase *p = r->phases; p; p = p->next)
    p->function = rows_function_name(r, p);
  n = 0;
  for (struct phase *p = r->phases; p; p = p->next, n++)
    if (p->lines->contracts)
      rows_contract_function(r, p);
    else if (!rows_is_call(p))
      rows_compute_function(r, p, &ps[n]);
  for (struct phase *p = r->phases; p; p = p->next)
    if (p->finish && !p->fallback)
      rows_finish_function(r, p->finish, p->lines);
  rows_put(r, "MTIA_KERNEL(%s, struct %s_args%s) {", kernel->name, kernel->name,
           rows_describe_arguments(r));
  r->indent = 1;
  struct section inner;
  rows_begin_section(r, &inner);
  declare_pes(r);
  phases_body(r, ps);
  const char *body = rows_end_section(r, &inner);
  rows_declare_dims(r, body);
  fputs(body, r->out);
  r->indent = 0;
  rows_put(r, "}");
  const char *text = rows_end_section(r, &text_block);
  print_head(r, text);
  constants(r, text);
  fputs(text, r->out);
  rows_put_text(r, rows_end_section(r, &whole));
  return !r->failed;
}
