// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations: what the functions of <mtia/mtia_simd.h> and <mtia/knyfe.h> cost, by their names.
#include "program_follow.h"

//===----------------------------------------------------------------------===//
// Operations by name
//===----------------------------------------------------------------------===//

#define LAST -1
static const struct operation operations[] = {
#define OPERATION(name, cycles, latency, fixed) {#name, cycles, latency, fixed},
#include "operations.def"
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
bool pg_parse_name(const char *name, struct vector_name *v) {
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
    if (!read_suffix(p, &end, &v->type) ||
        (!v->of_mask && !read_suffix(from + 6, &end, &v->source)))
      return false;
    if (!v->of_mask && v->type.lanes == 1) // kn_i32_from_f32x64
      v->type.lanes = v->source.lanes;
    return true;
  }
  for (const char *u = strchr(p, '_'); u; u = strchr(u + 1, '_'))
    if (read_suffix(u + 1, &end, &v->type) && (!*end || *end == '_')) {
      v->op = p;
      v->size = (size_t)(u - p);
      return true;
    }
  // kn_insidex32, kn_anyx64
  unsigned digits;
  const size_t letters = strspn(p, "abcdefghijklmnopqrstuvwxyz");
  if (letters > 1 && p[letters - 1] == 'x' && sscanf(p + letters, "%u", &digits) == 1) {
    v->op = p;
    v->size = letters - 1;
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

const struct operation *pg_operation(const struct vector_name *v) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
    if (v->op && is_op(v, operations[i].name))
      return &operations[i];
  return NULL;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

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

// The compiler computes what is made of constants, and keeps it in a register.
static struct value constant_vector(struct ct_type type, char op, const struct value *a,
                                    const struct value *b) {
  struct value v = something(type, 0);
  v.constant = true;
  v.known =
      a->known && b->known && (op == '+' || op == '-' || (op == '*' && !(a->step && b->step)));
  if (v.known) {
    v.i = compute((const char[]){op, 0}, a->i, b->i);
    v.step = op == '*' ? a->step * b->i + b->step * a->i
                       : compute((const char[]){op, 0}, a->step, b->step);
  }
  return v;
}

struct value pg_binary(struct follow *f, const char *op, struct value a, struct value b) {
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
  if (type.lanes > 1 && a.constant && b.constant)
    return constant_vector(type, op[1] ? 0 : *op, &a, &b);
  if (type.lanes > 1) {
    double ready = larger(pg_operand(f, &a), pg_operand(f, &b)), n = registers(type);
    bool compare = strchr("<>=!", *op) && op[1] != '<' && op[1] != '>';
    if ((*op == '/' || *op == '%') && !type.is_float && b.constant) // shifts
      return pg_arithmetic(f, type, 3 * n, KN_DEV_valu + 2 * n, ready, false);
    if (*op == '/' || *op == '%') {
      double each = 1 + (!type.is_float    ? KN_DEV_vdiv
                         : type.bits == 16 ? KN_DEV_core_fdiv_h
                                           : KN_DEV_core_fdiv_s);
      return pg_arithmetic(f, type, n * each, 0, ready, true);
    }
    double latency = type.is_float ? KN_DEV_vfalu : *op == '*' ? KN_DEV_vmul : KN_DEV_valu;
    return pg_arithmetic(f, type, n, latency, ready, compare);
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

struct value pg_convert(struct follow *f, struct ct_type to, struct value v) {
  if (to.pointer || v.is_pointer) {
    v.type.bits = to.bits;
    v.type.is_float = to.is_float;
    v.type.pointer = to.pointer;
    v.type.lanes = 1;
    return v;
  }
  if (to.lanes > 1 && v.type.lanes == 1) { // the same in all; operations take scalars
    pg_operand(f, &v);
    struct value all = something(to, f->pipes.now);
    all.constant = v.constant;
    all.known = v.known && v.constant && !to.is_float;
    all.i = v.i;
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
  if (!to.is_float && from.is_float && to.bits == 32)
    steps = 8; // saturates; NaN becomes 0
  else if (to.is_float != from.is_float && wide > 2 * narrow)
    steps = 1.5;
  else if (wide < narrow * 2 && to.is_float == from.is_float)
    return v;
  else if (wide > 2 * narrow && to.bits < from.bits)
    steps = 1.5;
  else if (!to.is_float && !from.is_float && to.bits > from.bits)
    steps = wide > 2 * narrow ? 0.5 : 0; // the last step is part of what is done with it
  return pg_arithmetic(f, to, n * steps, KN_DEV_vfcvt, pg_operand(f, &v), false);
}

// A row of a quantised table: bytes, scale, bias.
static struct value table_row(struct follow *f, const struct vector_name *v, struct value *args) {
  struct ct_type bytes = {8, v->type.lanes, false, false};
  struct value q = pg_vector_load(f, bytes, &args[0], NULL);
  scalar(f, 2);
  double ready = q.ready;
  for (int i = 0; i < 2; i++) { // scale and bias, which are not aligned
    struct value at = number(0), e = pg_scalar_load(f, &args[0], &at);
    scalar(f, is_op(v, "rowq8h") || is_op(v, "rowq4h") ? 4 : 10);
    f->pipes.now = larger(f->pipes.now, e.ready);
  }
  double n = registers(v->type);
  if (is_op(v, "rowq4") || is_op(v, "rowq4h"))
    q = pg_arithmetic(f, bytes, 6, KN_DEV_valu, ready, false);
  q = pg_arithmetic(f, v->type, n, KN_DEV_vfcvt, q.ready, false);
  q = pg_arithmetic(f, v->type, n, KN_DEV_vfcvt, q.ready, false);
  q = pg_arithmetic(f, v->type, n, KN_DEV_valu, q.ready, false);
  return pg_arithmetic(f, v->type, n, KN_DEV_vfma, q.ready, false);
}

// The first lanes, if the compiler knows how many: a constant, or nothing at all where it is used.
static bool is_constant_mask(const struct follow *f, const struct vector_name *v,
                             const struct value *count) {
  return is_op(v, "first") && v->type.lanes > 1 && count->known && pg_mask_of(f, count) == NO_MASK;
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

// <mtia/knyfe_every.h>: a cycle for each group; other elements of the same groups have come with
// it.
static struct value load_groups(struct follow *f, const struct vector_name *v, struct value *args) {
  const int64_t group = v->op[strlen("load_every")] - '0';
  const bool known = args[0].known && args[1].known;
  const int64_t at = args[0].i + args[1].i / group * group * v->type.bits / 8;
  if (known && f->groups.ready > 0 && f->groups.at == at && f->groups.t == args[0].t)
    return something(v->type, f->groups.ready);
  double start = pg_begin(f, 1, v->type.lanes, pg_operand(f, &args[0]));
  f->groups.at = at;
  f->groups.t = args[0].t;
  f->groups.ready = start + v->type.lanes + pg_line_latency(f, &args[0]) + KN_DEV_vload_strided;
  return something(v->type, f->groups.ready);
}

// Loads, stores, and what stands for several of them.
static bool memory_call(struct follow *f, const struct ct_expr *e, const struct vector_name *v,
                        struct value *args, struct value *result) {
  struct ct_type type = v->type;
  unsigned num = e->num_args;
  bool counted = num > 1 && v->size > 6 && !memcmp(v->op + v->size - 6, "_first", 6);
  const bool inside = is_op(v, "load_second_inside");
  if ((is_op(v, "load_second") || is_op(v, "load_even") || is_op(v, "load_odd") || inside) &&
      num) { // all, then every second one
    struct ct_type pairs = {2 * type.bits, type.lanes, false, false};
    if (inside && num > 1 && !args[1].constant) // where both halves lie, and two jumps
      scalar(f, 12);
    struct value all = pg_vector_load(f, pairs, &args[0], num > 1 && !inside ? &args[1] : NULL);
    *result = pg_arithmetic(f, type, registers(pairs), KN_DEV_valu, all.ready, false);
    return true;
  }
  if (!strncmp(v->op, "load_every", 10) && num == 2) {
    *result = load_groups(f, v, args);
    return true;
  }
  if (!strncmp(v->op, "load", 4) && num) {
    type.lanes = is_op(v, "load_pairs") ? (uint8_t)(2 * type.lanes) : type.lanes;
    *result = pg_vector_load(f, type, &args[0], counted ? &args[1] : NULL);
    return true;
  }
  if (!strncmp(v->op, "store", 5) && num) {
    struct value what = args[num - 1];
    const bool first_pairs = is_op(v, "store_first_pairs");
    if (first_pairs || is_op(v, "store_pairs")) { // put together first
      type.bits *= 2;
      counted = first_pairs;
      what = pg_arithmetic(f, type, 2 * registers(type), KN_DEV_valu,
                           larger(pg_operand(f, &what), pg_operand(f, &args[num - 2])), false);
    }
    what.type = type;
    pg_vector_store(f, &what, &args[0], counted ? &args[1] : NULL);
    *result = something(type, 0);
    return true;
  }
  if (!strncmp(v->op, "rowq", 4) && type.lanes > 1 && num) {
    *result = table_row(f, v, args);
    return true;
  }
  if (is_op(v, "add_lanes") && num == 4) { // an element after the other, there and back
    double ready = larger(pg_operand(f, &args[1]), pg_operand(f, &args[2]));
    double start = pg_begin(f, 1, type.lanes, ready) + type.lanes;
    ready = start + pg_line_latency(f, &args[0]) + KN_DEV_vload_indexed;
    struct value sum = pg_arithmetic(f, type, registers(type), KN_DEV_vfalu, ready, false);
    f->pipes.held = pg_begin(f, 1, type.lanes, sum.ready) + type.lanes;
    *result = something(type, 0);
    return true;
  }
  if (!strncmp(v->op, "gather", v->size)) {
    if (num == 4 && args[2].constant && args[2].first == 1) { // no lane
      *result = args[3];
      return true;
    }
    double ready = larger(pg_operand(f, &args[0]), num > 1 ? pg_operand(f, &args[1]) : 0);
    double start = pg_begin(f, 1, type.lanes, ready);
    f->pipes.held = start + type.lanes;
    *result =
        something(type, start + type.lanes + pg_line_latency(f, &args[0]) + KN_DEV_vload_indexed);
    return true;
  }
  return false;
}

// Of a single number: functions by way of a vector of 16.
static struct value of_number(struct follow *f, struct ct_type type, const struct operation *o,
                              const struct value *args, unsigned num) {
  f->pipes.now = larger(f->pipes.now, larger(args[0].ready, num > 1 ? args[1].ready : 0));
  bool simple = o->cycles < 4;
  scalar(f, simple ? 1 + (o->cycles > 1) : 1);
  double latency = simple            ? (type.is_float ? KN_DEV_core_fadd : 0)
                   : o->cycles == 17 ? KN_DEV_core_fdiv_s
                                     : 2.5 * o->cycles + 20;
  return something(type, f->pipes.now + latency);
}

// As the table says.
static struct value operate(struct follow *f, const struct vector_name *v,
                            const struct operation *o, const struct value *args, unsigned num,
                            double n, double ready) {
  struct ct_type type = v->type;
  bool half = type.bits == 16 && o->cycles > 4 && type.is_float;
  double cycles = o->cycles * (half ? 2 : 1) * n + o->fixed + (half ? 4 * n : 0);
  if (type.lanes == 1)
    return of_number(f, type, o, args, num);
  if (is_op(v, "add") && !type.is_float && num == 2 && (args[0].product || args[1].product))
    return something(type, ready + KN_DEV_valu);
  bool last = o->latency == LAST;
  bool reduces = last && (o->fixed > 8 || is_op(v, "any") || is_op(v, "all")); // not a mask
  // Of several operations in a row the last one's latency is left.
  double behind = o->cycles >= 2 && cycles > n ? cycles - n : 0;
  struct value result =
      pg_arithmetic(f, type, reduces ? n + 1 : cycles, last ? 0 : o->latency, ready, last);
  if (!last)
    result.ready += behind;
  result.product = is_op(v, "mul") && !type.is_float;
  if (reduces) {                           // a single number
    result.from_vector = !is_op(v, "sum"); // which the text keeps in a register of the core
    result.type.lanes = 1;
    result.ready += o->fixed;
  }
  return result;
}

static bool mask_call(struct follow *f, const struct vector_name *v, const struct value *args,
                      unsigned num, struct value *result) {
  if (num == 1 && is_constant_mask(f, v, &args[0])) {
    *result = args[0];
    result->type = v->type;
    return true;
  }
  if (is_op(v, "first") && num == 1 && args[0].known && v->type.lanes > 1) {
    *result = pg_first_lanes(f, v->type.lanes, &args[0]);
    return true;
  }
  // All lanes, or what was not loaded is replaced while loading.
  if (is_op(v, "select") && num == 3 && args[0].type.lanes > 1 &&
      ((args[0].known && args[0].i >= v->type.lanes) ||
       (args[0].first && args[0].first == args[1].first))) {
    *result = args[1];
    return true;
  }
  return false;
}

static bool all_constant(const struct value *args, unsigned num) {
  for (unsigned i = 0; i < num; i++)
    if (!args[i].constant)
      return false;
  return num > 0;
}

static struct value constant_call(const struct vector_name *v, const struct value *args,
                                  unsigned num) {
  static const struct value none = {.known = false};
  const char op = is_op(v, "add") ? '+' : is_op(v, "sub") ? '-' : is_op(v, "mul") ? '*' : 0;
  struct value result = constant_vector(v->type, op, &args[0], num > 1 ? &args[1] : &none);
  if (is_op(v, "iota")) {
    result.known = args[0].known;
    result.i = args[0].i;
    result.step = 1;
  }
  if (is_op(v, "inside") && num == 2 && args[0].known && args[1].known) {
    result.first = 1;
    for (unsigned i = 0; i < v->type.lanes; i++) {
      const int64_t at = args[0].i + i * args[0].step;
      result.first += at >= 0 && at < args[1].i;
    }
  }
  return result;
}

static struct value vector_call(struct follow *f, const struct ct_expr *e,
                                const struct vector_name *v, struct value *args) {
  struct ct_type type = v->type;
  unsigned num = e->num_args;
  struct value result;
  if (v->of_mask && num == 1) {
    result = something((struct ct_type){8, args[0].type.lanes, false, false}, args[0].ready);
    result.of_mask = true;
    return result;
  }
  if (v->from)
    return type.lanes > 1 ? widen(f, type, v->source, args[0]) : pg_convert(f, type, args[0]);
  if (memory_call(f, e, v, args, &result))
    return result;
  if (all_constant(args, num) && type.lanes > 1 && pg_operation(v) && !is_op(v, "first"))
    return constant_call(v, args, num);
  double ready = 0, n = registers(type);
  for (unsigned i = 0; i < num; i++) {
    ready = larger(ready, pg_operand(f, &args[i]));
    n = args[i].type.lanes > 1 && !is_op(v, "count") ? larger(n, registers(args[i].type)) : n;
  }
  if (mask_call(f, v, args, num, &result) ||
      (type.lanes == 1 && !type.is_float && compute_call(f, v, args, num, &result)))
    return result;
  if (type.lanes > 1 && (is_op(v, "max") || is_op(v, "min"))) {
    if (!type.is_float || e->text[0] == 'm')
      return pg_arithmetic(f, type, n, type.is_float ? KN_DEV_vfalu : KN_DEV_valu, ready, false);
    struct value m = pg_arithmetic(f, type, 2 * n + 1, KN_DEV_valu, ready, true); // two comparisons
    return pg_arithmetic(f, type, n, KN_DEV_valu, m.ready, false);
  }
  if ((is_op(v, "div") || is_op(v, "rem")) && !type.is_float && num == 2 && args[1].constant) {
    if (type.lanes > 1)
      return pg_arithmetic(f, type, 4 * n, KN_DEV_valu + 3 * n, ready, false);
    scalar(f, 4);
    return something(type, f->pipes.now);
  }
  const struct operation *o = pg_operation(v);
  if (o) {
    result = operate(f, v, o, args, num, n, ready);
    if (is_op(v, "any_nan")) // rarely
      result.known = true, result.i = 0;
    return result;
  }
  if (type.lanes == 1) {
    scalar(f, 2);
    return something(type, f->pipes.now + 2);
  }
  unknown(f, e->text);
  return pg_arithmetic(f, type, n, KN_DEV_vfalu, ready, false);
}

static unsigned engine_bits(const struct ct_expr *type) {
  const char *name = type->op == CT_NAME ? type->text : "";
  return strstr(name, "32") ? 32 : strstr(name, "16") ? 16 : 8;
}

// KN_ENGINE(op, from_type, to_type, to, from, n): the SE goes over n elements, core 1 waits.
// KN_ENGINE_GIVE(op, from_type, to_type, out, in, from, n, bytes): it goes on.
static struct value engine(struct follow *f, const struct ct_expr *e, const struct value *args,
                           bool gives) {
  const unsigned from = engine_bits(e->args[1]), to = engine_bits(e->args[2]);
  const struct value *length = &args[gives ? 6 : 5];
  double n = length->known ? (double)length->i : 64, busy = kn_cost_se(1, n, from > to ? from : to);
  struct pipes *p = &f->pipes;
  if (gives) {
    scalar(f, 10);
    struct pg_event *u = pg_unit(f, KN_SE, busy, KN_DEV_se_latency + KN_DEV_se_function, 255);
    u->out = args[3].known ? (uint8_t)args[3].i : PG_NO_CB;
    struct pg_event *push = pg_emit(f, PG_PUSH);
    push->cb[0] = u->out;
    push->bytes = args[7].known ? (double)args[7].i : 0;
    return number(0);
  }
  p->now = larger(p->now, larger(p->arith, p->loads));
  // Registers, issue, dispatch; the function's latency; the core goes on.
  p->now +=
      12 + KN_DEV_cp_dispatch + busy + KN_DEV_se_latency + KN_DEV_se_function + KN_DEV_cp_wake;
  p->busy[2] += busy;
  return number(0);
}

struct value pg_builtin(struct follow *f, const struct ct_expr *e, struct value *args) {
  const char *name = e->text;
  struct pg_program *p = f->p;
  if (!strcmp(name, "KN_ENGINE") && e->num_args > 5)
    return engine(f, e, args, false);
  if (!strcmp(name, "KN_ENGINE_GIVE") && e->num_args > 7)
    return engine(f, e, args, true);
  if (!strcmp(name, "KN_QUANTISER")) {
    scalar(f, 8);
    return number(0);
  }
  if (!strcmp(name, "KN_GROUP_QUANTISER")) {
    scalar(f, 12);
    return number(0);
  }
  if (!strcmp(name, "KN_HERE") || !strcmp(name, "KN_HIDE") || !strcmp(name, "KN_ENGINE_MEET"))
    return number(0);
  if (!strcmp(name, "KN_BEHIND")) { // the compiler sees how far loops from here go, not where
    struct value *from =
        e->num_args && e->args[0]->op == CT_NAME ? pg_find(f, e->args[0]->text) : NULL;
    if (from)
      from->counted = true;
    return number(0);
  }
  if (!strcmp(name, "kn_remote")) { // an address in another PE's local memory
    scalar(f, f->remote ? 8 : 30);
    f->remote = f->arguments;
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
      ready = larger(ready, pg_operand(f, &args[i]));
      if (args[i].type.lanes > type.lanes)
        type = args[i].type;
    }
    if (!strcmp(name, "__builtin_convertvector") && e->num_args == 2 && e->args[1]->op == CT_NAME) {
      struct vector_name v;
      char text[64];
      snprintf(text, sizeof text, "mtia_to_%s", e->args[1]->text + 5);
      if (pg_parse_name(text, &v))
        return widen(f, v.type, args[0].type, args[0]);
    }
    if (!strcmp(name, "__builtin_memset")) {
      double bytes = e->num_args > 2 && args[2].known ? (double)args[2].i : 256;
      pg_begin(f, 1, bytes / KN_DEV_vector_bytes, 0);
      scalar(f, bytes / KN_DEV_vector_bytes + 10);
      return number(0);
    }
    if (type.lanes > 1)
      return pg_arithmetic(f, type, registers(type), KN_DEV_vfalu, ready, false);
    scalar(f, 1);
    return something((struct ct_type){32, 1, true, false}, f->pipes.now + KN_DEV_core_fadd);
  }
  struct vector_name v;
  if (pg_parse_name(name, &v))
    return vector_call(f, e, &v, args);
  if (e->num_args >= 2 && (!strcmp(name, "kn_i4") || !strcmp(name, "kn_store_i4"))) {
    struct value byte = pg_scalar_load(f, &args[0], &args[1]); // shifts, or masks and a store
    f->pipes.now = larger(f->pipes.now, byte.ready);
    scalar(f, name[3] == 'i' ? 5 : 10);
    return something((struct ct_type){8, 1, false, false}, f->pipes.now);
  }
  if (strcmp(name, "kn_wrap_i4") && strcmp(name, "mtia_f32_bits") && strcmp(name, "mtia_qmode") &&
      *name)
    unknown(f, name);
  scalar(f, 1);
  return something((struct ct_type){64, 1, false, false}, f->pipes.now);
}
