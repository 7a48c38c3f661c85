// What the semihosting calls answer. With the word "stdin" instead: copies a line of standard
// input by every way to print.
#include "semihost.h"

enum { OPEN = 1, CLOSE, WRITEC, WRITE0, WRITE, READ, READC, ISTTY = 9, SEEK };
enum { FLEN = 0xc, REMOVE = 0xe, RENAME = 0xf, ERRNO = 0x13, GET_CMDLINE = 0x15 };

static uint64_t length(const char *s) {
  uint64_t n = 0;
  while (s[n])
    n++;
  return n;
}

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  uint64_t block[4] = {a, b, c, d};
  return semihost(number, block);
}

static uint64_t out; // QEMU prints what WRITE0 and WRITEC write to standard error

static void put(const char *s) { call(WRITE, out, (uint64_t)s, length(s), 0); }

static int64_t open_file(const char *name, uint64_t mode) {
  return call(OPEN, (uint64_t)name, mode, length(name), 0);
}

static void show(const char *what, int64_t value) {
  char digits[24];
  int i = 23;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  digits[i] = 0;
  do
    digits[--i] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0)
    digits[--i] = '-';
  put(what);
  put(": ");
  put(digits + i);
}

static void line(const char *what, int64_t value) {
  show(what, value);
  put("\n");
}

// QEMU 7.2 opens for "a" without O_APPEND, so it has no say in this one.
static void append(void) {
  for (int i = 0; i < 2; i++) {
    uint64_t file = (uint64_t)open_file("append.txt", 8); // a
    call(WRITE, file, (uint64_t)"xyz", 3, 0);
    line("length", call(FLEN, file, 0, 0, 0));
    call(CLOSE, file, 0, 0, 0);
  }
}

static void copy_stdin(void) {
  static char buffer[8];
  uint64_t in = (uint64_t)open_file(":tt", 0);
  call(READ, in, (uint64_t)buffer, 7, 0);
  put("stdin: ");
  print(buffer);
  char next = (char)semihost(READC, 0);
  semihost(WRITEC, &next);
  print("\n");
}

int main(void) {
  static char buffer[256], text[8];
  out = (uint64_t)open_file(":tt", 4);
  if (call(GET_CMDLINE, (uint64_t)buffer, sizeof buffer, 0, 0) == 0) {
    const char *word = buffer + length(buffer) - 5;
    if (word[0] == 's' && word[1] == 't' && word[2] == 'd') {
      copy_stdin();
      append();
      return 0;
    }
  }
  line("open for reading what is not there", open_file("none.txt", 0));
  line("errno", call(ERRNO, 0, 0, 0, 0));

  uint64_t file = (uint64_t)open_file("one.txt", 6); // w+
  line("write", call(WRITE, file, (uint64_t)"abcdefghijklmnopqrstuvwxyz", 26, 0));
  line("length", call(FLEN, file, 0, 0, 0));
  line("seek", call(SEEK, file, 10, 0, 0));
  show("read", call(READ, file, (uint64_t)text, 5, 0));
  put(" ");
  put(text);
  put("\n");
  call(SEEK, file, 24, 0, 0);
  line("read at the end", call(READ, file, (uint64_t)text, 5, 0));
  call(CLOSE, file, 0, 0, 0);

  file = (uint64_t)open_file("one.txt", 2); // r+
  call(SEEK, file, 26, 0, 0);
  line("append", call(WRITE, file, (uint64_t)"xyz", 3, 0));
  line("length", call(FLEN, file, 0, 0, 0));
  line("istty", call(ISTTY, file, 0, 0, 0));
  line("close", call(CLOSE, file, 0, 0, 0));
  line("close again", call(CLOSE, file, 0, 0, 0));
  call(CLOSE, (uint64_t)open_file("two.txt", 4), 0, 0, 0);
  line("rename", call(RENAME, (uint64_t)"one.txt", 7, (uint64_t)"three.txt", 9));
  line("remove", call(REMOVE, (uint64_t)"two.txt", 7, 0, 0));
  line("remove again", call(REMOVE, (uint64_t)"two.txt", 7, 0, 0));

  put("done\n");
  return 0;
}
