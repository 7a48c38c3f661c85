// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The interpreter's data structures.
//
// Code is decoded once per page into slots, one per half word. A slot holds the
// function that executes its instruction; each such function ends in a tail
// call of the next slot's, so there is no central loop. Pages are shared by all
// cores. Instructions that are rare or need the rest of the emulator save the
// state in the core and return to mtia_core_run.
#ifndef MTIA_EMULATOR_CORE_H
#define MTIA_EMULATOR_CORE_H

#include "device.h"
#include "insn.h"
#include "internal.h"
#include "vec.h"

#define MTIA_PAGE_BYTES 4096u
#define MTIA_PAGE_SLOTS (MTIA_PAGE_BYTES / 2)

struct mtia_slot;

enum mtia_exit {
  MTIA_EXIT_CONTINUE, // go on at core->pc
  MTIA_EXIT_QUANTUM,  // local time has reached core->limit
  MTIA_EXIT_COMMAND,  // core->command is to be issued
  MTIA_EXIT_WAIT,     // wfi: nothing will wake this core
  MTIA_EXIT_DEBUG,    // ops->debug_stop: the instruction at core->pc has not been executed
};

// t: local time. n: instructions since the run started (timed only; functional: one per cycle).
typedef enum mtia_exit mtia_op_fn(struct mtia_core *c, const struct mtia_slot *s, uint64_t t,
                                  uint64_t n, uint8_t *dram);

struct mtia_slot {
  mtia_op_fn *fn;
  int64_t imm;
  uint16_t op; // enum mtia_op
  union {
    int16_t target; // near branches: slots from here
    struct {
      uint8_t rm, rs3; // floating point; 0 where the instruction has no rounding mode
    };
  };
  uint8_t rd; // 32 instead of x0
  uint8_t rs1, rs2;
  uint8_t near : 1; // the target is in this page
  uint8_t len : 2;  // slots to the next instruction: 1 or 2
};

// mtia_slot.op of an ebreak that is a semihosting call, of an instruction whose second half is
// in a page that is no memory, and of a vector instruction.
#define MTIA_SLOT_SEMIHOST MTIA_NUM_OPS
#define MTIA_SLOT_HALF (MTIA_NUM_OPS + 1)
#define MTIA_SLOT_VECTOR (MTIA_NUM_OPS + 2)

struct mtia_code_page {
  uint64_t pc;
  const uint8_t *host, *behind; // the page's bytes; the two behind them, or NULL
  struct mtia_code_page *next;
  uint64_t generation;
  uint8_t copy[MTIA_PAGE_BYTES + 2]; // what was decoded: fence.i compares it
  // Two slots more: execution runs off the end into them.
  struct mtia_slot slot[MTIA_PAGE_SLOTS + 2];
};

// Pages are aligned to this, so a slot knows its page.
#define MTIA_CODE_ALIGN 65536u
_Static_assert(sizeof(struct mtia_code_page) <= MTIA_CODE_ALIGN, "slot_page() masks addresses");

static inline struct mtia_code_page *slot_page(const struct mtia_slot *s) {
  return (struct mtia_code_page *)((uintptr_t)s & ~(uintptr_t)(MTIA_CODE_ALIGN - 1));
}

static inline uint64_t slot_pc(const struct mtia_slot *s) {
  struct mtia_code_page *page = slot_page(s);
  return page->pc + (uint64_t)(s - page->slot) * 2;
}

// What the cores execute themselves; everything else goes to the command processor.
// clang-format off
#define MTIA_CORE_BRANCHES(X) X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU) X(JAL)
// Those that a 16-bit instruction can be short for.
#define MTIA_CORE_SHORT_BRANCHES(X) X(BEQ) X(BNE) X(JAL)
#define MTIA_CORE_SHORT(X)                                                                         \
  MTIA_CORE_SHORT_BRANCHES(X) X(LUI) X(JALR) X(LW) X(LD) X(SW) X(SD)                               \
  X(ADDI) X(ADDIW) X(ANDI) X(SLLI) X(SRLI) X(SRAI)                                                 \
  X(ADD) X(SUB) X(XOR) X(OR) X(AND) X(ADDW) X(SUBW) X(EBREAK) X(FLD) X(FSD)
