// Each function ends the run in its own way; the command line names it.
#include "semihost.h"

static char line[4096] __attribute__((aligned(8)));

static void illegal(void) { __asm__ volatile(".word -1"); }
static void zeros(void) { __asm__ volatile(".word 0"); }
static int null(void) { return ((volatile int *)0)[2]; }
static void store(void) { *(volatile int *)0x1080000000 = 1; }
static void jump(void) { ((void (*)(void))0x40)(); }
static void misaligned(void) {
  __asm__ volatile(".option arch, +a\n amoadd.w zero, zero, (%0)" : : "r"(line + 2));
}
static void ecall(void) { __asm__ volatile("ecall"); }
static void ebreak(void) { __asm__ volatile("ebreak"); }
static void wfi(void) { __asm__ volatile("wfi"); }
static void loop(void) {
  for (volatile int i = 0;; i++)
    ;
}

static int asked(const char *name) {
  const char *word = line;
  for (const char *p = line; *p; p++)
    if (*p == ' ')
      word = p + 1;
  while (*name && *name == *word)
    name++, word++;
  return !*name && !*word;
}

int main(void) {
  uint64_t block[2] = {(uint64_t)line, sizeof line};
  semihost(0x15, block);
#define TRY(name)                                                                                  \
  if (asked(#name)) {                                                                              \
    print("running " #name "\n");                                                                  \
    name();                                                                                        \
  }
  TRY(illegal)
  TRY(zeros)
  TRY(null)
  TRY(store)
  TRY(jump)
  TRY(misaligned)
  TRY(ecall)
  TRY(ebreak)
  TRY(wfi)
  TRY(loop)
  return 0;
}
