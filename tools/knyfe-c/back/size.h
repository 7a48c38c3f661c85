// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes that are known when compiling, or else C expressions over what is known at the launch: so
// that one way of planning serves static and symbolic shapes.
#ifndef KNYFE_BACK_SIZE_H
#define KNYFE_BACK_SIZE_H

#include "ast.h"

struct size {
  const char *text; // C, never NULL
  int64_t value;    // if known
  bool known;
  bool atom; // needs no parentheses
};

const char *kn_text(struct kn_file *file, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct size sz_num(struct kn_file *file, int64_t value);
struct size sz_name(const char *name);
// A known value that has a name.
struct size sz_constant(const char *name, int64_t value);
struct size sz_add(struct kn_file *file, struct size a, struct size b);
struct size sz_sub(struct kn_file *file, struct size a, struct size b);
struct size sz_mul(struct kn_file *file, struct size a, struct size b);
struct size sz_div(struct kn_file *file, struct size a, struct size b); // rounded down
struct size sz_ceil_div(struct kn_file *file, struct size a, struct size b);
struct size sz_round_up(struct kn_file *file, struct size a, int64_t b);
struct size sz_least(struct kn_file *file, struct size a, struct size b);
struct size sz_greatest(struct kn_file *file, struct size a, struct size b);
// condition ? a : b, the condition as C if it is not known.
struct size sz_choose(struct kn_file *file, struct size condition, struct size a, struct size b);
struct size sz_at_most(struct kn_file *file, struct size a, struct size b); // 1 or 0
bool sz_is(struct size a, int64_t value);

#endif
