// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "notes.h"
#include "backend.h"

#include <string.h>

void kn_forget(const struct kn_target *target) {
  if (target->notes)
    *target->notes = (struct kn_notes){NULL, &target->notes->first};
}

void kn_decided(const struct kn_target *target, struct kn_file *file, struct kn_range at,
                const char *what, const char *why, const char *instead) {
  struct kn_notes *notes = target->notes;
  if (!notes)
    return;
  for (const struct kn_decided *d = notes->first; d; d = d->next)
    if (!strcmp(d->what, what) && d->at.begin == at.begin)
      return; // told before
  struct kn_decided *d = kn_alloc(file, sizeof *d);
  *d = (struct kn_decided){at, what, why ? why : "", instead ? instead : "", NULL};
  *notes->tail = d;
  notes->tail = &d->next;
}
