// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the stages decided and why, for --explain.
#ifndef KNYFE_BACK_NOTES_H
#define KNYFE_BACK_NOTES_H

#include "ast.h"

struct kn_target;

// A decision: what, why, and what else there was ("" if nothing). `at` ties it to the description.
struct kn_decided {
  struct kn_range at;
  const char *what, *why, *instead;
  struct kn_decided *next;
};

struct kn_notes {
  struct kn_decided *first, **tail;
};

// Tells a decision, if somebody listens (target->notes). Texts stay the caller's: kn_text() gives
// ones that live as long as the file. Planners that try several times call kn_forget first.
void kn_decided(const struct kn_target *target, struct kn_file *file, struct kn_range at,
                const char *what, const char *why, const char *instead);
void kn_forget(const struct kn_target *target);

#endif
