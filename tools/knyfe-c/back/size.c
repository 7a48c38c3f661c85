// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "size.h"

#include <inttypes.h>
#include <stdarg.h>

const char *kn_text(struct kn_file *file, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  char *text = kn_alloc(file, (size_t)n + 1);
  vsnprintf(text, (size_t)n + 1, format, again);
  va_end(args);
  va_end(again);
  return text;
}

struct size sz_num(struct kn_file *file, int64_t value) {
  return (struct size){kn_text(file, "%" PRId64, value), value, true, value >= 0};
}

struct size sz_name(const char *name) { return (struct size){name, 0, false, true}; }

struct size sz_constant(const char *name, int64_t value) {
  return (struct size){name, value, true, true};
}

bool sz_is(struct size a, int64_t value) { return a.known && a.value == value; }

static const char *within(struct kn_file *file, struct size a) {
  return a.atom ? a.text : kn_text(file, "(%s)", a.text);
}

struct size sz_add(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return sz_num(file, a.value + b.value);
  if (sz_is(a, 0))
    return b;
  if (sz_is(b, 0))
    return a;
  return (struct size){kn_text(file, "%s + %s", a.text, b.text), 0, false, false};
}

struct size sz_sub(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return sz_num(file, a.value - b.value);
  if (sz_is(b, 0))
    return a;
  return (struct size){kn_text(file, "%s - %s", a.text, within(file, b)), 0, false, false};
}

struct size sz_mul(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return sz_num(file, a.value * b.value);
  if (sz_is(a, 0) || sz_is(b, 0))
    return sz_num(file, 0);
  if (sz_is(a, 1))
    return b;
  if (sz_is(b, 1))
    return a;
  return (struct size){kn_text(file, "%s * %s", within(file, a), within(file, b)), 0, false, false};
}

struct size sz_div(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known && b.value)
    return sz_num(file, a.value / b.value);
  if (sz_is(b, 1))
    return a;
  return (struct size){kn_text(file, "%s / %s", within(file, a), within(file, b)), 0, false, false};
}

struct size sz_ceil_div(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return sz_num(file, (a.value + b.value - 1) / b.value);
  if (sz_is(b, 1))
    return a;
  return (struct size){kn_text(file, "kn_ceil_div(%s, %s)", a.text, b.text), 0, false, true};
}

struct size sz_round_up(struct kn_file *file, struct size a, int64_t b) {
  if (a.known)
    return sz_num(file, (a.value + b - 1) / b * b);
  if (b == 1)
    return a;
  return (struct size){kn_text(file, "kn_round_up(%s, %" PRId64 ")", a.text, b), 0, false, true};
}

struct size sz_least(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return a.value < b.value ? a : b;
  return (struct size){kn_text(file, "kn_least(%s, %s)", a.text, b.text), 0, false, true};
}

struct size sz_greatest(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return a.value > b.value ? a : b;
  return (struct size){kn_text(file, "kn_greatest(%s, %s)", a.text, b.text), 0, false, true};
}

struct size sz_at_most(struct kn_file *file, struct size a, struct size b) {
  if (a.known && b.known)
    return sz_num(file, a.value <= b.value);
  return (struct size){kn_text(file, "%s <= %s", a.text, b.text), 0, false, false};
}

struct size sz_choose(struct kn_file *file, struct size condition, struct size a, struct size b) {
  if (condition.known)
    return condition.value ? a : b;
  return (struct size){
      kn_text(file, "%s ? %s : %s", within(file, condition), within(file, a), within(file, b)), 0,
      false, false};
}
