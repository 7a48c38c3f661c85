// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Races by happens-before: who orders what of a kernel (docs/checks.md has the rules), on top of
// clocks and shadow memory. The hooks are called only while dev->race is set; they change neither
// results nor cycles.
#ifndef MTIA_EMULATOR_RACE_H
#define MTIA_EMULATOR_RACE_H

#include "internal.h"
#include "shadow.h"

struct mtia_command;
struct mtia_race_task;

// Sets dev->race. False: out of memory.
bool mtia_race_create(struct mtia_device *dev);
void mtia_race_destroy(struct mtia_device *dev);

//===-- What happens ----------------------------------------------------------===//

// A command has its place in its queue.
void mtia_race_issue(struct mtia_command *c);
// Commands start: one, or the members of a multicast.
void mtia_race_start(struct mtia_command *const *c, unsigned count);
// A command publishes or releases what it has to: `visible` or `released` moves.
void mtia_race_move(struct mtia_command *c, bool publish);
// A command is finished.
void mtia_race_retire(struct mtia_command *c);

// A core has executed an Xmtia instruction.
void mtia_race_issued(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1);
// The last core has come to a barrier: it opens.
void mtia_race_barrier(struct mtia_core *core, unsigned scope);
// A core sends an increment to a counter; it arrives there, as the oldest from that PE.
void mtia_race_count(struct mtia_core *core, struct mtia_pe *to, unsigned counter);
void mtia_race_counted(struct mtia_pe *from, struct mtia_pe *to, unsigned counter, uint64_t old);

// A core is about to execute the instruction at its pc, with the op of its slot.
void mtia_race_insn(struct mtia_core *c, unsigned op);

//===-- Accesses of the device's memory, by their place on the host ------------===//

void mtia_race_core(struct mtia_core *c, const uint8_t *host, uint64_t bytes, bool write);
void mtia_race_command(const struct mtia_command *c, const uint8_t *host, uint64_t bytes,
                       bool write);

//===-- Findings --------------------------------------------------------------===//

struct mtia_race_finding {
  struct mtia_party party[2]; // a core first, if one is
  uint64_t place, bytes;      // on the host; or of a part of the CP: see mtia_race_print
  uint64_t count;
};

// NULL: there is no i-th one.
const struct mtia_race_finding *mtia_race_finding(const struct mtia_device *dev, unsigned i);
// Races that are not in the list, because it is full.
uint64_t mtia_race_more(const struct mtia_device *dev);
// Prints it but for the name of a place of memory, which `print_place` does; `of_pe`: also whose
// local memory it is.
typedef void mtia_race_place_fn(FILE *out, struct mtia_device *dev, uint64_t place, bool of_pe);
void mtia_race_print(struct mtia_device *dev, const struct mtia_race_finding *f, FILE *out,
                     mtia_race_place_fn *print_place);

#endif
