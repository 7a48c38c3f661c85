// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Privileged architecture of a core: machine, supervisor and user mode, traps,
// interrupts, and the CLINT, which is where QEMU's machine "virt" has it.
// RISC-V Instruction Set Manual, volume II, 1.12.
#include "core.h"
#include "debug.h"
#include "mtia/memory_map.h"
#include "report.h"
#include "semihost.h"

#include <string.h>

#define CAUSE_INTERRUPT (UINT64_C(1) << 63)

//===-- Interrupts ------------------------------------------------------------===//

uint64_t mtia_core_mtime(const struct mtia_core *c) { return c->cycle + c->dev->mtime_offset; }

uint64_t mtia_core_mip(const struct mtia_core *c) {
  return c->csr.mip | (c->msip ? IRQ_BIT(MTIA_IRQ_M_SOFTWARE) : 0) |
         (mtia_core_mtime(c) >= c->mtimecmp ? IRQ_BIT(MTIA_IRQ_M_TIMER) : 0);
}

static void enter_machine(struct mtia_core *c, uint64_t cause, uint64_t tval, uint64_t handler) {
  c->csr.mepc = c->pc;
  c->csr.mcause = cause;
  c->csr.mtval = tval;
  uint64_t status = c->csr.mstatus & ~(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP);
  status |= c->csr.mstatus & MSTATUS_MIE ? MSTATUS_MPIE : 0;
  c->csr.mstatus = status | (uint64_t)c->mode << MSTATUS_MPP_SHIFT;
  c->mode = MTIA_MACHINE;
  c->pc = handler;
  mtia_core_guard_update(c);
}

static void enter_supervisor(struct mtia_core *c, uint64_t cause, uint64_t tval, uint64_t handler) {
  c->csr.sepc = c->pc;
  c->csr.scause = cause;
  c->csr.stval = tval;
  uint64_t status = c->csr.mstatus & ~(MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP);
  status |= c->csr.mstatus & MSTATUS_SIE ? MSTATUS_SPIE : 0;
  c->csr.mstatus = status | (c->mode == MTIA_SUPERVISOR ? MSTATUS_SPP : 0);
  c->mode = MTIA_SUPERVISOR;
  c->pc = handler;
  mtia_core_guard_update(c);
}

// Where an interrupt goes: base, or base + 4 * number if the low bit says vectored.
static uint64_t vector(uint64_t tvec, unsigned irq) {
  return (tvec & ~UINT64_C(3)) + (tvec & 1 ? 4 * irq : 0);
}

// The most urgent of some interrupts.
static unsigned first_of(uint64_t pending) {
  static const uint8_t order[] = {MTIA_IRQ_M_EXTERNAL, MTIA_IRQ_M_SOFTWARE, MTIA_IRQ_M_TIMER,
                                  MTIA_IRQ_S_EXTERNAL, MTIA_IRQ_S_SOFTWARE};
  for (unsigned i = 0; i < sizeof order; i++)
    if (pending >> order[i] & 1)
      return order[i];
  return MTIA_IRQ_S_TIMER;
}

// Takes an interrupt if one is due.
static void interrupt(struct mtia_core *c, uint64_t pending) {
  uint64_t machine = pending & ~c->csr.mideleg, supervisor = pending & c->csr.mideleg;
  if (machine && (c->mode < MTIA_MACHINE || c->csr.mstatus & MSTATUS_MIE)) {
    unsigned irq = first_of(machine);
    if (!c->csr.mtvec)
      mtia_report_trap(c, CAUSE_INTERRUPT | irq, 0);
    else
      enter_machine(c, CAUSE_INTERRUPT | irq, 0, vector(c->csr.mtvec, irq));
  } else if (supervisor && (c->mode < MTIA_SUPERVISOR ||
                            (c->mode == MTIA_SUPERVISOR && c->csr.mstatus & MSTATUS_SIE))) {
    unsigned irq = first_of(supervisor);
    enter_supervisor(c, CAUSE_INTERRUPT | irq, 0, vector(c->csr.stvec, irq));
  }
}

void mtia_core_interrupts(struct mtia_core *c, uint64_t limit) {
  uint64_t pending = mtia_core_mip(c) & c->csr.mie;
  if (c->wfi_pc == c->pc && pending) { // wfi is done
    c->pc += 4;
    c->instret++;
  }
  c->wfi_pc = MTIA_NO_PC;
  c->limit = limit;
  if (pending)
    interrupt(c, pending);
  // The timer's time, if it comes before the end of the quantum.
  uint64_t now = mtia_core_mtime(c);
  if (c->csr.mie & IRQ_BIT(MTIA_IRQ_M_TIMER) && c->mtimecmp > now &&
      c->mtimecmp - now < limit - c->cycle)
    c->limit = c->cycle + (c->mtimecmp - now);
}

static void timer(struct mtia_device *dev, void *core, uint64_t time) {
  struct mtia_core *c = core;
  (void)dev;
  if (c->wfi_pc == c->pc)
    mtia_core_wake(c, time);
}

