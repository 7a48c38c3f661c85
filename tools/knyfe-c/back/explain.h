// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --explain: what a kernel will do and cost, predicted from its C text (program.h, timeline.h).
#ifndef KNYFE_BACK_EXPLAIN_H
#define KNYFE_BACK_EXPLAIN_H

#include "timeline.h"

struct kn_target;

struct kn_prediction {
  struct ct_text text;
  struct pg_totals totals;
  struct pg_program program; // of the PE that is done last, phase by phase
  struct tl_result result;
  double least_vector_cycles; // of core 1, if the description's operations were all it did
  bool ok;
};

// `c` is the C text that the back end printed for the kernel. False after a message.
bool kn_predict(struct kn_prediction *p, struct kn_file *file, struct kn_kernel *kernel,
                const struct kn_target *target, const char *c);
void kn_prediction_free(struct kn_prediction *p);

#endif
