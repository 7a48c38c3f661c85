// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of a row program: their shapes, and their C text.
#include "decide.h"
#include "internal.h"
#include "rows.h"

#include <mtia/knyfe_plan.h>

#include <inttypes.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

static int64_t size_of(const struct kn_index *index) { return index ? index->extent->size : 1; }

static unsigned result_bytes(const struct kn_contraction *c) {
  return (kn_type_bits(c->type) + 7) / 8;
}
static unsigned operand_bytes(const struct kn_contraction *c) { return c->is_float ? 2 : 1; }

static uint32_t aside(const struct kn_contraction *c) {
  return kp_aside(result_bytes(c), c->bias, c->scales, c->sums_times, c->window, kn_steps_room(c));
}

// Two summed indices are one, where rows of the inner one fill their place in both operands.
static bool is_one_sum(const struct kn_contraction *c) {
  if (c->window)
    return kn_window_taps(c) == 1 ||
           (size_of(c->k) * operand_bytes(c) == KP_STEP && kn_window_is_dense(c));
  const struct kn_factor *both[] = {&c->x, &c->w};
  for (int i = 0; c->outer && i < 2; i++) {
    const struct kn_factor *f = both[i];
    if (f->outer != f->k - 1 || (!f->turned && size_of(c->k) * operand_bytes(c) % KP_STEP))
      return false;
  }
  return true;
}

// Follow the rows of operands of steps, too, those of the product before?
static bool steps_join(const struct kn_contraction *c, unsigned batch, int joined) {
  for (unsigned i = 0; i < c->num_steps; i++) {
    const struct kn_step *s = &c->steps[i];
    if (s->tensor && (s->row >= 0 || s->batch[batch] >= 0) &&
        (s->row < 0 || s->row + 1 == (int)s->tensor->rank ||
         s->batch[batch] != s->row - 1 - joined))
      return false;
  }
  return true;
}

static bool is_limited(const struct kn_product_limits *m) {
  return m->parts || m->team_rows || m->team_columns || m->keep_x || m->keep_w;
}

// The shape, and of a window the bands that are best.
static struct kp_shape shape_and_bands(const struct rows *r, const struct line *l,
                                       struct kp_band_size *bands) {
  const struct kn_contraction *c = &l->contraction;
  uint64_t outer = c->window ? kn_window_taps(c) : (uint64_t)size_of(c->outer), batch = 1;
  uint64_t k = (uint64_t)size_of(c->k) * operand_bytes(c);
  bool one = is_one_sum(c);
  // Products that share w and follow each other are one: kp_join.
  uint64_t m = (uint64_t)size_of(c->m);
  unsigned left = c->num_batch, joined = 0;
  bool rows = c->row >= 0 && !c->x.turned && !(c->bias && c->bias_rows) && !c->scales_rows;
  while (rows && left && c->batch[left - 1] == c->row - 1 - (int)joined &&
         c->w.batch[left - 1] < 0 &&
         (c->window || c->x.batch[left - 1] == c->x.extent - 1 - (int)joined) &&
         steps_join(c, left - 1, (int)joined)) {
    m *= (uint64_t)l->target->dims[c->batch[--left]]->size;
    joined++;
  }
  for (unsigned i = 0; i < left; i++)
    batch *= (uint64_t)l->target->dims[c->batch[i]]->size;
  struct kp_shape s = {.batch = batch,
                       .m = m,
                       .n = (uint64_t)l->target->dims[c->column]->size,
                       .k = one ? kp_pad(k * outer) : kp_pad(k) * outer,
                       .out = result_bytes(c),
                       .aside = aside(c),
                       .splits = one,
                       .x_alone = c->window,
                       .rows = r->target->grid_rows,
                       .columns = r->target->grid_cols};
  *bands = (struct kp_band_size){0};
  if (c->window && rows_all_known(r) && !is_limited(&c->limits))
    *bands = kn_window_bands(c, &s);
  return s;
}

