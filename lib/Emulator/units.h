// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the command processor and the units know of each other.
//
// Function and time are separate. A command's function (`*_exec`) happens at
// once when the command starts, its time (`*_cycles`, fi.c) only decides when it
// counts as finished. docs/isa/xmtia.md 1.3 and 1.4 guarantee that nobody can
// see the difference without a race.
#ifndef MTIA_EMULATOR_UNITS_H
#define MTIA_EMULATOR_UNITS_H

#include "device.h"
#include "internal.h"
#include "se.h"

#define MTIA_CBS 32
#define MTIA_CRS 32
#define MTIA_CORES 2
#define MTIA_ACCS 4
#define MTIA_OBS 4 // operand buffers of the DPE
#define MTIA_COUNTERS 32
#define MTIA_TILE 32
#define MTIA_BANKS_MAX 64
#define MTIA_GROUP_MAX 16 // PEs in a multicast: bits of a mask in MCAST

enum mtia_cr_name {
  CR_DMA_IN = 0,
  CR_DMA_IN_PITCH = 1,
  CR_DMA_OUT = 2,
  CR_DMA_OUT_PITCH = 3,
  CR_MCAST = 4,
  CR_MML_A = 5,
  CR_MML_B = 6,
  CR_MML_INC = 7,
  CR_BLOCK = 8,
  CR_BIAS = 9,
  CR_OUT = 10,
  CR_QSCALE = 11,
  CR_QCLAMP = 12,
  CR_QCHAN = 13,
  CR_GATHER = 14,
  CR_GATHER_PITCH = 15,
  CR_SE_FMT = 16,
  CR_SE_LEN = 17,
  CR_SE_SRC = 18,
  CR_SE_ROW = 19,
  CR_MLU_SHAPE = 20,
  CR_MLU_SRC = 21,
  CR_MLU_DST = 22,
  CR_PREFETCH = 23,
  CR_QMODE = 24,
  CR_QOUT = 25,
  CR_QSCALE2 = 26,
  CR_SE_STRIDE = 27,
  CR_GATHER_LIMIT = 28,
  CR_FIRST_RESERVED = 29,
};

enum mtia_unit_id { UNIT_DMA_IN, UNIT_DMA_OUT, UNIT_DPE, UNIT_RE, UNIT_SE, UNIT_MLU, UNIT_COUNT };

enum mtia_command_kind {
  CMD_PUSH,
  CMD_POP,
  CMD_DMA_IN,
  CMD_DMA_OUT,
  CMD_MML,
  CMD_ACC_ZERO,
  CMD_ACC_BIAS,
  CMD_ACC_BIASR,
  CMD_ACC_LOAD,
  CMD_ACC_ADD,
  CMD_ACC_ADDR,
  CMD_RED,
  CMD_DRAIN,
  CMD_MINMAX,
  CMD_SE_UN,
  CMD_SE_BIN,
  CMD_SE_ROWACC,
  CMD_SE_RED,
  CMD_MLU_TRANSPOSE,
  CMD_MLU_COPY,
  CMD_MLU_CONCAT,
  CMD_GATHER,
  CMD_PREFETCH,
};

enum { RED_NONE = 0, RED_IN_NORTH = 1, RED_IN_WEST = 2, RED_OUT_SOUTH = 1, RED_OUT_EAST = 2 };
enum { DRAIN_RAW = 0, DRAIN_S8 = 1, DRAIN_U8 = 2, DRAIN_F32 = 3, DRAIN_F16 = 4, DRAIN_BF16 = 5 };
enum { MML_F16 = 4, MML_BF16 = 5 }; // types of mml; below: integers

// Bytes [from, to) of a CB, counted like its counters. from == to: nothing.
struct mtia_range {
  uint8_t cb;
  uint64_t from, to;
};

enum mtia_command_state {
  CMD_QUEUED,
  CMD_RUNNING,
  CMD_WORKED, // only its CB counter has yet to move, in order
};

