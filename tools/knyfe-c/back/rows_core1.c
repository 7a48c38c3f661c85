// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Core 1, which computes: its functions, what they are given, and when they are called.
#include "decide.h"
#include "rows_block.h"
#include "rows_kernel.h"
#include "rows_stretch.h"

#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

const char *rows_function_name(struct rows *r, const struct phase *p) {
  const char *target = r->tensor_names[p->lines->target->id];
  if (p->lines->contracts)
    return rows_name(r, T("contract_%s", target));
  if (p->fallback)
    return rows_name(r, T("compute_%s_alone%u", target, p->number));
  if (p->next || p->number || !strcmp(r->kernel->name, "compute"))
    return rows_name(r, T("compute_%s", target));
  return "compute";
}

// Element 0 of the whole tensor, if it lay around the box as in memory: the text indexes with the
// indices of the description.
static const char *origin(struct rows *r, struct phase *p, const struct operand *o) {
  struct kn_file *f = r->file;
  struct size before = sz_num(f, 0);
  for (unsigned i = 0; i < o->tensor->rank; i++)
    before = sz_add(f, before, sz_mul(f, rows_first_of(r, p, o, i), o->stride[i]));
  const char *end = o->output ? "tail" : "head";
  const char *base = T("__mtia_cb_%s(%s, 0)", end, o->cb_name);
  return sz_sub(f, sz_name(base), rows_box_bytes(r, o, before)).text;
}

static const char *pointer_type(const struct operand *o, struct rows *r) {
  return T("%s%s *", o->output ? "" : "const ",
           o->tensor->rows ? "uint8_t" : rows_memory_type(rows_stored(o->tensor)));
}

static void parameter(struct rows *r, struct parameters *ps, const char *body, const char *type,
                      const char *name, const char *value) {
  if (!rows_uses(body, name))
    return;
  const char *comma = *ps->declarations ? ", " : "";
  const char *gap = type[strlen(type) - 1] == '*' ? "restrict " : " ";
  ps->declarations = T("%s%s%s%s%s", ps->declarations, comma, type, gap, name);
  ps->values = T("%s%s%s", ps->values, comma, value);
}

// What a function begins with that reads scalars.
static struct parameters first_parameter(struct rows *r, const char *body) {
  if (!strstr(body, "args->"))
    return (struct parameters){"", ""};
  return (struct parameters){T("const struct %s_args *args", r->kernel->name), "args"};
}

struct size rows_shared_bytes(struct rows *r, const struct operand *o) {
  return sz_div(r->file, o->slot, sz_num(r->file, o->units));
}

static void operand_parameter(struct rows *r, struct phase *p, struct parameters *ps,
                              const char *body, const struct operand *o) {
  const char *type = pointer_type(o, r);
  if (o->shared) {
    const char *unit = T("%s / %d", p->par_name[0], (int)p->shared);
    const char *value = T("(%s)kn_remote(%s %% pes, %s + %s / pes * %s) - %s * %d", type, unit,
                          o->at.text, unit, rows_shared_bytes(r, o).text, unit, (int)p->shared);
    parameter(r, ps, body, type, o->name, value);
    return;
  }
  const char *staged = T("(%s)(%s)", type, origin(r, p, o));
  const char *direct = T("(%s)args->%s.data", type, rows_argument(r, o->tensor));
  const char *value = sz_is(o->staged, 1)   ? staged
                      : sz_is(o->staged, 0) ? direct
                                            : T("%s ? %s : %s", o->staged.text, staged, direct);
  parameter(r, ps, body, type, o->name, value);
  for (unsigned i = 0; i + 1 < o->tensor->rank; i++)
    if (!o->stride[i].known)
      parameter(r, ps, body, "long", o->stride[i].text, o->stride[i].text);
  if (!o->staged.known)
    parameter(r, ps, body, "bool", o->staged.text, o->staged.text);
  if (!o->slot.known)
    parameter(r, ps, body, "long", o->slot.text, o->slot.text);
}

// A function in which a product's plan is the code's numbers, and one that plans by itself.
static void put_both_ways(struct rows *r, const char *function, const char *by, const char *args) {
  const bool part = kn_decide(r->kernel, KN_GRID, NULL) != NULL;
  const char *const ways[] = {"here", "elsewhere"};
  const char *names[2];
  for (int i = 0; i < 2; i++) {
    names[i] = rows_name(r, T("%s_%s", function, ways[i]));
    rows_put(r, "KP_SELDOM void %s(%s) {", names[i], args);
    rows_put(r, "  %s(args, %s);", by, i ? "false" : "true");
    fputs("}\n\n", r->out);
  }
  rows_put(r, "static void %s(%s) {", function, args);
  rows_put(r, "  if (mtia_rows() %s %u && mtia_cols() %s %u)",
           part ? ">=" : "==", r->target->grid_rows, part ? ">=" : "==", r->target->grid_cols);
  rows_put(r, "    %s(args);", names[0]);
  rows_put(r, "  else");
  rows_put(r, "    %s(args);", names[1]);
  fputs("}\n\n", r->out);
}

