// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cost model: what the device needs for a piece of work, in cycles (docs/timing.md has the
// formulas).
//
// Everybody who chooses between alternatives asks here, and --explain says what was asked. The
// numbers of the device are those of the emulator's table, lib/Emulator/device_mtia_v1.inc.
//
//   cost.c        one command, one DMA, one operation on vectors
//   program*.c    the C text of a kernel, read back: who issues what, how often (program_follow.h)
//   timeline.c    both cores of a PE and its units side by side: cycles per phase, and what binds
#ifndef KNYFE_BACK_COST_H
#define KNYFE_BACK_COST_H

#include "ast.h"

// A parameter of the device: KN_DEV_fi_in_width.
enum kn_device {
#define GROUP(title)
#define PARAM(name, value, unit, why) KN_DEV_##name = value,
#include "Emulator/device_mtia_v1.inc"
#undef PARAM
#undef GROUP
};

// What can bind a kernel: enumerator, name.
#define KN_RESOURCES(X)                                                                            \
  X(KN_FI_IN, "FI in")   /* fabric interface of a PE, into local memory */                         \
  X(KN_FI_OUT, "FI out") /* out of it */                                                           \
  X(KN_SRAM, "SRAM")     /* all of it */                                                           \
  X(KN_DRAM, "DRAM")                                                                               \
  X(KN_DPE, "DPE")                                                                                 \
  X(KN_RE, "RE")                                                                                   \
  X(KN_SE, "SE")                                                                                   \
  X(KN_MLU, "MLU")                                                                                 \
  X(KN_VECTOR, "vectors")      /* arithmetic of core 1 */                                          \
  X(KN_VECTOR_MEMORY, "loads") /* loads and stores of core 1 */                                    \
  X(KN_CORE0, "core 0")        /* instructions: commands, addresses */                             \
  X(KN_CORE1, "core 1")        /* instructions that are no vectors, and waits for results */       \
  X(KN_LATENCY, "latency")     /* nothing is busy: start, end, one waits for the other */

enum kn_resource {
#define X(id, name) id,
  KN_RESOURCES(X)
#undef X
      KN_NUM_RESOURCES
};
const char *kn_resource_name(enum kn_resource resource);

// Cycles that one DMA of `rows` rows of `bytes` occupies the FI of a PE (in: to local memory).
double kn_cost_dma(bool in, double rows, double bytes);
// Cycles of the whole SRAM or DRAM for that many bytes, in `rows` runs that begin anywhere: a run
// of less than a burst of DRAM costs the burst.
double kn_cost_memory(bool dram, double rows, double bytes);
// From a request's departure to its data, nobody else about: the mean over the PEs of a sub-grid.
double kn_cost_latency(bool dram, unsigned grid_rows, unsigned grid_cols);
// Bytes per cycle that one PE gets if `pes` of them load at the same time.
double kn_cost_share(bool dram, unsigned pes);
// Units: cycles for which they are busy. Bits are those of the widest element that is read or
// written.
double kn_cost_mml(double rows, double cols);  // one step of 32 bytes of k
double kn_cost_tile(double rows, double cols); // drain, load of an accumulator
double kn_cost_red(void);                      // a tile on the reduction network
double kn_cost_se(double rows, double elements, unsigned bits);
double kn_cost_mlu(double rows, double bytes);
double kn_cost_barrier(unsigned grid_rows, unsigned grid_cols);
// Core 1: registers of 64 bytes that so many elements fill, and the arithmetic pipeline's cycles
// for a function of the language on them; 0 for what this table does not know.
double kn_cost_registers(double elements, unsigned bits);
double kn_cost_function(enum kn_builtin function, enum kn_type type, unsigned lanes);
// Arithmetic of one element of an expression, in cycles of the vector unit, as if it were perfectly
// vectorised: a lower bound for whoever computes it on core 1.
double kn_cost_element(const struct kn_expr *e);

#endif