// A command between issue and completion.
struct mtia_command {
  uint8_t kind; // enum mtia_command_kind
  uint8_t unit; // enum mtia_unit_id; UNIT_COUNT for push and pop
  uint8_t core;
  uint8_t state;
  int8_t acc; // -1: none
  uint8_t reads, writes;
  uint8_t ob_reads, ob_writes; // operand buffers, as masks
  struct mtia_pe *pe;
  uint64_t pc;
  uint64_t ready;                       // earliest start: issue + dispatch
  struct mtia_command *next;            // in the unit's queue, or the free list
  struct mtia_command *older, *younger; // unfinished commands of the same core
  struct mtia_command *mover;           // next that moves the same counter of the same CB
  struct mtia_range read[3];
  struct mtia_range write;
  bool releases;               // moves `released` to read[0].to
  bool publishes;              // moves `visible` to write.to
  struct mtia_race_task *race; // while dev->race is set
  union {
    struct {
      uint64_t address, pitch;
      uint32_t width, stride, rows;
      struct mtia_round *round; // multicast; NULL: alone
      uint64_t last;            // when the last byte arrives
      bool late;                // its function happens then, not at its start
      uint64_t limit;           // gather: rows of the table; 0: no limit
      uint8_t counter;          // gather: counts indices beyond it
      bool wide;                // gather: indices of 64 bits
    } dma;
    struct {
      uint8_t type, zero, rows, cols;
      int8_t oa, ob; // operand buffers; -1: from the CB
      uint32_t stride_a, stride_b;
    } mml;
    struct {
      uint8_t es; // log2 of an element's bytes; 3: 4 bits
      int8_t ob;  // operand buffer written; -1: to the CB
      uint32_t rows, cols, from_stride, to_stride, to_offset;
    } mlu;
    struct {
      uint8_t rows, cols;
      uint32_t stride;
    } init;
    struct {
      uint8_t in, out, flt;
      uint32_t received, sent; // which tiles of the ports
    } red;
    struct {
      uint8_t type, relu, flt, rows, cols;
      uint32_t stride;
      struct mtia_quant quant;
    } drain;
    struct {
      uint8_t rows, cols;
      bool flt, merge;
    } minmax;
    struct mtia_se_op se;
  };
};

struct mtia_cb {
  bool set;
  uint32_t base; // in local memory
  uint32_t size;
  uint64_t head, tail, visible, released;
  uint32_t unfinished;                         // commands that use it
  struct mtia_command *release, *release_last; // cb.pop and dma.out in order
  struct mtia_command *publish, *publish_last; // cb.push and dma.in in order
};

struct mtia_unit {
  struct mtia_command *first, *last;
  uint32_t waiting; // commands in the queue
  bool occupied;    // FI: still issues the requests of a command
  uint64_t free;    // others: time of the next start
  uint64_t alarm;   // latest time the CP is called for this unit
  uint64_t busy_cycles, commands;
};

// Why a core waits at its command.
enum mtia_wait {
  WAIT_NONE,
  WAIT_QUEUE,
  WAIT_POINTERS,
  WAIT_DATA,
  WAIT_SPACE,
  WAIT_SYNC,
  WAIT_BARRIER,
  WAIT_COUNTER,
  WAIT_COUNT
};

struct mtia_cp_core {
  uint64_t cr[MTIA_CRS];
  struct mtia_command *oldest, *youngest; // unfinished
  uint32_t unfinished;
  uint32_t pointers; // waiting cb.push and cb.pop
  bool woken;        // its wait is over, it will issue again
  uint8_t wait;      // enum mtia_wait
  uint8_t wait_what; // unit, CB or scope
  bool passed;       // its barrier has opened
  uint64_t wait_amount;
  uint64_t wait_since;
  uint64_t stalled[WAIT_COUNT]; // cycles
  uint64_t issued;
  char fault[200]; // why its last illegal command was refused
};

enum { MTIA_PORT_TILES = 4 };

// Receiving end of a reduction link.
struct mtia_port {
  bool taken; // a tile is in it or on its way
  bool arrived;
  // Only one tile is in the port, but commands that are put off leave it there for longer. The
  // n-th is in tile[n % MTIA_PORT_TILES].
  uint32_t sent, received;
  int32_t tile[MTIA_PORT_TILES][MTIA_TILE][MTIA_TILE];
  // defer.c: how many commands of the sender's and of this PE's queue are done when a tile is there
  // or has been used.
  uint32_t sent_after[MTIA_PORT_TILES], used_after[MTIA_PORT_TILES];
};

