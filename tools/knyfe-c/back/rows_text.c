// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of a kernel: lines, names, and sections that come with what they need only.
#include "lines.h"
#include "mtia/kernel_abi.h"
#include "rows_kernel.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define T(...) kn_text(r->file, __VA_ARGS__)

_Static_assert(KN_MAX_RANK <= MTIA_MAX_RANK, "every tensor can be an argument");

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

void rows_put(struct rows *r, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, args);
  char *text = kn_alloc(r->file, (size_t)size + 1);
  vsnprintf(text, (size_t)size + 1, format, again);
  va_end(args);
  va_end(again);
  kn_put_line(r->out, r->indent, text);
}

void rows_comment(struct rows *r, const char *text) { kn_put_comment(r->out, r->indent, text); }

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

// What the text itself uses, and a macro that is no keyword.
static const char *const reserved[] = {
    "args",  "main",    "tile",    "tiles",   "pe",       "pes",     "done",
    "local", "compute", "unit",    "numbers", "offsetof", "BY_CORE", "asm",
    "again", "sums",    "results", "all",     "next",
};

// Begins like names of headers: no number at its end helps.
static bool is_like_ours(const char *name) {
  return !strncmp(name, "mtia", 4) || !strncmp(name, "MTIA", 4) || !strncmp(name, "CB_", 3) ||
         !strncmp(name, "TILE", 4) || !strncmp(name, "INT", 3) || !strncmp(name, "UINT", 4) ||
         !strcmp(name, "KN") || !strncmp(name, "KN_", 3) || !strcmp(name, "KP") ||
         !strncmp(name, "KP_", 3) || !strncmp(name, "kp_", 3) || name[0] == '_';
}

static struct kn_name *name_of(struct rows *r, const char *name) {
  return kn_name_of(&r->names, r->file, name, strlen(name));
}

static bool is_free(struct rows *r, const char *name) {
  if (kn_is_c_word(name))
    return false;
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (!strcmp(reserved[i], name))
      return false;
  if (is_like_ours(name))
    return false;
  size_t n = strlen(name);
  if (n > 2 && !strcmp(name + n - 2, "_t")) // size_t
    return false;
  if (n > 4 && (!strcmp(name + n - 4, "_MAX") || !strcmp(name + n - 4, "_MIN")))
    return false;
  return !name_of(r, name)->taken;
}

static struct kn_name *take_name(struct rows *r, const char *text) {
  r->taken = kn_room(r->file, r->taken, r->num_taken, &r->max_taken, sizeof *r->taken);
  struct kn_name *name = r->taken[r->num_taken++] = name_of(r, text);
  name->taken = true;
  return name;
}

static void give_back(struct kn_name *name) {
  name->taken = false;
  if (name->wish && name->number < name->wish->least)
    name->wish->least = name->number;
}

// Room for what is put in front and behind: scratch arguments have names of MTIA_NAME_SIZE, too.
static const char *allowed(struct rows *r, const char *wish) {
  return T("%s%.40s", is_like_ours(wish) ? "a" : "", wish);
}

static bool all_free(struct rows *r, const char *name, bool tiled) {
  return is_free(r, name) && (!tiled || (is_free(r, T("%s0", name)) && is_free(r, T("%s1", name))));
}

// The wish, or the wish and the least number with which it is free; `tiled`: with 0 and 1 behind
// it, too.
static const char *choose_name(struct rows *r, const char *text, bool tiled) {
  struct kn_name *wish = name_of(r, allowed(r, text));
  const char *name = wish->text;
  unsigned i = wish->least > 2 ? wish->least : 2;
  for (; !all_free(r, name, tiled); i++)
    name = T("%s_%u", wish->text, i);
  if (tiled) {
    take_name(r, T("%s0", name));
    take_name(r, T("%s1", name));
  }
  struct kn_name *taken = take_name(r, name);
  if (taken != wish) {
    taken->wish = wish;
    taken->number = i - 1;
    wish->least = i;
  }
  return taken->text;
}

