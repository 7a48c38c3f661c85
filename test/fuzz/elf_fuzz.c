// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ELF files of arbitrary bytes: loaded, asked for their kernels, symbols, source lines and
// signature, given arguments, and run for a moment. No crash, no hang; what is refused is refused
// with a message.
#include "emulator_fuzz.h"
#include "image.h"
#include "mtia/npy.h"

#include <stdlib.h>
#include <string.h>

enum { CYCLES = 2000 };

static bool ok(bool result, struct mtia_error *error) {
  if (!result)
    fuzz_check_error(error);
  mtia_error_clear(error);
  memset(error, 0, sizeof *error);
  return result;
}

// Tensors of 2 x 32 bytes, scalars of 1: what they don't fit is one more message.
static void give(struct mtia_device *dev, const char *name) {
  struct mtia_error error = {0};
  static int8_t data[64];
  struct mtia_npy npy = {MTIA_NPY_I8, 2, {2, 32}, 64, 64, data};
  bool tensor, output;
  if (!mtia_find_argument(dev, name, &tensor, &output))
    return;
  if (tensor)
    ok(mtia_set_tensor(dev, name, &npy, "fuzz", &error), &error);
  else
    ok(mtia_set_scalar(dev, name, "1", &error), &error);
}

// A line "NAME" per kernel, and under it a line "  NAME: ..." per argument.
static void give_all(struct mtia_device *dev) {
  struct mtia_error error = {0};
  char *text = mtia_describe_kernels(dev), *next = text, *line;
  bool selected = false;
  while ((line = strsep(&next, "\n"))) {
    bool argument = *line == ' ';
    line += strspn(line, " ");
    if (argument)
      line[strcspn(line, ":")] = 0;
    if (argument && selected)
      give(dev, line);
    else if (!argument && !selected)
      selected = ok(mtia_select_kernel(dev, line, &error), &error);
  }
  free(text);
  for (char name[2] = "A"; *name <= 'Z'; ++*name)
    ok(mtia_set_dim(dev, name, 2, &error), &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct mtia_device_options options = {
      .rows = 1, .columns = 2, .functional = true, .max_cycles = CYCLES};
  struct mtia_device *dev = fuzz_device(&options);
  struct mtia_error error = {0};
  char where[600];
  uint8_t *copy = malloc(size ? size : 1); // reads behind it are seen
  memcpy(copy, data, size);
  if (ok(mtia_load_elf(dev, "fuzz", copy, size, &error), &error)) {
    if (mtia_is_kernel(dev))
      give_all(dev);
    for (uint64_t pc = MTIA_DRAM_BASE; pc < MTIA_DRAM_BASE + 64; pc += 16)
      mtia_where_pc(dev, pc, where, sizeof where);
    mtia_where_pc(dev, dev->image->entry, where, sizeof where);
    mtia_where_pc(dev, UINT64_MAX, where, sizeof where);
    ok(mtia_run(dev, &error), &error);
    char *text = mtia_signature(dev, 4, &error);
    ok(text != NULL, &error);
    free(text);
    free(mtia_wait_graph(dev));
  }
  mtia_device_destroy(dev);
  free(copy);
  return 0;
}
