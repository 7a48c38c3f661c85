// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the emulator know of each other. Two halves:
//   cores  (core*.c, sched.c, memory.c, loader.c, ...): run RISC-V instructions
//   units  (cp.c and one file per unit): execute Xmtia commands
#ifndef MTIA_EMULATOR_INTERNAL_H
#define MTIA_EMULATOR_INTERNAL_H

#include "fp.h"
#include "mtia/emulator.h"
#include "mtia/kernel_abi.h"
#include "mtia/memory_map.h"
#include <stdarg.h>

struct mtia_device_params; // device.h: every number of the machine, with its source
struct mtia_insn;          // a decoded instruction, generated from the .td files
struct mtia_vector;        // vec.h: the vector unit of a core
struct mtia_cp;            // command processor of a PE with its CBs and units (units)
struct mtia_grid;          // what the units of several PEs share: barriers, multicast, NoC (units)
struct cJSON;

//===-- Time ----------------------------------------------------------------===//
//
// Time is in cycles of the device clock. Events run in the order (time, order of
// mtia_at); all events of a cycle run before the cores of that cycle, cores of
// the same cycle in the order of their numbers. An Xmtia instruction is issued
// only when it is next in that order, so whatever units see and change happens
// in global time order. Plain instructions run ahead by a bounded quantum.

typedef void mtia_event_fn(struct mtia_device *dev, void *ctx, uint64_t arg);

// Calls fn(dev, ctx, arg) at `time` (a time in the past means now).
void mtia_at(struct mtia_device *dev, uint64_t time, mtia_event_fn *fn, void *ctx, uint64_t arg);

// With --schedule: a random number below `most`, the same in every run with that seed. Otherwise 0.
static inline uint64_t mtia_jitter(struct mtia_device *dev, uint32_t most);

// The time of the event or of the Xmtia instruction being executed.
uint64_t mtia_now(const struct mtia_device *dev);

//===-- Cores ---------------------------------------------------------------===//

enum mtia_core_state {
  MTIA_CORE_OFF,     // not part of this run
  MTIA_CORE_RUNNING, // in the queue of cores
  MTIA_CORE_WAITING, // until mtia_core_wake()
  MTIA_CORE_HALTED,  // executed mtia.halt or the program has ended
};

struct mtia_trap {
  uint64_t cause; // mcause
  uint64_t tval;  // mtval
};

// mcause of an illegal command; mtval says which rule (docs/isa/xmtia.md, 1.6).
#define MTIA_CAUSE_COMMAND 24
enum mtia_command_fault {
  MTIA_FAULT_CB_UNSET = 1,
  MTIA_FAULT_CB_RANGE = 2,
  MTIA_FAULT_EXTENT = 3,
  MTIA_FAULT_ALIGN = 4,
  MTIA_FAULT_ADDRESS = 5,
  MTIA_FAULT_PARAMETER = 6,
  MTIA_FAULT_UNIMPLEMENTED = 7,
  MTIA_FAULT_GROUP = 8,
  MTIA_FAULT_BUSY = 9,
  MTIA_FAULT_LINK = 10,
};

// Pages of decoded code a core finds without a search; a power of two.
#define MTIA_CODE_TLB 64

#define MTIA_NO_PC 0 // never memory

// The numbers are those of mstatus.MPP.
enum mtia_mode { MTIA_USER = 0, MTIA_SUPERVISOR = 1, MTIA_MACHINE = 3 };

#define MTIA_PMP_ENTRIES 16

struct mtia_core {
  uint64_t x[33]; // x[0] is always 0; x[32] takes what instructions write to it
  uint64_t pc;    // during mtia_cp_issue: the address of the command
  uint64_t cycle; // local time
  uint64_t instret;
  uint64_t f[32];      // narrower values have ones above them
  struct mtia_fp fp;   // fp.flags is fflags; fp.rm is the last slow instruction's
  uint8_t frm;         // any of 0 to 7
  uint8_t fp_quick[8]; // what floating-point instructions may assume: MTIA_FP_QUICK_*, core.h
  struct mtia_vector *v;
  struct mtia_device *dev;
  struct mtia_pe *pe;
  uint8_t id;    // 0 or 1
  uint8_t state; // enum mtia_core_state
  uint32_t hart; // 2 * pe->index + id
  struct {
    uint64_t mstatus, medeleg, mideleg, mie, mip, mtvec, mcounteren;
    uint64_t mscratch, mepc, mcause, mtval;
    uint64_t stvec, scounteren, sscratch, sepc, scause, stval, satp;
    uint64_t mcycle_offset, minstret_offset;
    uint32_t mcountinhibit;
    uint8_t pmpcfg[MTIA_PMP_ENTRIES];
    uint64_t pmpaddr[MTIA_PMP_ENTRIES];
  } csr;
  uint8_t mode; // enum mtia_mode
  bool guarded; // memory protection or translation could refuse or move an access: guard.h
  bool msip;    // CLINT: software interrupt
  uint64_t mtimecmp;
  uint64_t wfi_pc;   // waits in the wfi there, or MTIA_NO_PC
  uint64_t reserved; // lr: the address, while dev->reserver is this core

