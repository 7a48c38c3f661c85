// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a schedule says about a contraction on the matrix units (map_fc.c).
#ifndef KNYFE_BACK_FC_DECIDE_H
#define KNYFE_BACK_FC_DECIDE_H

#include "ast.h"

struct backend;

// The contraction, as far as decisions are about it.
struct fc_facts {
  struct kn_tensor *operand[2], *bias, *y; // bias may be NULL
  int64_t k;                               // bytes
  unsigned element;                        // bytes of an element of the operands
  bool rest;                               // core 1 does the last step
};

// 0 or -1: free.
struct fc_choice {
  struct kn_decision *tile, *split, *grid, *keep_by; // those obeyed, for messages
  int64_t kc;                                        // bytes of k per chunk
  int64_t parts;                                     // of k
  int64_t operand_slots[2], y_slots, bias_slots;
  int keep;           // the operand of which a strip stays, or -1
  bool stream[2];     // no strip of it stays
  int64_t rows, cols; // at most so many PEs
};

// Asks for all decisions. False after a message.
bool fc_decide(struct backend *b, const struct fc_facts *facts, struct fc_choice *choice);
// The buffers do not fit: false after a message. `chunk` and `others` are bytes, of a chunk of an
// operand and of results and bias.
bool fc_too_large(struct backend *b, const struct fc_facts *facts, const struct fc_choice *choice,
                  int64_t chunk, const int64_t slots[2], int64_t others);

#endif