// One direction of an FI.
struct mtia_fi {
  uint64_t next;      // when the next request can leave
  uint64_t port_free; // data port
  uint64_t *slot;     // ring: when each outstanding request returns
  uint32_t oldest;
};

// acc[i][j] += A[i] . B[j] over 32 bytes for rows x cols. Integers: bit 0 of type: A unsigned, bit
// 1: B. MML_F16, MML_BF16: accumulators hold the bits of a binary32.
typedef void mtia_tile_fn(int32_t acc[MTIA_TILE][MTIA_TILE], const uint8_t *const a[MTIA_TILE],
                          const uint8_t *const b[MTIA_TILE], unsigned rows, unsigned cols,
                          unsigned type);

struct mtia_cp {
  struct mtia_pe *pe;
  struct mtia_cb cb[MTIA_CBS];
  struct mtia_cp_core core[MTIA_CORES];
  struct mtia_unit unit[UNIT_COUNT];
  struct mtia_port port[2]; // 0: from the north, 1: from the west
  struct mtia_fi in, out;
  uint64_t bank_free[MTIA_BANKS_MAX]; // when each bank has done what it was asked for
  int32_t acc[MTIA_ACCS][MTIA_TILE][MTIA_TILE];
  uint8_t operand[MTIA_OBS][MTIA_TILE][32];
  uint64_t counter[MTIA_COUNTERS];
  struct mtia_post *posts; // increments on their way from here
  mtia_tile_fn *tile;      // DPE arithmetic of this host
  struct mtia_command *unused;
  uint32_t releasing, publishing; // CBs with a counter to move, as a mask
  bool running;                   // mtia_cp_run is active
  bool again;                     // ... and has something new to look at
  bool call_queued;               // a call from another PE is on its way
  const char *short_of; // a command found no memory of the host for this: the run has to end
  // Statistics.
  uint64_t macs, mmls;
  uint64_t places; // multiply-adds that integers would have done: a share of the peak of any type
  uint64_t local_read, local_written;       // by the other units than the FI
  uint64_t fi_local_read, fi_local_written; // by it
  uint64_t dma_in_bytes, dma_out_bytes;
};

enum { LEVEL_SRAM, LEVEL_DRAM, LEVEL_REMOTE, LEVEL_LOCAL, LEVEL_COUNT };

// The n-th multicast of a group: what its members do together.
struct mtia_round {
  struct mtia_group *group;
  uint64_t address, pitch;
  uint32_t width, rows;
  uint32_t issued, ready; // masks of members
  struct mtia_command *member[MTIA_GROUP_MAX];
};

struct mtia_group {
  struct mtia_group *next;
  uint8_t axis; // 1: along a row, 2: along a column
  uint8_t core;
  uint16_t line; // number of the row or column
  uint16_t mask;
  uint64_t count[MTIA_GROUP_MAX]; // multicasts issued, by member
  // The members that are ahead of the slowest are so by less than a queue and
  // the command being issued.
  struct mtia_round *round;
  uint32_t rounds; // capacity of the ring
};

struct mtia_barrier {
  uint32_t arrived;
};

// One direction between two neighbours.
struct mtia_link {
  uint64_t free;       // when it is next free
  uint64_t trip, turn; // the last trip that took it, and when
};

struct mtia_grid {
  struct mtia_transfer *transfers; // DMAs whose requests are leaving
  struct mtia_group *groups;
  struct mtia_barrier *pe_barrier; // one per PE
  struct mtia_barrier core_barrier[MTIA_CORES];
  struct mtia_barrier all_barrier;
  uint64_t *slice_free;
  uint64_t *channel_free; // in 1/256 cycle
  uint64_t *remote_free;  // one per PE
  struct mtia_link *link;
  uint64_t trip;                 // number of the data's trip over the links
  struct mtia_sram_cache *cache; // NULL: all of the SRAM is a scratchpad
  uint64_t cache_hits, cache_misses, cache_fetched, cache_written_back;
  uint8_t *bank_of; // bank of every 32 B (local_bank_width) of a local memory
  // Statistics.
  uint64_t read_bytes[LEVEL_COUNT], written_bytes[LEVEL_COUNT];
  uint64_t noc_bytes, multicast_saved;
};

