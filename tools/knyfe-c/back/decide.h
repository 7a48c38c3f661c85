// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel's `schedule { }` says (R2.10), for the stages that decide.
//
//   struct kn_decision *d = kn_decide(kernel, KN_TILE, tensor);
//   if (d && !possible)
//     return kn_disobey(file, d, "try tile(y) = 32 x 64", "tile(y) ... because ...");
//   if (d)
//     kn_obey(d);
//
// Every decision is obeyed or refused; what nobody has asked for at the end is refused too
// (kn_all_obeyed). Planning may be tried several times: kn_begin_deciding forgets what was obeyed.
#ifndef KNYFE_BACK_DECIDE_H
#define KNYFE_BACK_DECIDE_H

#include "ast.h"

struct kn_target;

// The decision about a tensor (KN_GRID: NULL), or NULL. Tensors are told apart by their ids, so
// copies are fine; what was made of a part of a statement has none: ask for the statement's target.
struct kn_decision *kn_decide(const struct kn_kernel *kernel, enum kn_decision_key key,
                              const struct kn_tensor *tensor);
// split(k), by the name of the index.
struct kn_decision *kn_decide_split(const struct kn_kernel *kernel, const char *index);

void kn_obey(struct kn_decision *d); // NULL is fine
// Reports KN0093 at the decision; hint may be NULL. Returns false.
bool kn_disobey(struct kn_file *file, const struct kn_decision *d, const char *hint,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

enum kn_unit { KN_UNIT_ANY, KN_UNIT_DPE, KN_UNIT_SE, KN_UNIT_MLU, KN_UNIT_CORE };
// What unit(tensor) says; nothing is marked.
enum kn_unit kn_decided_unit(const struct kn_kernel *kernel, const struct kn_tensor *tensor);

enum kn_place { KN_PLACE_ANY, KN_PLACE_LOCAL, KN_PLACE_SRAM, KN_PLACE_DRAM };
// What resident(tensor) says; nothing is marked.
enum kn_place kn_decided_place(const struct kn_kernel *kernel, const struct kn_tensor *tensor);

// grid = R x C: the sub-grid that the target has from then on. False after a message if it is
// larger than one that was given by --grid.
bool kn_decide_grid(struct kn_file *file, const struct kn_kernel *kernel, struct kn_target *target);

void kn_begin_deciding(struct kn_kernel *kernel);
// False after a message about each decision that nobody has obeyed.
bool kn_all_obeyed(struct kn_file *file, const struct kn_kernel *kernel);

// Something that takes up local memory.
struct kn_need {
  const char *name;
  int64_t bytes;
};
// Reports KN0091 at a range: "WHAT needs 160 KB of local memory, has 128 KB: x 64 KB, w 96 KB" with
// the greatest ones first, and the hint, which may be NULL. Returns false.
bool kn_needs_local(struct kn_file *file, struct kn_range range, const char *what,
                    const struct kn_need *needs, unsigned num, const char *hint);
// "96 KB", "12.5 KB", "640 bytes"; in the file's arena.
const char *kn_kilobytes(struct kn_file *file, int64_t bytes);
// "tile(y) = 64 x 32" as it would be written.
const char *kn_decision_text(struct kn_file *file, const struct kn_decision *d);

#endif
