// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Commands to the units: events, and what follows from the registers in front of them.
#include "program_follow.h"

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

struct pg_event *pg_emit(struct follow *f, enum pg_kind kind) {
  static struct pg_event ignored;
  ignored = (struct pg_event){0};
  if (f->totals)
    return &ignored;
  struct pg_core *c = &f->p->core[f->core];
  if (c->num == c->max) {
    c->max = c->max ? 2 * c->max : 1024;
    struct pg_event *more = realloc(c->events, c->max * sizeof *more);
    if (!more)
      abort();
    c->events = more;
  }
  struct pg_event *e = &c->events[c->num++];
  *e = (struct pg_event){.kind = (uint8_t)kind,
                         .cb = {PG_NO_CB, PG_NO_CB},
                         .out = PG_NO_CB,
                         .acc = 255,
                         .members = 1,
                         .line = f->line};
  // The queues of the vector unit are empty before a command.
  if (f->core == 1)
    f->pipes.now = larger(f->pipes.now, larger(f->pipes.arith, f->pipes.loads));
  f->pipes.now += KN_DEV_core_issue;
  e->gap = (float)(f->pipes.now - f->emitted);
  e->vectors = (float)(f->pipes.busy[0] - f->emitted_busy[0]);
  e->loads = (float)(f->pipes.busy[1] - f->emitted_busy[1]);
  e->engine = (float)(f->pipes.busy[2] - f->emitted_busy[2]);
  f->emitted = f->pipes.now;
  memcpy(f->emitted_busy, f->pipes.busy, sizeof f->emitted_busy);
  return e;
}

