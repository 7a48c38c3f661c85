// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- diag.c - Messages with a caret ---------------------------------------===*/
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_SHOWN 160

enum severity { error, warning };
static const struct {
  int number;
  enum severity severity;
} table[] = {
#define KN_DIAG(number, id, severity, title) {number, severity},
#include "diag.def"
#undef KN_DIAG
};
static const char *const severity_name[] = {"error", "warning"};

const char *kn_diag_name(enum kn_diag_id id) {
  static char name[16];
  snprintf(name, sizeof name, "KN%04d", table[id].number);
  return name;
}

void kn_position(const struct kn_file *file, uint32_t at, unsigned *line, unsigned *column) {
  const struct kn_source *source = kn_source_at(file, at);
  *line = *column = 1;
  for (uint32_t i = source->begin; i < at && i < source->end; i++) {
    ++*column;
    if (file->text[i] == '\n') {
      ++*line;
      *column = 1;
    }
  }
}

/* The source line with `range` underlined. Tabs become spaces so that the caret stands right;
 * bytes that are no text become '?'. A long line is shown from near the caret. */
static void show_line(const struct kn_file *file, struct kn_range range, FILE *out) {
  const struct kn_source *source = kn_source_at(file, range.begin);
  uint32_t begin = range.begin < source->end ? range.begin : source->end;
  uint32_t start = begin, end = begin;
  while (start > source->begin && file->text[start - 1] != '\n')
    start--;
  while (end < source->end && file->text[end] != '\n' && file->text[end] != '\r')
    end++;
  const char *lead = "  ";
  if (begin - start > LINE_MAX_SHOWN * 3 / 4) {
    start = begin - LINE_MAX_SHOWN / 2;
    while (start < begin && ((unsigned char)file->text[start] & 0xC0) == 0x80)
      start++;
    lead = "  ... ";
  }
  const char *tail = "";
  if (end - start > LINE_MAX_SHOWN) {
    end = start + LINE_MAX_SHOWN;
    tail = " ...";
  }
  fputs(lead, out);
  for (uint32_t i = start; i < end; i++) {
    unsigned char c = (unsigned char)file->text[i];
    fputc(c == '\t' ? ' ' : c < ' ' || c == 127 ? '?' : c, out);
  }
  fprintf(out, "%s\n%*s", tail, (int)strlen(lead), "");
  /* One column per character: continuation bytes of UTF-8 take none. */
  for (uint32_t i = start; i < begin; i++)
    if (((unsigned char)file->text[i] & 0xC0) != 0x80)
      fputc(' ', out);
  fputc('^', out);
  for (uint32_t i = begin + 1; i < range.end && i < end; i++)
    if (((unsigned char)file->text[i] & 0xC0) != 0x80)
      fputc('~', out);
  fputc('\n', out);
}

static void to_sink(const struct kn_file *file, enum kn_message_kind kind, enum kn_diag_id id,
                    struct kn_range range, const char *format, va_list ap) {
  char text[2048];
  vsnprintf(text, sizeof text, format, ap);
  file->diags->sink(file->diags->sink_data, kind, id, range, text);
}

static void show(const struct kn_file *file, struct kn_range range, const char *kind,
                 const char *format, va_list ap) {
  FILE *out = file->diags->out;
  if (file->diags->sink) {
    to_sink(file, KN_NOTE, KN_NUM_DIAGS, range, format, ap);
    return;
  }
  unsigned line, column;
  kn_position(file, range.begin, &line, &column);
  fprintf(out, "%s:%u:%u: %s: ", kn_source_at(file, range.begin)->path, line, column, kind);
  vfprintf(out, format, ap);
  fputc('\n', out);
  show_line(file, range, out);
}

void kn_report(struct kn_file *file, enum kn_diag_id id, struct kn_range range, const char *format,
               ...) {
  struct kn_diags *d = file->diags;
  d->muted = true;
  if (d->gave_up)
    return;
  if (table[id].severity == error) {
    for (unsigned i = 0; i < d->errors; i++)
      if (d->seen[i] == range.begin)
        return;
    if (d->errors == KN_MAX_ERRORS) {
      d->gave_up = true;
      if (d->sink)
        return;
      fprintf(d->out, "%s: more than %d errors; the rest is not shown\n", file->path,
              KN_MAX_ERRORS);
      return;
    }
    d->seen[d->errors++] = range.begin;
  } else {
    d->warnings++;
  }
  d->muted = false;
  va_list ap;
  if (d->sink) {
    va_start(ap, format);
    to_sink(file, table[id].severity == error ? KN_ERROR : KN_WARNING, id, range, format, ap);
    va_end(ap);
    return;
  }
  char kind[32];
  snprintf(kind, sizeof kind, "%s: [%s]", severity_name[table[id].severity], kn_diag_name(id));
  FILE *out = d->out;
  unsigned line, column;
  kn_position(file, range.begin, &line, &column);
  fprintf(out, "%s:%u:%u: %s ", kn_source_at(file, range.begin)->path, line, column, kind);
  va_start(ap, format);
  vfprintf(out, format, ap);
  va_end(ap);
  fputc('\n', out);
  show_line(file, range, out);
}

void kn_note(struct kn_file *file, struct kn_range range, const char *format, ...) {
  if (file->diags->muted)
    return;
  va_list ap;
  va_start(ap, format);
  show(file, range, "note", format, ap);
  va_end(ap);
}

void kn_hint(struct kn_file *file, const char *format, ...) {
  if (file->diags->muted)
    return;
  va_list ap;
  va_start(ap, format);
  if (file->diags->sink) {
    to_sink(file, KN_HINT, KN_NUM_DIAGS, (struct kn_range){0, 0}, format, ap);
    va_end(ap);
    return;
  }
  fputs("hint: ", file->diags->out);
  vfprintf(file->diags->out, format, ap);
  va_end(ap);
  fputc('\n', file->diags->out);
}

void kn_report_plain(enum kn_diag_id id, const char *format, ...) {
  fprintf(stderr, "knyfe-c: %s: [%s] ", severity_name[table[id].severity], kn_diag_name(id));
  va_list ap;
  va_start(ap, format);
  vfprintf(stderr, format, ap);
  va_end(ap);
  fputc('\n', stderr);
}

static void drop(void *data, enum kn_message_kind kind, enum kn_diag_id id, struct kn_range range,
                 const char *text) {
  (void)data, (void)kind, (void)id, (void)range, (void)text;
}

void kn_quiet_begin(struct kn_quiet *quiet, struct kn_file *file) {
  *quiet = (struct kn_quiet){.dropped = {.sink = drop}, .before = file->diags};
  file->diags = &quiet->dropped;
}

void kn_quiet_end(const struct kn_quiet *quiet, struct kn_file *file) {
  file->diags = quiet->before;
}
