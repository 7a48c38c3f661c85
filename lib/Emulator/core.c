// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decoded code, traps and CSRs of the cores.
#include "core.h"
#include "debug.h"
#include "report.h"
#include "semihost.h"

#include <stdlib.h>
#include <string.h>

//===-- Decoded code ----------------------------------------------------------===//

#define CODE_BUCKETS 1024u

// Commands outlive the slots that name them: a core may wait in one while its page is decoded anew.
struct command_node {
  struct command_node *next;
  struct mtia_insn insn;
};

struct mtia_code {
  struct mtia_code_page *bucket[CODE_BUCKETS];
  struct command_node *commands;
  uint64_t generation; // number of fence.i
};

bool mtia_code_create(struct mtia_device *dev, struct mtia_error *error) {
  dev->code = calloc(1, sizeof *dev->code);
  return dev->code || mtia_error_set(error, MTIA_ERR_HOST, "out of memory for decoded code");
}

void mtia_code_destroy(struct mtia_device *dev) {
  if (!dev->code)
    return;
  for (unsigned i = 0; i < CODE_BUCKETS; i++)
    for (struct mtia_code_page *page = dev->code->bucket[i], *next; page; page = next) {
      next = page->next;
      free(page);
    }
  for (struct command_node *node = dev->code->commands, *next; node; node = next) {
    next = node->next;
    free(node);
  }
  free(dev->code);
}

static void reset_page(struct mtia_device *dev, struct mtia_code_page *page) {
  const struct mtia_core_ops *ops = mtia_core_ops_of(dev);
  memcpy(page->copy, page->host, MTIA_PAGE_BYTES);
  for (unsigned i = 0; i < MTIA_PAGE_SLOTS; i++)
    page->slot[i].fn = ops->undecoded;
  for (unsigned i = 0; i < 2; i++)
    page->slot[MTIA_PAGE_SLOTS + i].fn = ops->page_end;
}

// The page at `pc`, or NULL if the core cannot execute there.
static struct mtia_code_page *find_page(struct mtia_core *c, uint64_t pc) {
  struct mtia_code *code = c->dev->code;
  const uint8_t *host = mtia_mem(c->dev, c->pe, pc, MTIA_PAGE_BYTES);
  if (!host)
    return NULL;
  // Local memories have the same addresses: the host address tells them apart.
  struct mtia_code_page **bucket =
      &code->bucket[((uintptr_t)host / MTIA_PAGE_BYTES ^ pc / MTIA_PAGE_BYTES) % CODE_BUCKETS];
  struct mtia_code_page *page = *bucket;
  while (page && (page->host != host || page->pc != pc))
    page = page->next;
  if (!page) {
    page = aligned_alloc(MTIA_CODE_ALIGN, MTIA_CODE_ALIGN);
    if (!page) {
      mtia_fail(c->dev, MTIA_ERR_HOST, "out of memory for decoded code");
      return NULL;
    }
    page->pc = pc;
    page->host = host;
    page->next = *bucket;
    page->generation = code->generation;
    *bucket = page;
    reset_page(c->dev, page);
  } else if (page->generation != code->generation) {
    page->generation = code->generation;
    if (memcmp(page->copy, host, MTIA_PAGE_BYTES))
      reset_page(c->dev, page);
  }
  return page;
}

// slli x0, x0, 31 in front of an ebreak and srai x0, x0, 7 behind it make it a
// semihosting call (RISC-V semihosting 0.4); all three in one page.
static bool is_semihosting(const struct mtia_code_page *page, unsigned index) {
  if (index < 2 || index + 4 > MTIA_PAGE_SLOTS)
    return false;
  uint32_t before, after;
  memcpy(&before, page->copy + 2 * index - 4, 4);
  memcpy(&after, page->copy + 2 * index + 4, 4);
  return before == 0x01f01013 && after == 0x40705013;
}

