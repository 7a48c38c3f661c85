// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Privileged architecture of a core: machine and user mode, traps, interrupts,
// CSRs, and the CLINT, which is where QEMU's machine "virt" has it.
// RISC-V Instruction Set Manual, volume II, machine-level ISA 1.12.
#include "core.h"
#include "debug.h"
#include "mtia/memory_map.h"
#include "report.h"
#include "semihost.h"

#include <string.h>

#define MSTATUS_MIE (UINT64_C(1) << 3)
#define MSTATUS_MPIE (UINT64_C(1) << 7)
#define MSTATUS_MPP (UINT64_C(3) << 11) // 3: machine mode, 0: user mode
#define MSTATUS_MPRV (UINT64_C(1) << 17)
#define MSTATUS_TW (UINT64_C(1) << 21)
#define MSTATUS_UXL (UINT64_C(2) << 32) // user mode has 64 bits, too
#define MSTATUS_WRITABLE                                                                           \
  (MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_FS | MSTATUS_MPRV | MSTATUS_TW)

// Bits of mip and mie, numbers of interrupts.
#define IRQ_SOFTWARE 3
#define IRQ_TIMER 7
#define IRQ_EXTERNAL 11 // there is no source of it
#define MIE_WRITABLE (1u << IRQ_SOFTWARE | 1u << IRQ_TIMER | 1u << IRQ_EXTERNAL)
#define CAUSE_INTERRUPT (UINT64_C(1) << 63)

//===-- Interrupts ------------------------------------------------------------===//

static uint64_t mtime(const struct mtia_core *c) { return c->cycle + c->dev->mtime_offset; }

static uint64_t mip(const struct mtia_core *c) {
  return (c->msip ? 1u << IRQ_SOFTWARE : 0) | (mtime(c) >= c->mtimecmp ? 1u << IRQ_TIMER : 0);
}

static void enter(struct mtia_core *c, uint64_t cause, uint64_t tval, uint64_t handler) {
  c->csr.mepc = c->pc;
  c->csr.mcause = cause;
  c->csr.mtval = tval;
  uint64_t status = c->csr.mstatus & ~(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP);
  status |= c->csr.mstatus & MSTATUS_MIE ? MSTATUS_MPIE : 0;
  c->csr.mstatus = status | (c->user ? 0 : MSTATUS_MPP);
  c->user = false;
  c->pc = handler;
}

void mtia_core_interrupts(struct mtia_core *c, uint64_t limit) {
  uint64_t pending = mip(c) & c->csr.mie;
  if (c->wfi_pc == c->pc && pending) { // wfi is done
    c->pc += 4;
    c->instret++;
  }
  c->wfi_pc = MTIA_NO_PC;
  c->limit = limit;
  if (pending && (c->user || c->csr.mstatus & MSTATUS_MIE)) {
    unsigned irq = pending >> IRQ_EXTERNAL & 1   ? IRQ_EXTERNAL
                   : pending >> IRQ_SOFTWARE & 1 ? IRQ_SOFTWARE
                                                 : IRQ_TIMER;
    uint64_t cause = CAUSE_INTERRUPT | irq;
    if (!c->csr.mtvec)
      mtia_report_trap(c, cause, 0);
    else
      enter(c, cause, 0, (c->csr.mtvec & ~UINT64_C(3)) + (c->csr.mtvec & 1 ? 4 * irq : 0));
    pending = 0;
  }
  // The timer's time, if it comes before the end of the quantum.
  if (c->csr.mie >> IRQ_TIMER & 1 && !(pending >> IRQ_TIMER & 1) && c->mtimecmp > mtime(c) &&
      c->mtimecmp - mtime(c) < limit - c->cycle)
    c->limit = c->cycle + (c->mtimecmp - mtime(c));
}

static void timer(struct mtia_device *dev, void *core, uint64_t time) {
  struct mtia_core *c = core;
  (void)dev;
  if (c->wfi_pc == c->pc)
    mtia_core_wake(c, time);
}