struct kp_shape kn_product_shape(const struct rows *r, const struct line *l) {
  struct kp_band_size bands;
  return shape_and_bands(r, l, &bands);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static const char *argument(struct rows *r, const struct kn_tensor *t) {
  return T("args->%s%s", t->role == KN_LOCAL ? "kn_" : "",
           t->role == KN_LOCAL ? r->tensor_names[t->id] : t->name);
}

static const char *mml_type(const struct kn_contraction *c) {
  static const char *const integers[] = {"S8S8", "U8S8", "S8U8", "U8U8"};
  return c->is_float ? c->x.tensor->type == KN_BF16 ? "BF16" : "F16"
                     : integers[(c->x.tensor->type == KN_U8) + 2 * (c->w.tensor->type == KN_U8)];
}

static const char *drain_type(const struct kn_contraction *c) {
  switch (c->num_steps ? KN_F32 : c->type) {
  case KN_I8:
    return "I8";
  case KN_U8:
    return "U8";
  case KN_F16:
    return "F16";
  case KN_BF16:
    return "BF16";
  case KN_F32:
    return "F32";
  default:
    return "I32";
  }
}

static struct kp_band_size bands_of(const struct rows *r, const struct line *l) {
  struct kp_band_size bands;
  shape_and_bands(r, l, &bands);
  return bands;
}

void kn_print_product(struct rows *r, const struct phase *p, const char *function) {
  const struct kn_contraction *c = &p->lines->contraction;
  const char *turned = c->x.turned && c->w.turned ? "both operands"
                       : c->x.turned              ? c->x.tensor->name
                       : c->w.turned              ? c->w.tensor->name
                                                  : NULL;
  rows_comment(r,
               T("%s\nOn the matrix units, in blocks of 64 x 64 (m, n): m is %s, n is %s, summed "
                 "is %s%s%s.%s",
                 kn_stmt_text(r->file, p->lines->stmt), c->m ? c->m->name : "one row",
                 p->lines->index[c->column]->name, c->outer ? c->outer->name : "",
                 c->outer ? ", " : "", c->k->name,
                 turned ? T(" Tiles of %s are turned by the MLU on their way.", turned) : ""));
  rows_put(r, "#define KP_NAME %s", function);
  rows_put(r, "#define KP_SIZE %u", operand_bytes(c));
  rows_put(r, "#define KP_TYPE MTIA_MML_%s", mml_type(c));
  rows_put(r, "#define KP_OUT %u", result_bytes(c));
  rows_put(r, "#define KP_DRAIN(acc, cb, ti, tj) \\");
  rows_put(r, "  __mtia_drain%s(acc, cb, ti, tj, MTIA_DRAIN_%s, %s)", c->is_float ? "f" : "",
           drain_type(c),
           c->relu && c->scales ? "MTIA_DRAIN_RELU | MTIA_DRAIN_CHAN"
           : c->relu            ? "MTIA_DRAIN_RELU"
           : c->scales          ? "MTIA_DRAIN_CHAN"
                                : "0");
  rows_put(r, "#define KP_FLOAT %d", c->is_float);
  rows_put(r, "#define KP_TURN_X %d", c->x.turned);
  rows_put(r, "#define KP_TURN_W %d", c->w.turned);
  rows_put(r, "#define KP_BIAS %d", !c->bias ? 0 : c->bias_rows ? 2 : 1);
  rows_put(r, "#define KP_SCALES %d", !c->scales ? 0 : c->scales_rows ? 2 : 1);
  rows_put(r, "#define KP_WINDOW %d", !c->window ? 0 : bands_of(r, p->lines).rows ? 2 : 1);
  rows_put(r, "#define KP_SUMS %d", c->sums_times != NULL);
  if (c->num_steps)
    kn_put_steps(r, c);
  rows_put(r, "#include <mtia/knyfe_product.h>");
  fputs("\n", r->out);
}

static const char *stride(struct rows *r, const struct kn_tensor *t, int dim) {
  return dim < 0 ? "0" : T("%s.stride[%d]", argument(r, t), dim);
}

static const char *batches(struct rows *r, const struct kn_tensor *t, const int *dims,
                           unsigned num) {
  const char *list = "";
  for (unsigned i = 0; i < KN_MAX_BATCH - num; i++)
    list = T("%s%s0", list, *list ? ", " : "");
  for (unsigned i = 0; i < num; i++)
    list = T("%s%s%s", list, *list ? ", " : "", stride(r, t, dims[i]));
  return list;
}

const char *kn_matrix_text(struct rows *r, const struct kn_tensor *t, int pitch, int outer,
                           const int *batch, unsigned num) {
  return T("{%s.data, %s%s%s}", argument(r, t), T(".pitch = %s", stride(r, t, pitch)),
           outer >= 0 ? T(", .outer = %s", stride(r, t, outer)) : "",
           num ? T(", .batch = {%s}", batches(r, t, batch, num)) : "");
}

static void put_matrix(struct rows *r, const char *name, const struct kn_tensor *t, int pitch,
                       int outer, const int *batch, unsigned num) {
  rows_put(r, ".%s = %s,", name, kn_matrix_text(r, t, pitch, outer, batch, num));
}

static void put_factor(struct rows *r, const char *name, const struct kn_contraction *c,
                       const struct kn_factor *f) {
  put_matrix(r, name, f->tensor, f->turned ? f->k : f->extent, f->outer, f->batch, c->num_batch);
}

// A scalar of the description: a number or an argument.
static const char *scalar(struct rows *r, const struct kn_expr *e) {
  e = rows_uncast(e);
  if (e->kind == KN_UNARY)
    return T("-%s", scalar(r, e->args[0]));
  if (e->kind == KN_READ)
    return T("args->%s", e->tensor->name);
  if (e->kind == KN_INT)
    return T("%" PRId64, e->ival);
  const char *text = T("%.9g", e->fval);
  return T("%s%sf", text, strpbrk(text, ".e") ? "" : ".0");
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

static const char *word(struct rows *r, const struct kn_dim *dim) {
  const char *text = rows_dim(r, dim).text;
  return dim->size >= 0 ? text : T("(uint32_t)(%s)", text);
}

static void put_axis(struct rows *r, const struct kn_contraction *c, int i) {
  const struct kn_axis *a = &c->axis[i], *taps = a->tap ? a : NULL;
  if (!a->index) {
    rows_put(r, "{.extent = 1, .step = 1, .taps = 1, .limit = INT32_MAX},");
    return;
  }
  rows_put(r, "{.extent = %s,", word(r, a->index->extent));
  rows_put(r, " .first = %d,", (int)a->first);
  rows_put(r, " .step = %d,", (int)a->step);
  rows_put(r, " .dilation = %d,", (int)a->dilation);
  rows_put(r, " .taps = %s,", taps ? word(r, a->tap->extent) : "1");
  rows_put(r, " .limit = %s,", c->pads ? word(r, c->x.tensor->dims[a->dim]) : "INT32_MAX");
  // Without taps of its own the last axis has the strides of the one before.
  if (!taps && i == KN_AXES - 1 && a[-1].tap)
    taps = a - 1;
  rows_put(r, " .pitch = %s,", stride(r, c->x.tensor, a->dim));
  rows_put(r, " .w_pitch = %s},", stride(r, c->w.tensor, taps ? taps->tap_dim : -1));
}

static void put_window(struct rows *r, const struct line *l) {
  const struct kn_contraction *c = &l->contraction;
  const struct kp_band_size bands = bands_of(r, l);
  rows_put(r, "const struct kp_window window = {");
  r->indent += 2;
  rows_put(r, ".data = %s.data,", argument(r, c->x.tensor));
  rows_put(r, ".axis = {");
  r->indent += 2;
  for (int i = 0; i < KN_AXES; i++)
    put_axis(r, c, i);
  r->indent -= 2;
  rows_put(r, "},");
  if (c->pad)
    rows_put(r, ".pad = (uint8_t)%s,", scalar(r, c->pad));
  if (bands.rows) {
    rows_comment(r, T("Of the result in a band, whose pixels of %s come once for all taps.",
                      c->x.tensor->name));
    rows_put(r, ".bands = {.rows = %u, .columns = %u},", bands.rows, bands.columns);
  }
  r->indent -= 2;
  rows_put(r, "};");
}

// The extents of the summed indices around k.
static const char *outer_text(struct rows *r, const struct kn_contraction *c) {
  struct size taps = sz_num(r->file, 1);
  for (int i = 0; c->window && i < KN_AXES; i++)
    if (c->axis[i].tap)
      taps = sz_mul(r->file, taps, rows_dim(r, c->axis[i].tap->extent));
  return c->outer ? rows_dim(r, c->outer->extent).text : taps.text;
}

// x of a product with a window: strides in positions.
static void put_positions(struct rows *r, const struct kn_contraction *c) {
  const char *list = "";
  for (unsigned i = 0; i < KN_MAX_BATCH; i++) {
    const bool used = i + c->num_batch >= KN_MAX_BATCH;
    struct size positions = sz_num(r->file, used);
    for (unsigned k = i + KN_AXES - KN_MAX_BATCH; used && k < KN_AXES; k++)
      positions = sz_mul(r->file, positions, rows_dim(r, c->axis[k].index->extent));
    list = T("%s%s%s", list, i ? ", " : "", positions.text);
  }
  rows_put(r, ".x = {.pitch = 1, .batch = {%s}},", list);
  rows_put(r, ".window = &window,");
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static void put_registers(struct rows *r, const struct kn_contraction *c) {
  if (c->type == KN_I32)
    return;
  bool narrow = c->type == KN_I8 || c->type == KN_U8;
  const char *scale = c->scale ? scalar(r, c->scale) : "1.0f";
  const char *zero = c->zero ? scalar(r, c->zero) : "0";
  rows_put(r, "__mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(%s), (uint32_t)%s);", scale,
           narrow && c->function ? "0" : zero);
  if (narrow && c->function)
    rows_put(r, "__mtia_cr_w2(MTIA_CR_QOUT, mtia_f32_bits(%s), (uint32_t)%s);",
             scalar(r, c->out_scale), zero);
  if (narrow)
    rows_put(r, "__mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)%" PRId64 ", (uint32_t)%" PRId64 ");",
             c->lo, c->hi);
  rows_put(r, "__mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(%s, %s, 0));",
           c->round_away ? "MTIA_ROUND_AWAY" : "MTIA_ROUND_EVEN",
           c->function ? T("MTIA_SE_%s", c->function) : "0");
}

static const char *plan_text(struct rows *r, const struct kp_shape *s, const struct kp_plan *p) {
  const char *stays = p->keep_x && p->keep_w ? "x and w stay"
                      : p->keep_x            ? "x of 64 rows stays, w streams past"
                      : p->keep_w            ? "w of 64 columns stays, x streams past"
                                             : "both operands stream";
  return T("%u x %u PEs: teams of %u x %u%s; %s.", s->rows, s->columns, p->team_rows,
           p->team_columns,
           p->parts > 1
               ? T(" chains of %u that divide k%s", p->parts, p->down ? ", down the columns" : "")
               : "",
           stays);
}

static void put_plan(struct rows *r, const struct line *l) {
  const struct kp_shape s = kn_product_shape(r, l);
  const struct kp_plan p = kn_product_plan(&s, &l->contraction.limits);
  rows_comment(r, plan_text(r, &s, &p));
  rows_put(r, "const struct kp_plan plan = {");
  r->indent += 2;
  rows_put(r, ".parts = %u,", p.parts);
  rows_put(r, ".down = %s,", p.down ? "true" : "false");
  rows_put(r, ".team_rows = %u,", p.team_rows);
  rows_put(r, ".team_columns = %u,", p.team_columns);
  rows_put(r, ".panel = %u,", p.panel);
  rows_put(r, ".keep_x = %s,", p.keep_x ? "true" : "false");
  rows_put(r, ".keep_w = %s,", p.keep_w ? "true" : "false");
  rows_put(r, ".x_room = %u,", p.x_room);
  rows_put(r, ".w_room = %u,", p.w_room);
  r->indent -= 2;
  rows_put(r, "};");
}

void kn_explain_product(struct rows *r, const struct phase *p, FILE *out) {
  const struct line *l = p->lines;
  const struct kn_contraction *c = &l->contraction;
  fprintf(out, "//   %s on the matrix units, in blocks of 64 x 64", l->target->name);
  if (!rows_all_known(r)) {
    fprintf(out, "; the launch plans\n");
    return;
  }
  const struct kp_shape s = kn_product_shape(r, l);
  const struct kp_plan plan = kn_product_plan(&s, &l->contraction.limits);
  fprintf(out, ": m %" PRIu64 ", n %" PRIu64 ", k %" PRIu64 " B", s.m, s.n, s.k);
  if (s.batch != 1)
    fprintf(out, ", %" PRIu64 " products", s.batch);
  if (c->window)
    fprintf(out, ", a window of %" PRIu64 " taps: %s", kn_window_taps(c),
            s.band ? "pixels come in bands, once for all taps"
                   : "rows gathered by DMA, places by core 1");
  if (c->sums_times)
    fprintf(out, ", sums of %s by the SIMD engine", c->w.tensor->name);
  if (c->num_steps)
    fprintf(out, ", %u step%s of the SIMD engine on each block", c->num_steps,
            c->num_steps > 1 ? "s" : "");
  fprintf(out, "\n//   x is %s%s, w is %s%s\n//   %s\n", c->x.tensor->name,
          c->x.turned ? " (turned)" : "", c->w.tensor->name, c->w.turned ? " (turned)" : "",
          plan_text(r, &s, &plan));
  fprintf(out, "//   about %" PRIu64 " cycles\n", plan.cycles);
}

void kn_print_product_call(struct rows *r, const struct phase *p, const char *function) {
  const struct line *l = p->lines;
  const struct kn_contraction *c = &l->contraction;
  const char *extents = "";
  bool known = rows_all_known(r);
  for (unsigned i = 0; i < KN_MAX_BATCH - c->num_batch; i++)
    extents = T("%s%s1", extents, *extents ? ", " : "");
  for (unsigned i = 0; i < c->num_batch; i++)
    extents =
        T("%s%s%s", extents, *extents ? ", " : "", rows_dim(r, l->target->dims[c->batch[i]]).text);
  if (c->window)
    put_window(r, l);
  rows_put(r, "const struct kp_product product = {");
  r->indent += 2;
  rows_put(r, ".m = %s,", c->m ? rows_dim(r, c->m->extent).text : "1");
  rows_put(r, ".n = %s,", rows_dim(r, l->target->dims[c->column]).text);
  rows_put(r, ".k = %s,", rows_dim(r, c->k->extent).text);
  rows_put(r, ".outer = %s,", outer_text(r, c));
  rows_put(r, ".batch = {%s},", extents);
  if (kn_decide(r->kernel, KN_GRID, NULL)) {
    rows_put(r, ".rows = %u,", r->target->grid_rows);
    rows_put(r, ".columns = %u,", r->target->grid_cols);
  }
  if (c->window)
    put_positions(r, c);
  else
    put_factor(r, "x", c, &c->x);
  put_factor(r, "w", c, &c->w);
  put_matrix(r, "y", l->target, c->row, -1, c->batch, c->num_batch);
  if (c->bias)
    rows_put(r, ".bias = %s.data,", argument(r, c->bias));
  if (c->scales)
    rows_put(r, ".scales = {%s.data%s},", argument(r, c->scales),
             c->scales_rows && c->num_batch
                 ? T(", .batch = {%s}", batches(r, c->scales, c->scales_batch, c->num_batch))
                 : "");
  kn_put_step_operands(r, c);
  if (c->sums_times) {
    rows_comment(r, T("The SE sums up %s along %s meanwhile.", c->w.tensor->name, c->k->name));
    rows_put(r, ".sums_times = (int32_t)(%s(uint32_t)%s),", c->sums_minus ? "0 - " : "",
             scalar(r, c->sums_times));
  }
  r->indent -= 2;
  rows_put(r, "};");
  if (known)
    put_plan(r, l);
  put_registers(r, c);
  if (known)
    rows_put(r, "%s(&product, &plan, %u, %u, planned);", function, r->target->grid_rows,
             r->target->grid_cols);
  else
    rows_put(r, "%s(&product, NULL, 0, 0, false); // plans by itself", function);
}
