// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- diag.h - Messages with a caret ---------------------------------------===//
 *
 *   fc.knyfe:2:20: error: [KN0020] unknown name 'z'
 *     acc[m, n] = sum[k] z[m, k]
 *                        ^
 *   hint: ...
 *
 * Every message has an id from diag.def; docs/knyfe.md explains each.
 *===----------------------------------------------------------------------===*/
#ifndef KNYFE_DIAG_H
#define KNYFE_DIAG_H

#include "ast.h"

#define KN_MAX_ERRORS 20

enum kn_diag_id {
#define KN_DIAG(number, id, severity, title) KN_DIAG_##id,
#include "diag.def"
#undef KN_DIAG
  KN_NUM_DIAGS
};

/* What a message is. */
enum kn_message_kind { KN_ERROR, KN_WARNING, KN_NOTE, KN_HINT };

struct kn_diags {
  FILE *out;
  /* Gets the messages instead of `out` if it is not NULL; a hint belongs to the message before it
   * and has no range of its own. */
  void (*sink)(void *data, enum kn_message_kind kind, enum kn_diag_id id, struct kn_range range,
               const char *text);
  void *sink_data;
  unsigned errors, warnings;
  bool gave_up; /* more than KN_MAX_ERRORS */
  bool muted;   /* notes and hints belong to a message that was not printed */
  /* Reported places, so that one mistake is told once. */
  uint32_t seen[KN_MAX_ERRORS + 1];
};

/* Reports a message at a range; number and severity come from diag.def. */
void kn_report(struct kn_file *file, enum kn_diag_id id, struct kn_range range, const char *format,
               ...) __attribute__((format(printf, 4, 5)));
/* A further place that belongs to the last message. */
void kn_note(struct kn_file *file, struct kn_range range, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What to do about the last message. */
void kn_hint(struct kn_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A message without a place in the source, `knyfe-c: error: [KN0070] ...`. */
void kn_report_plain(enum kn_diag_id id, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* While something is tried whose refusal is not the user's, messages are dropped. */
struct kn_quiet {
  struct kn_diags dropped, *before;
};
void kn_quiet_begin(struct kn_quiet *quiet, struct kn_file *file);
void kn_quiet_end(const struct kn_quiet *quiet, struct kn_file *file);

/* Line and column, both from 1; a column is a byte, as in every compiler. */
void kn_position(const struct kn_file *file, uint32_t at, unsigned *line, unsigned *column);
/* "KN0020" */
const char *kn_diag_name(enum kn_diag_id id);

#endif
