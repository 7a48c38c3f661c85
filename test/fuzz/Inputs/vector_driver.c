/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Calls pairs of functions, one of each compiler, with the same random inputs, and says where
   their results differ. Freestanding, in machine mode, with semihosting for its output.
   The table, the seed and the number of inputs come from table.s; see vectors.py. */
#include <stddef.h>
#include <stdint.h>

enum { REGION = 2048, REGIONS = 8, MEM = 4096, OUT = 65536, PAD = 64 };

typedef void function(void *out, const void *in, void *mem);

struct pair {
  function *expected, *actual;
  uint64_t number, out_size;
};

extern const struct pair table[];
extern const uint64_t table_size, table_seed, table_inputs;

/* In start.S. Returns 0, or the cause of the trap plus 1, or -1 when a register that a callee
   keeps was changed. The other registers hold rubbish on entry. */
int64_t guarded_call(void *out, const void *in, void *mem, function *f, const void *rubbish);
extern uint64_t trap_pc, trap_value;

static uint8_t in[REGION * REGIONS] __attribute__((aligned(64)));
static uint8_t out[2][OUT + PAD] __attribute__((aligned(64)));
static uint8_t mem[3][MEM + PAD] __attribute__((aligned(64)));
static uint64_t rubbish[256];

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 0x2545f4914f6cdd1d;
}

void *memcpy(void *to, const void *from, size_t n) {
  char *t = to;
  const char *f = from;
  for (; n >= 8; n -= 8, t += 8, f += 8)
    *(uint64_t *)t = *(const uint64_t *)f;
  while (n--)
    *t++ = *f++;
  return to;
}

void *memset(void *to, int c, size_t n) {
  for (char *t = to; n--;)
    *t++ = (char)c;
  return to;
}

void *memmove(void *to, const void *from, size_t n) {
  char *t = to;
  const char *f = from;
  if (t < f)
    return memcpy(to, from, n);
  while (n--)
    t[n] = f[n];
  return to;
}

/* What is left of a vector of one element may become calls of these. To the nearest, ties to even:
   adding 2^52 and taking it away again drops the fraction. */
double nearbyint(double x) {
  double magnitude = __builtin_fabs(x);
  if (!(magnitude < 0x1p52))
    return x == x ? x : x + x;
  volatile double big = magnitude + 0x1p52;
  return __builtin_copysign(big - 0x1p52, x);
}

float nearbyintf(float x) {
  float magnitude = __builtin_fabsf(x);
  if (!(magnitude < 0x1p23f))
    return x == x ? x : x + x;
  volatile float big = magnitude + 0x1p23f;
  return __builtin_copysignf(big - 0x1p23f, x);
}

/* The same; picolibc has none. */
double roundeven(double x) { return nearbyint(x); }
float roundevenf(float x) { return nearbyintf(x); }