enum mtia_exit mtia_core_wfi(struct mtia_core *c) {
  if (c->mode == MTIA_USER || (c->mode == MTIA_SUPERVISOR && c->csr.mstatus & MSTATUS_TW)) {
    c->instret--;
    mtia_core_trap(c, MTIA_CAUSE_ILLEGAL, 0x10500073);
    return MTIA_EXIT_CONTINUE;
  }
  if (mtia_core_mip(c) & c->csr.mie) {
    c->pc += 4;
    return MTIA_EXIT_CONTINUE;
  }
  c->instret--; // it counts when it is done
  c->wfi_pc = c->pc;
  if (c->csr.mie & IRQ_BIT(MTIA_IRQ_M_TIMER) && c->mtimecmp != UINT64_MAX) {
    uint64_t time = c->cycle + (c->mtimecmp - mtia_core_mtime(c));
    mtia_at(c->dev, time, timer, c, time);
  }
  return MTIA_EXIT_WAIT;
}

//===-- CLINT -----------------------------------------------------------------===//

// Registers: software interrupt of each core (4 bytes), mtimecmp of each core, mtime.
#define CLINT_MTIMECMP 0x4000
#define CLINT_MTIME 0xbff8

static struct mtia_core *hart(struct mtia_device *dev, uint64_t number) {
  if (number >= 2 * (uint64_t)dev->rows * dev->cols)
    return NULL;
  struct mtia_core *core = dev->pe[number / 2].core;
  return core[0].hart == number ? &core[0] : &core[1];
}

bool mtia_clint_load(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t *value) {
  uint64_t off = addr - MTIA_CLINT_BASE;
  uint64_t word = 0;
  if (off >= MTIA_CLINT_SIZE || size < 4 || addr % size)
    return false;
  struct mtia_core *of = hart(c->dev, off < CLINT_MTIMECMP ? off / 4 : (off - CLINT_MTIMECMP) / 8);
  if (off >= CLINT_MTIME)
    word = off < CLINT_MTIME + 8 ? mtia_core_mtime(c) : 0;
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
      c->dev->mtime_offset = merge(mtia_core_mtime(c), off, size, value) - c->cycle;
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
  if (c->mode != MTIA_MACHINE && cause < 64 && c->csr.medeleg >> cause & 1) {
    enter_supervisor(c, cause, tval, c->csr.stvec & ~UINT64_C(3));
    return;
  }
  if (!c->csr.mtvec) { // nobody has installed a handler
    mtia_report_trap(c, cause, tval);
    return;
  }
  enter_machine(c, cause, tval, c->csr.mtvec & ~UINT64_C(3));
}

static uint32_t slot_word(const struct mtia_slot *s) {
  const struct mtia_code_page *page = slot_page(s);
  uint32_t word;
  memcpy(&word, page->copy + 2 * (s - page->slot), 4);
  return s->len == 1 ? word & 0xffff : word;
}

void mtia_core_illegal(struct mtia_core *c, const struct mtia_slot *s) {
  mtia_core_trap(c, MTIA_CAUSE_ILLEGAL, slot_word(s));
}

void mtia_core_ecall(struct mtia_core *c) {
  mtia_core_trap(c, MTIA_CAUSE_ECALL_FROM_USER + c->mode, 0);
}

bool mtia_core_mret(struct mtia_core *c) {
  uint64_t status = c->csr.mstatus;
  if (c->mode != MTIA_MACHINE)
    return false;
  c->mode = status >> MSTATUS_MPP_SHIFT & 3;
  status &= ~(MSTATUS_MIE | MSTATUS_MPP | (c->mode != MTIA_MACHINE ? MSTATUS_MPRV : 0));
  c->csr.mstatus = status | (status & MSTATUS_MPIE ? MSTATUS_MIE : 0) | MSTATUS_MPIE;
  c->pc = c->csr.mepc;
  mtia_core_guard_update(c);
  return true;
}

bool mtia_core_sret(struct mtia_core *c) {
  uint64_t status = c->csr.mstatus;
  if (c->mode == MTIA_USER || (c->mode == MTIA_SUPERVISOR && status & MSTATUS_TSR))
    return false;
  c->mode = status & MSTATUS_SPP ? MTIA_SUPERVISOR : MTIA_USER;
  status &= ~(MSTATUS_SIE | MSTATUS_SPP | MSTATUS_MPRV);
  c->csr.mstatus = status | (status & MSTATUS_SPIE ? MSTATUS_SIE : 0) | MSTATUS_SPIE;
  c->pc = c->csr.sepc;
  mtia_core_guard_update(c);
  return true;
}

bool mtia_core_sfence(struct mtia_core *c) {
  if (c->mode == MTIA_USER || (c->mode == MTIA_SUPERVISOR && c->csr.mstatus & MSTATUS_TVM))
    return false;
  c->pc += 4; // pages are looked up for every access
  return true;
}

void mtia_core_semihost(struct mtia_core *c) {
  c->pc += 4;
  mtia_semihost_call(c);
}
