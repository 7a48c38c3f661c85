// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shadow memory for races: which accesses of a byte could still conflict with a later one. Two
// accesses conflict if one of them writes, not both are atomic, and neither happened before the
// other. A byte's first conflict is always found, whatever the order in which the accesses come
// (as long as it respects what happened before what); later ones of the same byte, mostly.
#ifndef MTIA_EMULATOR_SHADOW_H
#define MTIA_EMULATOR_SHADOW_H

#include "clock.h"

enum {
  MTIA_SHADOW_WRITE = 1,
  MTIA_SHADOW_ATOMIC = 2, // does not conflict with another one
};

// An access, and what a report about it needs.
struct mtia_party {
  uint32_t agent, tick; // number `tick` of a part
  uint32_t pc;          // anything; also `what`
  uint8_t what;
  uint8_t flags; // MTIA_SHADOW_*
};

struct mtia_shadow;

// `earlier` and `later` (in the order in which they came) conflict about bytes of the 32 at
// `place`: a bit of the mask for each.
typedef void mtia_conflict_fn(void *ctx, const struct mtia_party *earlier,
                              const struct mtia_party *later, uint64_t place, uint32_t mask);

// NULL: out of memory.
struct mtia_shadow *mtia_shadow_create(mtia_conflict_fn *report, void *ctx);
void mtia_shadow_destroy(struct mtia_shadow *s);
// An access of `bytes` bytes at `place` by who knows `clock`. Its part of `clock` is at least its
// tick. False: out of memory.
bool mtia_shadow_access(struct mtia_shadow *s, uint64_t place, uint64_t bytes,
                        const struct mtia_party *by, const struct mtia_clock *clock);

#endif
