// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of a run as an ELF core file, which gdb opens beside the executable:
// a thread per core, integer and floating-point registers, all memory that was
// touched. The notes have the layout that gdb expects of RISC-V cores without an
// operating system (binutils, bfd/elfnn-riscv.c and gdb/riscv-none-tdep.c).
#define _GNU_SOURCE // mincore
#include "core.h"
#include "memory.h"
#include "mtia/emulator.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef EM_RISCV
#define EM_RISCV 243
#endif

enum {
  // struct elf_prstatus and its fields, 64 bits.
  STATUS_BYTES = 376,
  STATUS_SIGNAL = 12,
  STATUS_PID = 32,
  STATUS_REGISTERS = 112,
  FP_BYTES = 32 * 8 + 8, // f0..f31, fcsr
  FLAG_RVC = 1,
  FLAG_DOUBLE = 4,
  GAP = 64, // pages: memory with smaller holes is one segment
};

struct segment {
  uint64_t addr, size;
  const uint8_t *host;
};

struct dump {
  struct mtia_device *dev;
  FILE *out;
  struct segment *segment;
  size_t segments, room;
  bool failed; // out of memory
};

//===-- Memory ----------------------------------------------------------------===//

static void add_segment(struct dump *d, uint64_t addr, const uint8_t *host, uint64_t size) {
  if (d->segments == d->room) {
    size_t room = d->room ? 2 * d->room : 64;
    struct segment *bigger = realloc(d->segment, room * sizeof *bigger);
    if (!bigger) {
      d->failed = true;
      return;
    }
    d->segment = bigger;
    d->room = room;
  }
  d->segment[d->segments++] = (struct segment){addr, size, host};
}

// The pages of [addr, addr + size) that the host has: those that were touched.
static void add_touched(struct dump *d, uint64_t addr, uint64_t size) {
  enum { PAGES = 16384 };
  static unsigned char resident[PAGES];
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), begin = 0, end = 0; // of the open run
  const uint8_t *host = mtia_mem(d->dev, NULL, addr, 1);
  for (uint64_t at = 0; host && at < size; at += PAGES * page) {
    uint64_t length = size - at < PAGES * page ? size - at : PAGES * page;
    if (mincore((void *)(uintptr_t)(host + at), length, resident))
      return;
    for (uint64_t i = 0; i < (length + page - 1) / page; i++) {
      uint64_t here = at + i * page;
      if (!(resident[i] & 1))
        continue;
      if (end && here - end > GAP * page) {
        add_segment(d, addr + begin, host + begin, end - begin);
        end = 0;
      }
      if (!end)
        begin = here;
      end = here + page < size ? here + page : size;
    }
  }
  if (end)
    add_segment(d, addr + begin, host + begin, end - begin);
}

static void add_memory(struct dump *d, const struct mtia_core *first) {
  const struct mtia_device *dev = d->dev;
  // Local addresses are one memory in every PE: here they are those of the first thread's PE.
  add_segment(d, MTIA_LOCAL_BASE, first->pe->local, dev->p->local_bytes);
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    const struct mtia_pe *pe = &dev->pe[i];
    uint64_t place = (dev->row0 + pe->row) * MTIA_REMOTE_COLUMNS + dev->col0 + pe->col;
    add_segment(d, MTIA_REMOTE_BASE + place * MTIA_LOCAL_ROOM, pe->local, dev->p->local_bytes);
  }
  add_touched(d, MTIA_SRAM_BASE, dev->p->sram_bytes);
  add_touched(d, MTIA_DRAM_BASE, MTIA_DRAM_SIZE);
}

//===-- Notes -----------------------------------------------------------------===//

static void put_note(FILE *out, uint32_t type, const void *data, uint32_t size) {
  Elf64_Nhdr header = {.n_namesz = 5, .n_descsz = size, .n_type = type};
  static const char zeros[4];
  fwrite(&header, sizeof header, 1, out);
  fwrite("CORE\0\0\0", 8, 1, out);
  fwrite(data, 1, size, out);
  fwrite(zeros, 1, (4 - size % 4) % 4, out);
}

