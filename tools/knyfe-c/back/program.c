// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control, which decides how many commands and tiles there are, is gone through turn by turn. A
// loop over data is not: some of its turns are, the others take as long as the one in the middle.
// Within, the two pipelines of core 1 are modelled as docs/timing.md has them: in order each,
// chaining, with short queues; so a loop costs what binds it, be it arithmetic, loads, or waits of
// one for the other.
#include "program.h"
#include "program_product.h"

#include <stdlib.h>
#include <string.h>

enum {
  MAX_GAPS = 16,
  MAX_VARIABLES = 512,
  MAX_STEPS = 4000000,
  CACHE_BYTES = KN_DEV_core_dcache_bytes
};

// What is known of a value. Numbers: `known`. Pointers: of a tensor, of local memory or of nothing
// known.
struct value {
  struct ct_type type;
  bool known, is_pointer, is_tensor;
  bool constant;              // written in the text
  bool product;               // of whole numbers: an addition makes one operation of both
  bool of_mask;               // ones where a mask is set: added to something, it costs nothing
  bool counted;               // made of constants and counters of loops between constants
  bool from_vector;           // of a reduction: stored without the core waiting for it
  int64_t first;              // 1 + how many lanes a mask has, or were loaded
  int64_t i;                  // number, or bytes from the start
  const struct ct_tensor *t;  // a pointer's, or that of the buffer that it points into
  const struct ct_expr *list; // what a struct was initialised with
  bool local;                 // the pointer's bytes lie in local memory
  double ready;               // when who needs it can go on
};

struct variable {
  const char *name;
  struct value v;
};

// Core 1 with its pipelines; core 0 has the first field only.
struct pipes {
  double now, arith, loads;
  double held;              // until then a gather needs its registers
  double group, load_issue; // when what is written out began, and when its last load was issued
  double queue[2][KN_DEV_vector_queue];
  unsigned at[2];
  struct gap {
    double from, to;
  } gaps[2][MAX_GAPS]; // of the group, see fill()
  unsigned num_gaps[2];
  double busy[3]; // arithmetic, loads and stores, the SE on behalf of a tile
};

struct register_values {
  const char *name;
  struct value lo, hi;
};

// Core 1's time for a tile.
struct tile_cost {
  const struct ct_function *g;
  int64_t extent;
  unsigned times;
  double cycles, busy[3];
};

struct follow {
  struct tile_cost tiles[64];
  struct pg_program *p;
  struct ct_text *t;
  unsigned core, row, col;
  struct pipes pipes;
  double emitted; // time of the last event
  double emitted_busy[3];
  struct pg_totals *totals; // only these are asked for
  bool in_data;             // inside of a function without commands
  bool leaf;                // inside of a leaf loop: addresses cost nothing
  bool flat;                // in a loop without jumps
  bool scalars;             // in one without vectors and other loops
  struct {
    int64_t turn;
    bool flat, counted;
  } active[32]; // loops over data
  unsigned num_active;
  struct {
    unsigned id;
    struct value v;
  } known[64]; // what this turn has computed already
  unsigned num_known;
  bool gathers;   // stores of turns that the compiler puts together come behind their loads
  bool last;      // the last one of those
  int64_t masked; // 1 + the elements of the last mask of this turn
  struct {
    double ready, lines;
  } stores[64];
  unsigned num_stores;
  bool storing;
  struct variable variables[MAX_VARIABLES];
  unsigned num_variables, floor; // of this function
  struct register_values registers[32];
  unsigned num_registers;
  const struct ct_tensor *buffer_tensor[32];
  int64_t mml[2]; // offsets
  unsigned phase, part, steps, line;
  double marked, marked_busy[3]; // what lines have been charged with
  enum { NORMAL, CONTINUES, BREAKS, RETURNS } signal;
  struct value result;
  bool failed;
};

static double larger(double a, double b) { return a > b ? a : b; }

static void unknown(struct follow *f, const char *what) {
  if (!f->p->unknown[0])
    snprintf(f->p->unknown, sizeof f->p->unknown, "%s", what);
}

static struct value number(int64_t i) {
  return (struct value){.type = {64, 1, false, false}, .known = true, .i = i};
}

static struct value something(struct ct_type type, double ready) {
  return (struct value){.type = type, .ready = ready};
}

//===----------------------------------------------------------------------===//
// Core 1's pipelines
//===----------------------------------------------------------------------===//

// The earliest time from `earliest` on at which a pipeline is free for `busy` cycles. What is
// written out the compiler schedules: it fills the gaps that waiting leaves.
static double fill(struct pipes *p, unsigned which, double earliest, double busy) {
  double *end = which ? &p->loads : &p->arith;
  for (unsigned i = 0; i < p->num_gaps[which]; i++) {
    struct gap *g = &p->gaps[which][i];
    double start = larger(g->from, earliest);
    if (start + busy > g->to)
      continue;
    if (start - g->from > g->to - start - busy) // what is left on the longer side stays a gap
      g->to = start;
    else
      g->from = start + busy;
    return start;
  }
  double start = larger(*end, earliest);
  if (start > *end && p->num_gaps[which] < MAX_GAPS)
    p->gaps[which][p->num_gaps[which]++] = (struct gap){*end, start};
  *end = start + busy;
  return start;
}

// An instruction for pipeline `which`: when it begins.
static double begin(struct follow *f, unsigned which, double busy, double ready) {
  struct pipes *p = &f->pipes;
  p->now += KN_DEV_core_issue;
  p->busy[which] += busy;
  double *queue = p->queue[which], start;
  if (f->gathers && !f->storing) {
    // Loads first.
    double issue = p->group;
    if (which == 1)
      issue = p->load_issue = larger(p->load_issue + KN_DEV_core_issue, p->group);
    start = fill(p, which, larger(issue, ready), busy);
    unsigned least = 0; // the latest ones are what the queue holds in the end
    for (unsigned i = 1; i < KN_DEV_vector_queue; i++)
      least = queue[i] < queue[least] ? i : least;
    queue[least] = larger(queue[least], start);
    return start;
  }
  double *slot = &queue[p->at[which]], *free = which ? &p->loads : &p->arith;
  p->now = larger(p->now, *slot);
  start = larger(larger(*free, p->now), ready);
  *free = start + busy;
  *slot = start;
  p->at[which] = (p->at[which] + 1) % KN_DEV_vector_queue;
  return start;
}

// Turns that have been put together begin; they end when the queues have place for what follows.
static void begin_group(struct pipes *p) {
  p->group = p->load_issue = p->now;
  p->num_gaps[0] = p->num_gaps[1] = 0;
}

static void end_group(struct pipes *p) {
  for (unsigned which = 0; which < 2; which++) {
    double *queue = p->queue[which];
    for (unsigned i = 1; i < KN_DEV_vector_queue; i++) // in order, the earliest first
      for (unsigned k = i; k > 0 && queue[k] < queue[k - 1]; k--) {
        double earlier = queue[k];
        queue[k] = queue[k - 1];
        queue[k - 1] = earlier;
      }
    p->at[which] = 0;
    p->now = larger(p->now, queue[0]);
  }
  p->now = larger(p->now, p->held);
}

// A scalar operand: the core waits for it.
static double operand(struct follow *f, const struct value *v) {
  if (v->type.lanes > 1)
    return v->ready;
  f->pipes.now = larger(f->pipes.now, v->ready);
  return 0;
}

static double registers(struct ct_type type) {
  return kn_cost_registers(type.lanes, type.bits ? type.bits : 8);
}

// `cycles` per register; who needs the result can go on `latency` later, or behind the last
// register.
static struct value arithmetic(struct follow *f, struct ct_type type, double cycles, double latency,
                               double ready, bool last) {
  double start = begin(f, 0, cycles, ready);
  return something(type, start + (last ? cycles : 1) + latency);
}

static void scalar(struct follow *f, double cycles) { f->pipes.now += cycles; }

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