  // The interpreter's own (core.c, cache.c).
  uint64_t limit;                 // local time at which it returns to the scheduler
  uint64_t ready[33];             // timed: when a register's value can be used
  uint64_t fready[32], fdiv_free; // timed: the same; when the divider is free
  uint64_t fp_operations;         // timed: arithmetic, fma counts twice
  struct mtia_code_page *tlb[MTIA_CODE_TLB];
  struct mtia_core_cache *cache;       // timed
  struct mtia_insn *reference_command; // reference.c: what `command` points to
  const struct mtia_insn *command;     // the Xmtia instruction at pc, when it is next
  uint64_t commands;                   // Xmtia instructions executed
  uint64_t wait_cycles;                // spent in MTIA_CORE_WAITING

  // The debugger's (debug.c).
  bool held;                    // is not in the queue of cores
  uint8_t step;                 // enum mtia_step
  uint64_t step_from, step_to;  // go on stepping while pc is in it
  const struct mtia_insn *past; // command that is not issued yet, but gdb believes it is
  uint64_t past_pc;             // where it was when gdb changed pc
};

struct mtia_pe {
  unsigned row, col; // in the sub-grid
  unsigned index;    // row * columns + col
  struct mtia_device *dev;
  uint8_t *local; // params->local_bytes
  struct mtia_core core[2];
  struct mtia_cp *cp;
  bool deferred; // commands may still have to be executed: mtia_defer_finish
};

struct mtia_device {
  const struct mtia_device_params *p;
  struct mtia_device_params *own_params; // p, if a device file was given
  char name[32];                         // mtia_v1 or as the device file says
  bool functional;
  bool reference;           // the cores are those of reference.c
  bool vector_ones;         // vec_policy.c: agnostic elements become ones
  unsigned rows, cols;      // sub-grid
  unsigned row0, col0;      // its corner in the full grid
  struct mtia_pe *pe;       // rows * cols
  struct mtia_grid *grid;   // units
  struct mtia_defer *defer; // defer.c, or NULL: commands are executed at once
  unsigned threads;         // of mtia_device_options
  struct mtia_sched *sched; // sched.c
  struct mtia_memory *mem;  // memory.c
  struct mtia_image *image; // loader.c
  struct mtia_code *code;   // core.c: decoded pages
  struct mtia_launch *launch;
  struct mtia_host *host;         // semihosting
  struct mtia_gdb *gdb;           // gdb.c: the connection to a debugger; NULL: none
  struct mtia_debug *debug;       // debug.c: NULL while no debugger is attached
  FILE *trace;                    // trace.c: the caller's, or NULL
  struct mtia_profile *profile;   // profile.c, or NULL
  struct mtia_timeline *timeline; // timeline.c, or NULL
  unsigned checks;                // check.c: which, as a mask; 0: none
  uint64_t schedule;              // --schedule: state of its random numbers; 0: none
  struct mtia_check *check;       // while a kernel runs that is checked
  struct mtia_race *race;         // race.c: the same, for races
  struct mtia_slow *slow;         // check_slow.c: the same, for --check=slow
  struct mtia_core *failed;       // by a trap without a handler, or NULL
  struct mtia_error error;        // set by mtia_fail: the run ends
  bool stop;                      // the run ends after the current instruction or event
  bool units;                     // mtia_grid_create has succeeded
  bool ran;
  uint8_t program_core; // of PE (0,0): where a program runs; hart 0
  bool exited;          // a program has ended itself
  int exit_status;
  uint64_t max_cycles;        // UINT64_MAX: no limit
  uint64_t mtime_offset;      // mtime is this much ahead of a core's local time
  struct mtia_core *reserver; // of lr; NULL as soon as anybody else has done anything
  struct mtia_htif *htif;     // htif.c; NULL: the program has none
  uint64_t cycles;            // length of the run, without the launch
};

static inline uint64_t mtia_jitter(struct mtia_device *dev, uint32_t most) {
  if (!dev->schedule)
    return 0;
  uint64_t x = dev->schedule; // xorshift64*: Vigna, "An experimental exploration of ..." (2016)
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  dev->schedule = x;
  return (x * UINT64_C(0x2545f4914f6cdd1d) >> 32) % most;
}

static inline struct mtia_pe *mtia_pe_at(struct mtia_device *dev, unsigned row, unsigned col) {
  return &dev->pe[row * dev->cols + col];
}

// A core that got MTIA_ISSUE_STALL goes on at `time` and issues the same instruction again; it
// may stall again. Harmless for a core that does not wait.
void mtia_core_wake(struct mtia_core *core, uint64_t time);