//===-- cp.c ------------------------------------------------------------------===//

// Starts, retires and wakes all that can be.
void mtia_cp_run(struct mtia_pe *pe);
// The same, soon, from another PE's command.
void mtia_cp_call(struct mtia_pe *pe);
// A command's work is done.
void mtia_cp_worked(struct mtia_command *c);
// Event: the same, at its time.
void mtia_cp_worked_event(struct mtia_device *dev, void *ctx, uint64_t arg);
// An empty command of the core, at its pc.
void mtia_cp_draft(struct mtia_command *c, struct mtia_core *core, enum mtia_command_kind kind);
struct mtia_command *mtia_cp_new(const struct mtia_command *draft);
// Puts a complete command into its queue and moves head or tail.
void mtia_cp_enqueue(struct mtia_command *c);
// Takes a command that starts out of its queue.
void mtia_cp_dequeue(struct mtia_command *c);
// What the core waits for, or would wait for, holds.
bool mtia_cp_holds(const struct mtia_cp *cp, const struct mtia_cp_core *core, enum mtia_wait wait,
                   unsigned what, uint64_t amount);
// The earlier unfinished command of the same core that c conflicts with, or NULL.
struct mtia_command *mtia_cp_conflict(const struct mtia_command *c);
// c does not start before what it conflicts with is finished; of other commands (DMA) only the
// pointer waits.
bool mtia_cp_starts_in_order(const struct mtia_command *c);
// The range whose element or space check does not hold, or NULL.
const struct mtia_range *mtia_cp_missing(const struct mtia_command *c, bool *space);

//===-- cb.c ------------------------------------------------------------------===//

// Host address of byte number b. Contiguous up to the end of the buffer only.
static inline uint8_t *mtia_cb_at(const struct mtia_cp *cp, unsigned cb, uint64_t b) {
  const struct mtia_cb *p = &cp->cb[cb];
  return cp->pe->local + p->base + b % p->size;
}
void mtia_cb_read(const struct mtia_cp *cp, unsigned cb, uint64_t b, void *to, uint32_t bytes);
void mtia_cb_write(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *from,
                   uint32_t bytes);
void mtia_cb_zero(const struct mtia_cp *cp, unsigned cb, uint64_t b, uint32_t bytes);

//===-- Units: function -------------------------------------------------------===//

void mtia_dpe_tile_portable(int32_t acc[MTIA_TILE][MTIA_TILE], const uint8_t *const a[MTIA_TILE],
                            const uint8_t *const b[MTIA_TILE], unsigned rows, unsigned cols,
                            unsigned type);
mtia_tile_fn *mtia_dpe_tile(void); // the fastest this host has
void mtia_dpe_exec(struct mtia_cp *cp, const struct mtia_command *c);
void mtia_re_exec(struct mtia_cp *cp, const struct mtia_command *c);
void mtia_se_exec(struct mtia_cp *cp, const struct mtia_command *c);
void mtia_se_exec_elements(struct mtia_cp *cp, const struct mtia_command *c); // se.un, se.bin
void mtia_se_exec_rows(struct mtia_cp *cp, const struct mtia_command *c);     // se.rowacc, se.red

// Bytes of a row of so many elements.
uint32_t mtia_mlu_row_bytes(const struct mtia_command *c, uint32_t elements);
void mtia_mlu_exec(struct mtia_cp *cp, const struct mtia_command *c);

//===-- Units: time -----------------------------------------------------------===//

uint32_t mtia_dpe_cycles(const struct mtia_device_params *p, const struct mtia_command *c);
uint32_t mtia_re_cycles(const struct mtia_device_params *p, const struct mtia_command *c);
uint32_t mtia_se_cycles(const struct mtia_device_params *p, const struct mtia_command *c);
uint32_t mtia_mlu_cycles(const struct mtia_device_params *p, const struct mtia_command *c);
uint32_t mtia_se_latency(const struct mtia_device_params *p, const struct mtia_command *c);

