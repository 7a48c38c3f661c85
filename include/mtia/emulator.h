// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference emulator of the device, as a library. It never prints and never
// ends the process: what goes wrong is in a `struct mtia_error`.
//
// A device runs one program or one kernel launch:
//   mtia_device_create -> mtia_load_elf -> (kernels: mtia_select_kernel, mtia_set_*) ->
//   mtia_run -> mtia_get_output / mtia_exit_status / mtia_write_stats -> mtia_device_destroy
#ifndef MTIA_EMULATOR_H
#define MTIA_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mtia_device;
struct mtia_npy;

// Why something was refused: enumerator, word in messages. Every refusal has one, so each
// kind can be counted, and every guess about the machine be found.
#define MTIA_ERRORS(X)                                                                             \
  X(MTIA_OK, "no error")                                                                           \
  X(MTIA_ERR_USAGE, "usage")       /* the caller asked for something impossible */                 \
  X(MTIA_ERR_FILE, "file")         /* cannot read or write a file */                               \
  X(MTIA_ERR_ELF, "bad ELF")       /* not an ELF for this machine, or broken */                    \
  X(MTIA_ERR_ARGUMENT, "argument") /* kernel argument: shape, type, range, missing */              \
  X(MTIA_ERR_HOST, "host")         /* the host lacks memory or the like */                         \
  X(MTIA_ERR_ILLEGAL_COMMAND, "illegal command") /* docs/isa/xmtia.md, 1.6 */                      \
  X(MTIA_ERR_ILLEGAL_INSN, "illegal instruction")                                                  \
  X(MTIA_ERR_ACCESS, "access fault")                                                               \
  X(MTIA_ERR_TRAP, "unhandled trap")           /* any other trap without a handler */              \
  X(MTIA_ERR_UNDEFINED, "undefined behaviour") /* the specification leaves it open */              \
  X(MTIA_ERR_UNIMPLEMENTED, "not implemented") /* specified, not built */                          \
  X(MTIA_ERR_NO_PROGRESS, "no progress")       /* nothing can move any more */                     \
  X(MTIA_ERR_MAX_CYCLES, "cycle limit")                                                            \
  X(MTIA_ERR_STOPPED, "stopped") /* by the debugger */                                             \
  X(MTIA_ERR_CHECK, "check")     /* mtia_check has found something */                              \
  X(MTIA_ERR_INTERNAL, "emulator bug")

enum mtia_error_category {
#define X(id, text) id,
  MTIA_ERRORS(X)
#undef X
};

// `text` has no newline at its end; it may have several lines.
struct mtia_error {
  enum mtia_error_category category;
  char text[1024];
  char *report; // longer explanation or NULL; mtia_error_clear() frees it
};

const char *mtia_error_category_name(enum mtia_error_category category);
void mtia_error_clear(struct mtia_error *error);

// rows, columns: the sub-grid that a kernel is launched on, north-west corner of the full grid.
struct mtia_device_options {
  unsigned rows, columns; // 0: the full grid
  bool functional;        // no time: one cycle per instruction, commands complete at once
  bool reference;         // functional, with cores that are simple and slow
  uint64_t schedule; // not 0: seed of random delays of cores, commands and DMAs, all of them legal
  bool vector_ones;  // vector elements that are "agnostic" become ones, not what they were
  uint64_t max_cycles; // 0: no limit
  // Of the host. 1: only the caller's. 2: another one computes what units compute. 0: the same as
  // soon as there is enough to do, if the host has two processors. Never changes results or cycles.
  unsigned threads;
  // Text of a device file (docs/timing.md) and its name for messages; NULL: mtia_v1.
  const char *device, *device_name;
  size_t device_size;
};

// NULL and *error on failure.
struct mtia_device *mtia_device_create(const struct mtia_device_options *options,
                                       struct mtia_error *error);
void mtia_device_destroy(struct mtia_device *dev);

// Writes the parameters of mtia_v1 as a device file.
void mtia_write_device(FILE *out);

// Loads an executable of `size` bytes; the bytes must live as long as the device (symbols and
// line tables are read on demand). `name` is used in messages.
bool mtia_load_elf(struct mtia_device *dev, const char *name, const void *elf, size_t size,
                   struct mtia_error *error);

//===-- Kernels -------------------------------------------------------------===//

// The ELF holds kernels (section .mtia.kernels); otherwise it is an ordinary program that core 0 of
// PE (0,0) runs.
bool mtia_is_kernel(const struct mtia_device *dev);

// One line per kernel of the ELF and one per argument ("  x: in i8[M, K]"); free() it.
char *mtia_describe_kernels(struct mtia_device *dev);

// Needed when the ELF has several. Must come before the arguments.
bool mtia_select_kernel(struct mtia_device *dev, const char *name, struct mtia_error *error);

// Extent of a dimension that no input tensor mentions.
bool mtia_set_dim(struct mtia_device *dev, const char *name, uint64_t extent,
                  struct mtia_error *error);

// Tensors (in, inout): the data are copied. `source` names it in messages (the file).
bool mtia_set_tensor(struct mtia_device *dev, const char *name, const struct mtia_npy *npy,
                     const char *source, struct mtia_error *error);