void rows_contract_function(struct rows *r, struct phase *p) {
  for (struct phase *q = r->phases; q != p; q = q->next)
    if (q->lines->contracts && q->lines->target == p->lines->target) {
      p->function = q->function;
      return;
    }
  const char *product = rows_name(r, T("multiply_%s", r->tensor_names[p->lines->target->id]));
  kn_print_product(r, p, product);
  struct section b;
  rows_begin_section(r, &b);
  r->indent = 1;
  kn_print_product_call(r, p, product);
  const char *body = rows_end_section(r, &b);
  rows_begin_section(r, &b);
  rows_declare_dims(r, body);
  const char *head = rows_end_section(r, &b);
  r->indent = 0;
  const char *args = T("const struct %s_args *args", r->kernel->name);
  const bool known = rows_all_known(r);
  const char *by = known ? rows_name(r, T("%s_by", p->function)) : p->function;
  rows_put(r, "%s void %s(%s%s) {", known ? "KP" : "static", by, args,
           known ? ", bool planned" : "");
  fputs(head, r->out);
  fputs(body, r->out);
  fputs("}\n\n", r->out);
  if (known)
    put_both_ways(r, p->function, by, args);
}

void rows_compute_function(struct rows *r, struct phase *p, struct parameters *ps) {
  struct section b;
  rows_begin_section(r, &b);
  r->indent = 1;
  rows_compute(r, p);
  const char *body = rows_end_section(r, &b);
  rows_begin_section(r, &b);
  rows_declare_dims(r, body);
  const char *head = rows_end_section(r, &b);
  r->indent = 0;
  body = T("%s%s", head, body);
  p->body = body;
  *ps = first_parameter(r, body);
  for (struct operand *o = p->operands; o; o = o->next)
    if (!o->turned)
      operand_parameter(r, p, ps, body, o);
  for (struct local *v = p->locals; v; v = v->next)
    if (v->array) {
      const char *type =
          T("%s *", rows_memory_type(v->tensor->type == KN_I4 ? KN_I8 : v->tensor->type));
      struct size before = sz_num(r->file, 0);
      if (p->across && !p->uncut)
        before = sz_mul(r->file, sz_name(T("%s0", rows_column_name(p))),
                        sz_mul(r->file, v->stride[p->num_par - 1],
                               sz_num(r->file, rows_bytes(v->tensor->type))));
      const char *m = v->first < rows_serial(p) ? p->par_name[v->first] : NULL;
      if (m)
        before = sz_add(r->file, before,
                        sz_mul(r->file, sz_name(rows_is_tiled(p, (int)v->first) ? T("%s0", m) : m),
                               sz_mul(r->file, v->stride[v->first],
                                      sz_num(r->file, rows_bytes(v->tensor->type)))));
      struct size at = sz_sub(r->file, sz_add(r->file, sz_name("local"), v->at), before);
      parameter(r, ps, body, type, v->name, T("(%s)(%s)", type, at.text));
      for (unsigned i = 0; i + 1 < v->tensor->rank; i++)
        if (v->stride[i].text && !v->stride[i].known)
          parameter(r, ps, body, "long", v->stride[i].text, v->stride[i].text);
    }
  for (unsigned i = 0; i < p->num_par + (p->piece > 0); i++) {
    const char *name = p->par_name[i];
    const char *from = T("%s0", name), *to = T("%s1", name);
    parameter(r, ps, body, "long", from, from);
    parameter(r, ps, body, "long", to, to);
    if (!rows_is_tiled(p, (int)i))
      parameter(r, ps, body, "long", name, name);
  }
  if (p->stretch.text && !p->stretch.known)
    parameter(r, ps, body, "long", p->stretch.text, p->stretch.text);
  rows_comment(r, "A tile, by core 1. Pointers count from element 0 of the whole tensor.");
  rows_put(r, "KN_TILE void %s(%s) {", p->function, *ps->declarations ? ps->declarations : "void");
  fputs(body, r->out);
  fputs("}\n\n", r->out);
}

