// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of C text, and words that cannot be names in it.
#include "lines.h"

#include <stdint.h>
#include <string.h>

#define WIDTH 100

void kn_put_indent(FILE *out, unsigned indent) {
  for (unsigned i = 0; i < indent; i++)
    fputs("  ", out);
}

// Where a line that is too long may be broken: the last gap after a comma or before an
// operator, as far outside of parentheses as possible.
static size_t break_at(const char *text, size_t room) {
  size_t best = 0;
  int depth = 0, best_depth = INT32_MAX;
  for (size_t i = 1; text[i] && i < room; i++) {
    depth += (text[i] == '(') - (text[i] == ')');
    bool gap = text[i] == ' ' && (strchr(",;=", text[i - 1]) ||
                                  (strchr("+-*&|?:", text[i + 1]) && text[i + 2] == ' ') ||
                                  !strncmp(text + i, " && ", 4));
    if (gap && depth <= best_depth && i > room / 3) {
      best = i;
      best_depth = depth;
    }
  }
  return best;
}

void kn_put_line(FILE *out, unsigned indent, const char *text) {
  if (*text)
    kn_put_indent(out, indent);
  size_t room = WIDTH - 2 * indent;
  while (strlen(text) > room) {
    size_t at = break_at(text, room);
    if (!at)
      break;
    fprintf(out, "%.*s\n", (int)at, text);
    text += at + 1;
    kn_put_indent(out, indent + 2);
    room = WIDTH - 2 * indent - 4;
  }
  fprintf(out, "%s\n", text);
}

void kn_put_comment(FILE *out, unsigned indent, const char *text) {
  size_t room = WIDTH - 2 * indent - 3;
  while (*text) {
    size_t n = strcspn(text, "\n");
    if (n > room)
      for (n = room; n > 1 && text[n] != ' ';)
        n--;
    kn_put_indent(out, indent);
    fprintf(out, "// %.*s\n", (int)n, text);
    text += n + (text[n] != 0);
  }
}

static const char *const c_keywords[] = {
    "alignas",       "alignof", "asm",          "auto",   "bool",     "break",   "constexpr",
    "typeof_unqual", "case",    "char",         "const",  "continue", "default", "do",
    "double",        "else",    "enum",         "extern", "false",    "float",   "for",
    "goto",          "if",      "inline",       "int",    "long",     "nullptr", "register",
    "restrict",      "return",  "short",        "signed", "sizeof",   "static",  "static_assert",
    "struct",        "switch",  "thread_local", "true",   "typedef",  "typeof",  "union",
    "unsigned",      "void",    "volatile",     "while",  "NULL",
};

bool kn_is_c_word(const char *name) {
  for (size_t i = 0; i < sizeof c_keywords / sizeof *c_keywords; i++)
    if (!strcmp(c_keywords[i], name))
      return true;
  return false;
}