// Scalars: a number as in C, checked against the argument's type.
bool mtia_set_scalar(struct mtia_device *dev, const char *name, const char *number,
                     struct mtia_error *error);

// Where a tensor goes. Without it, tensors are in SRAM if all of them fit, otherwise in DRAM.
enum mtia_place { MTIA_PLACE_AUTO, MTIA_PLACE_SRAM, MTIA_PLACE_DRAM };
bool mtia_set_place(struct mtia_device *dev, const char *name, enum mtia_place place,
                    struct mtia_error *error);

// Whether `name` is an argument; `tensor` and `output` (may be NULL) say of which kind.
bool mtia_find_argument(struct mtia_device *dev, const char *name, bool *tensor, bool *output);

// After mtia_run: the content of an out or inout tensor. mtia_npy_free() releases it.
bool mtia_get_tensor(struct mtia_device *dev, const char *name, struct mtia_npy *npy,
                     struct mtia_error *error);

//===-- Programs ------------------------------------------------------------===//

// What main gets as argv; argv[0] is the program's name.
bool mtia_set_command_line(struct mtia_device *dev, int argc, const char *const *argv,
                           struct mtia_error *error);

// What the program passed to exit().
int mtia_exit_status(const struct mtia_device *dev);

//===-- Running -------------------------------------------------------------===//

// Writes a line per executed instruction to `out`, which stays the caller's: number of the core,
// its cycle, pc, bytes, instruction, and what it wrote to a register. The run is slower.
bool mtia_trace_instructions(struct mtia_device *dev, FILE *out, struct mtia_error *error);

// Writes what cores, units and buffers do, as a trace for Perfetto (docs/profiling.md), to `out`,
// which stays the caller's. Cycles and results are those of a run without it.
struct mtia_timeline_options {
  unsigned row, column, last_row, last_column; // these PEs, ends included
  uint64_t from, to;                           // what touches these cycles, the end not included
  uint64_t limit;                              // events; what comes behind them is left out
};
bool mtia_trace_timeline(struct mtia_device *dev, FILE *out,
                         const struct mtia_timeline_options *options, struct mtia_error *error);
// After the run, also one that has failed: completes the text. 0, or the number of events behind
// which the trace was cut.
uint64_t mtia_timeline_finish(struct mtia_device *dev);

// Counts cycles by source line; the run is slower, its cycles and results are the same. After the
// run, mtia_write_profile prints lines, functions, the use of each resource, and what bounds the
// run.
bool mtia_profile(struct mtia_device *dev, struct mtia_error *error);
void mtia_write_profile(struct mtia_device *dev, FILE *out);

// Checks what a kernel does with memory (docs/checks.md): "all", or some of uninit, bounds, race,
// cb, stale, align, slow, with commas. mtia_run then fails with MTIA_ERR_CHECK if there are
// findings; they are the error's report. The run is slower, its cycles and results are the same.
bool mtia_check(struct mtia_device *dev, const char *list, struct mtia_error *error);
// What `slow` has seen in the run: no mistakes. A line for each place in the program, behind
// `prefix`.
void mtia_check_notes(struct mtia_device *dev, const char *prefix, FILE *out);

// Lets gdb debug the run: mtia_run waits for its connection before the first instruction. `where`:
// a port of this machine ("0": any that is free), a path with a '/' for a unix socket to be made,
// or
// "-" for standard input and output. `address` gets what gdb's `target remote` wants, "" for "-".
bool mtia_gdb_listen(struct mtia_device *dev, const char *where, char *address, size_t size,
                     struct mtia_error *error);

// Runs to the end. A device runs once.
bool mtia_run(struct mtia_device *dev, struct mtia_error *error);

// After a run: all cores' registers and all memory as an ELF core file for gdb. `out` stays the
// caller's.
bool mtia_core_dump(struct mtia_device *dev, FILE *out, struct mtia_error *error);

// After a run that ended with MTIA_ERR_NO_PROGRESS or MTIA_ERR_MAX_CYCLES: who waits for whom, for
// graphviz. free() it.
char *mtia_wait_graph(struct mtia_device *dev);

// Length of the run without the launch; cycles that a launch takes before it (0 for programs).
uint64_t mtia_cycles(const struct mtia_device *dev);
uint64_t mtia_launch_cycles(const struct mtia_device *dev);

// Times, instructions, use of units and memories; both after mtia_run. The JSON text is malloc'ed.
void mtia_write_stats(struct mtia_device *dev, FILE *out);
char *mtia_stats_json(struct mtia_device *dev);

// What a conformance test (riscv-arch-test) leaves between the symbols begin_signature and
// end_signature, as other simulators print it: a line per `bytes` (a power of two up to 16), the
// last byte first, in hexadecimal; the last line is filled with zeros and has no newline behind
// it. NULL and an error if the program has no such symbols. free() it.
char *mtia_signature(struct mtia_device *dev, unsigned bytes, struct mtia_error *error);

#ifdef __cplusplus
}
#endif
#endif
