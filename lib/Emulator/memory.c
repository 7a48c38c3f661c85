// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memories of the device. The host gives pages when they are first touched,
// so 64 GB of DRAM cost nothing until they are used.
#include "memory.h"
#include "device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct mtia_memory {
  uint8_t *dram, *sram;
  uint8_t *local; // of the full grid, MTIA_LOCAL_ROOM apart
  uint64_t sram_bytes, local_bytes, local_room;
  unsigned grid_rows, grid_columns;
};

static uint8_t *reserve(uint64_t bytes) {
  void *p =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

bool mtia_memory_create(struct mtia_device *dev, struct mtia_error *error) {
  struct mtia_memory *mem = dev->mem = calloc(1, sizeof *mem);
  if (!mem)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  mem->sram_bytes = mtia_scratchpad(dev->p);
  mem->local_bytes = dev->p->local_bytes;
  mem->local_room = MTIA_LOCAL_ROOM;
  mem->grid_rows = dev->p->grid_rows;
  mem->grid_columns = dev->p->grid_columns;
  mem->dram = reserve(MTIA_DRAM_SIZE);
  mem->sram = reserve(mem->sram_bytes ? mem->sram_bytes : 1);
  mem->local = reserve(mem->grid_rows * mem->grid_columns * mem->local_room);
  if (!mem->dram || !mem->sram || !mem->local)
    return mtia_error_set(error, MTIA_ERR_HOST,
                          "cannot reserve %llu GB of address space for the device's memory: %s; "
                          "raise 'ulimit -v' or allow overcommit (vm.overcommit_memory 0 or 1)",
                          MTIA_DRAM_SIZE / (1ull << 30), strerror(errno));
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    struct mtia_pe *pe = &dev->pe[i];
    unsigned place = (dev->row0 + pe->row) * mem->grid_columns + dev->col0 + pe->col;
    pe->local = mem->local + place * mem->local_room;
  }
  return true;
}

void mtia_memory_destroy(struct mtia_device *dev) {
  struct mtia_memory *mem = dev->mem;
  if (!mem)
    return;
  if (mem->dram)
    munmap(mem->dram, MTIA_DRAM_SIZE);
  if (mem->sram)
    munmap(mem->sram, mem->sram_bytes ? mem->sram_bytes : 1);
  if (mem->local)
    munmap(mem->local, mem->grid_rows * mem->grid_columns * mem->local_room);
  free(mem);
}

static inline bool inside(uint64_t off, uint64_t len, uint64_t size) {
  return off < size && len <= size - off;
}

uint8_t *mtia_mem(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr, uint64_t len) {
  struct mtia_memory *mem = dev->mem;
  uint64_t off = addr - MTIA_DRAM_BASE;
  if (inside(off, len, MTIA_DRAM_SIZE))
    return mem->dram + off;
  off = addr - MTIA_LOCAL_BASE;
  if (inside(off, len, mem->local_bytes)) {
    if (pe && pe->deferred)
      mtia_defer_finish(&dev->pe[pe->index]);
    return pe ? pe->local + off : NULL;
  }
  off = addr - MTIA_SRAM_BASE;
  if (inside(off, len, mem->sram_bytes))
    return mem->sram + off;
  off = addr - MTIA_REMOTE_BASE;
  if (off < MTIA_REMOTE_SIZE) {
    uint64_t place = off / MTIA_LOCAL_ROOM;
    unsigned row = (unsigned)(place / MTIA_REMOTE_COLUMNS);
    unsigned col = (unsigned)(place % MTIA_REMOTE_COLUMNS);
    if (row < mem->grid_rows && col < mem->grid_columns &&
        inside(off % MTIA_LOCAL_ROOM, len, mem->local_bytes)) {
      // Wraps to something large outside of the sub-grid.
      if (row - dev->row0 < dev->rows && col - dev->col0 < dev->cols)
        mtia_defer_finish(mtia_pe_at(dev, row - dev->row0, col - dev->col0));
      return mem->local + (row * mem->grid_columns + col) * mem->local_room + off % MTIA_LOCAL_ROOM;
    }
  }
  return NULL;
}

enum mtia_level mtia_mem_level(const struct mtia_device *dev, uint64_t addr) {
  const struct mtia_memory *mem = dev->mem;
  if (addr - MTIA_DRAM_BASE < MTIA_DRAM_SIZE)
    return MTIA_DRAM;
  if (addr - MTIA_SRAM_BASE < mem->sram_bytes)
    return MTIA_SRAM;
  if (addr - MTIA_LOCAL_BASE < mem->local_bytes)
    return MTIA_LOCAL;
  if (addr - MTIA_REMOTE_BASE < MTIA_REMOTE_SIZE)
    return MTIA_REMOTE;
  return MTIA_NOWHERE;
}