mtia_op_fn *mtia_core_decode(struct mtia_core *c, struct mtia_slot *s) {
  struct mtia_code_page *page = slot_page(s);
  const struct mtia_core_ops *ops = mtia_core_ops_of(c->dev);
  unsigned index = (unsigned)(s - page->slot);
  uint64_t pc = slot_pc(s);
  uint32_t word;
  struct mtia_insn insn;
  memcpy(&word, page->copy + 2 * index, 4); // pc is a multiple of 4
  bool legal = mtia_decode(word, &insn) && (ops->fn[insn.op] || mtia_insn_is_command(insn.op));

  memset(s, 0, sizeof *s);
  s->rd = 32;
  s->op = MTIA_OP_ILLEGAL;
  s->imm = word;
  if (legal) {
    s->op = insn.op;
    s->imm = insn.imm;
    if (!ops->fn[insn.op]) {
      struct command_node *node = malloc(sizeof *node);
      if (!node) {
        mtia_fail(c->dev, MTIA_ERR_HOST, "out of memory for decoded code");
        return ops->fn[MTIA_OP_ILLEGAL];
      }
      node->insn = insn;
      node->next = c->dev->code->commands;
      c->dev->code->commands = node;
      s->imm = (int64_t)(uintptr_t)&node->insn;
    }
    s->rd = insn.rd || mtia_insn_rd_is_fp(insn.op) ? insn.rd : 32;
    s->rs1 = insn.rs1;
    s->rs2 = insn.rs2;
    s->rs3 = insn.rs3;
    s->rm = insn.rm;
    if (insn.op == MTIA_OP_AUIPC || ops->near_fn[insn.op]) {
      s->imm = (int64_t)(pc + (uint64_t)insn.imm);
      int64_t target = (int64_t)index + insn.imm / 2;
      s->near = ops->near_fn[insn.op] && target >= 0 && target < MTIA_PAGE_SLOTS &&
                !((uint64_t)s->imm & 3);
      s->target = s->near ? (int16_t)(insn.imm / 2) : 0;
    }
    if (insn.op == MTIA_OP_EBREAK && is_semihosting(page, index))
      s->op = MTIA_SLOT_SEMIHOST;
  }
  mtia_op_fn *fn = mtia_core_fn(ops, s);
  bool line_start = ops->line_start && 2 * index % (1u << MTIA_LINE_SHIFT) == 0;
  s->fn = line_start ? ops->line_start : fn;
  if (c->dev->debug)
    s->fn = mtia_debug_slot(c, s, s->fn);
  return s->fn;
}

void mtia_code_redecode(struct mtia_device *dev, uint64_t from, uint64_t to) {
  for (unsigned i = 0; i < CODE_BUCKETS; i++)
    for (struct mtia_code_page *page = dev->code->bucket[i]; page; page = page->next)
      for (unsigned slot = 0; slot < MTIA_PAGE_SLOTS; slot++)
        if (page->pc + 2 * slot - from < to - from)
          page->slot[slot].fn = mtia_core_ops_of(dev)->undecoded;
}

void mtia_code_written(struct mtia_device *dev, const uint8_t *host, uint64_t len) {
  for (unsigned i = 0; i < CODE_BUCKETS; i++)
    for (struct mtia_code_page *page = dev->code->bucket[i]; page; page = page->next)
      if (host < page->host + sizeof page->copy && page->host < host + len)
        reset_page(dev, page);
}

void mtia_core_fence_i(struct mtia_core *c) {
  c->dev->code->generation++;
  memset(c->tlb, 0, sizeof c->tlb);
  c->pc += 4;
}

const struct mtia_slot *mtia_code_slot(struct mtia_core *c) {
  uint64_t base = c->pc & ~(uint64_t)(MTIA_PAGE_BYTES - 1);
  struct mtia_code_page **entry = &c->tlb[base / MTIA_PAGE_BYTES % MTIA_CODE_TLB];
  if (!*entry || (*entry)->pc != base) {
    struct mtia_code_page *page = find_page(c, base);
    if (!page) {
      c->cycle++;
      mtia_core_trap(c, 1, c->pc);
      return NULL;
    }
    *entry = page;
  }
  return &(*entry)->slot[c->pc % MTIA_PAGE_BYTES / 2];
}

enum mtia_exit mtia_core_run(struct mtia_core *c) {
  struct mtia_device *dev = c->dev;
  uint8_t *dram = mtia_mem(dev, c->pe, MTIA_DRAM_BASE, 1);
  while (!dev->stop) {
    if (c->cycle >= c->limit)
      return MTIA_EXIT_QUANTUM;
    const struct mtia_slot *s = mtia_code_slot(c);
    if (!s)
      continue;
    enum mtia_exit why = s->fn(c, s, c->cycle, 0, dram);
    if (why != MTIA_EXIT_CONTINUE)
      return why;
  }
  return MTIA_EXIT_QUANTUM;
}

//===-- Traps -----------------------------------------------------------------===//

#define MSTATUS_MIE (UINT64_C(1) << 3)
#define MSTATUS_MPIE (UINT64_C(1) << 7)
#define MSTATUS_MPP (UINT64_C(3) << 11) // machine mode is the only one

void mtia_core_trap(struct mtia_core *c, uint64_t cause, uint64_t tval) {
  if (c->dev->stop || (c->dev->debug && mtia_debug_trap(c, cause, tval)))
    return;
  if (!c->csr.mtvec) { // nobody has installed a handler
    mtia_report_trap(c, cause, tval);
    return;
  }
  c->csr.mepc = c->pc;
  c->csr.mcause = cause;
  c->csr.mtval = tval;
  bool mie = c->csr.mstatus & MSTATUS_MIE;
  c->csr.mstatus = (c->csr.mstatus & ~(MSTATUS_MIE | MSTATUS_MPIE)) | (mie ? MSTATUS_MPIE : 0);
  c->pc = c->csr.mtvec & ~(uint64_t)3;
}

void mtia_core_illegal(struct mtia_core *c, const struct mtia_slot *s) {
  uint32_t word;
  memcpy(&word, slot_page(s)->copy + 2 * (s - slot_page(s)->slot), 4);
  mtia_core_trap(c, 2, word);
}

