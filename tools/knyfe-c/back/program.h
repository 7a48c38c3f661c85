// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel does, from its C text (ctext.h): the text is gone through as one PE would, numbers
// that it computes are computed, and what it does with data only costs time. The result is a list
// of events per core, which timeline.c puts side by side.
#ifndef KNYFE_BACK_PROGRAM_H
#define KNYFE_BACK_PROGRAM_H

#include "cost.h"
#include "ctext.h"

enum pg_kind {
  PG_WORK,    // the core is at work for `gap` cycles
  PG_DMA_IN,  // into cb
  PG_DMA_OUT, // from cb
  PG_PUSH,    // cb, bytes
  PG_POP,
  PG_WAITD, // until `bytes` are there
  PG_WAITS, // until there is space for them
  PG_UNIT,  // a command of `unit`: reads cb[0], cb[1] at offsets, writes out
  PG_INIT,  // cb begins anew, with `bytes`
  PG_TELL,  // the other core may go on behind a PG_HEAR of as much: `bytes`
  PG_HEAR,
  PG_NUMBERS, // until the other core has told all PEs what it has made
  PG_BAR_PE,  // both cores
  PG_BAR_GRID,
  PG_SYNC, // until all commands of the core are done
};

#define PG_NO_CB 255
#define PG_PHASES 64
#define PG_LINES 256
#define PG_FACTS 256
#define PG_PES (KN_DEV_grid_rows * KN_DEV_grid_columns)

struct pg_event {
  uint8_t kind, unit; // unit: enum kn_resource
  uint8_t cb[2], out;
  uint8_t chained; // PG_UNIT: waits for what so many PEs before it have added up
  uint8_t early;   // PG_PUSH: so many of the SE's last commands write behind its bytes
  uint8_t acc;     // PG_UNIT: accumulator, or 255
  uint8_t members; // PG_DMA_IN: of the multicast
  float uneven;    // PG_DMA_IN of rows that data choose: the busiest slice's part beyond the mean
  bool dram;
  unsigned line;                // of the description
  float gap;                    // cycles of the core before it issues this one
  float vectors, loads, engine; // of these, busy cycles of core 1's pipelines and of the SE
  float cycles, latency;        // PG_UNIT: busy; until the result is there, beyond that
  double bytes;                 // PG_PUSH ... PG_WAITS; of local memory that a DMA fills or empties
  double rows, row_bytes;       // of a DMA
  int64_t offset[2];            // PG_UNIT: the first byte behind the heads that is needed
};

struct pg_core {
  struct pg_event *events;
  size_t num, max;
};

// Circular buffers, as initialised in each phase.
struct pg_buffer {
  const char *name;
  unsigned id, part;
  int64_t base, size;
};

// Core 1's time for a line of the description.
struct pg_line {
  unsigned line, phase;
  double cycles, vectors, loads;
};

// A number of the text that says how work is dealt out: tiles, parts, blocks.
struct pg_fact {
  const char *name;
  int64_t value;
  unsigned phase;
};

// What all PEs do.
struct pg_totals {
  double in_bytes, out_bytes, saved_bytes; // to and from memory; what multicasts saved
  double phase_bytes[PG_PHASES];
  float bytes[PG_PHASES][PG_PES],
      products[PG_PHASES][PG_PES]; // of each PE: bytes, cycles of the DPE
  unsigned num_phases;
};

// Phases here end at barriers of the sub-grid. The planner's (rows_phases.c), by which --explain
// calls them, may need several, or share one: parts.
struct pg_program {
  struct ct_text *text;
  struct kn_kernel *kernel;
  unsigned grid_rows, grid_cols;
  unsigned row, col;      // the PE that is followed
  struct pg_core core[2]; // its
  struct pg_buffer buffers[256];
  unsigned num_buffers, num_phases;
  uint64_t parts[PG_PHASES]; // bit i: part i begins in this phase
  struct pg_line lines[PG_LINES];
  unsigned num_lines;
  double skipped[PG_PHASES]; // core 1's time for tiles like those before
  struct pg_fact facts[PG_FACTS];
  unsigned num_facts;
  const struct pg_totals *totals;
  char unknown[160]; // a function that is not known; its cost is a guess
  bool gave_up;      // too long to go through
};

// What all PEs move and multiply; false if the text cannot be followed.
bool pg_count(struct pg_totals *totals, struct ct_text *text, struct kn_kernel *kernel,
              unsigned grid_rows, unsigned grid_cols);
// One PE's program; the totals stay the caller's.
bool pg_follow(struct pg_program *p, const struct pg_totals *totals, struct ct_text *text,
               struct kn_kernel *kernel, unsigned grid_rows, unsigned grid_cols, unsigned row,
               unsigned col);
void pg_free(struct pg_program *p);

#endif
