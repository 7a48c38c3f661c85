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
  uint64_t max_cycles;    // 0: no limit
};

// NULL and *error on failure.
struct mtia_device *mtia_device_create(const struct mtia_device_options *options,
                                       struct mtia_error *error);
void mtia_device_destroy(struct mtia_device *dev);

// Loads an executable of `size` bytes; the bytes must live as long as the device (symbols and
// line tables are read on demand). `name` is used in messages.
bool mtia_load_elf(struct mtia_device *dev, const char *name, const void *elf, size_t size,
                   struct mtia_error *error);

#ifdef __cplusplus
}
#endif
#endif