static void put_core(FILE *out, const struct mtia_core *core, uint16_t signal) {
  uint8_t status[STATUS_BYTES] = {0}, fp[FP_BYTES] = {0};
  uint32_t pid = core->hart + 1, fcsr = (uint32_t)core->frm << 5 | core->fp.flags;
  memcpy(status + STATUS_SIGNAL, &signal, 2);
  memcpy(status + STATUS_PID, &pid, 4);
  memcpy(status + STATUS_REGISTERS, &core->pc, 8);
  memcpy(status + STATUS_REGISTERS + 8, &core->x[1], 31 * 8);
  memcpy(fp, core->f, 32 * 8);
  memcpy(fp + 32 * 8, &fcsr, 4);
  put_note(out, NT_PRSTATUS, status, sizeof status);
  put_note(out, NT_FPREGSET, fp, sizeof fp);
}

// The thread that gdb shows: the one that has failed, or the first that hasn't halted.
static const struct mtia_core *first_core(const struct mtia_device *dev) {
  if (dev->failed)
    return dev->failed;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    const struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    if (core->state == MTIA_CORE_RUNNING || core->state == MTIA_CORE_WAITING)
      return core;
  }
  return &dev->pe[0].core[dev->program_core];
}

static char *notes(const struct mtia_device *dev, const struct mtia_core *first, size_t *size) {
  char *text = NULL;
  FILE *out = open_memstream(&text, size);
  enum { ABORT = 6 };
  if (!out)
    return NULL;
  put_core(out, first, ABORT);
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    const struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    if (core != first && core->state != MTIA_CORE_OFF)
      put_core(out, core, 0);
  }
  fclose(out);
  return text;
}

//===-- File ------------------------------------------------------------------===//

static void write_file(struct dump *d, const char *note, size_t note_size) {
  uint64_t offset = sizeof(Elf64_Ehdr) + (d->segments + 1) * sizeof(Elf64_Phdr);
  Elf64_Ehdr header = {
      .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
      .e_type = ET_CORE,
      .e_machine = EM_RISCV,
      .e_version = EV_CURRENT,
      .e_phoff = sizeof header,
      .e_flags = FLAG_RVC | FLAG_DOUBLE,
      .e_ehsize = sizeof header,
      .e_phentsize = sizeof(Elf64_Phdr),
      .e_phnum = (Elf64_Half)(d->segments + 1),
  };
  Elf64_Phdr p = {.p_type = PT_NOTE, .p_offset = offset, .p_filesz = note_size, .p_align = 4};
  fwrite(&header, sizeof header, 1, d->out);
  fwrite(&p, sizeof p, 1, d->out);
  offset += note_size;
  for (size_t i = 0; i < d->segments; i++) {
    const struct segment *s = &d->segment[i];
    p = (Elf64_Phdr){.p_type = PT_LOAD,
                     .p_flags = PF_R | PF_W | PF_X,
                     .p_offset = offset,
                     .p_vaddr = s->addr,
                     .p_paddr = s->addr,
                     .p_filesz = s->size,
                     .p_memsz = s->size,
                     .p_align = 1};
    fwrite(&p, sizeof p, 1, d->out);
    offset += s->size;
  }
  fwrite(note, 1, note_size, d->out);
  for (size_t i = 0; i < d->segments; i++)
    fwrite(d->segment[i].host, 1, d->segment[i].size, d->out);
}

bool mtia_core_dump(struct mtia_device *dev, FILE *out, struct mtia_error *error) {
  struct dump d = {.dev = dev, .out = out};
  const struct mtia_core *first = first_core(dev);
  size_t size = 0;
  char *note = notes(dev, first, &size);
  add_memory(&d, first);
  bool ok = note && !d.failed && d.segments < PN_XNUM;
  if (ok)
    write_file(&d, note, size);
  else
    mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the dump");
  free(note);
  free(d.segment);
  return ok;
}