enum mtia_exit mtia_core_wfi(struct mtia_core *c) {
  if (c->user && c->csr.mstatus & MSTATUS_TW) {
    c->instret--;
    mtia_core_trap(c, 2, 0x10500073);
    return MTIA_EXIT_CONTINUE;
  }
  if (mip(c) & c->csr.mie) {
    c->pc += 4;
    return MTIA_EXIT_CONTINUE;
  }
  c->instret--; // it counts when it is done
  c->wfi_pc = c->pc;
  if (c->csr.mie >> IRQ_TIMER & 1 && c->mtimecmp != UINT64_MAX) {
    uint64_t time = c->cycle + (c->mtimecmp - mtime(c));
    mtia_at(c->dev, time, timer, c, time);
  }
  return MTIA_EXIT_WAIT;
}

//===-- CLINT -----------------------------------------------------------------===//

// Registers: software interrupt of each core (4 bytes), mtimecmp of each core, mtime.
#define CLINT_MTIMECMP 0x4000
#define CLINT_MTIME 0xbff8

static struct mtia_core *hart(struct mtia_device *dev, uint64_t number) {
  return number < 2 * (uint64_t)dev->rows * dev->cols ? &dev->pe[number / 2].core[number % 2]
                                                      : NULL;
}

bool mtia_clint_load(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t *value) {
  uint64_t off = addr - MTIA_CLINT_BASE;
  uint64_t word = 0;
  if (off >= MTIA_CLINT_SIZE || size < 4 || addr % size)
    return false;
  struct mtia_core *of = hart(c->dev, off < CLINT_MTIMECMP ? off / 4 : (off - CLINT_MTIMECMP) / 8);
  if (off >= CLINT_MTIME)
    word = off < CLINT_MTIME + 8 ? mtime(c) : 0;
  else if (of && off >= CLINT_MTIMECMP)
    word = of->mtimecmp;
  else if (of)
    word = (uint64_t)of->msip << 8 * (off & 4);
  *value = word >> 8 * (off & 4);
  return true;
}

// A register of 64 bits after a store of `size` bytes.
static uint64_t merge(uint64_t old, uint64_t off, unsigned size, uint64_t value) {
  if (size == 8)
    return value;
  uint64_t mask = UINT64_C(0xffffffff) << 8 * (off & 4);
  return (old & ~mask) | (value << 8 * (off & 4) & mask);
}

bool mtia_clint_store(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t value) {
  uint64_t off = addr - MTIA_CLINT_BASE;
  if (off >= MTIA_CLINT_SIZE || size < 4 || addr % size)
    return false;
  if (off >= CLINT_MTIME) {
    if (off < CLINT_MTIME + 8)
      c->dev->mtime_offset = merge(mtime(c), off, size, value) - c->cycle;
    return true;
  }
  struct mtia_core *of = hart(c->dev, off < CLINT_MTIMECMP ? off / 4 : (off - CLINT_MTIMECMP) / 8);
  if (!of)
    return true;
  if (off >= CLINT_MTIMECMP)
    of->mtimecmp = merge(of->mtimecmp, off, size, value);
  else
    of->msip = value & 1;
  if (of->wfi_pc == of->pc)
    mtia_core_wake(of, c->cycle);
  return true;
}

//===-- Traps -----------------------------------------------------------------===//

void mtia_core_trap(struct mtia_core *c, uint64_t cause, uint64_t tval) {
  if (c->dev->stop || (c->dev->debug && mtia_debug_trap(c, cause, tval)))
    return;
  if (!c->csr.mtvec) { // nobody has installed a handler
    mtia_report_trap(c, cause, tval);
    return;
  }
  enter(c, cause, tval, c->csr.mtvec & ~UINT64_C(3));
}

static uint32_t slot_word(const struct mtia_slot *s) {
  const struct mtia_code_page *page = slot_page(s);
  uint32_t word;
  memcpy(&word, page->copy + 2 * (s - page->slot), 4);
  return s->len == 1 ? word & 0xffff : word;
}

void mtia_core_illegal(struct mtia_core *c, const struct mtia_slot *s) {
  mtia_core_trap(c, 2, slot_word(s));
}

void mtia_core_ecall(struct mtia_core *c) { mtia_core_trap(c, c->user ? 8 : 11, 0); }

void mtia_core_mret(struct mtia_core *c, const struct mtia_slot *s) {
  if (c->user) {
    c->instret--;
    mtia_core_illegal(c, s);
    return;
  }
  uint64_t status = c->csr.mstatus;
  c->user = !(status & MSTATUS_MPP);
  c->csr.mstatus = (status & ~(MSTATUS_MIE | MSTATUS_MPP | (c->user ? MSTATUS_MPRV : 0))) |
                   MSTATUS_MPIE | (status & MSTATUS_MPIE ? MSTATUS_MIE : 0);
  c->pc = c->csr.mepc;
}

