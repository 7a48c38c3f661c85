// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- measure.h - Runs of a kernel on the emulator -------------------------===*/
#ifndef KNYFE_MEASURE_H
#define KNYFE_MEASURE_H

#include "options.h"

/* One run of a compiled kernel. */
struct kn_run {
  const char *dir; /* for the tensors' files, in-X.npy and out-Y.npy, and stats.json */
  const char *elf;
  const char *c_text; /* what was compiled */
  unsigned rows, cols;
  bool inputs_saved;   /* by an earlier run in the same directory */
  bool quiet;          /* a failure is told by the result only */
  uint64_t max_cycles; /* 0: as many as it takes */
  const char *trace;   /* file for the trace of PE (0, 0), or NULL */
};

struct kn_run_stats {
  uint64_t cycles;        /* of the kernel */
  uint64_t launch_cycles; /* before it */
  double sram_read, sram_written, dram, dma_bytes;
};

/* "dir/" prefix name ".npy", malloc'ed. */
char *kn_tensor_path(const char *dir, const char *prefix, const char *name);

/* Runs a kernel whose inputs are data[tensor->id]; its outputs are files then. `stats` may be NULL.
 * False if it fails, after a message unless run->quiet. */
bool kn_run_kernel(const struct kn_kernel *kernel, const struct kn_options *options,
                   const struct kn_run *run, void **data, struct kn_run_stats *stats);

#endif