// RE: what a `red` waits for beside the rules of the CP.
bool mtia_re_links_ready(const struct mtia_command *c);
// A `red` starts: numbers its tiles.
void mtia_re_start(struct mtia_command *c);
void mtia_re_send(const struct mtia_command *c, uint64_t arrival);
// Where a `red` sends to and receives from, or NULL; and the port there.
struct mtia_pe *mtia_re_target(const struct mtia_command *c);
struct mtia_pe *mtia_re_source(const struct mtia_command *c);
struct mtia_port *mtia_re_target_port(const struct mtia_command *c);

// FI. The queue's head c passes its checks: starts it if it is alone or all members have come.
// True if it started.
bool mtia_fi_try(struct mtia_command *c);
// The function of a command with dma.late set.
void mtia_fi_exec_late(struct mtia_command *c);
bool mtia_fi_create(struct mtia_device *dev, struct mtia_cp *cp);
void mtia_fi_destroy(struct mtia_cp *cp);
// Of a run that ended while DMAs were on their way.
void mtia_fi_destroy_transfers(struct mtia_grid *grid);
// Joins the command, a dma.in with its parameters set, to its multicast group along `axis`
// (1 row, 2 column); or says which rule that breaks (enum mtia_command_fault, 0: none).
uint64_t mtia_fi_join(struct mtia_command *c, unsigned axis, uint64_t mcast, bool only_check);

// When the last byte (or the acknowledgement) of an access of at most one interleave block that
// leaves the PE's FI at `leave` is back; books the memory for it.
uint64_t mtia_noc_access(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t address,
                         uint32_t bytes, bool write, uint64_t leave);
// A read whose data go no further than the SRAM, if it caches DRAM; otherwise nothing is read.
uint64_t mtia_noc_prefetch(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t address,
                           uint32_t bytes, uint64_t leave);
// The same for a multicast read: one access, back[i] for each member.
void mtia_noc_multicast(struct mtia_device *dev, struct mtia_command *const *member, unsigned count,
                        uint64_t address, uint32_t bytes, uint64_t leave, uint64_t *back);
void mtia_noc_count(struct mtia_device *dev, uint64_t address, uint64_t bytes, bool write);

//===-- sram_cache.c ----------------------------------------------------------===//

bool mtia_sram_cache_create(struct mtia_device *dev);
void mtia_sram_cache_destroy(struct mtia_device *dev);

struct mtia_cached {
  uint32_t slice;
  bool hit;
  bool victim; // a line has to be written back for it
};
// An access of DRAM within one block of sram_interleave bytes; the line is there afterwards.
struct mtia_cached mtia_sram_cache_touch(struct mtia_device *dev, uint32_t channel,
                                         uint64_t address, bool write);

//===-- banks.c: local memory -------------------------------------------------===//

bool mtia_banks_create(struct mtia_device *dev);
// The cycles for which a command that starts now occupies its unit, when it takes `busy` without
// conflicts in local memory.
uint32_t mtia_banks_extend(struct mtia_command *c, uint32_t busy);
// Books [from, from + bytes) of a CB; by how many cycles its banks are late.
uint32_t mtia_banks_delay(struct mtia_cp *cp, unsigned cb, uint64_t from, uint32_t bytes);

//===-- counter.c -------------------------------------------------------------===//

// Adds to a counter of `to`, whose cores may wait for it; from another PE it takes its way.
void mtia_counter_add(struct mtia_core *from, struct mtia_pe *to, unsigned counter,
                      uint64_t amount);
void mtia_counter_set(struct mtia_pe *pe, unsigned counter, uint64_t value);
// Cycles between the CPs of two PEs.
uint32_t mtia_counter_way(const struct mtia_pe *from, const struct mtia_pe *to);
void mtia_counter_destroy(struct mtia_cp *cp);

//===-- barrier.c -------------------------------------------------------------===//

// The core arrives. True when it was the last: it goes on after *cycles, the others are woken for
// that time with `passed` set.
bool mtia_barrier_arrive(struct mtia_core *core, unsigned scope, uint32_t *cycles);

//===-- cp_report.c -----------------------------------------------------------===//

extern const char *const mtia_unit_name[UNIT_COUNT];
const char *mtia_command_name(const struct mtia_command *c);
const char *mtia_command_kind_name(unsigned kind); // enum mtia_command_kind; NULL behind the last

#endif