const char *rows_name(struct rows *r, const char *wish) { return choose_name(r, wish, false); }

const char *rows_tiled_name(struct rows *r, const char *wish) { return choose_name(r, wish, true); }

void rows_release(struct rows *r, const char *name) {
  for (unsigned i = r->num_taken; i-- > 0;)
    if (r->taken[i]->text == name) {
      give_back(r->taken[i]);
      r->taken[i] = r->taken[--r->num_taken];
      return;
    }
}

void rows_release_since(struct rows *r, unsigned num) {
  while (r->num_taken > num)
    give_back(r->taken[--r->num_taken]);
}

// Does a line of code, of which a comment and a #line are none, use the identifier?
static bool line_uses(const char *line, size_t size, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i + n <= size; i++) {
    if (line[i] == '#' || (line[i] == '/' && i + 1 < size && line[i + 1] == '/'))
      return false;
    if (strncmp(line + i, name, n))
      continue;
    bool before = i > 0 && (isalnum((unsigned char)line[i - 1]) || line[i - 1] == '_' ||
                            line[i - 1] == '.' || (line[i - 1] == '>' && line[i - 2] == '-'));
    bool after = i + n < size && (isalnum((unsigned char)line[i + n]) || line[i + n] == '_');
    if (!before && !after)
      return true;
  }
  return false;
}

bool rows_uses(const char *text, const char *name) {
  for (size_t n; *text; text += n + (text[n] != 0)) {
    n = strcspn(text, "\n");
    if (line_uses(text, n, name))
      return true;
  }
  return false;
}

// Code that follows stands for a line of the description, or (`at` is NULL) for itself again: the
// number comes in when the text is whole.
void rows_line(struct rows *r, const struct kn_range *at) {
  if (!at) {
    fputs("#line @\n", r->out);
    return;
  }
  unsigned line, column;
  kn_position(r->file, at->begin, &line, &column);
  const char *path = kn_source_at(r->file, at->begin)->path;
  fprintf(r->out, "#line %u \"", line);
  for (; *path; path++)
    fprintf(r->out, *path == '"' || *path == '\\' ? "\\%c" : "%c", *path);
  fputs("\"\n", r->out);
}

void rows_put_text(struct rows *r, const char *text) {
  unsigned line = 1;
  for (size_t n; *text; text += n, line++) {
    n = strcspn(text, "\n");
    n += text[n] != 0;
    if (!strncmp(text, "#line @", 7))
      fprintf(r->out, "#line %u \"%s.c\"\n", line + 1, r->kernel->name);
    else
      fwrite(text, 1, n, r->out);
  }
}

void rows_begin_section(struct rows *r, struct section *b) {
  b->outer = r->out;
  b->text = NULL;
  if (!(r->out = open_memstream(&b->text, &b->size)))
    abort();
}

const char *rows_end_section(struct rows *r, struct section *b) {
  fclose(r->out);
  r->out = b->outer;
  const char *text = kn_strndup(r->file, b->text, b->size);
  free(b->text);
  return text;
}

void rows_put_needed(struct rows *r, const char *head, const char *body) {
  // From the last declaration to the first: one may need another.
  enum { MOST = 512 };
  const char *lines[MOST];
  size_t sizes[MOST];
  unsigned n = 0;
  for (const char *at = head; *at && n < MOST; n++) {
    lines[n] = at;
    sizes[n] = (size_t)(strstr(at, ";\n") - at) + 2; // may be broken over several
    at += sizes[n];
  }
  const char *text = body;
  while (n-- > 0) {
    const char *line = kn_strndup(r->file, lines[n], sizes[n]);
    const char *equals = strstr(line, " = ");
    if (equals) {
      size_t end = (size_t)(equals - line), begin = end;
      while (begin > 0 && line[begin - 1] != ' ' && line[begin - 1] != '*')
        begin--;
      if (!rows_uses(text, kn_strndup(r->file, line + begin, end - begin)))
        continue;
    }
    text = T("%s%s", line, text);
  }
  fputs(text, r->out);
}
