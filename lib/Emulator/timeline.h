// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every core, unit and buffer did when, as a trace for Perfetto
// (docs/profiling.md). The hooks are called only while dev->timeline is set; they
// change nothing.
#ifndef MTIA_EMULATOR_TIMELINE_H
#define MTIA_EMULATOR_TIMELINE_H

#include "units.h"

void mtia_timeline_destroy(struct mtia_device *dev);

// A unit has started a command that keeps it busy until `end`; its result is there at `done`.
// `flight`: what follows on the unit does not wait for it (DMA).
void mtia_timeline_command(const struct mtia_command *c, uint64_t start, uint64_t end,
                           uint64_t done, bool flight);
// A core has waited from state->wait_since to now for what state->wait says.
void mtia_timeline_wait(const struct mtia_core *core, const struct mtia_cp_core *state);
// The core has halted, or the run has ended.
void mtia_timeline_halt(const struct mtia_core *core, uint64_t now);
// The counters of a CB have moved.
void mtia_timeline_cb(const struct mtia_cp *cp, unsigned cb);
// Bytes of a memory, booked for `time`.
void mtia_timeline_bytes(struct mtia_device *dev, enum mtia_level level, uint32_t bytes,
                         uint64_t time);

#endif