//===-- CSRs ------------------------------------------------------------------===//

enum csr_number {
  CSR_FFLAGS = 0x001,
  CSR_FRM = 0x002,
  CSR_FCSR = 0x003,
  CSR_MSTATUS = 0x300,
  CSR_MISA = 0x301,
  CSR_MIE = 0x304,
  CSR_MTVEC = 0x305,
  CSR_MCOUNTEREN = 0x306,
  CSR_MENVCFG = 0x30a,
  CSR_MCOUNTINHIBIT = 0x320,
  CSR_MSCRATCH = 0x340,
  CSR_MEPC = 0x341,
  CSR_MCAUSE = 0x342,
  CSR_MTVAL = 0x343,
  CSR_MIP = 0x344,
  CSR_TSELECT = 0x7a0,
  CSR_TDATA3 = 0x7a3,
  CSR_MCYCLE = 0xb00,
  CSR_MINSTRET = 0xb02,
  CSR_CYCLE = 0xc00,
  CSR_TIME = 0xc01,
  CSR_INSTRET = 0xc02,
  CSR_HPMCOUNTER31 = 0xc1f,
  CSR_MVENDORID = 0xf11,
  CSR_MARCHID = 0xf12,
  CSR_MIMPID = 0xf13,
  CSR_MHARTID = 0xf14,
  CSR_MCONFIGPTR = 0xf15,
};

// MXL = 64 bits and the extensions' letters; X: Xmtia.
#define LETTER(c) (UINT64_C(1) << ((c) - 'A'))
#define MISA                                                                                       \
  ((UINT64_C(2) << 62) | LETTER('A') | LETTER('B') | LETTER('C') | LETTER('D') | LETTER('F') |     \
   LETTER('I') | LETTER('M') | LETTER('U') | LETTER('X'))

// CBIE = flush, CBCFE, CBZE: user mode has the instructions of Zicbom and Zicboz.
#define MENVCFG 0xd0

// Counters that exist, count nothing and ignore writes; physical memory protection without entries;
// no debug triggers.
static bool is_zero_csr(unsigned csr) {
  return (csr >= 0xb03 && csr <= 0xb1f) || (csr >= 0x323 && csr <= 0x33f) ||
         (csr >= 0x3a0 && csr <= 0x3ef) || (csr > CSR_INSTRET && csr <= CSR_HPMCOUNTER31) ||
         (csr >= CSR_TSELECT && csr <= CSR_TDATA3) || csr == CSR_MCOUNTINHIBIT;
}

bool mtia_csr_read(const struct mtia_core *c, unsigned csr, uint64_t *value) {
  *value = 0;
  switch (csr) {
  case CSR_MSTATUS:
    *value = c->csr.mstatus | MSTATUS_UXL;
    if ((*value & MSTATUS_FS) == MSTATUS_FS)
      *value |= MSTATUS_SD;
    return true;
  case CSR_FFLAGS:
    *value = c->fp.flags;
    return true;
  case CSR_FRM:
    *value = c->frm;
    return true;
  case CSR_FCSR:
    *value = (uint64_t)c->frm << 5 | c->fp.flags;
    return true;
  case CSR_MISA:
    *value = MISA;
    return true;
  case CSR_MIE:
    *value = c->csr.mie;
    return true;
  case CSR_MIP:
    *value = mip(c);
    return true;
  case CSR_MTVEC:
    *value = c->csr.mtvec;
    return true;
  case CSR_MCOUNTEREN:
    *value = c->csr.mcounteren;
    return true;
  case CSR_MENVCFG:
    *value = MENVCFG;
    return true;
  case CSR_MSCRATCH:
    *value = c->csr.mscratch;
    return true;
  case CSR_MEPC:
    *value = c->csr.mepc;
    return true;
  case CSR_MCAUSE:
    *value = c->csr.mcause;
    return true;
  case CSR_MTVAL:
    *value = c->csr.mtval;
    return true;
  case CSR_MCYCLE:
  case CSR_CYCLE:
    *value = c->cycle - 1 + c->csr.mcycle_offset;
    return true;
  case CSR_TIME: // counts cycles, too
    *value = mtime(c) - 1;
    return true;
  case CSR_MINSTRET:
  case CSR_INSTRET:
    *value = c->instret - 1 + c->csr.minstret_offset;
    return true;
  case CSR_MHARTID:
    *value = c->hart;
    return true;
  case CSR_MVENDORID:
  case CSR_MARCHID:
  case CSR_MIMPID:
  case CSR_MCONFIGPTR:
    return true;
  default:
    return is_zero_csr(csr);
  }
}

