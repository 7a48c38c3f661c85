// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Source lines through libdw. Read when the first message needs one.
#include "image.h"

#include <elfutils/libdw.h>
#include <stdlib.h>

struct mtia_lines {
  Elf *elf;
  Dwarf *dwarf; // NULL: no debug information
};

static struct mtia_lines *open_lines(const struct mtia_image *image) {
  struct mtia_lines *lines = calloc(1, sizeof *lines);
  if (!lines)
    return NULL;
  elf_version(EV_CURRENT);
  // libelf promises not to write to memory that it opens this way.
  lines->elf = elf_memory((char *)(uintptr_t)image->elf, image->size);
  if (lines->elf)
    lines->dwarf = dwarf_begin_elf(lines->elf, DWARF_C_READ, NULL);
  return lines;
}

void mtia_lines_destroy(struct mtia_lines *lines) {
  if (!lines)
    return;
  if (lines->dwarf)
    dwarf_end(lines->dwarf);
  if (lines->elf)
    elf_end(lines->elf);
  free(lines);
}

bool mtia_image_line(struct mtia_device *dev, uint64_t pc, const char **file, int *line) {
  struct mtia_image *image = dev->image;
  if (!image)
    return false;
  if (!image->lines && !(image->lines = open_lines(image)))
    return false;
  Dwarf *dwarf = image->lines->dwarf;
  if (!dwarf)
    return false;
  Dwarf_CU *cu = NULL;
  Dwarf_Die unit;
  // Compilers need not write .debug_aranges, so all units are asked.
  while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
    if (dwarf_haspc(&unit, pc) <= 0)
      continue;
    Dwarf_Line *found = dwarf_getsrc_die(&unit, pc);
    const char *name = found ? dwarf_linesrc(found, NULL, NULL) : NULL;
    if (name && dwarf_lineno(found, line) == 0 && *line > 0) {
      *file = name;
      return true;
    }
  }
  return false;
}
