// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What attributes do to a running program: naked and interrupt functions, weak and other
// names, sections, constructors in order, packing, alignment, modes, thread-local models.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/builtins/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <stdint.h>
#include <stdio.h>

__attribute__((naked)) long sum(long a, long b) { __asm__("add a0, a0, a1\n\tret"); }

// The handler keeps every register, those of floating point too.
static volatile long traps;
static double weight;
void other(void);
__attribute__((interrupt("machine"), aligned(4))) void handler(void) {
  unsigned long pc;
  __asm__ volatile("csrr %0, mepc" : "=r"(pc));
  pc += (*(unsigned short *)pc & 3) == 3 ? 4 : 2;
  __asm__ volatile("csrw mepc, %0" : : "r"(pc));
  weight += 1.5, other();
}
__attribute__((interrupt("supervisor"))) void never(void) { traps += 100; }
__attribute__((noinline)) void other(void) {
  register long a asm("a7") = ++traps;
  __asm__ volatile("li t0, 0\n\tli a0, 0\n\tfcvt.d.l fa0, zero" : "+r"(a) : : "t0", "a0", "fa0");
}
static void trap(void) {
  double fa = 2.5;
  long t = 77;
  __asm__ volatile("mv t0, %1\n\tfmv.d fa0, %0\n\tecall\n\tc.ebreak\n\tmv %1, t0\n\tfmv.d %0, fa0"
                   : "+f"(fa), "+r"(t)
                   :
                   : "t0", "fa0", "memory");
  printf("%ld traps, %.1f, kept %.1f %ld\n", traps, weight, fa, t);
}

__attribute__((weak)) int weak(void) { return 1; }
extern int missing(void) __attribute__((weak));
extern int missing_data __attribute__((weak));
int target(void) { return 42; }
int other_name(void) __attribute__((alias("target")));
static int reference(void) __attribute__((weakref("missing")));
int data = 7;
extern int data_too __attribute__((alias("data")));
__attribute__((section(".my.data"))) int in_section = 5;
__attribute__((section(".my.text"))) int code_in_section(void) { return in_section; }

static char order[20];
static int filled;
__attribute__((constructor(300))) static void third(void) { order[filled++] = '3'; }
__attribute__((constructor(101))) static void first(void) { order[filled++] = '1'; }
__attribute__((constructor)) static void last(void) { order[filled++] = 'z'; }
__attribute__((constructor(200))) static void second(void) { order[filled++] = '2'; }
__attribute__((destructor)) static void end(void) { printf("end\n"); }
__attribute__((destructor(300))) static void later(void) { printf("later end\n"); }

struct __attribute__((packed)) packed {
  char a;
  int b;
  short c;
};
struct __attribute__((packed, aligned(2))) halves {
  char a;
  long b;
};
typedef int tetra __attribute__((mode(TI)));
typedef float wide __attribute__((mode(DF)));
typedef int quarter __attribute__((mode(QI)));
enum __attribute__((packed)) small { ZERO, MOST = 200 };
union either {
  int *i;
  float *f;
} __attribute__((transparent_union));
int either(union either e) { return *e.i; }
__attribute__((aligned(256))) static char data256;
__attribute__((aligned(64))) int code64(void) { return 1; }

__attribute__((tls_model("local-exec"))) __thread int local = 9;
__thread long general = 3;
static __thread char array[100];

__attribute__((used)) static int used = 3;
__attribute__((retain, used)) static int retained = 4;
__attribute__((visibility("hidden"))) int hidden = 8;
__attribute__((cold, noinline)) int cold(int a) { return a + 1; }
__attribute__((hot, noinline)) int hot(int a) { return a + 2; }
__attribute__((optnone, noinline)) int plain(int a) { return a * 2 + 1; }
__attribute__((minsize)) int least(int a) { return a * 1000; }
__attribute__((flatten)) int flat(int a) { return cold(a) + hot(a); }
__attribute__((target("arch=rv64gc"))) int base(int a) { return __builtin_popcount(a); }
__attribute__((patchable_function_entry(4, 2))) int patchable(void) { return 6; }

int main(void) {
  printf("%ld\n", sum(2, 3));
  __asm__ volatile("csrw mtvec, %0" : : "r"(handler));
  trap();
  printf("%d %d %d %d %d\n", weak(), missing != 0, &missing_data != 0, other_name(),
         reference != 0);
  printf("%d %d %d %s\n", data_too, in_section, code_in_section(), order);
  printf("%d %d %d %d %d %d\n", (int)sizeof(struct packed), (int)sizeof(struct halves),
         (int)sizeof(tetra), (int)sizeof(wide), (int)sizeof(quarter), (int)sizeof(enum small));
  printf("%d %d\n", (int)((uintptr_t)&data256 & 255), (int)((uintptr_t)code64 & 63));
  local++, general += local, array[5] = general;
  printf("%d %d %d %d\n", array[5], used, retained, hidden);
  int x = 5;
  printf("%d %d %d %d %d %d\n", plain(3), least(2), flat(4), base(255), patchable(), either(&x));
  struct packed p = {1, -5, 3};
  volatile struct packed *q = &p;
  q->b *= 3;
  printf("%d %d\n", q->b, q->c);
}
