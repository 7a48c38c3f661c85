// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control and status registers. RISC-V Instruction Set Manual, volume II, 1.12.
#include "core.h"

// Numbers: volume II, table "Currently allocated RISC-V ... CSR addresses".
enum csr_number {
  CSR_FFLAGS = 0x001,
  CSR_FRM = 0x002,
  CSR_FCSR = 0x003,
  CSR_SSTATUS = 0x100,
  CSR_SIE = 0x104,
  CSR_STVEC = 0x105,
  CSR_SCOUNTEREN = 0x106,
  CSR_SENVCFG = 0x10a,
  CSR_SSCRATCH = 0x140,
  CSR_SEPC = 0x141,
  CSR_SCAUSE = 0x142,
  CSR_STVAL = 0x143,
  CSR_SIP = 0x144,
  CSR_SATP = 0x180,
  CSR_MSTATUS = 0x300,
  CSR_MISA = 0x301,
  CSR_MEDELEG = 0x302,
  CSR_MIDELEG = 0x303,
  CSR_MIE = 0x304,
  CSR_MTVEC = 0x305,
  CSR_MCOUNTEREN = 0x306,
  CSR_MENVCFG = 0x30a,
  CSR_MCOUNTINHIBIT = 0x320,
  CSR_MHPMEVENT3 = 0x323,
  CSR_MHPMEVENT31 = 0x33f,
  CSR_MSCRATCH = 0x340,
  CSR_MEPC = 0x341,
  CSR_MCAUSE = 0x342,
  CSR_MTVAL = 0x343,
  CSR_MIP = 0x344,
  CSR_PMPCFG0 = 0x3a0,
  CSR_PMPADDR0 = 0x3b0,
  CSR_PMPADDR63 = 0x3ef,
  CSR_TSELECT = 0x7a0,
  CSR_TDATA3 = 0x7a3,
  CSR_MCYCLE = 0xb00,
  CSR_MINSTRET = 0xb02,
  CSR_MHPMCOUNTER31 = 0xb1f,
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

#define MSTATUS_XL (UINT64_C(10) << 32) // UXL and SXL: 64 bits in user and supervisor mode, too
#define MSTATUS_WRITABLE                                                                           \
  (MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP | MSTATUS_MPP |           \
   MSTATUS_FS | MSTATUS_VS | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW | \
   MSTATUS_TSR)
#define SSTATUS_WRITABLE                                                                           \
  (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_VS | MSTATUS_SUM | MSTATUS_MXR)
#define SSTATUS_READABLE (SSTATUS_WRITABLE | MSTATUS_SD | UINT64_C(2) << 32)

#define S_INTERRUPTS                                                                               \
  (IRQ_BIT(MTIA_IRQ_S_SOFTWARE) | IRQ_BIT(MTIA_IRQ_S_TIMER) | IRQ_BIT(MTIA_IRQ_S_EXTERNAL))
#define M_INTERRUPTS                                                                               \
  (IRQ_BIT(MTIA_IRQ_M_SOFTWARE) | IRQ_BIT(MTIA_IRQ_M_TIMER) | IRQ_BIT(MTIA_IRQ_M_EXTERNAL))

// Everything that can come from below machine mode: 0 to 9, page faults.
#define MEDELEG_WRITABLE 0xb3ffu

// MXL = 64 bits and the extensions' letters; X: Xmtia. Writes change nothing.
#define LETTER(c) (UINT64_C(1) << ((c) - 'A'))
#define MISA                                                                                       \
  ((UINT64_C(2) << 62) | LETTER('A') | LETTER('B') | LETTER('C') | LETTER('D') | LETTER('F') |     \
   LETTER('I') | LETTER('M') | LETTER('S') | LETTER('U') | LETTER('X'))

// CBIE = flush, CBCFE, CBZE: the lower modes have the instructions of Zicbom and Zicboz.
#define ENVCFG 0xd0

// mcountinhibit.
#define INHIBIT_CYCLE 1u
#define INHIBIT_INSTRET 4u

enum { SATP_BARE = 0, SATP_SV39 = 8, SATP_SV57 = 10 };

// Counters that exist, count nothing and ignore writes; entries of physical memory protection
// behind the last; no debug triggers.
static bool is_zero_csr(unsigned csr) {
  return (csr > CSR_MINSTRET && csr <= CSR_MHPMCOUNTER31) ||
         (csr >= CSR_MHPMEVENT3 && csr <= CSR_MHPMEVENT31) ||
         (csr > CSR_INSTRET && csr <= CSR_HPMCOUNTER31) ||
         (csr >= CSR_TSELECT && csr <= CSR_TDATA3);
}

//===-- Physical memory protection --------------------------------------------===//

#define PMP_LOCKED 0x80u
#define PMP_TOR 0x08u
#define PMP_A 0x18u

static bool is_pmpcfg(unsigned csr) {
  return csr >= CSR_PMPCFG0 && csr < CSR_PMPCFG0 + 16 && csr % 2 == 0; // odd: RV32
}
static bool is_pmpaddr(unsigned csr) { return csr >= CSR_PMPADDR0 && csr <= CSR_PMPADDR63; }

// A register has eight entries.
static uint64_t read_pmpcfg(const struct mtia_core *c, unsigned csr) {
  unsigned first = (csr - CSR_PMPCFG0) * 4;
  uint64_t value = 0;
  for (unsigned i = 0; i < 8 && first + i < MTIA_PMP_ENTRIES; i++)
    value |= (uint64_t)c->csr.pmpcfg[first + i] << 8 * i;
  return value;
}

static void write_pmpcfg(struct mtia_core *c, unsigned csr, uint64_t value) {
  unsigned first = (csr - CSR_PMPCFG0) * 4;
  for (unsigned i = 0; i < 8 && first + i < MTIA_PMP_ENTRIES; i++) {
    unsigned cfg = value >> 8 * i & 0x9f;
    if ((cfg & 3) == 2) // writable but not readable is reserved
      cfg &= ~2u;
    if (!(c->csr.pmpcfg[first + i] & PMP_LOCKED))
      c->csr.pmpcfg[first + i] = (uint8_t)cfg;
  }
  mtia_core_guard_update(c);
}

static void write_pmpaddr(struct mtia_core *c, unsigned i, uint64_t value) {
  const uint8_t *cfg = c->csr.pmpcfg;
  if (i >= MTIA_PMP_ENTRIES || cfg[i] & PMP_LOCKED)
    return;
  // A locked range locks the register of its lower end, too.
  if (i + 1 < MTIA_PMP_ENTRIES && cfg[i + 1] & PMP_LOCKED && (cfg[i + 1] & PMP_A) == PMP_TOR)
    return;
  c->csr.pmpaddr[i] = value & ((UINT64_C(1) << 54) - 1);
  mtia_core_guard_update(c);
}

//===-- Reading ---------------------------------------------------------------===//

static uint64_t read_mstatus(const struct mtia_core *c) {
  uint64_t value = c->csr.mstatus | MSTATUS_XL;
  bool dirty = (value & MSTATUS_FS) == MSTATUS_FS || (value & MSTATUS_VS) == MSTATUS_VS;
  return dirty ? value | MSTATUS_SD : value;
}

// An offset is the value itself while the counter is inhibited. The instruction that reads has been
// counted already.
static uint64_t read_mcycle(const struct mtia_core *c) {
  return c->csr.mcycle_offset + (c->csr.mcountinhibit & INHIBIT_CYCLE ? 0 : c->cycle - 1);
}
static uint64_t read_minstret(const struct mtia_core *c) {
  return c->csr.minstret_offset + (c->csr.mcountinhibit & INHIBIT_INSTRET ? 0 : c->instret - 1);
}

bool mtia_csr_read(const struct mtia_core *c, unsigned csr, uint64_t *value) {
  *value = 0;
  switch (csr) {
  case CSR_FFLAGS:
    *value = c->fp.flags;
    return true;
  case CSR_FRM:
    *value = c->frm;
    return true;
  case CSR_FCSR:
    *value = (uint64_t)c->frm << 5 | c->fp.flags;
    return true;
  case CSR_SSTATUS:
    *value = read_mstatus(c) & SSTATUS_READABLE;
    return true;
  case CSR_SIE:
    *value = c->csr.mie & c->csr.mideleg;
    return true;
  case CSR_STVEC:
    *value = c->csr.stvec;
    return true;
  case CSR_SCOUNTEREN:
    *value = c->csr.scounteren;
    return true;
  case CSR_SSCRATCH:
    *value = c->csr.sscratch;
    return true;
  case CSR_SEPC:
    *value = c->csr.sepc;
    return true;
  case CSR_SCAUSE:
    *value = c->csr.scause;
    return true;
  case CSR_STVAL:
    *value = c->csr.stval;
    return true;
  case CSR_SIP:
    *value = mtia_core_mip(c) & c->csr.mideleg;
    return true;
  case CSR_SATP:
    *value = c->csr.satp;
    return true;
  case CSR_MSTATUS:
    *value = read_mstatus(c);
    return true;
  case CSR_MISA:
    *value = MISA | (c->v->present ? LETTER('V') : 0);
    return true;
  case CSR_MEDELEG:
    *value = c->csr.medeleg;
    return true;
  case CSR_MIDELEG:
    *value = c->csr.mideleg;
    return true;
  case CSR_MIE:
    *value = c->csr.mie;
    return true;
  case CSR_MIP:
    *value = mtia_core_mip(c);
    return true;
  case CSR_MTVEC:
    *value = c->csr.mtvec;
    return true;
  case CSR_MCOUNTEREN:
    *value = c->csr.mcounteren;
    return true;
  case CSR_MCOUNTINHIBIT:
    *value = c->csr.mcountinhibit;
    return true;
  case CSR_SENVCFG:
  case CSR_MENVCFG:
    *value = ENVCFG;
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
    *value = read_mcycle(c);
    return true;
  case CSR_TIME: // counts cycles, too
    *value = mtia_core_mtime(c) - 1;
    return true;
  case CSR_MINSTRET:
  case CSR_INSTRET:
    *value = read_minstret(c);
    return true;
  case CSR_MHARTID:
    *value = c->hart;
    return true;
  case CSR_MVENDORID:
  case CSR_MARCHID:
  case CSR_MIMPID:
  case CSR_MCONFIGPTR:
    return true;
  }
  if (is_pmpaddr(csr)) {
    unsigned i = csr - CSR_PMPADDR0;
    *value = i < MTIA_PMP_ENTRIES ? c->csr.pmpaddr[i] : 0;
    return true;
  }
  if (is_pmpcfg(csr)) {
    *value = read_pmpcfg(c, csr);
    return true;
  }
  return (c->v->present && mtia_vec_csr_read(c, csr, value)) || is_zero_csr(csr);
}

//===-- Writing ---------------------------------------------------------------===//

static void write_mstatus(struct mtia_core *c, uint64_t value) {
  // MPP keeps its value if what is written is no mode.
  if ((value >> MSTATUS_MPP_SHIFT & 3) == 2)
    value = (value & ~MSTATUS_MPP) | (c->csr.mstatus & MSTATUS_MPP);
  c->csr.mstatus = value & MSTATUS_WRITABLE & ~(c->v->present ? 0 : MSTATUS_VS);
  mtia_core_fp_update(c);
  mtia_vec_update(c);
  mtia_core_guard_update(c);
}

// A counter that stops keeps what it has after this instruction; one that starts goes on from
// there.
static void write_mcountinhibit(struct mtia_core *c, uint64_t value) {
  uint32_t changed = c->csr.mcountinhibit ^ (uint32_t)value;
  if (changed & INHIBIT_CYCLE)
    c->csr.mcycle_offset += value & INHIBIT_CYCLE ? c->cycle : -c->cycle;
  if (changed & INHIBIT_INSTRET)
    c->csr.minstret_offset += value & INHIBIT_INSTRET ? c->instret : -c->instret;
  c->csr.mcountinhibit = value & (INHIBIT_CYCLE | INHIBIT_INSTRET);
}

static void write_satp(struct mtia_core *c, uint64_t value) {
  uint64_t mode = value >> 60;
  if (mode != SATP_BARE && (mode < SATP_SV39 || mode > SATP_SV57)) // then nothing is written
    return;
  c->csr.satp = value;
  mtia_core_guard_update(c);
}

bool mtia_csr_write(struct mtia_core *c, unsigned csr, uint64_t value) {
  if (csr >> 10 == 3) // read-only by its number
    return false;
  switch (csr) {
  case CSR_FFLAGS:
  case CSR_FRM:
  case CSR_FCSR:
    if (csr != CSR_FRM)
      c->fp.flags = value & 0x1f;
    if (csr != CSR_FFLAGS)
      c->frm = (csr == CSR_FRM ? value : value >> 5) & 7;
    mtia_core_fp_changed(c);
    return true;
  case CSR_SSTATUS:
    write_mstatus(c, (c->csr.mstatus & ~SSTATUS_WRITABLE) | (value & SSTATUS_WRITABLE));
    return true;
  case CSR_SIE:
    c->csr.mie = (c->csr.mie & ~c->csr.mideleg) | (value & c->csr.mideleg);
    return true;
  case CSR_STVEC:
    c->csr.stvec = value & ~UINT64_C(2);
    return true;
  case CSR_SCOUNTEREN:
    c->csr.scounteren = value & 0xffffffff;
    return true;
  case CSR_SSCRATCH:
    c->csr.sscratch = value;
    return true;
  case CSR_SEPC:
    c->csr.sepc = value & ~UINT64_C(1);
    return true;
  case CSR_SCAUSE:
    c->csr.scause = value;
    return true;
  case CSR_STVAL:
    c->csr.stval = value;
    return true;
  case CSR_SIP: {
    uint64_t mask = c->csr.mideleg & IRQ_BIT(MTIA_IRQ_S_SOFTWARE);
    c->csr.mip = (c->csr.mip & ~mask) | (value & mask);
    return true;
  }
  case CSR_SATP:
    write_satp(c, value);
    return true;
  case CSR_MSTATUS:
    write_mstatus(c, value);
    return true;
  case CSR_MEDELEG:
    c->csr.medeleg = value & MEDELEG_WRITABLE;
    return true;
  case CSR_MIDELEG:
    c->csr.mideleg = value & S_INTERRUPTS;
    return true;
  case CSR_MIE:
    c->csr.mie = value & (M_INTERRUPTS | S_INTERRUPTS);
    return true;
  case CSR_MIP: // the others are the CLINT's
    c->csr.mip = value & S_INTERRUPTS;
    return true;
  case CSR_MTVEC:
    c->csr.mtvec = value & ~UINT64_C(2);
    return true;
  case CSR_MCOUNTEREN:
    c->csr.mcounteren = value & 0xffffffff;
    return true;
  case CSR_MCOUNTINHIBIT:
    write_mcountinhibit(c, value);
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
  case CSR_MCYCLE: // what the next instruction reads
    c->csr.mcycle_offset = value - (c->csr.mcountinhibit & INHIBIT_CYCLE ? 0 : c->cycle);
    return true;
  case CSR_MINSTRET:
    c->csr.minstret_offset = value - (c->csr.mcountinhibit & INHIBIT_INSTRET ? 0 : c->instret);
    return true;
  case CSR_MISA:
  case CSR_SENVCFG:
  case CSR_MENVCFG:
    return true;
  }
  if (is_pmpaddr(csr)) {
    write_pmpaddr(c, csr - CSR_PMPADDR0, value);
    return true;
  }
  if (is_pmpcfg(csr)) {
    write_pmpcfg(c, csr, value);
    return true;
  }
  return (c->v->present && mtia_vec_csr_write(c, csr, value)) || is_zero_csr(csr);
}

//===-- Instructions ----------------------------------------------------------===//

static bool may_access(const struct mtia_core *c, unsigned csr) {
  if (csr >= CSR_FFLAGS && csr <= CSR_FCSR && !(c->csr.mstatus & MSTATUS_FS))
    return false;
  if (mtia_vec_is_csr(csr) && !(c->csr.mstatus & MSTATUS_VS))
    return false;
  if (csr == CSR_SATP && c->mode == MTIA_SUPERVISOR && c->csr.mstatus & MSTATUS_TVM)
    return false;
  if (csr >= CSR_CYCLE && csr <= CSR_HPMCOUNTER31) {
    uint64_t counters = c->mode == MTIA_MACHINE ? ~UINT64_C(0) : c->csr.mcounteren;
    return (c->mode == MTIA_USER ? counters & c->csr.scounteren : counters) >> (csr - CSR_CYCLE) &
           1;
  }
  return c->mode >= (csr >> 8 & 3); // bits 9 and 8 of the number are the lowest mode
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
  // Of mip they see the program's own bits only, or they would make the devices' theirs.
  uint64_t from = csr == CSR_MIP ? c->csr.mip : *old;
  return mtia_csr_write(c, csr, assign ? operand : set ? from | operand : from & ~operand);
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
