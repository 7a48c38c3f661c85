// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issue of Xmtia instructions: what its parts share (cp_issue.c: control, FI, DPE, RE;
// cp_issue_se.c: drains, SE, MLU).
#ifndef MTIA_EMULATOR_ISSUE_H
#define MTIA_EMULATOR_ISSUE_H

#include "insn.h"
#include "units.h"

#include <inttypes.h>

// One instruction at its issue.
struct issue {
  struct mtia_core *core;
  struct mtia_device *dev;
  struct mtia_cp *cp;
  struct mtia_cp_core *state;
  const uint8_t *x;
  uint64_t rs1, rs2;
  uint64_t *rd;
  uint32_t *extra;
  struct mtia_trap *trap;
};

static inline uint32_t lo(uint64_t cr) { return (uint32_t)cr; }
static inline uint32_t hi(uint64_t cr) { return (uint32_t)(cr >> 32); }

//===-- Checks ----------------------------------------------------------------===//

// Every check returns whether it holds; the first that does not sets the trap.
__attribute__((format(printf, 3, 4))) bool
issue_refuse(struct issue *in, enum mtia_command_fault fault, const char *fmt, ...);
bool issue_is_set(struct issue *in, unsigned cb);
bool issue_aligned(struct issue *in, const char *what, uint64_t value, uint32_t to);
// Bytes [0, end) of a CB exist.
bool issue_fits(struct issue *in, unsigned cb, uint64_t end);
// m and n of BLOCK.
bool issue_block(struct issue *in, uint32_t *m, uint32_t *n);

//===-- Parts of a command ----------------------------------------------------===//

// Adds bytes [offset, offset + extent) behind the head; extent 0 reads nothing.
bool issue_read(struct issue *in, struct mtia_command *c, unsigned cb, uint64_t offset,
                uint64_t extent);
// The same behind the tail.
bool issue_write(struct issue *in, struct mtia_command *c, unsigned cb, uint64_t offset,
                 uint64_t extent);
// Bytes from the first to behind the last of a block.
uint64_t issue_extent(uint32_t rows, uint32_t row_bytes, uint32_t stride);
// Rows or columns of tile `index`.
uint8_t issue_tile(uint32_t total, unsigned index);

//===-- Drafts (cp_issue_se.c) ------------------------------------------------===//

bool issue_draft_drain(struct issue *in, struct mtia_command *c);
bool issue_draft_minmax(struct issue *in, struct mtia_command *c);
bool issue_draft_se_un(struct issue *in, struct mtia_command *c);
bool issue_draft_se_bin(struct issue *in, struct mtia_command *c);
bool issue_draft_se_rowacc(struct issue *in, struct mtia_command *c);
// cp_issue_mlu.c, cp_issue_fi.c
bool issue_draft_gather(struct issue *in, struct mtia_command *c);
bool issue_draft_prefetch(struct issue *in, struct mtia_command *c);
bool issue_draft_mlu(struct issue *in, struct mtia_command *c);
bool issue_draft_se_red(struct issue *in, struct mtia_command *c);

#endif
