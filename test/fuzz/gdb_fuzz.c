// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packets of arbitrary bytes to the gdb stub, over a connection in memory: no crash, no hang, no
// error that is the emulator's. The first byte chooses the mode. In the text, "$...#" without a
// good checksum gets one, so that mutations reach what is behind it; with bit 7 of the first byte
// the bytes are taken as they are.
#define _GNU_SOURCE // memfd_create
#include "emulator_fuzz.h"
#include "gdb.h"
#include "sched.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CYCLES = 20000, MODE_TIMED = 1, MODE_SCHEDULE = 2, MODE_RAW = 0x80 };

// A loop of loads, stores, commands and a trap, for all cores:
static const uint32_t program[] = {
    0x80010537, // lui   a0, 0x80010: sign-extended
    0x02051513, // slli  a0, a0, 32
    0x02055513, // srli  a0, a0, 32
    0x00000593, // li    a1, 0
    0x00052603, // loop: lw a2, 0(a0)
    0x00160613, // addi  a2, a2, 1
    0x00c52023, // sw    a2, 0(a0)
    0x0e30268b, // mtia.cb.fill a3, 3: traps, the buffer is not set
    0x00158593, // addi  a1, a1, 1
    0x00a00693, // li    a3, 10
    0xfed594e3, // bne   a1, a3, loop
    0x1000000b, // mtia.halt
};

// The packets as gdb would send them, in a file without a name.
static int connection(const uint8_t *data, size_t size, bool raw) {
  int fd = memfd_create("gdb", MFD_CLOEXEC);
  FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
  if (!out)
    abort();
  uint8_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    fputc(data[i], out);
    if (raw)
      continue;
    if (data[i] == '$')
      sum = 0;
    else if (data[i] == '#')
      fprintf(out, "%02x", sum);
    else
      sum = (uint8_t)(sum + data[i]);
  }
  fclose(out);
  lseek(fd, 0, SEEK_SET);
  return fd;
}

static void start(struct mtia_device *dev) {
  memcpy(mtia_mem(dev, NULL, MTIA_DRAM_BASE, sizeof program), program, sizeof program);
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    core->pc = MTIA_DRAM_BASE;
    core->mode = MTIA_MACHINE;
    core->csr.mstatus = MSTATUS_FS_INITIAL | (core->v->present ? MSTATUS_VS_INITIAL : 0);
    if (!dev->functional)
      core->cache = mtia_cache_create(dev->p);
    mtia_core_start(core, 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size)
    return 0;
  const struct mtia_device_options options = {.rows = 1,
                                              .columns = 2,
                                              .functional = !(*data & MODE_TIMED),
                                              .schedule = *data & MODE_SCHEDULE ? 7 : 0,
                                              .max_cycles = CYCLES};
  struct mtia_device *dev = fuzz_device(&options);
  struct mtia_gdb *gdb = dev->gdb = calloc(1, sizeof *gdb);
  if (!gdb)
    abort();
  gdb->link.listener = -1;
  gdb->link.in = connection(data + 1, size - 1, *data & MODE_RAW);
  gdb->link.out = open("/dev/null", O_WRONLY | O_CLOEXEC);
  start(dev);
  dev->ran = true;
  if (mtia_gdb_start(dev))
    do
      dev->cycles = mtia_sched_run(dev);
    while (mtia_gdb_stopped(dev));
  if (dev->error.category)
    fuzz_check_error(&dev->error);
  mtia_device_destroy(dev);
  return 0;
}