#define MTIA_CORE_INSNS(X)                                                                         \
  MTIA_CORE_BRANCHES(X) X(LUI) X(AUIPC) X(JALR)                                                    \
  X(LB) X(LH) X(LW) X(LD) X(LBU) X(LHU) X(LWU) X(SB) X(SH) X(SW) X(SD)                             \
  X(ADDI) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI) X(SLLI) X(SRLI) X(SRAI)                          \
  X(ADDIW) X(SLLIW) X(SRLIW) X(SRAIW)                                                              \
  X(ADD) X(SUB) X(SLL) X(SLT) X(SLTU) X(XOR) X(SRL) X(SRA) X(OR) X(AND)                            \
  X(ADDW) X(SUBW) X(SLLW) X(SRLW) X(SRAW)                                                          \
  X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU)                                  \
  X(MULW) X(DIVW) X(DIVUW) X(REMW) X(REMUW)                                                        \
  X(FENCE) X(FENCE_TSO) X(FENCE_I) X(CBO_CLEAN) X(CBO_FLUSH) X(CBO_INVAL) X(CBO_ZERO)              \
  X(CSRRW) X(CSRRS) X(CSRRC) X(CSRRWI) X(CSRRSI) X(CSRRCI) X(ECALL) X(EBREAK) X(MRET) X(SRET) \
  X(SFENCE_VMA) X(WFI)       \
  MTIA_CORE_BIT_INSNS(X) MTIA_CORE_FP_INSNS(X)
#define MTIA_CORE_BIT_INSNS(X)                                                                     \
  X(ADD_UW) X(SH1ADD) X(SH2ADD) X(SH3ADD) X(SH1ADD_UW) X(SH2ADD_UW) X(SH3ADD_UW) X(SLLI_UW)        \
  X(ANDN) X(ORN) X(XNOR) X(CLZ) X(CLZW) X(CTZ) X(CTZW) X(CPOP) X(CPOPW)                            \
  X(MIN) X(MINU) X(MAX) X(MAXU) X(SEXT_B) X(SEXT_H) X(ZEXT_H) X(ORC_B) X(REV8)                     \
  X(ROL) X(ROLW) X(ROR) X(RORW) X(RORI) X(RORIW)                                                   \
  X(BCLR) X(BSET) X(BINV) X(BEXT) X(BCLRI) X(BSETI) X(BINVI) X(BEXTI)                              \
  X(CZERO_EQZ) X(CZERO_NEZ)
// Each also with _AQ, _RL and _AQRL.
#define MTIA_CORE_ATOMICS(X)                                                                       \
  X(LR_W) X(LR_D) X(SC_W) X(SC_D) X(AMOSWAP_W) X(AMOSWAP_D) X(AMOADD_W) X(AMOADD_D)                \
  X(AMOXOR_W) X(AMOXOR_D) X(AMOAND_W) X(AMOAND_D) X(AMOOR_W) X(AMOOR_D)                            \
  X(AMOMIN_W) X(AMOMIN_D) X(AMOMAX_W) X(AMOMAX_D)                                                  \
  X(AMOMINU_W) X(AMOMINU_D) X(AMOMAXU_W) X(AMOMAXU_D)
