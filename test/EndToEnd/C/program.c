// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_output.py --build %build --scratch %t.dir %s
//
// A program of the size people write: a hash table of words, a heap, an
// expression parser with an arena, a matrix, bit sets, an LZ-like packer, CRC,
// a sudoku solver; files, argv, environment of a freestanding main.
#include <ctype.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- words ---
static const char text[] = "it is a truth universally acknowledged that a single core in "
                           "possession of a good loop must be in want of "
                           "a buffer however little known the feelings or views of such a core may "
                           "be on its first entering a grid this "
                           "truth is so well fixed in the minds of the surrounding units";
struct word {
  struct word *next;
  unsigned count;
  char name[];
};
static struct word *buckets[31];
static struct word *look_up(const char *name, size_t n) {
  unsigned h = 0;
  for (size_t i = 0; i < n; i++)
    h = h * 31 + (unsigned char)name[i];
  struct word **w = &buckets[h % 31];
  for (; *w; w = &(*w)->next)
    if (strlen((*w)->name) == n && !memcmp((*w)->name, name, n))
      return *w;
  *w = calloc(1, sizeof **w + n + 1);
  memcpy((*w)->name, name, n);
  return *w;
}
static int by_count(const void *a, const void *b) {
  const struct word *x = *(struct word *const *)a, *y = *(struct word *const *)b;
  return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
                              : strcmp(x->name, y->name);
}
static void words(void) {
  struct word *all[100];
  int n = 0;
  for (const char *p = text; *p;) {
    size_t k = strcspn(p, " ");
    struct word *w = look_up(p, k);
    if (!w->count++)
      all[n++] = w;
    p += k + (p[k] == ' ');
  }
  qsort(all, (size_t)n, sizeof *all, by_count);
  for (int i = 0; i < 8; i++)
    printf("%s:%u ", all[i]->name, all[i]->count);
  puts("");
}
// --- expressions ---
static jmp_buf failed;
static const char *at;
static long sum(void);
static long atom(void) {
  while (isspace((unsigned char)*at))
    at++;
  if (*at == '(') {
    at++;
    long v = sum();
    if (*at++ != ')')
      longjmp(failed, 1);
    return v;
  }
  if (*at == '-')
    return at++, -atom();
  if (!isdigit((unsigned char)*at))
    longjmp(failed, 2);
  char *end;
  long v = strtol(at, &end, 0);
  at = end;
  while (isspace((unsigned char)*at))
    at++;
  return v;
}
static long product(void) {
  long v = atom();
  while (*at == '*' || *at == '/' || *at == '%') {
    char op = *at++;
    long w = atom();
    if (op != '*' && !w)
      longjmp(failed, 3);
    v = op == '*' ? v * w : op == '/' ? v / w : v % w;
  }
  return v;
}
static long sum(void) {
  long v = product();
  while (*at == '+' || *at == '-')
    v += *at++ == '+' ? product() : -product();
  return v;
}
static void expressions(void) {
  static const char *const list[] = {"1+2*3", "(1+2)*3 - -4", "0x10 * (2 - 5) % 7", "7/(3-3)",
                                     "(1",    "2*",           "1000000*1000000/3"};
  for (volatile int i = 0; i < 7; i++) {
    int why = setjmp(failed);
    at = list[i];
    if (why)
      printf("%s fails (%d)\n", list[i], why);
    else
      printf("%s = %ld\n", list[i], sum());
  }
}
// --- sudoku ---
static char board[82] =
    "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79";
static bool fits(int cell, char d) {
  int r = cell / 9, c = cell % 9;
  for (int i = 0; i < 9; i++)
    if (board[r * 9 + i] == d || board[i * 9 + c] == d ||
        board[(r / 3 * 3 + i / 3) * 9 + c / 3 * 3 + i % 3] == d)
      return false;
  return true;
}
static unsigned tries;
static bool solve(int cell) {
  while (cell < 81 && board[cell] != '.')
    cell++;
  if (cell == 81)
    return true;
  for (char d = '1'; d <= '9'; d++)
    if (fits(cell, d)) {
      board[cell] = d, tries++;
      if (solve(cell + 1))
        return true;
      board[cell] = '.';
    }
  return false;
}
// --- packing ---
static uint32_t crc(const unsigned char *p, size_t n) {
  uint32_t c = ~0u;
  while (n--) {
    c ^= *p++;
    for (int k = 0; k < 8; k++)
      c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
  }
  return ~c;
}
static size_t squeeze(const unsigned char *in, size_t n, unsigned char *out) {
  size_t o = 0;
  for (size_t i = 0; i < n;) {
    size_t best = 0, where = 0;
    for (size_t j = i > 255 ? i - 255 : 0; j < i; j++) {
      size_t k = 0;
      while (k < 127 && i + k < n && in[j + k] == in[i + k])
        k++;
      if (k > best)
        best = k, where = i - j;
    }
    if (best > 2)
      out[o++] = (unsigned char)(128 + best), out[o++] = (unsigned char)where, i += best;
    else
      out[o++] = in[i++];
  }
  return o;
}
static size_t expand(const unsigned char *in, size_t n, unsigned char *out) {
  size_t o = 0;
  for (size_t i = 0; i < n; i++)
    if (in[i] & 128) {
      for (int k = in[i] - 128, d = in [i + 1]; k--; o++)
        out[o] = out[o - (size_t)d];
      i++;
    } else
      out[o++] = in[i];
  return o;
}
// --- numbers ---
static void primes(void) {
  static uint64_t sieve[10000 / 64 + 1];
  unsigned count = 0, last = 0;
  for (unsigned i = 2; i < 10000; i++)
    if (!(sieve[i / 64] >> i % 64 & 1)) {
      count++, last = i;
      for (unsigned j = i * i; j < 10000; j += i)
        sieve[j / 64] |= 1ull << j % 64;
    }
  printf("%u %u\n", count, last);
}
static void matrices(void) {
  static uint32_t a[24][24], b[24][24], c[24][24];
  for (unsigned i = 0; i < 24; i++)
    for (unsigned j = 0; j < 24; j++)
      a[i][j] = i * 7 + j * 3, b[i][j] = i ^ j;
  for (int pass = 0; pass < 5; pass++) {
    for (int i = 0; i < 24; i++)
      for (int j = 0; j < 24; j++) {
        c[i][j] = 0;
        for (int k = 0; k < 24; k++)
          c[i][j] += a[i][k] * b[k][j];
      }
    memcpy(a, c, sizeof a);
  }
  printf("%08x\n", crc((const unsigned char *)a, sizeof a));
}

int main(int argc, char **argv) {
  words();
  expressions();
  bool solved = solve(0);
  printf("%d %u %s\n", solved, tries, board);
  static unsigned char packed[600], again[600];
  size_t n = squeeze((const unsigned char *)text, sizeof text, packed),
         m = expand(packed, n, again);
  printf("%d %d %08x %08x\n", (int)n, (int)m, crc(packed, n), crc(again, m));
  primes();
  matrices();
  char line[64] = "";
  for (int i = 0; i < 5; i++)
    snprintf(line + strlen(line), sizeof line - strlen(line), "%s%x", i ? "," : "", i * i * 1000);
  printf("%s %d\n", line, argc >= 1 && argv != NULL);
  int x, y;
  char name[20];
  printf("%d", sscanf("12 -7 rest", "%d %d %19s", &x, &y, name));
  printf(" %d %d %s\n", x, y, name);
  return argc > 100;
}