static struct pg_event *emit(struct follow *f, enum pg_kind kind) {
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
static void charge(struct follow *f) {
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
// Names
//===----------------------------------------------------------------------===//

static struct value *find(struct follow *f, const char *name) {
  for (unsigned i = f->num_variables; i-- > f->floor;)
    if (f->variables[i].name == name)
      return &f->variables[i].v;
  return NULL;
}

static void declare(struct follow *f, const char *name, struct value v) {
  if (f->num_variables == MAX_VARIABLES) {
    f->failed = true;
    return;
  }
  f->variables[f->num_variables++] = (struct variable){name, v};
}

static const struct ct_tensor *tensor(const struct follow *f, const char *name) {
  for (const struct ct_tensor *t = f->t->tensors; t; t = t->next)
    if (t->name == name)
      return t;
  return NULL;
}

static struct value named(struct follow *f, const char *name) {
  struct value *v = find(f, name);
  if (v)
    return *v;
  for (const struct ct_constant *c = f->t->constants; c; c = c->next)
    if (c->name == name) {
      struct value k = number(c->value);
      k.constant = true;
      return k;
    }
  if (!strcmp(name, "MTIA_LOCAL_SIZE"))
    return number(KN_DEV_local_bytes);
  if (!strcmp(name, "MTIA_LOCAL_BASE"))
    return (struct value){
        .type = {64, 1, false, false}, .is_pointer = true, .local = true, .known = true};
  return something((struct ct_type){64, 1, false, false}, 0);
}

static struct value *cr(struct follow *f, const char *name, bool hi) {
  for (unsigned i = 0; i < f->num_registers; i++)
    if (f->registers[i].name == name)
      return hi ? &f->registers[i].hi : &f->registers[i].lo;
  if (f->num_registers == 32)
    return &f->result;
  f->registers[f->num_registers].name = name;
  f->registers[f->num_registers].lo = f->registers[f->num_registers].hi = number(0);
  return hi ? &f->registers[f->num_registers++].hi : &f->registers[f->num_registers++].lo;
}

static int64_t cr_value(struct follow *f, const char *name, bool hi, int64_t otherwise) {
  struct value *v = cr(f, ct_intern(f->t, name, strlen(name)), hi);
  return v->known ? v->i : otherwise;
}

//===----------------------------------------------------------------------===//
// Numbers that the launch brings: offsets of bags are dealt evenly
//===----------------------------------------------------------------------===//

struct place {
  const char *name;
  const struct kn_dim *limit; // what the numbers index
  const struct kn_index *bounds;
};

static bool find_tensor(struct kn_expr *e, void *data) {
  return !(e->kind == KN_READ && !strcmp(e->tensor->name, ((struct place *)data)->name));
}

static bool mentions(struct kn_expr *e, struct place *p) {
  return e && !kn_walk(e, find_tensor, p);
}

static bool find_limit(struct kn_expr *e, void *data) {
  struct place *p = data;
  if (e->kind == KN_REDUCE)
    for (unsigned i = 0; i < e->num_indices; i++)
      if (mentions(e->indices[i]->lo, p) || mentions(e->indices[i]->hi, p))
        p->bounds = e->indices[i];
  if (e->kind == KN_READ)
    for (unsigned i = 0; i < e->num_args; i++)
      if ((p->bounds && kn_plain_index(e->args[i]) == p->bounds) || mentions(e->args[i], p))
        if (!p->limit)
          p->limit = e->tensor->dims[i];
  return true;
}

// An element of an integer tensor, as far as sizes tell.
static bool launch_number(struct follow *f, const struct ct_tensor *t, int64_t index, int64_t *n) {
  struct place p = {.name = t->name};
  for (struct kn_stmt *s = f->p->kernel->stmts; s; s = s->next)
    if (s->value)
      kn_walk(s->value, find_limit, &p);
  if (!p.limit || p.limit->size < 0 || !t->rank)
    return false;
  for (const struct kn_tensor *i = f->p->kernel->inputs; i; i = i->next)
    if (!strcmp(i->name, t->name) && i->rank && i->dims[i->rank - 1]->base &&
        i->dims[i->rank - 1]->offset == 1) {
      int64_t row = t->stride[t->rank - 1] ? t->dim[t->rank - 1] : 1, bags = row - 1;
      if (t->rank > 1) { // one row of offsets per table
        int64_t pitch = t->stride[t->rank - 2] / t->bytes;
        index = pitch ? index % pitch : index;
      }
      *n = bags > 0 ? index * p.limit->size / bags : 0;
      return true;
    }
  *n = p.limit->size / 2;
  return true;
}

//===----------------------------------------------------------------------===//
// Operations by name
//===----------------------------------------------------------------------===//

struct operation {
  const char *name;
  double cycles, latency, fixed;
};

#define LAST -1
static const struct operation operations[] = {
#define OPERATION(name, cycles, latency, fixed) {#name, cycles, latency, fixed},
#include "operations.def"
};

struct vector_name {
  const char *op;
  size_t size;
  struct ct_type type;
  bool from, of_mask;
  struct ct_type source;
};

static bool read_suffix(const char *text, const char **end, struct ct_type *type) {
  unsigned bits, lanes;
  int n = 0;
  char base[8];
  if (sscanf(text, "mask%*[x]%u%n", &lanes, &n) == 1 && n) {
    *type = (struct ct_type){8, (uint8_t)lanes, false, false};
  } else if (sscanf(text, "%2[a-z]%ux%u%n", base, &bits, &lanes, &n) == 3) {
    *type = (struct ct_type){(uint8_t)bits, (uint8_t)lanes, base[strlen(base) - 1] == 'f', false};
  } else if (sscanf(text, "%2[a-z]%u%n", base, &bits, &n) == 2 && bits <= 64) {
    *type = (struct ct_type){(uint8_t)bits, 1, base[strlen(base) - 1] == 'f', false};
  } else
    return false;
  *end = text + n;
  return true;
}

// mtia_f32x64_from_f16x64, kn_max_f32x64, kn_add_i32
static bool parse_name(const char *name, struct vector_name *v) {
  *v = (struct vector_name){0};
  const char *p = !strncmp(name, "mtia_", 5) ? name + 5
                  : !strncmp(name, "kn_", 3) ? name + 3
                                             : NULL;
  if (!p)
    return false;
  const char *from = strstr(p, "_from_"), *end;
  if (from && !strncmp(p, "mask_from_", 10) && read_suffix(from + 6, &end, &v->source)) {
    v->op = p;
    v->size = 9;
    v->type = (struct ct_type){8, v->source.lanes, false, false};
    return true;
  }
  if (from) {
    v->from = true;
    v->of_mask = !strncmp(from + 6, "mask", 4);
    return read_suffix(p, &end, &v->type) &&
           (v->of_mask || read_suffix(from + 6, &end, &v->source));
  }
  for (const char *u = strchr(p, '_'); u; u = strchr(u + 1, '_'))
    if (read_suffix(u + 1, &end, &v->type) && (!*end || *end == '_')) {
      v->op = p;
      v->size = (size_t)(u - p);
      return true;
    }
  // kn_insidex32
  unsigned digits;
  if (sscanf(p, "insidex%u", &digits) == 1) {
    v->op = p;
    v->size = 6;
    v->type = (struct ct_type){8, (uint8_t)digits, false, false};
    return true;
  }
  // kn_rowq8_x64
  unsigned lanes;
  const char *x = strstr(p, "_x");
  if (x && sscanf(x, "_x%u", &lanes) == 1) {
    v->op = p;
    v->size = (size_t)(x - p);
    v->type = (struct ct_type){32, (uint8_t)lanes, true, false};
    return true;
  }
  return false;
}

static bool is_op(const struct vector_name *v, const char *name) {
  return v->size == strlen(name) && !memcmp(v->op, name, v->size);
}

static const struct operation *operation(const struct vector_name *v) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    if (v->op && is_op(v, operations[i].name))
      return &operations[i];
  return NULL;
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

// Latency of a line beyond its cycle in the pipeline: local memory, or the cache in front of SRAM.
static double line_latency(struct follow *f, const struct value *pointer) {
  if (pointer->local || !pointer->t)
    return KN_DEV_core_local_load;
  int64_t bytes = pointer->t->rank ? pointer->t->stride[0] * pointer->t->dim[0] : 4;
  double miss = kn_cost_latency(false, f->p->grid_rows, f->p->grid_cols) + KN_DEV_core_cache_miss;
  return bytes <= CACHE_BYTES / 2 ? KN_DEV_core_load_use : miss;
}

// Lines of a load or store of the first `count` elements, NULL: of all.
static double lines_of(struct ct_type type, const struct value *count) {
  if (count && count->known && count->i < type.lanes)
    type.lanes = (uint8_t)(count->i > 1 ? count->i : 1);
  return registers(type);
}

// A number of elements that the compiler does not know takes a mask. Of turns that are put together
// in a loop between constants only the last one can be short; where all have masks nothing runs
// ahead, as there is one register for them.
enum mask { NO_MASK, ONE_MASK, ALL_MASKS };
static enum mask mask_of(const struct follow *f, const struct value *count) {
  if (!count || count->constant || (count->counted && !f->last))
    return NO_MASK;
  return count->counted ? ONE_MASK : ALL_MASKS;
}

// A mask of so many lanes, which all of a turn share.
static struct value first_lanes(struct follow *f, uint8_t lanes, const struct value *count) {
  const struct ct_type places = {16, lanes, false, false};
  struct value mask = something((struct ct_type){8, lanes, false, false}, 0);
  if (f->masked != count->i + 1) {
    scalar(f, 2);
    mask = arithmetic(f, mask.type, registers(places), KN_DEV_valu, operand(f, count), true);
  }
  mask.first = f->masked = count->i + 1;
  return mask;
}

static struct value vector_load(struct follow *f, struct ct_type type, const struct value *pointer,
                                const struct value *count) {
  operand(f, pointer);
  double ready = 0;
  enum mask mask = mask_of(f, count);
  if (mask != NO_MASK) {
    first_lanes(f, type.lanes, count);
    const struct ct_type places = {16, type.lanes, false, false};
    arithmetic(f, type, registers(type), 0, 0, false); // what the others are
    ready = arithmetic(f, places, 1, KN_DEV_vmask, 0, true).ready;
  }
  double lines = lines_of(type, count), latency = line_latency(f, pointer);
  bool cached = !pointer->local && pointer->t && latency > KN_DEV_core_local_load;
  // The pipeline waits for a miss; the lines of an instruction come together.
  f->storing = mask == ALL_MASKS;
  double start = begin(f, 1, cached ? lines + latency : lines, ready);
  f->storing = false;
  struct value v = something(type, start + 1 + latency + KN_DEV_vload);
  v.first = mask != NO_MASK ? count->i + 1 : 0;
  return v;
}

// Stores of what the compiler writes out come behind all of its loads.
static void flush_stores(struct follow *f) {
  f->storing = true;
  for (unsigned i = 0; i < f->num_stores; i++)
    begin(f, 1, f->stores[i].lines, f->stores[i].ready);
  f->storing = false;
  f->num_stores = 0;
}

static void put_store(struct follow *f, double lines, double ready) {
  if (f->num_stores == sizeof f->stores / sizeof *f->stores)
    flush_stores(f);
  f->stores[f->num_stores].ready = ready;
  f->stores[f->num_stores++].lines = lines;
  if (!f->gathers)
    flush_stores(f);
}

static void vector_store(struct follow *f, const struct value *v, const struct value *pointer,
                         const struct value *count) {
  operand(f, pointer);
  double ready = v->ready;
  enum mask mask = mask_of(f, count);
  if (mask == ALL_MASKS) {
    scalar(f, 2);
    flush_stores(f);
    ready = larger(ready, arithmetic(f, v->type, 1, KN_DEV_vmask, 0, true).ready);
  }
  put_store(f, lines_of(v->type, count), ready);
  if (mask == ALL_MASKS)
    flush_stores(f);
}

static struct value scalar_load(struct follow *f, const struct value *pointer,
                                const struct value *at) {
  struct ct_type type = pointer->type;
  type.pointer = false;
  type.lanes = 1;
  f->pipes.now = larger(f->pipes.now, at->ready);
  scalar(f, KN_DEV_core_issue);
  // Of loops without vectors the compiler makes several turns at once, and loads ahead.
  double latency = f->scalars && at->known ? 0 : line_latency(f, pointer);
  struct value v = something(type, f->pipes.now + latency);
  if (pointer->t && !type.is_float && at->known)
    v.known = launch_number(f, pointer->t, at->i, &v.i);
  return v;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

static struct value evaluate(struct follow *f, const struct ct_expr *e);
static void call_function(struct follow *f, const struct ct_function *function,
                          const struct ct_expr *call);
static struct value command(struct follow *f, const struct ct_expr *e, struct value *args);

static int64_t compute(const char *op, int64_t a, int64_t b) {
  switch (*op) {
  case '+':
    return (int64_t)((uint64_t)a + (uint64_t)b);
  case '-':
    return (int64_t)((uint64_t)a - (uint64_t)b);
  case '*':
    return (int64_t)((uint64_t)a * (uint64_t)b);
  case '/':
    return b && !(b == -1) ? a / b : 0;
  case '%':
    return b && !(b == -1) ? a % b : 0;
  case '&':
    return op[1] == '&' ? a && b : a & b;
  case '|':
    return op[1] == '|' ? a || b : a | b;
  case '^':
    return a ^ b;
  case '<':
    return op[1] == '<' ? (int64_t)((uint64_t)a << (b & 63)) : op[1] == '=' ? a <= b : a < b;
  case '>':
    return op[1] == '>' ? a >> (b & 63) : op[1] == '=' ? a >= b : a > b;
  case '=':
    return a == b;
  default: // !=
    return a != b;
  }
}

static double scalar_latency(const char *op, struct ct_type type) {
  if (type.is_float)
    return *op == '/' ? KN_DEV_core_fdiv_s : KN_DEV_core_fadd;
  return *op == '*' ? KN_DEV_core_mul : 0;
}

static struct value binary(struct follow *f, const char *op, struct value a, struct value b) {
  struct ct_type type = a.type.lanes > b.type.lanes   ? a.type
                        : b.type.lanes > a.type.lanes ? b.type
                        : a.type.bits >= b.type.bits  ? a.type
                                                      : b.type;
  type.is_float = a.type.is_float || b.type.is_float;
  if (a.is_pointer || b.is_pointer) {
    struct value p = a.is_pointer ? a : b, n = a.is_pointer ? b : a;
    int64_t size = p.type.pointer && p.type.bits ? p.type.bits / 8 : 1;
    p.known = a.known && b.known && !(a.is_pointer && b.is_pointer);
    p.i = *op == '-' ? p.i - n.i * size : p.i + n.i * size;
    p.ready = larger(a.ready, b.ready);
    if (!f->leaf && !(n.constant && n.i == 0))
      scalar(f, 1);
    return p;
  }
  if (type.lanes > 1) {
    double ready = larger(operand(f, &a), operand(f, &b)), n = registers(type);
    bool compare = strchr("<>=!", *op) && op[1] != '<' && op[1] != '>';
    if ((*op == '/' || *op == '%') && !type.is_float && b.constant) // shifts
      return arithmetic(f, type, 3 * n, KN_DEV_valu + 2 * n, ready, false);
    if (*op == '/' || *op == '%') {
      double each = 1 + (!type.is_float    ? KN_DEV_vdiv
                         : type.bits == 16 ? KN_DEV_core_fdiv_h
                                           : KN_DEV_core_fdiv_s);
      return arithmetic(f, type, n * each, 0, ready, true);
    }
    double latency = type.is_float ? KN_DEV_vfalu : *op == '*' ? KN_DEV_vmul : KN_DEV_valu;
    return arithmetic(f, type, n, latency, ready, compare);
  }
  if (a.known && b.known && !type.is_float) {
    struct value v = number(compute(op, a.i, b.i));
    v.constant = a.constant && b.constant;
    v.counted = (a.constant || a.counted) && (b.constant || b.counted);
    v.ready = larger(a.ready, b.ready);
    if (!v.constant && !f->leaf) {
      scalar(f, *op == '/' || *op == '%' ? (!b.constant              ? KN_DEV_core_div
                                            : (b.i & (b.i - 1)) == 0 ? 1
                                                                     : 5)
                                         : 1);
      if (*op == '*' && !(b.constant && (b.i & (b.i - 1)) == 0) &&
          !(a.constant && (a.i & (a.i - 1)) == 0))
        scalar(f, KN_DEV_core_mul);
    }
    return v;
  }
  f->pipes.now = larger(f->pipes.now, larger(a.ready, b.ready));
  scalar(f, *op == '/' && !type.is_float ? 1 + KN_DEV_core_div : 1);
  return something(type, f->pipes.now + scalar_latency(op, type));
}

static struct value convert(struct follow *f, struct ct_type to, struct value v) {
  if (to.pointer || v.is_pointer) {
    v.type.bits = to.bits;
    v.type.is_float = to.is_float;
    v.type.pointer = to.pointer;
    v.type.lanes = 1;
    return v;
  }
  if (to.lanes > 1 && v.type.lanes == 1) { // the same in all; operations take scalars
    operand(f, &v);
    struct value all = something(to, f->pipes.now);
    all.constant = v.constant;
    return all;
  }
  if (to.lanes > 1) {
    v.type = to;
    return v;
  }
  if (to.is_float != v.type.is_float && !v.constant) {
    f->pipes.now = larger(f->pipes.now, v.ready);
    scalar(f, 1);
    return something(to, f->pipes.now + KN_DEV_core_fcvt);
  }
  if (v.known && !to.is_float && to.bits && to.bits < 64) {
    uint64_t mask = ((uint64_t)1 << to.bits) - 1, u = (uint64_t)v.i & mask;
    if (v.i >= 0 && (uint64_t)v.i == u)
      ;
    else if (v.i >= 0)
      v.i = (int64_t)u;
  }
  v.type = to.bits ? to : v.type;
  return v;
}

static struct value widen(struct follow *f, struct ct_type to, struct ct_type from,
                          struct value v) {
  if (v.of_mask) {
    v.type = to;
    return v;
  }
  double n = larger(registers(to), registers(from)), steps = 1;
  // A step doubles or halves the width; floating point from bytes takes two.
  unsigned wide = to.bits > from.bits ? to.bits : from.bits;
  unsigned narrow = to.bits > from.bits ? from.bits : to.bits;
  if (to.is_float != from.is_float && wide > 2 * narrow)
    steps = 1.5;
  else if (wide < narrow * 2 && to.is_float == from.is_float)
    return v;
  else if (wide > 2 * narrow && to.bits < from.bits)
    steps = 1.5;
  else if (!to.is_float && !from.is_float && to.bits > from.bits)
    steps = 0.5; // the last step is part of what is done with it
  return arithmetic(f, to, n * steps, KN_DEV_vfcvt, operand(f, &v), false);
}

// A row of a quantised table: bytes, scale, bias.
static struct value table_row(struct follow *f, const struct vector_name *v, struct value *args) {
  struct ct_type bytes = {8, v->type.lanes, false, false};
  struct value q = vector_load(f, bytes, &args[0], NULL);
  scalar(f, 2);
  double ready = q.ready;
  for (int i = 0; i < 2; i++) { // scale and bias, which are not aligned
    struct value at = number(0), e = scalar_load(f, &args[0], &at);
    scalar(f, is_op(v, "rowq8h") || is_op(v, "rowq4h") ? 4 : 10);
    f->pipes.now = larger(f->pipes.now, e.ready);
  }
  double n = registers(v->type);
  if (is_op(v, "rowq4") || is_op(v, "rowq4h"))
    q = arithmetic(f, bytes, 6, KN_DEV_valu, ready, false);
  q = arithmetic(f, v->type, n, KN_DEV_vfcvt, q.ready, false);
  q = arithmetic(f, v->type, n, KN_DEV_vfcvt, q.ready, false);
  q = arithmetic(f, v->type, n, KN_DEV_valu, q.ready, false);
  return arithmetic(f, v->type, n, KN_DEV_vfma, q.ready, false);
}

// The first lanes, if the compiler knows how many: a constant, or nothing at all where it is used.
static bool is_constant_mask(const struct follow *f, const struct vector_name *v,
                             const struct value *count) {
  return is_op(v, "first") && v->type.lanes > 1 && count->known && mask_of(f, count) == NO_MASK;
}

// Arithmetic of whole numbers that are known: bounds of loops are made of it.
static bool compute_call(struct follow *f, const struct vector_name *v, const struct value *args,
                         unsigned num, struct value *result) {
  static const struct {
    const char *name, *op;
  } ops[] = {{"add", "+"},  {"sub", "-"},  {"mul", "*"}, {"div", "/"}, {"rem", "%"},
             {"shl", "<<"}, {"shr", ">>"}, {"min", "<"}, {"max", ">"}};
  bool constant = true, counted = true;
  for (unsigned i = 0; i < num; i++) {
    if (!args[i].known || args[i].is_pointer)
      return false;
    constant = constant && args[i].constant;
    counted = counted && (args[i].constant || args[i].counted);
  }
  int64_t n;
  if (num == 1 && (is_op(v, "neg") || is_op(v, "abs")))
    n = is_op(v, "neg") || args[0].i < 0 ? -args[0].i : args[0].i;
  else {
    unsigned i = 0;
    while (i < sizeof ops / sizeof *ops && !is_op(v, ops[i].name))
      i++;
    if (num != 2 || i == sizeof ops / sizeof *ops)
      return false;
    n = compute(ops[i].op, args[0].i, args[1].i);
    if (is_op(v, "min") || is_op(v, "max"))
      n = n ? args[0].i : args[1].i;
  }
  *result = number(v->type.bits == 32 ? (int32_t)n : n);
  result->constant = constant;
  result->counted = counted;
  for (unsigned i = 0; i < num; i++)
    result->ready = larger(result->ready, args[i].ready);
  if (!constant && !f->leaf)
    scalar(f, is_op(v, "div") || is_op(v, "rem") ? 4 : 1);
  return true;
}

static struct value vector_call(struct follow *f, const struct ct_expr *e,
                                const struct vector_name *v, struct value *args) {
  struct ct_type type = v->type;
  unsigned num = e->num_args;
  if (v->of_mask && num == 1) {
    struct value ones =
        something((struct ct_type){8, args[0].type.lanes, false, false}, args[0].ready);
    ones.of_mask = true;
    return ones;
  }
  if (v->from)
    return type.lanes > 1 ? widen(f, type, v->source, args[0]) : convert(f, type, args[0]);
  bool counted = num > 1 && v->size > 6 && !memcmp(v->op + v->size - 6, "_first", 6);
  if ((is_op(v, "load_second") || is_op(v, "load_even") || is_op(v, "load_odd")) &&
      num) { // all, then every second one
    struct ct_type pairs = {2 * type.bits, type.lanes, false, false};
    struct value all = vector_load(f, pairs, &args[0], num > 1 ? &args[1] : NULL);
    return arithmetic(f, type, registers(pairs), KN_DEV_valu, all.ready, false);
  }
  if (!strncmp(v->op, "load", 4) && num)
    return vector_load(f, type, &args[0], counted ? &args[1] : NULL);
  if (!strncmp(v->op, "store", 5) && num) {
    struct value what = args[num - 1];
    const bool first_pairs = is_op(v, "store_first_pairs");
    if (first_pairs || is_op(v, "store_pairs")) { // put together first
      type.bits *= 2;
      counted = first_pairs;
      what = arithmetic(f, type, 2 * registers(type), KN_DEV_valu,
                        larger(operand(f, &what), operand(f, &args[num - 2])), false);
    }
    what.type = type;
    vector_store(f, &what, &args[0], counted ? &args[1] : NULL);
    return something(type, 0);
  }
  if (!strncmp(v->op, "rowq", 4) && type.lanes > 1 && num)
    return table_row(f, v, args);
  if (!strncmp(v->op, "gather", v->size)) {
    double ready = larger(operand(f, &args[0]), num > 1 ? operand(f, &args[1]) : 0);
    double start = begin(f, 1, type.lanes, ready);
    f->pipes.held = start + type.lanes;
    return something(type, start + type.lanes + line_latency(f, &args[0]) + KN_DEV_vload_indexed);
  }
  double ready = 0, n = registers(type);
  struct ct_type widest = type;
  for (unsigned i = 0; i < num; i++) {
    ready = larger(ready, operand(f, &args[i]));
    if (args[i].type.lanes > 1 && registers(args[i].type) > n) {
      n = registers(args[i].type);
      widest = args[i].type;
    }
  }
  if (num == 1 && is_constant_mask(f, v, &args[0])) {
    struct value mask = args[0];
    mask.type = type;
    return mask;
  }
  if (is_op(v, "first") && num == 1 && args[0].known && type.lanes > 1)
    return first_lanes(f, type.lanes, &args[0]);
  // All lanes, or what was not loaded is replaced while loading.
  if (is_op(v, "select") && num == 3 && args[0].type.lanes > 1 &&
      ((args[0].known && args[0].i >= type.lanes) ||
       (args[0].first && args[0].first == args[1].first)))
    return args[1];
  struct value whole;
  if (type.lanes == 1 && !type.is_float && compute_call(f, v, args, num, &whole))
    return whole;
  if (type.lanes > 1 && (is_op(v, "max") || is_op(v, "min"))) {
    if (!type.is_float || e->text[0] == 'm')
      return arithmetic(f, type, n, type.is_float ? KN_DEV_vfalu : KN_DEV_valu, ready, false);
    struct value m = arithmetic(f, type, 2 * n + 1, KN_DEV_valu, ready, true); // two comparisons
    return arithmetic(f, type, n, KN_DEV_valu, m.ready, false);
  }
  (void)widest;
  if ((is_op(v, "div") || is_op(v, "rem")) && !type.is_float && num == 2 && args[1].constant) {
    if (type.lanes > 1)
      return arithmetic(f, type, 4 * n, KN_DEV_valu + 3 * n, ready, false);
    scalar(f, 4);
    return something(type, f->pipes.now);
  }
  const struct operation *o = operation(v);
  if (o) {
    bool half = type.bits == 16 && o->cycles > 4 && type.is_float;
    double cycles = o->cycles * (half ? 2 : 1) * n + o->fixed + (half ? 4 * n : 0);
    if (type.lanes == 1) { // of a single number: functions by way of a vector of 16
      f->pipes.now = larger(f->pipes.now, larger(args[0].ready, num > 1 ? args[1].ready : 0));
      bool simple = o->cycles < 4;
      scalar(f, simple ? 1 + (o->cycles > 1) : 1);
      double latency = simple            ? (type.is_float ? KN_DEV_core_fadd : 0)
                       : o->cycles == 17 ? KN_DEV_core_fdiv_s
                                         : 2.5 * o->cycles + 20;
      struct value s = something(type, f->pipes.now + latency);
      return s;
    }
    if (is_op(v, "add") && !type.is_float && num == 2 && (args[0].product || args[1].product))
      return something(type, ready + KN_DEV_valu);
    bool last = o->latency == LAST;
    bool reduces = is_op(v, "hsum") || is_op(v, "hsum_any") || is_op(v, "hmax") ||
                   is_op(v, "hmin") || !strncmp(v->op, "end_", 4);
    // Of several operations in a row the last one's latency is left.
    double behind = o->cycles >= 2 && cycles > n ? cycles - n : 0;
    struct value result =
        arithmetic(f, type, reduces ? n + 1 : cycles, last ? 0 : o->latency, ready, last);
    if (!last)
      result.ready += behind;
    result.product = is_op(v, "mul") && !type.is_float;
    if (reduces) { // a single number
      result.from_vector = true;
      result.type.lanes = 1;
      result.ready += o->fixed;
    }
    return result;
  }
  if (type.lanes == 1) {
    scalar(f, 2);
    return something(type, f->pipes.now + 2);
  }
  unknown(f, e->text);
  return arithmetic(f, type, n, KN_DEV_vfalu, ready, false);
}

// KN_ENGINE(op, type, to, from, n): the SE goes over n elements, core 1 waits.
static struct value engine(struct follow *f, const struct ct_expr *e, const struct value *args) {
  const char *type = e->args[1]->op == CT_NAME ? e->args[1]->text : "";
  unsigned bits = strstr(type, "32") ? 32 : strstr(type, "16") ? 16 : 8;
  double n = args[4].known ? (double)args[4].i : 64, busy = kn_cost_se(1, n, bits);
  struct pipes *p = &f->pipes;
  p->now = larger(p->now, larger(p->arith, p->loads));
  // Registers, issue, dispatch; the function's latency; the core goes on.
  p->now +=
      12 + KN_DEV_cp_dispatch + busy + KN_DEV_se_latency + KN_DEV_se_function + KN_DEV_cp_wake;
  p->busy[2] += busy;
  return number(0);
}

static struct value builtin(struct follow *f, const struct ct_expr *e, struct value *args) {
  const char *name = e->text;
  struct pg_program *p = f->p;
  if (!strcmp(name, "KN_ENGINE") && e->num_args > 4)
    return engine(f, e, args);
  if (!strcmp(name, "kn_remote")) { // an address in another PE's local memory
    scalar(f, 30);
    return (struct value){
        .type = {64, 1, false, false}, .known = true, .is_pointer = true, .local = true};
  }
  static const struct {
    const char *name;
    int what;
  } ids[] = {{"mtia_pe", 0},  {"mtia_rows", 1}, {"mtia_cols", 2},
             {"mtia_row", 3}, {"mtia_col", 4},  {"mtia_core", 5}};
  for (int i = 0; i < 6; i++)
    if (!strcmp(ids[i].name, name)) {
      const unsigned values[] = {
          f->row * p->grid_cols + f->col, p->grid_rows, p->grid_cols, f->row, f->col, f->core};
      scalar(f, i == 5 ? 0 : KN_DEV_core_csr);
      return number(values[i]);
    }
  if (e->num_args == 2 && (!strcmp(name, "kn_least") || !strcmp(name, "kn_greatest") ||
                           !strcmp(name, "min") || !strcmp(name, "max"))) {
    bool least = name[strlen(name) - 1] == 't' ? name[3] == 'l' : name[1] == 'i';
    scalar(f, f->leaf ? 0 : 1);
    if (args[0].known && args[1].known)
      return (args[0].i < args[1].i) == least ? args[0] : args[1];
    return args[0];
  }
  if (e->num_args == 2 && (!strcmp(name, "kn_ceil_div") || !strcmp(name, "kn_round_up")) &&
      args[0].known && args[1].known && args[1].i) {
    int64_t q = (args[0].i + args[1].i - 1) / args[1].i;
    scalar(f, 22);
    return number(name[3] == 'c' ? q : q * args[1].i);
  }
  if (!strncmp(name, "__builtin_", 10)) {
    double ready = 0;
    struct ct_type type = {64, 1, false, false};
    for (unsigned i = 0; i < e->num_args; i++) {
      ready = larger(ready, operand(f, &args[i]));
      if (args[i].type.lanes > type.lanes)
        type = args[i].type;
    }
    if (!strcmp(name, "__builtin_convertvector") && e->num_args == 2 && e->args[1]->op == CT_NAME) {
      struct vector_name v;
      char text[64];
      snprintf(text, sizeof text, "mtia_to_%s", e->args[1]->text + 5);
      if (parse_name(text, &v))
        return widen(f, v.type, args[0].type, args[0]);
    }
    if (!strcmp(name, "__builtin_memset")) {
      double bytes = e->num_args > 2 && args[2].known ? (double)args[2].i : 256;
      begin(f, 1, bytes / KN_DEV_vector_bytes, 0);
      scalar(f, bytes / KN_DEV_vector_bytes + 10);
      return number(0);
    }
    if (type.lanes > 1)
      return arithmetic(f, type, registers(type), KN_DEV_vfalu, ready, false);
    scalar(f, 1);
    return something((struct ct_type){32, 1, true, false}, f->pipes.now + KN_DEV_core_fadd);
  }
  struct vector_name v;
  if (parse_name(name, &v))
    return vector_call(f, e, &v, args);
  if (strcmp(name, "mtia_f32_bits") && strcmp(name, "mtia_qmode") && *name)
    unknown(f, name);
  scalar(f, 1);
  return something((struct ct_type){64, 1, false, false}, f->pipes.now);
}

// A number of an initialiser: .k = 512, or the i-th of .batch = {...}.
static uint64_t field(struct follow *f, const struct ct_expr *list, const char *name,
                      uint64_t otherwise) {
  for (unsigned i = 0; list && i < list->num_args; i++)
    if (list->args[i]->op == CT_FIELD && !strcmp(list->args[i]->text, name)) {
      const struct ct_expr *e = list->args[i]->a;
      uint64_t all = 1;
      if (e->op != CT_LIST)
        e = list->args[i];
      else {
        for (unsigned k = 0; k < e->num_args; k++)
          all *= (uint64_t)evaluate(f, e->args[k]).i;
        return all;
      }
      struct value v = evaluate(f, e->a);
      return v.known ? (uint64_t)v.i : e->a->op == CT_NAME && !strcmp(e->a->text, "true");
    }
  return otherwise;
}

static const struct ct_expr *initialiser(struct follow *f, const struct ct_expr *address) {
  const struct value *v =
      address->a && address->a->op == CT_NAME ? find(f, address->a->text) : NULL;
  return v ? v->list : NULL;
}

// multiply_y(&product, &plan, 8, 8)
static void product(struct follow *f, const struct ct_product *p, const struct ct_expr *call) {
  const struct ct_expr *what = call->num_args > 1 ? initialiser(f, call->args[0]) : NULL;
  const struct ct_expr *how = what ? initialiser(f, call->args[1]) : NULL;
  if (!what || !how) {
    unknown(f, "a product that the launch plans");
    return;
  }
  double now = f->pipes.now;
  uint64_t k = field(f, what, "k", 1) * p->size, outer = field(f, what, "outer", 1);
  uint64_t batch = field(f, what, "batch", 1), m = field(f, what, "m", 1);
  bool joined = p->window && k == KP_STEP && outer > 1; // in w, too: most have it so
  if (joined) {
    k *= outer;
    outer = 1;
  }
  if (p->window) { // one product: kp_join
    m *= batch;
    batch = 1;
  }
  const struct pg_product a = {.shape = {.batch = batch,
                                         .m = m,
                                         .n = field(f, what, "n", 1),
                                         .k = k * outer ? (uint64_t)kp_pad(k) * outer : KP_STEP,
                                         .out = p->out,
                                         .aside = kp_y_room(p->out) +
                                                  (p->bias ? 4 * KP_BLOCK * 4 : 0) +
                                                  (p->window ? KP_LISTS + KP_PAD_ROW : 0),
                                         .splits = outer == 1,
                                         .x_alone = p->window,
                                         .rows = f->p->grid_rows,
                                         .columns = f->p->grid_cols},
                               .outer = outer,
                               .size = p->size,
                               .turn_x = p->turn_x,
                               .turn_w = p->turn_w,
                               .bias = p->bias,
                               .window = p->window,
                               .taps_joined = joined};
  const struct kp_plan plan = {.parts = (uint32_t)field(f, how, "parts", 1),
                               .team_rows = (uint32_t)field(f, how, "team_rows", 1),
                               .team_columns = (uint32_t)field(f, how, "team_columns", 1),
                               .panel = (uint32_t)field(f, how, "panel", 1),
                               .keep_x = field(f, how, "keep_x", 0),
                               .keep_w = field(f, how, "keep_w", 0),
                               .x_room = (uint32_t)field(f, how, "x_room", 1 << 16),
                               .w_room = (uint32_t)field(f, how, "w_room", 1 << 16)};
  f->pipes.now = now;
  if (a.shape.batch && a.shape.m && a.shape.n && plan.parts && plan.team_rows && plan.team_columns)
    pg_follow_product(f, &a, &plan, f->core, f->row, f->col);
}

// kn_bags((struct kn_bags){...}): <mtia/knyfe_bags.h>. Rows come by DMA in the order of the bags,
// the SRAM or DRAM is busy for 93 % of the time but for a start and an end (./build.sh bench
// knyfe-bags).
static void bags(struct follow *f, const struct ct_expr *list) {
  enum { START_AND_END = 1450 };
  double pes = f->p->grid_rows * f->p->grid_cols, now = f->pipes.now;
  double indices = (double)field(f, list, "indices", 1),
         columns = (double)field(f, list, "columns", 1);
  double number = (double)field(f, list, "bags", 1), pool = (double)field(f, list, "pool", 0);
  indices = pool > 0 ? number * pool : indices;
  double row =
      columns * (double)field(f, list, "bits", 32) / 8 + (double)field(f, list, "beside", 0);
  double touched = (double)(((int64_t)row + 31) / 32 * 32),
         element = (double)field(f, list, "out_size", 4);
  double words = indices * (double)(1 << field(f, list, "index_log2", 2)) +
                 number * (double)(1 << field(f, list, "offset_log2", 2));
  double bytes = indices * touched + words + number * columns * element;
  f->pipes.now = now;
  if (f->core == 0) {
    pg_dma(f, true, PG_NO_CB, indices / pes, touched, 0, 1);
    pg_dma(f, true, PG_NO_CB, 1, words / pes, 0, 1);
    pg_dma(f, false, PG_NO_CB, number / pes, columns * element, 0, 1);
  } else
    scalar(f, kn_cost_memory(false, indices, bytes) / 0.93 + START_AND_END - 300);
}

static struct value call(struct follow *f, const struct ct_expr *e) {
  if (!strcmp(e->text, "kn_bags") && e->num_args == 1 && e->args[0]->op == CT_CAST) {
    bags(f, e->args[0]->a);
    return number(0);
  }
  for (const struct ct_function *g = f->t->functions; g; g = g->next)
    if (g->name == e->text) {
      call_function(f, g, e);
      return f->result;
    }
  for (const struct ct_product *p = f->t->products; p; p = p->next)
    if (p->name == e->text) {
      product(f, p, e);
      return number(0);
    }
  struct value args[160];
  for (unsigned i = 0; i < e->num_args; i++)
    args[i] = e->args[i]->op == CT_NAME && !strncmp(e->args[i]->text, "mtia_", 5)
                  ? number(0)
                  : evaluate(f, e->args[i]);
  if (!strncmp(e->text, "__mtia_", 7))
    return command(f, e, args);
  return builtin(f, e, args);
}

// args->x.data, args->x.stride[0], args->scale
static struct value member(struct follow *f, const struct ct_expr *e) {
  const struct ct_expr *inner = e->a;
  if (inner && inner->op == CT_MEMBER) {
    const struct ct_tensor *t = tensor(f, inner->text);
    if (t && !strcmp(e->text, "data"))
      return (struct value){.type = {64, 1, false, false},
                            .known = true,
                            .is_pointer = true,
                            .is_tensor = true,
                            .t = t};
  }
  scalar(f, f->leaf ? 0 : 1 + KN_DEV_core_load_use);
  return something((struct ct_type){32, 1, true, false}, 0);
}

static struct value indexed(struct follow *f, const struct ct_expr *e) {
  if (e->a->op == CT_MEMBER && e->a->a && e->a->a->op == CT_MEMBER && e->b->op == CT_NUMBER) {
    const struct ct_tensor *t = tensor(f, e->a->a->text);
    if (t && (uint64_t)e->b->value < t->rank) {
      scalar(f, f->leaf ? 0 : 1 + KN_DEV_core_load_use);
      if (!strcmp(e->a->text, "stride"))
        return number(t->stride[e->b->value]);
      if (!strcmp(e->a->text, "dim"))
        return number(t->dim[e->b->value]);
    }
  }
  struct value p = evaluate(f, e->a), at = evaluate(f, e->b);
  if (!p.is_pointer && p.type.lanes > 1) { // an element of a vector: a slide, a move
    struct value element = arithmetic(f, p.type, 2, KN_DEV_vslide + KN_DEV_vmove_to_scalar,
                                      p.ready + registers(p.type), true);
    element.type.lanes = 1;
    return element;
  }
  return scalar_load(f, &p, &at);
}

static void assign(struct follow *f, const struct ct_expr *target, struct value v, const char *op) {
  if (target->op == CT_NAME) {
    f->num_known = 0; // what depends on it is another value now
    struct value *old = find(f, target->text);
    if (old && *op != '=')
      v = binary(f, ct_intern(f->t, op, strlen(op) - 1), *old, v);
    if (old) {
      struct ct_type type = old->type;
      *old = v;
      if (!v.is_pointer && !(v.type.lanes > type.lanes))
        old->type = type;
    }
    return;
  }
  if (target->op == CT_INDEX) {
    struct value p = evaluate(f, target->a), at = evaluate(f, target->b);
    if (*op != '=') {
      struct value old = scalar_load(f, &p, &at);
      v = binary(f, ct_intern(f->t, op, strlen(op) - 1), old, v);
    }
    f->num_known = 0; // it may be read again
    if (v.from_vector)
      put_store(f, 1, v.ready);
    else {
      f->pipes.now = larger(f->pipes.now, v.ready);
      scalar(f, KN_DEV_core_issue);
    }
  }
}

static struct value conditional(struct follow *f, const struct ct_expr *e) {
  struct value c = evaluate(f, e->a);
  if (c.known) {
    if (!f->leaf)
      scalar(f, 1);
    return evaluate(f, c.i ? e->b : e->c);
  }
  struct value a = evaluate(f, e->b), b = evaluate(f, e->c);
  if (c.type.lanes > 1 || a.type.lanes > 1 || b.type.lanes > 1) {
    struct ct_type type = a.type.lanes >= b.type.lanes ? a.type : b.type;
    double ready = larger(operand(f, &c), larger(operand(f, &a), operand(f, &b)));
    return arithmetic(f, type, registers(type), KN_DEV_valu, ready, false);
  }
  f->pipes.now = larger(f->pipes.now, c.ready);
  scalar(f, 2);
  a.known = false;
  a.ready = larger(a.ready, b.ready);
  return a;
}

// Is the value of an earlier turn still there? The compiler moves what does not vary in front of a
// loop.
static bool is_hoisted(const struct follow *f, const struct ct_expr *e) {
  if (e->op != CT_CALL && e->op != CT_INDEX && e->op != CT_BINARY && e->op != CT_COND)
    return false;
  // Loops that are written out do not count: in each of their turns the value was there before,
  // too.
  for (unsigned i = f->num_active; i-- > 0;)
    if (!(e->varies >> i & 1)) {
      if (f->active[i].turn > 0)
        return true;
    } else if (!f->active[i].flat)
      return false;
  return false;
}

static struct value evaluate_here(struct follow *f, const struct ct_expr *e);

// Is it worth remembering what came of it? Not where variables change within the turn.
static bool is_shared(const struct follow *f, const struct ct_expr *e) {
  if (!e->id || !f->num_active || f->totals)
    return false;
  return e->op == CT_CALL || e->op == CT_INDEX || e->op == CT_BINARY || e->op == CT_CAST;
}

static struct value evaluate_once(struct follow *f, const struct ct_expr *e) {
  if (!is_shared(f, e))
    return evaluate_here(f, e);
  for (unsigned i = 0; i < f->num_known; i++)
    if (f->known[i].id == e->id)
      return f->known[i].v;
  struct value v = evaluate_here(f, e);
  if (f->num_known < sizeof f->known / sizeof *f->known && f->num_active) {
    f->known[f->num_known].id = e->id;
    f->known[f->num_known++].v = v;
  }
  return v;
}

static struct value evaluate(struct follow *f, const struct ct_expr *e) {
  if (!f->num_active || !is_hoisted(f, e) ||
      (e->op == CT_CALL && (strstr(e->text, "store") || !strncmp(e->text, "KN_", 3))))
    return evaluate_once(f, e);
  struct pipes pipes = f->pipes;
  unsigned active = f->num_active;
  f->num_active = 0;
  struct value v = evaluate_here(f, e);
  f->num_active = active;
  f->pipes = pipes;
  v.ready = 0;
  return v;
}

static struct value evaluate_here(struct follow *f, const struct ct_expr *e) {
  if (++f->steps > MAX_STEPS) {
    f->failed = f->p->gave_up = true;
    return number(0);
  }
  struct value v;
  switch (e->op) {
  case CT_NUMBER:
    v = number(e->value);
    v.constant = true;
    return v;
  case CT_REAL:
    return (struct value){.type = {32, 1, true, false}, .constant = true};
  case CT_TEXT:
    return number(0);
  case CT_NAME:
    return named(f, e->text);
  case CT_UNARY:
    v = evaluate(f, e->a);
    if (*e->text == '&' || *e->text == '*')
      return something(v.type, 0);
    if (v.type.lanes > 1)
      return arithmetic(f, v.type, registers(v.type), KN_DEV_valu, v.ready, false);
    if (v.known && !v.is_pointer)
      v.i = *e->text == '-' ? -v.i : *e->text == '!' ? !v.i : *e->text == '~' ? ~v.i : v.i;
    return v;
  case CT_STEP:
    v = evaluate(f, e->a);
    assign(f, e->a,
           (struct value){.type = v.type, .known = v.known, .i = v.i + (*e->text == '+' ? 1 : -1)},
           "=");
    return v;
  case CT_BINARY:
    v = evaluate(f, e->a);
    if (*e->text == ',')
      return evaluate(f, e->b);
    if (v.known && ((!strcmp(e->text, "&&") && !v.i) || (!strcmp(e->text, "||") && v.i)))
      return number(v.i != 0);
    return binary(f, e->text, v, evaluate(f, e->b));
  case CT_ASSIGN:
    v = evaluate(f, e->b);
    assign(f, e->a, v, e->text);
    return v;
  case CT_COND:
    return conditional(f, e);
  case CT_CALL:
    return call(f, e);
  case CT_INDEX:
    return indexed(f, e);
  case CT_MEMBER:
    return member(f, e);
  case CT_CAST:
    return convert(f, e->type, evaluate(f, e->a));
  case CT_FIELD:
    return evaluate(f, e->a);
  case CT_LIST:
    v = number(0);
    v.list = e;
    return v;
  }
  return number(0);
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

void pg_dma(struct follow *f, bool in, uint8_t cb, double rows, double width, double local,
            unsigned members) {
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
  struct pg_event *d = emit(f, in ? PG_DMA_IN : PG_DMA_OUT);
  d->cb[0] = cb;
  d->members = (uint8_t)members;
  d->rows = rows;
  d->row_bytes = width;
  d->bytes = local;
}

struct pg_event *pg_emit(struct follow *f, enum pg_kind kind) { return emit(f, kind); }

void pg_scalar(struct follow *f, double cycles) { scalar(f, cycles); }

struct pg_event *pg_unit(struct follow *f, enum kn_resource unit, double cycles, double latency,
                         int acc) {
  struct pg_event *u = emit(f, PG_UNIT);
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
  struct pg_event *e = emit(f, PG_INIT);
  e->cb[0] = (uint8_t)id;
  e->bytes = (double)size;
}

static struct value dma(struct follow *f, const char *name, const struct ct_expr *e,
                        struct value *args) {
  bool in = !strncmp(name, "dma_in", 6);
  int64_t width = cr_value(f, in ? "MTIA_CR_DMA_IN" : "MTIA_CR_DMA_OUT", false, 64);
  int64_t pitch = cr_value(f, in ? "MTIA_CR_DMA_IN" : "MTIA_CR_DMA_OUT", true, width);
  double rows = e->num_args > 2 && args[2].known ? (double)args[2].i : 1;
  unsigned members = 1;
  const char *mc = in && e->num_args > 3 && e->args[3]->op == CT_NAME ? e->args[3]->text : "";
  if (!strcmp(mc, "MTIA_MC_ROW") || !strcmp(mc, "MTIA_MC_COL")) {
    uint64_t mask = (uint64_t)cr_value(f, "MTIA_CR_MCAST", false, 1);
    members = (unsigned)__builtin_popcountll(*(mc + 8) == 'R' ? mask & 0xffff : mask >> 16);
    members = members ? members : 1;
  }
  uint8_t cb = buffer(&args[0]);
  if (in && cb < 32)
    f->buffer_tensor[cb] = args[1].t;
  pg_dma(f, in, cb, rows, (double)width,
         rows * (double)(pitch > width ? pitch : (width + 31) / 32 * 32), members);
  return number(0);
}

static struct value unit(struct follow *f, enum kn_resource unit, double cycles, double latency,
                         int acc, uint8_t a, uint8_t b, uint8_t out) {
  struct pg_event *u = emit(f, PG_UNIT);
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
  uint64_t block = (uint64_t)cr_value(f, "MTIA_CR_BLOCK", false, 64 | 64 << 16);
  double rows = (double)(block & 0xffff), cols = (double)(block >> 16 & 0xffff);
  double ti = args[3].known ? (double)args[3].i : 0, tj = args[4].known ? (double)args[4].i : 0;
  rows = rows - 32 * ti > 32 ? 32 : rows - 32 * ti;
  cols = cols - 32 * tj > 32 ? 32 : cols - 32 * tj;
  double cycles = rows > 0 && cols > 0 ? kn_cost_mml(rows, cols) : 1;
  int64_t inc = cr_value(f, "MTIA_CR_MML_INC", false, 32);
  unit(f, KN_DPE, cycles, KN_DEV_dpe_latency, (int)args[0].i, buffer(&args[1]), buffer(&args[2]),
       PG_NO_CB);
  if (!f->totals) {
    struct pg_event *last = &f->p->core[f->core].events[f->p->core[f->core].num - 1];
    last->offset[0] = f->mml[0];
    last->offset[1] = f->mml[1];
  }
  if (e->num_args > 5 && e->args[5]->op == CT_NAME && !strcmp(e->args[5]->text, "MTIA_MML_ADV")) {
    f->mml[0] += inc;
    f->mml[1] += cr_value(f, "MTIA_CR_MML_INC", true, inc);
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

static struct value command(struct follow *f, const struct ct_expr *e, struct value *args) {
  const char *name = e->text + 7;
  struct pg_program *p = f->p;
  if (!strncmp(name, "cr_w", 4) && e->num_args) {
    const char *reg = e->args[0]->text;
    *cr(f, reg, false) = args[1];
    if (name[4] == '2')
      *cr(f, reg, true) = args[2];
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
      struct pg_event *m = emit(f, moves[i].kind);
      m->cb[0] = buffer(&args[0]);
      m->bytes = args[1].known ? (double)args[1].i : 0;
      return number(0);
    }
  if (!strcmp(name, "bar")) {
    bool grid = e->num_args && !strcmp(e->args[0]->text, "MTIA_BAR_GRID");
    emit(f, grid ? PG_BAR_GRID : PG_BAR_PE);
    if (grid) {
      charge(f);
      f->phase++;
      memset(f->mml, 0, sizeof f->mml);
    }
    return number(0);
  }
  if (!strcmp(name, "sync")) {
    emit(f, PG_SYNC);
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
    uint64_t block = (uint64_t)cr_value(f, "MTIA_CR_BLOCK", false, 64 | 64 << 16);
    double rows = (double)(block & 0xffff), cols = (double)(block >> 16 & 0xffff);
    rows = rows - 32 * (double)args[2].i > 32 ? 32 : rows - 32 * (double)args[2].i;
    cols = cols - 32 * (double)args[3].i > 32 ? 32 : cols - 32 * (double)args[3].i;
    return unit(f, KN_SE, kn_cost_tile(rows > 0 ? rows : 0, cols > 0 ? cols : 0), KN_DEV_se_latency,
                acc, PG_NO_CB, PG_NO_CB, buffer(&args[1]));
  }
  if (!strncmp(name, "se_", 3) || !strncmp(name, "mlu_", 4)) {
    // Shapes are in SHAPE registers; see docs/isa/xmtia.md.
    double rows = (double)cr_value(f, "MTIA_CR_SE_SHAPE", false, 32);
    double cols = (double)cr_value(f, "MTIA_CR_SE_SHAPE", true, 32);
    double cycles = name[0] == 's' ? kn_cost_se(rows, cols, 32) : kn_cost_mlu(rows, cols);
    unknown(f, e->text);
    return unit(f, name[0] == 's' ? KN_SE : KN_MLU, cycles, KN_DEV_se_latency, 255,
                buffer(&args[0]), PG_NO_CB, e->num_args > 1 ? buffer(&args[1]) : PG_NO_CB);
  }
  scalar(f, 1);
  unknown(f, e->text);
  return number(0);
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

static void at_line(struct follow *f, unsigned line) {
  if (line == f->line)
    return;
  charge(f);
  f->line = line;
}

// Numbers that say how the work is dealt out.
static void remember(struct follow *f, const char *name, const struct value *v) {
  static const char *const names[] = {"tiles",   "parts",  "blocks", "chains",  "m_count",
                                      "n_count", "m_step", "n_step", "batches", "group_rows"};
  struct pg_program *p = f->p;
  if (f->totals || f->core || !v->known || v->is_pointer || f->in_data)
    return;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name)) {
      for (unsigned k = 0; k < p->num_facts; k++)
        if (p->facts[k].phase == f->phase && !strcmp(p->facts[k].name, name))
          return;
      if (p->num_facts < PG_FACTS)
        p->facts[p->num_facts++] = (struct pg_fact){name, v->i, f->phase};
    }
}

static void run(struct follow *f, const struct ct_stmt *s);

static bool assigns(const struct ct_expr *step, const char *name, int64_t *by) {
  while (step && step->op == CT_BINARY && *step->text == ',')
    step = step->a;
  if (!step || step->a->op != CT_NAME || step->a->text != name)
    return false;
  *by = 1;
  if (step->op == CT_STEP)
    return *step->text == '+';
  *by = step->op == CT_ASSIGN && step->b->op == CT_NUMBER ? step->b->value : 0;
  return step->op == CT_ASSIGN && !strcmp(step->text, "+=") && *by > 0;
}

// A counter; in loops that are written out it is a constant.
static void set(struct follow *f, const char *name, int64_t value) {
  struct value *v = find(f, name);
  if (!v)
    return;
  *v = number(value);
  v->constant = f->num_active && f->active[f->num_active - 1].flat;
  v->counted = f->num_active && f->active[f->num_active - 1].counted;
}

static void turn(struct follow *f, const struct ct_stmt *s) {
  run(f, s->body);
  if (f->signal == CONTINUES)
    f->signal = NORMAL;
  // Counting, comparing, jumping; a leaf's addresses are counted on as well.
  if (!f->flat)
    scalar(f,
           s->is_leaf && f->in_data ? 2 + KN_DEV_core_branch_taken : 1 + KN_DEV_core_branch_taken);
}

// Time goes on by `by`: nothing else changes.
static void later(struct follow *f, double by, double since) {
  struct pipes *p = &f->pipes;
  p->now += by;
  p->arith += by;
  p->loads += by;
  p->group += by;
  p->held += by;
  p->load_issue += by;
  for (int i = 0; i < 2; i++)
    for (unsigned k = 0; k < KN_DEV_vector_queue; k++)
      p->queue[i][k] += by;
  for (unsigned i = f->floor; i < f->num_variables; i++)
    if (f->variables[i].v.ready >= since)
      f->variables[i].v.ready += by;
}

// `count` turns that the compiler has put together.
static void turns(struct follow *f, const struct ct_stmt *s, const char *name, int64_t from,
                  int64_t by, int64_t count, bool together) {
  bool gathered = f->gathers; // within turns that have been put together
  f->gathers = gathered || together;
  if (!gathered)
    begin_group(&f->pipes);
  for (int64_t i = 0; i < count && f->signal == NORMAL; i++) {
    if (i)
      f->active[f->num_active - 1].turn++;
    set(f, name, from + i * by);
    f->num_known = 0;
    f->masked = 0;
    bool last = f->last;
    f->last = (!gathered || last) && i + 1 == count;
    if (i + 1 == count)
      turn(f, s);
    else {
      run(f, s->body);
      if (f->signal == CONTINUES)
        f->signal = NORMAL;
    }
    f->last = last;
  }
  f->gathers = gathered;
  if (!gathered) {
    end_group(&f->pipes);
    flush_stores(f);
  }
}

// The turns of a loop that counts, if they are known.
static bool count_turns(struct follow *f, const struct ct_stmt *s, int64_t *n) {
  const struct ct_stmt *first = s->first;
  const struct ct_expr *c = s->value;
  int64_t by;
  if (s->kind != CT_FOR || !first || first->kind != CT_DECLARE || !first->value || !c ||
      c->op != CT_BINARY || strcmp(c->text, "<") || c->a->op != CT_NAME ||
      c->a->text != first->name || !assigns(s->step, first->name, &by))
    return false;
  struct pipes before = f->pipes;
  struct value from = evaluate(f, first->value), to = evaluate(f, c->b);
  f->pipes = before;
  *n = to.i > from.i ? (to.i - from.i + by - 1) / by : 0;
  return from.constant && to.constant;
}

// What the compiler counts when it thinks about writing out a loop: operations, roughly, but not
// those of addresses. Constants replace the masks of short rows.
struct weight {
  double operations;
  bool masks;
};

// Functions are written out, too.
static double weigh_call(const char *name) {
  struct vector_name v;
  const struct operation *o = parse_name(name, &v) && !v.from ? operation(&v) : NULL;
  return o ? o->cycles + o->fixed : 1;
}

static void weigh_expr(struct weight *w, const struct ct_expr *e) {
  if (!e)
    return;
  bool access = e->op == CT_CALL && (strstr(e->text, "load") || strstr(e->text, "store"));
  w->operations += e->op == CT_INDEX    ? 2
                   : e->op == CT_CALL   ? weigh_call(e->text)
                   : e->op == CT_ASSIGN ? 1
                                        : 0;
  w->masks = w->masks || (e->op == CT_CALL && strstr(e->text, "_first"));
  if (e->op == CT_INDEX)
    return;
  weigh_expr(w, e->a);
  weigh_expr(w, e->b);
  weigh_expr(w, e->c);
  for (unsigned i = access ? e->num_args - 1 : 0; i < e->num_args; i++)
    weigh_expr(w, e->args[i]);
}

static bool is_short(struct follow *f, const struct ct_stmt *loop, int64_t n);

// Are all loops within so short that the compiler writes them out? Adds up what that makes.
static bool is_flat(struct follow *f, const struct ct_stmt *s, struct weight *w) {
  for (; s; s = s->next) {
    struct weight inner = {0};
    int64_t n = 1;
    if (s->kind == CT_WHILE ||
        (s->kind == CT_FOR && (!count_turns(f, s, &n) || !is_short(f, s, n))))
      return false;
    if (!is_flat(f, s->body, &inner) || !is_flat(f, s->other, &inner))
      return false;
    w->operations += (double)n * inner.operations;
    w->masks = w->masks || inner.masks;
    weigh_expr(w, s->value);
  }
  return true;
}

static bool is_short(struct follow *f, const struct ct_stmt *loop, int64_t n) {
  enum { FLAT = 4, LARGE = 100, LARGE_WITH_MASKS = 290 };
  struct weight w = {0};
  if (loop->unroll > 1) // as often as the text says
    return n <= loop->unroll;
  return n <= FLAT || (is_flat(f, loop->body, &w) &&
                       (double)n * w.operations <= (w.masks ? LARGE_WITH_MASKS : LARGE));
}

// A loop over data: n turns, `group` of them put together.
static void data_loop(struct follow *f, const struct ct_stmt *s, const char *name, int64_t from,
                      int64_t by, int64_t n, bool counted) {
  enum { BEFORE = 3 };
  bool leaf = f->leaf, scalars = f->scalars;
  f->leaf = leaf || s->is_leaf;
  f->scalars = s->is_leaf && !s->vectors;
  struct weight weight = {0};
  bool together = s->is_leaf || is_flat(f, s->body, &weight);
  bool flat = f->flat, out = counted && is_short(f, s, n); // written out
  int64_t group = !together || !n ? 1 : out ? n : s->unroll, whole = n / group;
  if (f->num_active == sizeof f->active / sizeof *f->active) {
    f->failed = true;
    return;
  }
  f->active[f->num_active].turn = 0;
  f->active[f->num_active].counted = counted;
  f->active[f->num_active++].flat = out;
  f->flat = out;
  for (int64_t i = 0; i < whole && i < BEFORE && f->signal == NORMAL; i++)
    f->active[f->num_active - 1].turn = i,
                              turns(f, s, name, from + i * group * by, by, group, together);
  if (whole > BEFORE && f->signal == NORMAL) {
    int64_t middle = (BEFORE + whole) / 2;
    double start = f->pipes.now, busy[3] = {f->pipes.busy[0], f->pipes.busy[1], f->pipes.busy[2]};
    turns(f, s, name, from + middle * group * by, by, group, together);
    double each = f->pipes.now - start, others = (double)(whole - BEFORE - 1);
    // Three turns and one in the middle: with queues full, each takes as long as the next.
    later(f, others * each, start);
    for (int i = 0; i < 3; i++)
      f->pipes.busy[i] += others * (f->pipes.busy[i] - busy[i]);
  }
  int64_t rest =
      counted && n > whole * group ? n - whole * group : 1; // together, if they are known
  for (int64_t i = whole * group; i < n && f->signal == NORMAL; i += rest)
    f->active[f->num_active - 1].turn = i, turns(f, s, name, from + i * by, by, rest, together);
  f->num_active--;
  f->flat = flat;
  set(f, name, from + n * by);
  f->leaf = leaf;
  f->scalars = scalars;
}

// What a loop of single numbers does in a turn, if the compiler makes vectors of it: whole numbers
// are added up, and elements go from one place to another. Counts loads, those that go element by
// element, and operations; false if it does something else.
struct simple {
  unsigned loads, gathers, operations;
};

static bool mentions_quotient(const struct ct_expr *e) {
  return e && ((e->op == CT_BINARY && (*e->text == '/' || *e->text == '%')) ||
               mentions_quotient(e->a) || mentions_quotient(e->b));
}

static bool is_simple(struct follow *f, const struct ct_expr *e, struct simple *what) {
  struct vector_name v;
  if (!e)
    return true;
  switch (e->op) {
  case CT_NUMBER:
  case CT_REAL:
    return true;
  case CT_NAME: {
    const struct value *known = find(f, e->text);
    return !known || known->type.lanes == 1;
  }
  case CT_BINARY:
  case CT_UNARY:
  case CT_CAST:
    what->operations += e->op != CT_CAST;
    return is_simple(f, e->a, what) && is_simple(f, e->b, what);
  case CT_INDEX: { // addresses cost nothing, but may not be read
    struct simple address = {0};
    bool even = !mentions_quotient(e->b);
    what->loads += even;
    what->gathers += !even;
    return is_simple(f, e->b, &address) && !address.loads && !address.gathers;
  }
  case CT_CALL:
    if (!strcmp(e->text, "kn_i4")) {
      what->gathers++;
      return true;
    }
    if (!parse_name(e->text, &v) || v.type.lanes != 1 || e->num_args > 2)
      return false;
    what->operations++;
    for (unsigned i = 0; i < e->num_args; i++)
      if (!is_simple(f, e->args[i], what))
        return false;
    return true;
  default:
    return false;
  }
}

static bool becomes_vectors(struct follow *f, const struct ct_stmt *s, struct simple *what) {
  const struct ct_stmt *body = s->body && s->body->kind == CT_BLOCK ? s->body->body : s->body;
  if (f->core == 0 || !s->is_leaf || s->kind != CT_FOR || !body || body->next ||
      body->kind != CT_DO || body->value->op != CT_ASSIGN)
    return false;
  const struct ct_expr *to = body->value->a;
  const struct value *sum = to->op == CT_NAME ? find(f, to->text) : NULL;
  *what = (struct simple){0};
  if (to->op == CT_NAME ? !sum || sum->type.is_float || sum->is_pointer || sum->type.lanes > 1
                        : !is_simple(f, to, what))
    return false;
  return is_simple(f, body->value->b, what);
}

// Turns of such a loop: 64 at once.
static void vector_turns(struct follow *f, const struct simple *what, int64_t count) {
  enum { LANES = 64, START = 12, ADD_UP = 12 };
  double n = registers((struct ct_type){32, LANES, false, false});
  double groups = (double)((count + LANES - 1) / LANES);
  double loads = n * what->loads + LANES * what->gathers, arith = n * what->operations;
  scalar(f, count ? START + groups * (larger(loads, arith) + 5) + ADD_UP : 1);
  f->pipes.busy[0] += groups * arith;
  f->pipes.busy[1] += groups * loads;
}

static void loop(struct follow *f, const struct ct_stmt *s) {
  unsigned num = f->num_variables;
  if (s->first)
    run(f, s->first);
  const struct ct_expr *c = s->value;
  int64_t by;
  struct simple simple;
  bool vectors = becomes_vectors(f, s, &simple);
  if (f->totals && s->is_data && f->in_data)
    return;
  if ((f->in_data || (s->is_data && f->core == 1)) && c && c->op == CT_BINARY &&
      !strcmp(c->text, "<") && c->a->op == CT_NAME && assigns(s->step, c->a->text, &by)) {
    struct value *v = find(f, c->a->text), end = evaluate(f, c->b);
    f->pipes.now = larger(f->pipes.now, larger(end.ready, v ? v->ready : 0));
    if (v && v->known && end.known && vectors) {
      int64_t n = end.i > v->i ? (end.i - v->i + by - 1) / by : 0;
      vector_turns(f, &simple, n);
      v->i += n * by;
    } else if (v && v->known && end.known)
      data_loop(f, s, c->a->text, v->i, by, end.i > v->i ? (end.i - v->i + by - 1) / by : 0,
                (v->constant || v->counted) && (end.constant || end.counted));
    else {
      unknown(f, "a loop whose length only data tell");
      if (v && !v->known)
        *v = number(0);
      data_loop(f, s, c->a->text, v ? v->i : 0, by, 8, false);
    }
  } else {
    struct pipes before = f->pipes;
    unsigned done = 0;
    for (; f->signal == NORMAL && !f->failed; done++) {
      struct value go = c ? evaluate(f, c) : number(1);
      if ((go.known && !go.i) || (!go.known && done >= 4))
        break;
      turn(f, s);
      if (s->step)
        evaluate(f, s->step);
    }
    if (vectors && f->pipes.now > before.now) {
      f->pipes = before;
      vector_turns(f, &simple, done);
      for (unsigned i = f->floor; i < f->num_variables; i++)
        if (f->variables[i].v.ready > f->pipes.now)
          f->variables[i].v.ready = f->pipes.now;
    }
  }
  if (f->signal == BREAKS)
    f->signal = NORMAL;
  f->num_variables = num;
}

static void branch(struct follow *f, const struct ct_stmt *s) {
  struct value c = evaluate(f, s->value);
  scalar(f, 1);
  unsigned num = f->num_variables;
  if (c.known)
    run(f, c.i ? s->body : s->other);
  else {
    f->pipes.now = larger(f->pipes.now, c.ready);
    // Of what only data tell the text leaves rows early that belong to other PEs.
    if (s->body && s->body->kind == CT_CONTINUE)
      f->signal = CONTINUES;
    else {
      run(f, s->body);
      if (f->signal == NORMAL && s->other)
        run(f, s->other);
    }
  }
  f->num_variables = num;
}

static bool is_barrier(const struct ct_stmt *s) {
  return s->kind == CT_DO && s->value->op == CT_CALL &&
         (!strcmp(s->value->text, "__mtia_bar") || !strcmp(s->value->text, "__mtia_sync"));
}

static void begin_part(struct follow *f, unsigned part) {
  f->part = part;
  if (f->phase < PG_PHASES && part < 64)
    f->p->parts[f->phase] |= (uint64_t)1 << part;
}

static void run(struct follow *f, const struct ct_stmt *s) {
  for (; s && f->signal == NORMAL && !f->failed; s = s->next) {
    if (f->in_data || s->line)
      at_line(f, s->line);
    if (s->part > f->part && !is_barrier(s))
      begin_part(f, s->part);
    switch (s->kind) {
    case CT_BLOCK: {
      unsigned num = f->num_variables;
      run(f, s->body);
      if (!s->is_leaf) // else declarations that stand together
        f->num_variables = num;
      break;
    }
    case CT_DECLARE: {
      struct value v = s->value ? evaluate(f, s->value) : something(s->type, 0);
      if (!v.is_pointer) {
        struct ct_type type = s->type;
        if (type.lanes > 1 && v.type.lanes == 1 && !v.constant)
          f->pipes.now = larger(f->pipes.now, v.ready);
        v = convert(f, type, v);
        v.counted = v.counted || v.constant;
        v.constant = s->is_leaf; // an enumerator
      } else if (s->type.pointer)
        v = convert(f, s->type, v);
      declare(f, s->name, v);
      remember(f, s->name, &v);
      break;
    }
    case CT_DO:
      evaluate(f, s->value);
      break;
    case CT_IF:
      branch(f, s);
      break;
    case CT_FOR:
    case CT_WHILE:
      loop(f, s);
      break;
    case CT_CONTINUE:
      f->signal = CONTINUES;
      break;
    case CT_BREAK:
      f->signal = BREAKS;
      break;
    case CT_RETURN:
      f->result = s->value ? evaluate(f, s->value) : number(0);
      f->signal = RETURNS;
      break;
    }
  }
}

// What tiles of this size have cost, once some have been gone through: the sum of the pairs x1 - x0
// and the function tell tiles apart.
static struct tile_cost *tile_cost(struct follow *f, const struct ct_function *g,
                                   const struct value *args, unsigned num) {
  int64_t extent = 0;
  for (unsigned i = 1; i < num && i < g->num_params; i++) {
    size_t n = strlen(g->params[i].name);
    if (n && g->params[i].name[n - 1] == '1' && args[i].known && args[i - 1].known &&
        !strncmp(g->params[i].name, g->params[i - 1].name, n - 1))
      extent = extent * 65599 + args[i].i - args[i - 1].i + 1;
  }
  struct tile_cost *c = f->tiles;
  for (; c->g && (c->g != g || c->extent != extent); c++)
    if (c + 1 == f->tiles + sizeof f->tiles / sizeof *f->tiles)
      return NULL;
  c->g = g;
  c->extent = extent;
  return c;
}

static void call_function(struct follow *f, const struct ct_function *g,
                          const struct ct_expr *call) {
  struct value args[64];
  for (unsigned i = 0; i < g->num_params && i < call->num_args; i++)
    args[i] = evaluate(f, call->args[i]);
  if (f->totals && !g->commands && g->params[0].type.pointer)
    return;
  unsigned num = f->num_variables, floor = f->floor;
  bool in_data = f->in_data;
  f->floor = num;
  f->in_data = in_data || !g->commands;
  for (unsigned i = 0; i < g->num_params && i < call->num_args; i++)
    declare(f, g->params[i].name,
            args[i].is_pointer ? convert(f, g->params[i].type, args[i]) : args[i]);
  f->result = number(0);
  scalar(f, g->commands ? 4 : 2 + KN_DEV_core_jump);
  unsigned line = f->line;
  enum { ENOUGH = 6 };
  struct pipes before = f->pipes;
  struct tile_cost *cost =
      g->commands || in_data || f->core == 0 ? NULL : tile_cost(f, g, args, call->num_args);
  if (cost && cost->times == ENOUGH) {
    later(f, cost->cycles, before.now);
    for (int i = 0; i < 3; i++)
      f->pipes.busy[i] += cost->busy[i];
    f->p->skipped[f->phase < PG_PHASES ? f->phase : PG_PHASES - 1] += cost->cycles;
    f->marked = f->pipes.now;
    memcpy(f->marked_busy, f->pipes.busy, sizeof f->marked_busy);
  } else {
    run(f, g->body);
    if (cost) {
      cost->times++;
      // A command comes next, which waits until the queues are empty.
      cost->cycles = larger(f->pipes.now, larger(f->pipes.arith, f->pipes.loads)) - before.now;
      for (int i = 0; i < 3; i++)
        cost->busy[i] = f->pipes.busy[i] - before.busy[i];
    }
  }
  f->signal = NORMAL;
  f->num_variables = num;
  f->floor = floor;
  f->in_data = in_data;
  at_line(f, line);
  if (!g->commands && f->core == 1 && !f->totals && f->pipes.now - f->emitted > 64)
    emit(f, PG_WORK);
}

//===----------------------------------------------------------------------===//
// All PEs
//===----------------------------------------------------------------------===//

// Tiles that were not gone through cost their lines what the others did.
static void spread(struct pg_program *p) {
  for (unsigned phase = 0; phase < PG_PHASES; phase++) {
    double sum = 0;
    for (unsigned i = 0; i < p->num_lines; i++)
      sum += p->lines[i].phase == phase ? p->lines[i].cycles : 0;
    for (unsigned i = 0; sum > 0 && i < p->num_lines; i++)
      if (p->lines[i].phase == phase)
        p->lines[i].cycles *= 1 + p->skipped[phase] / sum;
  }
}

static bool follow_core(struct pg_program *p, struct pg_totals *totals, unsigned core, unsigned row,
                        unsigned col, const struct ct_tensor **buffers) {
  struct follow *f = calloc(1, sizeof *f);
  if (!f)
    abort();
  f->p = p;
  f->t = p->text;
  f->core = core;
  f->row = row;
  f->col = col;
  f->totals = totals;
  if (core == 1)
    memcpy(f->buffer_tensor, buffers, sizeof f->buffer_tensor);
  begin_part(f, 1);
  run(f, p->text->kernel->body);
  if (!totals) {
    emit(f, PG_SYNC);
    if (core == 1)
      spread(p);
    memcpy(buffers, f->buffer_tensor, sizeof f->buffer_tensor);
  }
  bool ok = !f->failed;
  if (core == 0 && f->phase + 1 > p->num_phases)
    p->num_phases = f->phase + 1;
  free(f);
  return ok;
}

bool pg_count(struct pg_totals *totals, struct ct_text *text, struct kn_kernel *kernel,
              unsigned grid_rows, unsigned grid_cols) {
  *totals = (struct pg_totals){0};
  struct pg_program p = {
      .text = text, .kernel = kernel, .grid_rows = grid_rows, .grid_cols = grid_cols};
  const struct ct_tensor *buffers[32] = {0};
  for (unsigned row = 0; row < grid_rows; row++)
    for (unsigned col = 0; col < grid_cols; col++)
      for (unsigned core = 0; core < (text->products ? 2u : 1u); core++)
        if (!follow_core(&p, totals, core, row, col, buffers))
          return false;
  totals->num_phases = p.num_phases < PG_PHASES ? p.num_phases : PG_PHASES;
  return true;
}

bool pg_follow(struct pg_program *p, const struct pg_totals *totals, struct ct_text *text,
               struct kn_kernel *kernel, unsigned grid_rows, unsigned grid_cols, unsigned row,
               unsigned col) {
  *p = (struct pg_program){.text = text,
                           .kernel = kernel,
                           .totals = totals,
                           .grid_rows = grid_rows,
                           .grid_cols = grid_cols,
                           .row = row,
                           .col = col};
  const struct ct_tensor *buffers[32] = {0};
  return follow_core(p, NULL, 0, row, col, buffers) && follow_core(p, NULL, 1, row, col, buffers);
}

void pg_free(struct pg_program *p) {
  free(p->core[0].events);
  free(p->core[1].events);
}