bool mtia_csr_write(struct mtia_core *c, unsigned csr, uint64_t value) {
  if (csr >> 10 == 3) // read-only by its number
    return false;
  switch (csr) {
  case CSR_MSTATUS:
    // MPP keeps its value if what is written is no mode.
    if ((value & MSTATUS_MPP) && (value & MSTATUS_MPP) != MSTATUS_MPP)
      value = (value & ~MSTATUS_MPP) | (c->csr.mstatus & MSTATUS_MPP);
    c->csr.mstatus = value & MSTATUS_WRITABLE;
    mtia_core_fp_update(c);
    return true;
  case CSR_FFLAGS:
  case CSR_FRM:
  case CSR_FCSR:
    if (csr != CSR_FRM)
      c->fp.flags = value & 0x1f;
    if (csr != CSR_FFLAGS)
      c->frm = (csr == CSR_FRM ? value : value >> 5) & 7;
    mtia_core_fp_changed(c);
    return true;
  case CSR_MIE:
    c->csr.mie = value & MIE_WRITABLE;
    return true;
  case CSR_MTVEC:
    c->csr.mtvec = value & ~UINT64_C(2);
    return true;
  case CSR_MCOUNTEREN:
    c->csr.mcounteren = value & 0xffffffff;
    return true;
  case CSR_MSCRATCH:
    c->csr.mscratch = value;
    return true;
  case CSR_MEPC:
    c->csr.mepc = value & ~UINT64_C(1);
    return true;
  case CSR_MCAUSE:
    c->csr.mcause = value;
    return true;
  case CSR_MTVAL:
    c->csr.mtval = value;
    return true;
  case CSR_MCYCLE:
    c->csr.mcycle_offset = value - c->cycle;
    return true;
  case CSR_MINSTRET:
    c->csr.minstret_offset = value - c->instret;
    return true;
  case CSR_MISA:
  case CSR_MIP: // its bits are the CLINT's
  case CSR_MENVCFG:
    return true;
  default:
    return is_zero_csr(csr);
  }
}

// Bits 9 and 8 of the number are the lowest mode that may access it.
static bool may_access(const struct mtia_core *c, unsigned csr) {
  if (csr >= CSR_FFLAGS && csr <= CSR_FCSR && !(c->csr.mstatus & MSTATUS_FS))
    return false;
  if (!c->user)
    return true;
  if (csr >= CSR_CYCLE && csr <= CSR_HPMCOUNTER31)
    return c->csr.mcounteren >> (csr - CSR_CYCLE) & 1;
  return !(csr >> 8 & 3);
}

bool mtia_core_csr_access(struct mtia_core *c, unsigned op, unsigned csr, unsigned rs1,
                          uint64_t *old) {
  bool immediate = op == MTIA_OP_CSRRWI || op == MTIA_OP_CSRRSI || op == MTIA_OP_CSRRCI;
  bool assign = op == MTIA_OP_CSRRW || op == MTIA_OP_CSRRWI;
  bool set = op == MTIA_OP_CSRRS || op == MTIA_OP_CSRRSI;
  uint64_t operand = immediate ? rs1 : c->x[rs1];
  if (!may_access(c, csr) || !mtia_csr_read(c, csr, old))
    return false;
  if (!assign && !rs1) // csrrs and csrrc with x0 or 0 do not write
    return true;
  return mtia_csr_write(c, csr, assign ? operand : set ? *old | operand : *old & ~operand);
}

void mtia_core_csr(struct mtia_core *c, const struct mtia_slot *s) {
  uint64_t old;
  if (!mtia_core_csr_access(c, s->op, (unsigned)s->imm, s->rs1, &old)) {
    c->instret--;
    mtia_core_illegal(c, s);
    return;
  }
  c->x[s->rd] = old;
  c->pc += 4;
}

void mtia_core_semihost(struct mtia_core *c) {
  c->pc += 4;
  mtia_semihost_call(c);
}
