// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vector clocks of a grid. What happens is counted by part: each PE has parts (cores, units,
// transfers), each part counts 1, 2, ... A clock says of every part up to which number one knows
// of it, that is, what happened before.
//
// A clock belongs to a PE, or to nobody (a message between PEs). Clocks share what is equal: the
// counts of a PE are a block that is copied when somebody changes it, and the blocks of the other
// PEs are a table that is shared in the same way. So copies cost nothing, and joins within a PE
// don't look at other PEs unless there is news from them.
#ifndef MTIA_EMULATOR_CLOCK_H
#define MTIA_EMULATOR_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

// What all clocks of a grid have in common.
struct mtia_clocks {
  unsigned pes;
  bool failed; // memory has run out: clocks know too little
};

#define MTIA_CLOCK_NOBODY 0xffffu // as `pe`

// A part of a PE, as one number.
static inline uint32_t mtia_agent(unsigned pe, unsigned part) { return pe << 16 | part; }
static inline unsigned mtia_agent_pe(uint32_t agent) { return agent >> 16; }
static inline unsigned mtia_agent_part(uint32_t agent) { return agent & 0xffff; }

struct mtia_clock_block;
struct mtia_clock_table;

struct mtia_clock {
  struct mtia_clocks *of;
  unsigned pe;
  struct mtia_clock_block *own;   // NULL: knows nothing
  struct mtia_clock_table *table; // all PEs but `pe`; NULL: knows nothing
};

// Knows nothing. Every clock is to be cleared in the end.
void mtia_clock_init(struct mtia_clock *c, struct mtia_clocks *of, unsigned pe);
void mtia_clock_clear(struct mtia_clock *c);
// `to`, an initialised clock of the same PE, becomes equal to `from`.
void mtia_clock_copy(struct mtia_clock *to, const struct mtia_clock *from);
// c, of a PE, has come to number `tick` of a part of that PE.
void mtia_clock_set(struct mtia_clock *c, unsigned part, uint32_t tick);
// c knows what it did and what `from`, of any PE, does.
void mtia_clock_join(struct mtia_clock *c, const struct mtia_clock *from);
// Up to which number c knows of a part.
uint32_t mtia_clock_of(const struct mtia_clock *c, uint32_t agent);

#endif