//===-- Commands: implemented by the units -----------------------------------===//

enum mtia_issue {
  MTIA_ISSUE_DONE,  // *rd is the result (instructions without one leave it)
  MTIA_ISSUE_STALL, // nothing happened; the core sleeps until mtia_core_wake
  MTIA_ISSUE_TRAP,  // nothing happened; *trap says why
  MTIA_ISSUE_HALT,  // mtia.halt: the core has finished
};

// Executes or enqueues one Xmtia instruction. rs1, rs2: values of the registers that the
// instruction names (0 where it has none). *extra_cycles (0 on entry) is what the instruction
// costs the core beyond its one cycle.
enum mtia_issue mtia_cp_issue(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1,
                              uint64_t rs2, uint64_t *rd, uint32_t *extra_cycles,
                              struct mtia_trap *trap);

// Called in this order: grid_create, cp_create for each PE, ..., cp_destroy for each PE,
// grid_destroy.
bool mtia_grid_create(struct mtia_device *dev, struct mtia_error *error);
void mtia_grid_destroy(struct mtia_device *dev);
bool mtia_cp_create(struct mtia_device *dev, struct mtia_pe *pe, struct mtia_error *error);
void mtia_cp_destroy(struct mtia_device *dev, struct mtia_pe *pe);

// No command of this PE is unfinished.
bool mtia_cp_idle(const struct mtia_pe *pe);

// Writes to `out`, a line per fact, each indented by two spaces, which units of the PE are blocked
// by what (need, have, source of the command). Must not mention the PE's own number: equal texts of
// several PEs are printed once.
void mtia_cp_report(struct mtia_pe *pe, FILE *out);

// The same about everything, blocked or not: buffers, queues, unfinished commands.
void mtia_cp_describe(struct mtia_pe *pe, FILE *out);

// What exactly was wrong with the command that last got MTIA_ISSUE_TRAP, with its numbers, without
// a newline: "the command reaches byte 8192 of CB 3, which has 4096".
const char *mtia_cp_fault(const struct mtia_core *core);

// Why a WAITING core cannot issue the instruction at its pc, in words, without a newline:
// "CB 3 holds 64 bytes, cb.waitd needs 128".
void mtia_cp_why(struct mtia_core *core, char *buffer, size_t size);

// Adds the units' counters to the JSON object, and prints them as text. `cycles`: length of the
// run.
void mtia_units_stats_json(struct mtia_device *dev, uint64_t cycles, struct cJSON *object);
void mtia_units_stats_text(struct mtia_device *dev, uint64_t cycles, FILE *out);
// Does what units of the PE have put off (defer.h), before anybody uses its local memory.
void mtia_defer_finish(struct mtia_pe *pe);
// How much of what each resource could do in `cycles` the run has used, the most used first, and
// which of them bounds it.
void mtia_units_bounds_text(struct mtia_device *dev, uint64_t cycles, FILE *out);

//===-- Memory ---------------------------------------------------------------===//

enum mtia_level { MTIA_NOWHERE, MTIA_LOCAL, MTIA_REMOTE, MTIA_SRAM, MTIA_DRAM };

// Host address of [addr, addr + len) as seen from `pe`, or NULL if any byte of it is no memory.
// A range never spans two memories. Stays valid as long as the device.
uint8_t *mtia_mem(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr, uint64_t len);
enum mtia_level mtia_mem_level(const struct mtia_device *dev, uint64_t addr);

// Cycles until a core of `pe` that asks at `now` for a cache line (or, remote local memory, a word)
// has it; also books the traffic. Implemented by the units (noc.c).
uint32_t mtia_noc_core_read(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                            uint32_t bytes, uint64_t now);
// The same for a write; the core does not wait for it, but for at most one of them at a time.
uint32_t mtia_noc_core_write(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr,
                             uint32_t bytes, uint64_t now);

//===-- Errors ---------------------------------------------------------------===//

// Sets *error unless it already holds one. Returns false.
bool mtia_error_set(struct mtia_error *error, enum mtia_error_category category, const char *fmt,
                    ...) __attribute__((format(printf, 3, 4)));

// Ends the run with an error: for what is found after the issue of a command (illegal commands
// trap instead). The text says who, where, why and what to do. The first error wins.
void mtia_fail(struct mtia_device *dev, enum mtia_error_category category, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// "PE (1,2) core 1, pc 0x80000124, function fc_i8, kernels/fc/fc_i8.c:42" into buffer.
char *mtia_where(struct mtia_core *core, uint64_t pc, char *buffer, size_t size);
// "pc 0x80000124, function fc_i8, kernels/fc/fc_i8.c:42"; also without debug information.
char *mtia_where_pc(struct mtia_device *dev, uint64_t pc, char *buffer, size_t size);

#endif