static long host(long op, const void *argument) {
  register long a0 __asm__("a0") = op;
  register const void *a1 __asm__("a1") = argument;
  __asm__ volatile(".option push\n.option norvc\n.balign 16\nslli x0, x0, 0x1f\nebreak\nsrai x0, "
                   "x0, 7\n.option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
  return a0;
}

static char line[256];
static size_t used;

static void text(const char *s) {
  while (*s)
    line[used++] = *s++;
}

static void number(uint64_t v, unsigned base) {
  char digits[24];
  int n = 0;
  do
    digits[n++] = "0123456789abcdef"[v % base];
  while (v /= base);
  while (n--)
    line[used++] = digits[n];
}

static void end_line(void) {
  line[used++] = '\n';
  line[used] = 0;
  host(4, line);
  used = 0;
}

/* Values of every kind for each element type, in the order of REGIONS in vector_ir.py. */
static void random_integers(uint8_t *to, unsigned bytes) {
  for (unsigned i = 0; i < REGION; i += bytes) {
    uint64_t v = next();
    switch (next() >> 61) {
    case 0:
      v = (uint64_t)((int64_t)(v & 15) - 8);
      break;
    case 1:
      v = (uint64_t)1 << (v & 63) >> (v >> 6 & 1);
      break;
    case 2:
      v = (uint64_t)0x8000000000000000 >> (64 - bytes * 8);
      v -= next() >> 62;
      break;
    case 3:
      v &= 0xff;
      break;
    }
    for (unsigned b = 0; b < bytes; b++)
      to[i + b] = (uint8_t)(v >> 8 * b);
  }
}

/* No signalling NaNs: these appear when integers are taken as numbers. */
static void random_floats(uint8_t *to, unsigned bytes, unsigned mantissa) {
  unsigned bits = bytes * 8, exponent_bits = bits - 1 - mantissa;
  uint64_t bias = ((uint64_t)1 << (exponent_bits - 1)) - 1, top = 2 * bias + 1;
  for (unsigned i = 0; i < REGION; i += bytes) {
    uint64_t v = next(), fraction = v & (((uint64_t)1 << mantissa) - 1),
             exponent = (v >> 52) % (top + 1);
    switch (next() >> 60) {
    case 0:
      exponent = 0;
      break;
    case 1:
      exponent = 0, fraction = 0;
      break;
    case 2:
      exponent = top, fraction = 0;
      break;
    case 3:
      exponent = top;
      break;
    case 4:
    case 5: /* a small integer, or one with a half */
      exponent = bias + (v >> 52) % 4;
      fraction &= (uint64_t)15 << (mantissa - 4);
      break;
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
      exponent = bias - 6 + (v >> 52) % 12;
      break;
    }
    if (exponent == top && fraction)
      fraction |= (uint64_t)1 << (mantissa - 1);
    v = next() >> 63 << (bits - 1) | exponent << mantissa | fraction;
    for (unsigned b = 0; b < bytes; b++)
      to[i + b] = (uint8_t)(v >> 8 * b);
  }
}

static void random_inputs(void) {
  uint8_t *at = in;
  for (unsigned bytes = 1; bytes <= 8; bytes *= 2, at += REGION)
    random_integers(at, bytes);
  random_floats(at, 2, 10);
  random_floats(at += REGION, 2, 7);
  random_floats(at += REGION, 4, 23);
  random_floats(at += REGION, 8, 52);
  for (unsigned i = 0; i < MEM; i++)
    mem[2][i] = (uint8_t)next();
  for (unsigned i = 0; i < sizeof rubbish / sizeof *rubbish; i++)
    rubbish[i] = next();
}

static void trapped(const struct pair *p, const char *who, int64_t cause) {
  text("FAIL f");
  number(p->number, 10);
  text(" ");
  text(who);
  if (cause == -1) {
    text(" changed a register that the caller owns");
  } else {
    text(" trap cause ");
    number((uint64_t)cause - 1, 10);
    text(" pc 0x");
    number(trap_pc, 16);
    text(" value 0x");
    number(trap_value, 16);
  }
  end_line();
}

static int differ(const struct pair *p, const char *what, const uint8_t *a, const uint8_t *b,
                  uint64_t size) {
  for (uint64_t i = 0; i < size; i++) {
    if (a[i] == b[i])
      continue;
    text("FAIL f");
    number(p->number, 10);
    text(" ");
    text(what);
    text(" offset ");
    number(i, 10);
    text(" expected 0x");
    number(a[i], 16);
    text(" actual 0x");
    number(b[i], 16);
    end_line();
    return 1;
  }
  return 0;
}

static int check(const struct pair *p) {
  for (int which = 0; which < 2; which++) {
    memset(out[which], 0xa5, p->out_size + PAD);
    memcpy(mem[which], mem[2], MEM + PAD);
    int64_t cause =
        guarded_call(out[which], in, mem[which], which ? p->actual : p->expected, rubbish);
    if (cause) {
      trapped(p, which ? "actual" : "expected", cause);
      return 1;
    }
  }
  return differ(p, "out", out[0], out[1], p->out_size + PAD) ||
         differ(p, "mem", mem[0], mem[1], MEM + PAD);
}

void driver_main(void) {
  uint64_t failures = 0;
  for (uint64_t i = 0; i < table_inputs; i++) {
    state = table_seed * 0x9e3779b97f4a7c15 + i + 1;
    random_inputs();
    for (uint64_t k = 0; k < table_size; k++)
      failures += (uint64_t)check(&table[k]);
  }
  text("DONE ");
  number(table_size, 10);
  text(" functions, ");
  number(failures, 10);
  text(" failures");
  end_line();
  uint64_t exit_block[2] = {0x20026, 0};
  host(0x18, exit_block);
  for (;;)
    ;
}