// w: H, S, D.
#define MTIA_CORE_FP_WIDTH(X, w)                                                                   \
  X(FADD_##w) X(FSUB_##w) X(FMUL_##w) X(FDIV_##w) X(FSQRT_##w)                                     \
  X(FMADD_##w) X(FMSUB_##w) X(FNMSUB_##w) X(FNMADD_##w)                                            \
  X(FSGNJ_##w) X(FSGNJN_##w) X(FSGNJX_##w) X(FMIN_##w) X(FMAX_##w)                                 \
  X(FEQ_##w) X(FLT_##w) X(FLE_##w) X(FCLASS_##w)                                                   \
  X(FCVT_W_##w) X(FCVT_WU_##w) X(FCVT_L_##w) X(FCVT_LU_##w)                                        \
  X(FCVT_##w##_W) X(FCVT_##w##_WU) X(FCVT_##w##_L) X(FCVT_##w##_LU)
#define MTIA_CORE_FP_INSNS(X)                                                                      \
  MTIA_CORE_FP_WIDTH(X, H) MTIA_CORE_FP_WIDTH(X, S) MTIA_CORE_FP_WIDTH(X, D)                       \
  X(FLH) X(FLW) X(FLD) X(FSH) X(FSW) X(FSD)                                                        \
  X(FMV_X_H) X(FMV_X_W) X(FMV_X_D) X(FMV_H_X) X(FMV_W_X) X(FMV_D_X)                                \
  X(FCVT_S_H) X(FCVT_H_S) X(FCVT_D_H) X(FCVT_H_D) X(FCVT_S_D) X(FCVT_D_S)                 \
  X(FCVT_S_BF16) X(FCVT_BF16_S)
// clang-format on

//===-- mstatus, causes -------------------------------------------------------===//

#define MSTATUS_SIE (UINT64_C(1) << 1)
#define MSTATUS_MIE (UINT64_C(1) << 3)
#define MSTATUS_SPIE (UINT64_C(1) << 5)
#define MSTATUS_MPIE (UINT64_C(1) << 7)
#define MSTATUS_SPP (UINT64_C(1) << 8)
// Off, initial, clean, dirty, as FS.
#define MSTATUS_VS (UINT64_C(3) << 9)
#define MSTATUS_VS_INITIAL (UINT64_C(1) << 9)
#define MSTATUS_MPP_SHIFT 11
#define MSTATUS_MPP (UINT64_C(3) << MSTATUS_MPP_SHIFT)
// Off, initial, clean, dirty; SD says that it is dirty.
#define MSTATUS_FS (UINT64_C(3) << 13)
#define MSTATUS_FS_INITIAL (UINT64_C(1) << 13)
#define MSTATUS_MPRV (UINT64_C(1) << 17)
#define MSTATUS_SUM (UINT64_C(1) << 18)
#define MSTATUS_MXR (UINT64_C(1) << 19)
#define MSTATUS_TVM (UINT64_C(1) << 20)
#define MSTATUS_TW (UINT64_C(1) << 21)
#define MSTATUS_TSR (UINT64_C(1) << 22)
#define MSTATUS_SD (UINT64_C(1) << 63)

#define MTIA_CAUSE_ILLEGAL 2
#define MTIA_CAUSE_ECALL_FROM_USER 8 // + enum mtia_mode

// Bits of mip and mie, numbers of interrupts. There is no source of external ones.
enum {
  MTIA_IRQ_S_SOFTWARE = 1,
  MTIA_IRQ_M_SOFTWARE = 3,
  MTIA_IRQ_S_TIMER = 5,
  MTIA_IRQ_M_TIMER = 7,
  MTIA_IRQ_S_EXTERNAL = 9,
  MTIA_IRQ_M_EXTERNAL = 11,
};
#define IRQ_BIT(irq) (UINT64_C(1) << (irq))

// Functions of one instantiation of core_exec.inc.
struct mtia_core_ops {
  mtia_op_fn *fn[MTIA_NUM_OPS];
  mtia_op_fn *near_fn[MTIA_NUM_OPS]; // branches inside the page, or NULL
  mtia_op_fn *short_fn[MTIA_NUM_OPS], *short_near_fn[MTIA_NUM_OPS]; // of two bytes
  mtia_op_fn *undecoded, *page_end, *line_start, *command, *semihost, *half, *vector;
  mtia_op_fn *debug_stop, *debug_access; // debug.h
  // Functional: the handler of two instructions that follow each other, or NULL. May exchange the
  // sources of the second. With a second of NULL: not NULL if there is a second with which there
  // is one.
  mtia_op_fn *(*fuse)(const struct mtia_slot *first, struct mtia_slot *second);
};
extern const struct mtia_core_ops mtia_core_functional, mtia_core_timed;

static inline const struct mtia_core_ops *mtia_core_ops_of(const struct mtia_device *dev) {
  return dev->functional ? &mtia_core_functional : &mtia_core_timed;
}

// The function that executes a decoded slot.
static inline mtia_op_fn *mtia_core_fn(const struct mtia_core_ops *ops, const struct mtia_slot *s) {
  if (s->op >= MTIA_NUM_OPS)
    return s->op == MTIA_SLOT_SEMIHOST ? ops->semihost
           : s->op == MTIA_SLOT_VECTOR ? ops->vector
                                       : ops->half;
  if (s->near)
    return s->len == 1 ? ops->short_near_fn[s->op] : ops->near_fn[s->op];
  if (s->len == 1)
    return ops->short_fn[s->op] ? ops->short_fn[s->op] : ops->fn[MTIA_OP_ILLEGAL];
  return ops->fn[s->op] ? ops->fn[s->op] : ops->command; // decode lets no other through
}

#define MTIA_LINE_SHIFT 6
#define MTIA_LINE (UINT64_C(1) << MTIA_LINE_SHIFT)

// The last half word of an instruction. When execution falls into it from the one before, it is
// the first of a cache line exactly if mtia_slot_starts_line.
static inline uint64_t mtia_slot_last(const struct mtia_slot *s) {
  return slot_pc(s) + 2u * s->len - 2;
}

static inline bool mtia_slot_starts_line(const struct mtia_slot *s) {
  return slot_pc(s) % MTIA_LINE == 0 || mtia_slot_last(s) % MTIA_LINE == 0;
}

// Fills in a slot on its first execution; returns the function to call. A slot stands for one
// instruction whenever dev->debug is set: debug.c steps with it.
mtia_op_fn *mtia_core_decode(struct mtia_core *c, struct mtia_slot *s);

// Takes a trap at core->pc: either enters the handler (core->pc changes) or ends the run.
void mtia_core_trap(struct mtia_core *c, uint64_t cause, uint64_t tval);
// The same for the illegal instruction at `s`, which is core->pc.
void mtia_core_illegal(struct mtia_core *c, const struct mtia_slot *s);

bool mtia_code_create(struct mtia_device *dev, struct mtia_error *error);
void mtia_code_destroy(struct mtia_device *dev);

// The slot at c->pc, or NULL after a trap: the core cannot execute there.
const struct mtia_slot *mtia_code_slot(struct mtia_core *c);
// Has the instructions at [from, to) decoded again when they are next executed, from the same
// bytes.
void mtia_code_redecode(struct mtia_device *dev, uint64_t from, uint64_t to);
// What the debugger writes to memory is executed at once.
void mtia_code_written(struct mtia_device *dev, const uint8_t *host, uint64_t len);
// CSRs as csrr and csrw do in machine mode; false: no such CSR, or read-only.
bool mtia_csr_read(const struct mtia_core *c, unsigned csr, uint64_t *value);
bool mtia_csr_write(struct mtia_core *c, unsigned csr, uint64_t value);

// Instructions that are executed outside of the chain; core state is in *c, they set c->pc.
void mtia_core_csr(struct mtia_core *c, const struct mtia_slot *s);
void mtia_core_ecall(struct mtia_core *c);
// False: illegal in this mode.
bool mtia_core_mret(struct mtia_core *c);
bool mtia_core_sret(struct mtia_core *c);
bool mtia_core_sfence(struct mtia_core *c); // sfence.vma
enum mtia_exit mtia_core_wfi(struct mtia_core *c);
void mtia_core_fence_i(struct mtia_core *c);
void mtia_core_semihost(struct mtia_core *c);

// Executes a CSR instruction but for its result. False: it is illegal.
bool mtia_core_csr_access(struct mtia_core *c, unsigned op, unsigned csr, unsigned rs1,
                          uint64_t *old);

// mtime as the core sees it; its pending interrupts.
uint64_t mtia_core_mtime(const struct mtia_core *c);
uint64_t mtia_core_mip(const struct mtia_core *c);

// To be called after a change of c->mode or of a CSR that says what memory may be accessed: sets
// c->guarded. A core whose state says so must be out of the chain.
void mtia_core_guard_update(struct mtia_core *c);

// Between two instructions: ends a wfi, takes an interrupt if one is due, and sets c->limit to
// `limit` or to the time of the next one.
void mtia_core_interrupts(struct mtia_core *c, uint64_t limit);

// The registers of the CLINT; false: no access that it knows.
bool mtia_clint_load(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t *value);
bool mtia_clint_store(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t value);

// Runs until local time reaches c->limit or something else must happen.
enum mtia_exit mtia_core_run(struct mtia_core *c);

// Host address of a core's access, or NULL.
static inline uint8_t *mtia_core_mem(struct mtia_core *c, uint64_t addr, unsigned size) {
  uint64_t off = addr - MTIA_LOCAL_BASE;
  if (__builtin_expect(off <= c->dev->p->local_bytes - size, 1)) {
    if (c->pe->deferred)
      mtia_defer_finish(c->pe);
    return c->pe->local + off;
  }
  return mtia_mem(c->dev, c->pe, addr, size);
}

//===-- Floating point --------------------------------------------------------===//

// core->fp_quick[rm], of an instruction with that rounding mode. All need FS to be dirty.
#define MTIA_FP_QUICK_LEGAL 1u   // rm (or frm, if rm is dynamic) is a rounding mode
#define MTIA_FP_QUICK_RNE 2u     // and it is RNE
#define MTIA_FP_QUICK_NEAREST 4u // and it is RNE, and NX is set already
#define MTIA_FP_QUICK_TO_ZERO 8u // and it is RTZ, and NX is set already

// To be called after a change of mstatus.FS, frm or fflags.
void mtia_core_fp_update(struct mtia_core *c);
// The same, and FS becomes dirty.
void mtia_core_fp_changed(struct mtia_core *c);
// An instruction with rounding mode `rm` found fp_quick[rm] not to be legal. Makes FS dirty and
// returns true, or returns false: the instruction is illegal.
bool mtia_core_fp_enable(struct mtia_core *c, unsigned rm);

//===-- Caches (timed) --------------------------------------------------------===//

#define MTIA_MAX_STORES 64
#define MTIA_RECENT 128 // a power of two

struct mtia_core_cache {
  // By line number modulo MTIA_RECENT: a line that is the most recent of its set, so that using it
  // again changes nothing; `written`: and it is dirty. 0: look into the tags.
  uint64_t fetched[MTIA_RECENT], loaded[MTIA_RECENT], written[MTIA_RECENT];
  uint32_t isets, iways, dsets, dways; // sets: powers of two
  uint64_t *itag, *dtag;               // [set][way], most recent first: line << 1 | dirty; 0: empty
  uint64_t store_done[MTIA_MAX_STORES]; // when the stores in the buffer are done
  uint32_t store_next, store_entries;
  uint64_t imiss, dmiss, stall; // statistics
};

struct mtia_core_cache *mtia_cache_create(const struct mtia_device_params *p);
void mtia_cache_destroy(struct mtia_core_cache *cache);
// The launch has brought [from, to) in: as much as fits, without time or traffic.
void mtia_cache_warm_code(struct mtia_core *c, uint64_t from, uint64_t to);
void mtia_cache_warm_data(struct mtia_core *c, uint64_t from, uint64_t to);
// Each takes the time of the access and returns: fetch and store: when the core goes on; load: when
// the value can be used by an instruction.
uint64_t mtia_cache_fetch(struct mtia_core *c, uint64_t pc, uint64_t t);
uint64_t mtia_cache_load(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t t);
uint64_t mtia_cache_store(struct mtia_core *c, uint64_t addr, unsigned size, uint64_t t);
// Accesses to [from, to) have to ask again.
void mtia_cache_forget(struct mtia_core *c, uint64_t from, uint64_t to);
// cbo.zero: the line is there, dirty, without having been read.
uint64_t mtia_cache_zero(struct mtia_core *c, uint64_t addr, uint64_t t);
// Writes a dirty line back; `keep` leaves it in the cache.
uint64_t mtia_cache_cbo(struct mtia_core *c, uint64_t addr, bool keep, uint64_t t);

// Whether an access costs nothing and changes nothing, at a glance; otherwise the functions above
// find out.
static inline bool mtia_icache_hit(const struct mtia_core_cache *cache, uint64_t addr) {
  uint64_t line = addr >> MTIA_LINE_SHIFT;
  return cache->fetched[line % MTIA_RECENT] == line;
}

static inline bool mtia_dcache_hit(const struct mtia_core_cache *cache, uint64_t addr) {
  uint64_t line = addr >> MTIA_LINE_SHIFT;
  return cache->loaded[line % MTIA_RECENT] == line;
}

static inline bool mtia_dcache_written(const struct mtia_core_cache *cache, uint64_t addr) {
  uint64_t line = addr >> MTIA_LINE_SHIFT;
  return cache->written[line % MTIA_RECENT] == line;
}

#endif
