// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A grid whose cores are lists of Xmtia instructions: the units under test with
// everything around them replaced by the little that they need.
#ifndef MACHINE_H
#define MACHINE_H

#include "insn.h"
#include "units.h"

#define SRAM_BYTES (16u << 20) // as much of SRAM and of DRAM as exists here
#define DRAM_BYTES (4u << 20)

struct step {
  struct mtia_insn insn;
  uint64_t rs1, rs2;
  uint64_t rd;     // after the run: result
  uint64_t issued; // after the run: cycle of issue
};

struct program {
  struct step *step;
  unsigned count, capacity, next;
  uint64_t delay; // cycles before the first step
};

struct machine {
  struct mtia_device dev;
  struct mtia_device_params params;
  struct program *program; // 2 per PE
  uint8_t *sram, *dram;
  uint64_t now;
  uint64_t end; // of the last step or event
  struct fake_event *event;
  unsigned events, event_capacity;
  uint64_t order;
  bool skip_traps; // a step that traps is passed over instead of failing the test
  unsigned traps;
  bool expect_failure; // mtia_fail is counted instead of failing the test
  unsigned failures;
  char failure[500];
};

struct machine *machine_new(unsigned rows, unsigned cols, bool functional);
struct machine *machine_of_params(const struct mtia_device_params *params, unsigned rows,
                                  unsigned cols, bool functional);
void machine_free(struct machine *m);

static inline struct mtia_pe *pe_at(struct machine *m, unsigned row, unsigned col) {
  return mtia_pe_at(&m->dev, row, col);
}

// Appends a step to a core's program; x: the constant operands in assembly order.
struct step *put_step(struct machine *m, const struct mtia_pe *pe, unsigned core, unsigned op,
                      uint64_t rs1, uint64_t rs2, const uint8_t x[8]);
#define PUT(m, pe, core, op, rs1, rs2, ...)                                                        \
  put_step(m, pe, core, MTIA_OP_##op, rs1, rs2, (const uint8_t[8]){__VA_ARGS__})

// Runs all programs to their end. Any trap fails the test. False: nothing moves any more.
bool machine_run(struct machine *m);

// Issues one instruction at the present time; the reason of the trap or 0. A stall fails.
uint64_t try_step(struct machine *m, const struct mtia_pe *pe, unsigned core, unsigned op,
                  uint64_t rs1, uint64_t rs2, const uint8_t x[8]);
#define TRY(m, pe, core, op, rs1, rs2, ...)                                                        \
  try_step(m, pe, core, MTIA_OP_##op, rs1, rs2, (const uint8_t[8]){__VA_ARGS__})

// A small generator of numbers, the same everywhere.
struct dice {
  uint64_t state;
};
uint32_t roll(struct dice *d, uint32_t below);
void roll_bytes(struct dice *d, void *to, size_t bytes);

static inline uint64_t pair(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

#endif