void rows_finish_function(struct rows *r, struct phase *p, const struct line *sums) {
  const char *b = p->par_name[0], *d = p->par_name[1];
  const char *from = T("%s0", b), *to = T("%s1", b), *column = T("%s0", d), *end = T("%s1", d);
  struct parameters ps = first_parameter(r, p->body);
  for (struct operand *o = p->operands; o; o = o->next) {
    const char *type = pointer_type(o, r);
    bool row = o->output || o->tensor == sums->target;
    const char *value = rows_reads_offsets(sums, p->lines, o->tensor)
                            ? T("(%s)kn_offsets", type)
                            : T("(%s)args->%s.data", type, o->tensor->name);
    const char *stride = "0";
    if (row) {
      stride = o->stride[0].known
                   ? o->stride[0].text
                   : T("kn_round_up(%s - %s, %u)", end, column, 32 / rows_element_bytes(o->tensor));
      value =
          T("(%s)%s - %s * %s - %s", type, o->output ? "results" : "sums", from, stride, column);
    }
    parameter(r, &ps, p->body, type, o->name, value);
    if (row && !o->stride[0].known)
      parameter(r, &ps, p->body, "long", o->stride[0].text, stride);
  }
  parameter(r, &ps, p->body, "long", from, from);
  parameter(r, &ps, p->body, "long", to, to);
  if (!rows_is_tiled(p, 0))
    parameter(r, &ps, p->body, "long", b, b);
  parameter(r, &ps, p->body, "long", column, column);
  parameter(r, &ps, p->body, "long", end, end);
  rows_comment(r, "The same of sums in local memory.");
  rows_put(r,
           "static MTIA_VECTOR void finish_%s(const void *all, const void *kn_offsets, "
           "const float *sums, void *results, long %s, long %s, long %s, long %s) {",
           r->tensor_names[p->lines->target->id], from, to, column, end);
  r->indent++;
  if (strstr(ps.values, "args"))
    rows_put(r, "const struct %s_args *args = all;", r->kernel->name);
  else
    rows_put(r, "(void)all;");
  if (!rows_uses(ps.values, "kn_offsets"))
    rows_put(r, "(void)kn_offsets;");
  if (!rows_uses(ps.values, end))
    rows_put(r, "(void)%s;", end);
  if (!rows_uses(ps.values, to) && rows_is_tiled(p, 0))
    rows_put(r, "(void)%s;", to);
  if (!rows_is_tiled(p, 0)) {
    rows_put(r, "for (long %s = %s; %s < %s; %s++)", b, from, b, to, b);
    rows_put(r, "  %s(%s);", p->function, ps.values);
  } else
    rows_put(r, "%s(%s);", p->function, ps.values);
  r->indent--;
  rows_put(r, "}");
  fputs("\n", r->out);
}

static void waits(struct rows *r, struct phase *p, enum rows_time time) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && rows_time_of(p, o) == time && !o->shared && !o->turned &&
        !rows_meets_late(p, o)) {
      rows_begin_staged(r, o);
      rows_begin_if(r, o, "tile == pe || again");
      rows_put(r, "__mtia_cb_wait%s(%s, %s);", o->output ? "s" : "d", o->cb_name, o->slot.text);
      rows_end_if(r, o);
      rows_end_staged(r, o);
    }
}

// Results of a tile are there, operands of it or of a piece are no longer needed.
static void gives(struct rows *r, struct phase *p, enum rows_time time) {
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && rows_time_of(p, o) == time && !o->shared && !o->turned &&
        !(o->output && (rows_moves_in_stretches(p, o) || o->given))) {
      rows_begin_staged(r, o);
      rows_begin_if(r, o, "again || tile + pes >= tiles");
      rows_put(r, "__mtia_cb_%s(%s, %s);", o->output ? "push" : "pop", o->cb_name, o->slot.text);
      rows_end_if(r, o);
      rows_end_staged(r, o);
    }
}

void rows_core1(struct rows *r, struct phase *p, const struct parameters *ps) {
  waits(r, p, ROWS_ONCE);
  rows_put(r, "for (long tile = pe; tile < tiles; tile += pes) {");
  r->indent++;
  waits(r, p, ROWS_PER_TILE);
  struct section b;
  rows_begin_section(r, &b);
  rows_locate(r, p, "tile");
  const char *head = rows_end_section(r, &b);
  rows_begin_section(r, &b);
  struct section piece;
  const char *piece_head = NULL;
  if (p->piece) {
    rows_open_pieces(r, p);
    rows_begin_section(r, &piece);
    rows_locate_piece(r, p);
    piece_head = rows_end_section(r, &piece);
    rows_begin_section(r, &piece);
    waits(r, p, ROWS_PER_PIECE);
  }
  rows_put(r, "%s(%s);", p->function, ps->values);
  if (p->piece) {
    gives(r, p, ROWS_PER_PIECE);
    rows_put_needed(r, piece_head, rows_end_section(r, &piece));
    rows_close_pieces(r);
  }
  if (p->shared)
    rows_put(r, "__mtia_ctr_add(KN_NUMBERS, %s / %d %% pes, 1);", p->par_name[0], (int)p->shared);
  for (struct operand *o = p->operands; o; o = o->next)
    if (o->output && rows_moves_in_stretches(p, o))
      rows_give_room(r, p, o);
  const char *body = rows_end_section(r, &b);
  rows_put_needed(r, head, body);
  gives(r, p, ROWS_PER_TILE);
  r->indent--;
  rows_put(r, "}");
  for (struct operand *o = p->operands; o; o = o->next)
    if (rows_is_staged(o) && !o->per_tile && !o->turned) {
      rows_begin_staged(r, o);
      rows_put(r, "__mtia_cb_pop(%s, %s);", o->cb_name, o->slot.text);
      rows_end_staged(r, o);
    }
  if (rows_has_engine(p))
    rows_put(r, "__mtia_cb_pop(CB_ENGINE_IN, MTIA_LOCAL_SIZE);");
}
