// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loaded executable: segments in device memory, symbols, line table.
#ifndef MTIA_EMULATOR_IMAGE_H
#define MTIA_EMULATOR_IMAGE_H

#include "internal.h"

struct mtia_symbol {
  uint64_t addr, size;
  const char *name;
  bool function;
};

struct mtia_image {
  char *name; // of the file
  const uint8_t *elf;
  size_t size;
  uint64_t entry;
  uint64_t code, code_end;        // the segment of the entry point
  uint64_t text_end;              // of its instructions; constants may follow
  uint64_t dram_end;              // first byte of DRAM behind all segments
  uint64_t kernels, kernels_size; // section .mtia.kernels in memory; size 0: an ordinary program
  struct mtia_symbol *symbol;     // functions and objects by address
  size_t symbols;
  struct mtia_lines *lines; // lines.c, on demand
  bool compressed;          // e_flags: contains compressed instructions
  bool vectors;             // .riscv.attributes: is compiled for a core with vectors
};

// Whether the contents of a section .riscv.attributes name V or a part of it.
bool mtia_image_names_vectors(const uint8_t *section, size_t size);

void mtia_image_destroy(struct mtia_device *dev);

// The symbol that contains `addr`, or NULL.
const struct mtia_symbol *mtia_image_symbol(const struct mtia_device *dev, uint64_t addr);
// The symbol of that name, or NULL.
const struct mtia_symbol *mtia_image_find(const struct mtia_device *dev, const char *name);

// Source file and line of an instruction; false without debug information. `file` stays valid as
// long as the image.
bool mtia_image_line(struct mtia_device *dev, uint64_t pc, const char **file, int *line);
void mtia_lines_destroy(struct mtia_lines *lines);

#endif