// Charges the line of the description that was at work with core 1's time since the last call.
void pg_charge(struct follow *f) {
  struct pg_program *p = f->p;
  double cycles = f->pipes.now - f->marked;
  double busy[2] = {f->pipes.busy[0] - f->marked_busy[0], f->pipes.busy[1] - f->marked_busy[1]};
  f->marked = f->pipes.now;
  memcpy(f->marked_busy, f->pipes.busy, sizeof f->marked_busy);
  if (f->core == 0 || f->totals || !f->line || cycles <= 0)
    return;
  unsigned i = 0;
  while (i < p->num_lines && (p->lines[i].line != f->line || p->lines[i].phase != f->phase))
    i++;
  if (i == PG_LINES)
    return;
  if (i == p->num_lines)
    p->lines[p->num_lines++] = (struct pg_line){.line = f->line, .phase = f->phase};
  p->lines[i].cycles += cycles;
  p->lines[i].vectors += busy[0];
  p->lines[i].loads += busy[1];
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

static uint8_t buffer(const struct value *v) {
  return v->known && v->i < 32 ? (uint8_t)v->i : PG_NO_CB;
}

static unsigned pe_of(const struct follow *f) {
  return (f->row * f->p->grid_cols + f->col) % PG_PES;
}

struct pg_event *pg_dma(struct follow *f, bool in, uint8_t cb, double rows, double width,
                        double local, unsigned members) {
  double bytes = rows * width;
  unsigned phase = f->phase < PG_PHASES ? f->phase : PG_PHASES - 1;
  members = members ? members : 1;
  if (f->totals) {
    struct pg_totals *t = f->totals;
    t->phase_bytes[phase] += bytes / members;
    t->bytes[phase][pe_of(f)] += (float)(bytes / members);
    t->in_bytes += in ? bytes / members : 0;
    t->saved_bytes += in ? bytes - bytes / members : 0;
    t->out_bytes += in ? 0 : bytes;
  }
  struct pg_event *d = pg_emit(f, in ? PG_DMA_IN : PG_DMA_OUT);
  d->cb[0] = cb;
  d->members = (uint8_t)members;
  d->rows = rows;
  d->row_bytes = width;
  d->bytes = local;
  return d;
}

void pg_scalar(struct follow *f, double cycles) { scalar(f, cycles); }

struct pg_event *pg_unit(struct follow *f, enum kn_resource unit, double cycles, double latency,
                         int acc) {
  struct pg_event *u = pg_emit(f, PG_UNIT);
  u->unit = (uint8_t)unit;
  u->cycles = (float)cycles;
  u->latency = (float)latency;
  u->acc = (uint8_t)acc;
  if (f->totals && unit == KN_DPE && f->phase < PG_PHASES)
    f->totals->products[f->phase][pe_of(f)] += (float)cycles;
  return u;
}

void pg_buffer(struct follow *f, unsigned id, const char *name, int64_t base, int64_t size) {
  struct pg_program *p = f->p;
  if (f->totals)
    return;
  if (name && p->num_buffers < 256)
    p->buffers[p->num_buffers++] = (struct pg_buffer){name, id, f->part, base, size};
  struct pg_event *e = pg_emit(f, PG_INIT);
  e->cb[0] = (uint8_t)id;
  e->bytes = (double)size;
}

static struct value dma(struct follow *f, const char *name, const struct ct_expr *e,
                        struct value *args) {
  const bool gathers = !strcmp(name, "dma_gather"), in = gathers || !strncmp(name, "dma_in", 6);
  int64_t width = pg_cr_value(f,
                              gathers ? "MTIA_CR_GATHER"
                              : in    ? "MTIA_CR_DMA_IN"
                                      : "MTIA_CR_DMA_OUT",
                              false, 64);
  int64_t pitch =
      gathers ? 0 : pg_cr_value(f, in ? "MTIA_CR_DMA_IN" : "MTIA_CR_DMA_OUT", true, width);
  double rows = e->num_args > 2 && args[2].known ? (double)args[2].i : 1;
  unsigned members = 1;
  const char *mc =
      in && !gathers && e->num_args > 3 && e->args[3]->op == CT_NAME ? e->args[3]->text : "";
  if (!strcmp(mc, "MTIA_MC_ROW") || !strcmp(mc, "MTIA_MC_COL")) {
    uint64_t mask = (uint64_t)pg_cr_value(f, "MTIA_CR_MCAST", false, 1);
    members = (unsigned)__builtin_popcountll(*(mc + 8) == 'R' ? mask & 0xffff : mask >> 16);
    members = members ? members : 1;
  }
  uint8_t cb = buffer(&args[0]);
  if (in && cb < 32)
    f->buffer_tensor[cb] = args[1].t;
  // Where there is no row to a place, nothing is read.
  const double read = gathers && f->percent ? rows * f->percent / 100 : rows;
  pg_dma(f, in, cb, read, (double)width,
         rows * (double)(pitch > width ? pitch : (width + 31) / 32 * 32), members);
  return number(0);
}

static struct value unit(struct follow *f, enum kn_resource unit, double cycles, double latency,
                         int acc, uint8_t a, uint8_t b, uint8_t out) {
  struct pg_event *u = pg_emit(f, PG_UNIT);
  u->unit = (uint8_t)unit;
  u->cycles = (float)cycles;
  u->latency = (float)latency;
  u->acc = (uint8_t)acc;
  u->cb[0] = a;
  u->cb[1] = b;
  u->out = out;
  return number(0);
}

static struct value multiply(struct follow *f, const struct ct_expr *e, struct value *args) {
  uint64_t block = (uint64_t)pg_cr_value(f, "MTIA_CR_BLOCK", false, 64 | 64 << 16);
  double rows = (double)(block & 0xffff), cols = (double)(block >> 16 & 0xffff);
  double ti = args[3].known ? (double)args[3].i : 0, tj = args[4].known ? (double)args[4].i : 0;
  rows = rows - 32 * ti > 32 ? 32 : rows - 32 * ti;
  cols = cols - 32 * tj > 32 ? 32 : cols - 32 * tj;
  double cycles = rows > 0 && cols > 0 ? kn_cost_mml(rows, cols) : 1;
  int64_t inc = pg_cr_value(f, "MTIA_CR_MML_INC", false, 32);
  unit(f, KN_DPE, cycles, KN_DEV_dpe_latency, (int)args[0].i, buffer(&args[1]), buffer(&args[2]),
       PG_NO_CB);
  if (!f->totals) {
    struct pg_event *last = &f->p->core[f->core].events[f->p->core[f->core].num - 1];
    last->offset[0] = f->mml[0];
    last->offset[1] = f->mml[1];
  }
  if (e->num_args > 5 && e->args[5]->op == CT_NAME && !strcmp(e->args[5]->text, "MTIA_MML_ADV")) {
    f->mml[0] += inc;
    f->mml[1] += pg_cr_value(f, "MTIA_CR_MML_INC", true, inc);
  }
  return number(0);
}

// How many PEs' sums a tile from the neighbour contains.
static uint8_t chain_before(struct follow *f) {
  for (unsigned i = 0; i < f->num_variables; i++)
    if (!strcmp(f->variables[i].name, "part") && f->variables[i].v.known)
      return (uint8_t)f->variables[i].v.i;
  return 1;
}

struct value pg_command(struct follow *f, const struct ct_expr *e, struct value *args) {
  const char *name = e->text + 7;
  struct pg_program *p = f->p;
  if (!strncmp(name, "cr_w", 4) && e->num_args) {
    const char *reg = e->args[0]->text;
    *pg_cr(f, reg, false) = args[1];
    if (name[4] == '2')
      *pg_cr(f, reg, true) = args[2];
    if (!strcmp(reg, "MTIA_CR_MML_A") && args[1].known)
      f->mml[0] = args[1].i;
    if (!strcmp(reg, "MTIA_CR_MML_B") && args[1].known)
      f->mml[1] = args[1].i;
    scalar(f, name[4] == '2' ? 2 : 1);
    return number(0);
  }
  if (!strncmp(name, "dma_", 4))
    return dma(f, name, e, args);
  if (!strcmp(name, "cb_init")) {
    if (args[0].known)
      pg_buffer(f, (unsigned)args[0].i, e->args[0]->op == CT_NAME ? e->args[0]->text : "",
                args[1].i, args[2].known ? args[2].i : 0);
    scalar(f, 3);
    return number(0);
  }
  if (!strcmp(name, "cb_head") || !strcmp(name, "cb_tail")) {
    scalar(f, 1 + KN_DEV_cp_read);
    uint8_t cb = buffer(&args[0]);
    return (struct value){.type = {64, 1, false, false},
                          .known = true,
                          .is_pointer = true,
                          .local = true,
                          .t = cb < 32 ? f->buffer_tensor[cb] : NULL};
  }
  static const struct {
    const char *name;
    enum pg_kind kind;
  } moves[] = {
      {"cb_push", PG_PUSH}, {"cb_pop", PG_POP}, {"cb_waitd", PG_WAITD}, {"cb_waits", PG_WAITS}};
  for (int i = 0; i < 4; i++)
    if (!strcmp(name, moves[i].name)) {
      if (args[1].known && args[1].i == 0)
        return number(0);
      struct pg_event *m = pg_emit(f, moves[i].kind);
      m->cb[0] = buffer(&args[0]);
      m->bytes = args[1].known ? (double)args[1].i : 0;
      return number(0);
    }
  if (!strncmp(name, "ctr_", 4)) {
    const bool waits = !strcmp(name, "ctr_wait");
    if (!strcmp(e->args[0]->text, "KN_BUFFERS"))
      pg_emit(f, waits ? PG_HEAR : PG_TELL)->bytes = (double)args[1].i;
    else if (waits)
      pg_emit(f, PG_NUMBERS);
    else
      scalar(f, 1);
    return number(0);
  }
  if (!strcmp(name, "bar")) {
    bool grid = e->num_args && !strcmp(e->args[0]->text, "MTIA_BAR_GRID");
    pg_emit(f, grid ? PG_BAR_GRID : PG_BAR_PE);
    if (grid) {
      pg_charge(f);
      f->phase++;
      memset(f->mml, 0, sizeof f->mml);
    }
    return number(0);
  }
  if (!strcmp(name, "sync")) {
    pg_emit(f, PG_SYNC);
    return number(0);
  }
  int acc = args[0].known ? (int)args[0].i : 0;
  if (!strcmp(name, "mml") && e->num_args > 4)
    return multiply(f, e, args);
  if (!strcmp(name, "acc_zero"))
    return unit(f, KN_RE, KN_DEV_re_zero, 0, acc, PG_NO_CB, PG_NO_CB, PG_NO_CB);
  if (!strncmp(name, "acc_bias", 8))
    return unit(f, KN_RE, KN_DEV_re_bias, 0, acc, buffer(&args[1]), PG_NO_CB, PG_NO_CB);
  if (!strncmp(name, "red", 3)) {
    const char *in = e->num_args > 1 ? e->args[1]->text : "";
    unit(f, KN_RE, kn_cost_red(), KN_DEV_re_hop, acc, PG_NO_CB, PG_NO_CB, PG_NO_CB);
    if (!f->totals)
      p->core[f->core].events[p->core[f->core].num - 1].chained =
          !strcmp(in, "MTIA_RED_IN_WEST") || !strcmp(in, "MTIA_RED_IN_NORTH") ? chain_before(f) : 0;
    return number(0);
  }
  if (!strncmp(name, "drain", 5)) {
    uint64_t block = (uint64_t)pg_cr_value(f, "MTIA_CR_BLOCK", false, 64 | 64 << 16);
    double rows = (double)(block & 0xffff), cols = (double)(block >> 16 & 0xffff);
    rows = rows - 32 * (double)args[2].i > 32 ? 32 : rows - 32 * (double)args[2].i;
    cols = cols - 32 * (double)args[3].i > 32 ? 32 : cols - 32 * (double)args[3].i;
    return unit(f, KN_SE, kn_cost_tile(rows > 0 ? rows : 0, cols > 0 ? cols : 0), KN_DEV_se_latency,
                acc, PG_NO_CB, PG_NO_CB, buffer(&args[1]));
  }
  if (!strcmp(name, "mlu_transpose") && e->num_args > 2) {
    const char *size = e->args[2]->text;
    const double rows = (double)pg_cr_value(f, "MTIA_CR_MLU_SHAPE", false, 32);
    const double cols = (double)pg_cr_value(f, "MTIA_CR_MLU_SHAPE", true, 32);
    const double bytes = !strcmp(size, "MTIA_MLU_32") ? 4 : !strcmp(size, "MTIA_MLU_16") ? 2 : 1;
    const double in = kn_cost_mlu(rows, cols * bytes), out = kn_cost_mlu(cols, rows * bytes);
    return unit(f, KN_MLU, in > out ? in : out, KN_DEV_mlu_latency, 255, buffer(&args[1]), PG_NO_CB,
                buffer(&args[0]));
  }
  if (!strncmp(name, "se_", 3) || !strncmp(name, "mlu_", 4)) {
    // Shapes are in SHAPE registers; see docs/isa/xmtia.md.
    double rows = (double)pg_cr_value(f, "MTIA_CR_SE_SHAPE", false, 32);
    double cols = (double)pg_cr_value(f, "MTIA_CR_SE_SHAPE", true, 32);
    double cycles = name[0] == 's' ? kn_cost_se(rows, cols, 32) : kn_cost_mlu(rows, cols);
    unknown(f, e->text);
    return unit(f, name[0] == 's' ? KN_SE : KN_MLU, cycles, KN_DEV_se_latency, 255,
                buffer(&args[0]), PG_NO_CB, e->num_args > 1 ? buffer(&args[1]) : PG_NO_CB);
  }
  scalar(f, 1);
  unknown(f, e->text);
  return number(0);
}