void mtia_core_mret(struct mtia_core *c) {
  bool mpie = c->csr.mstatus & MSTATUS_MPIE;
  c->csr.mstatus = (c->csr.mstatus & ~MSTATUS_MIE) | MSTATUS_MPIE | (mpie ? MSTATUS_MIE : 0);
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
  CSR_MCOUNTINHIBIT = 0x320,
  CSR_MSCRATCH = 0x340,
  CSR_MEPC = 0x341,
  CSR_MCAUSE = 0x342,
  CSR_MTVAL = 0x343,
  CSR_MIP = 0x344,
  CSR_MCYCLE = 0xb00,
  CSR_MINSTRET = 0xb02,
  CSR_CYCLE = 0xc00,
  CSR_TIME = 0xc01,
  CSR_INSTRET = 0xc02,
  CSR_MVENDORID = 0xf11,
  CSR_MARCHID = 0xf12,
  CSR_MIMPID = 0xf13,
  CSR_MHARTID = 0xf14,
  CSR_MCONFIGPTR = 0xf15,
};

// MXL = 64 bits, extensions D, F, I and M.
#define MISA                                                                                       \
  ((UINT64_C(2) << 62) | 1 << ('D' - 'A') | 1 << ('F' - 'A') | 1 << ('I' - 'A') | 1 << ('M' - 'A'))

// Counters that exist, count nothing and ignore writes; physical memory protection without entries.
static bool is_zero_csr(unsigned csr) {
  return (csr >= 0xb03 && csr <= 0xb1f) || (csr >= 0x323 && csr <= 0x33f) ||
         (csr >= 0x3a0 && csr <= 0x3ef) || csr == CSR_MCOUNTEREN || csr == CSR_MCOUNTINHIBIT;
}

bool mtia_csr_read(const struct mtia_core *c, unsigned csr, uint64_t *value) {
  *value = 0;
  switch (csr) {
  case CSR_MSTATUS:
    *value = c->csr.mstatus | MSTATUS_MPP;
    if ((*value & MSTATUS_FS) == MSTATUS_FS)
      *value |= MSTATUS_SD;
    return true;
  case CSR_FFLAGS:
    *value = c->fp.flags;
    return c->csr.mstatus & MSTATUS_FS;
  case CSR_FRM:
    *value = c->frm;
    return c->csr.mstatus & MSTATUS_FS;
  case CSR_FCSR:
    *value = (uint64_t)c->frm << 5 | c->fp.flags;
    return c->csr.mstatus & MSTATUS_FS;
  case CSR_MISA:
    *value = MISA;
    return true;
  case CSR_MIE:
    *value = c->csr.mie;
    return true;
  case CSR_MTVEC:
    *value = c->csr.mtvec;
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
  case CSR_TIME: // counts cycles, too
    *value = c->cycle - 1 + c->csr.mcycle_offset;
    return true;
  case CSR_MINSTRET:
  case CSR_INSTRET:
    *value = c->instret - 1 + c->csr.minstret_offset;
    return true;
  case CSR_MHARTID:
    *value = c->hart;
    return true;
  case CSR_MIP: // no interrupt source exists
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
    c->csr.mstatus = value & (MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_FS);
    mtia_core_fp_update(c);
    return true;
  case CSR_FFLAGS:
  case CSR_FRM:
  case CSR_FCSR:
    if (!(c->csr.mstatus & MSTATUS_FS))
      return false;
    if (csr != CSR_FRM)
      c->fp.flags = value & 0x1f;
    if (csr != CSR_FFLAGS)
      c->frm = (csr == CSR_FRM ? value : value >> 5) & 7;
    mtia_core_fp_changed(c);
    return true;
  case CSR_MIE:
    c->csr.mie = value & 0x888; // software, timer, external
    return true;
  case CSR_MTVEC:
    c->csr.mtvec = value & ~(uint64_t)2;
    return true;
  case CSR_MSCRATCH:
    c->csr.mscratch = value;
    return true;
  case CSR_MEPC:
    c->csr.mepc = value & ~(uint64_t)3;
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
  case CSR_MIP:
    return true;
  default:
    return is_zero_csr(csr);
  }
}

void mtia_core_csr(struct mtia_core *c, const struct mtia_slot *s) {
  unsigned csr = (unsigned)s->imm;
  bool immediate = s->op == MTIA_OP_CSRRWI || s->op == MTIA_OP_CSRRSI || s->op == MTIA_OP_CSRRCI;
  bool assign = s->op == MTIA_OP_CSRRW || s->op == MTIA_OP_CSRRWI;
  bool set = s->op == MTIA_OP_CSRRS || s->op == MTIA_OP_CSRRSI;
  uint64_t operand = immediate ? s->rs1 : c->x[s->rs1];
  uint64_t old;
  bool ok = mtia_csr_read(c, csr, &old);
  if (ok && (assign || s->rs1)) // csrrs and csrrc with x0 or 0 do not write
    ok = mtia_csr_write(c, csr, assign ? operand : set ? old | operand : old & ~operand);
  if (!ok) {
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
