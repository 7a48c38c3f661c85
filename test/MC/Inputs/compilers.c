// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One of everything that compilers describe to the assembler.
extern int other(int), variable[4];
extern void clean(int *);
static int counter;
_Thread_local int per_thread = 3;
const double constants[] = {0.5, 1e100};
const char *const names[] = {"first", "second"};

static int fold(int (*f)(int), int n) {
  int sum = 0;
  for (int i = 0; i < n; i++)
    sum += f(i) * variable[i & 3];
  return sum;
}

int choose(int x) {
  switch (x) {
  case 0:
    return other(1);
  case 1:
    return other(counter++);
  case 2:
    return per_thread++;
  case 3:
    return variable[2] - 7;
  case 4:
    return fold(other, 9);
  case 5:
    return fold(choose, 3);
  case 6:
    return names[x & 1][2];
  case 7:
    return (int)(constants[x & 1] * other(x));
  }
  int __attribute__((cleanup(clean))) local = x;
  return other(local) + __builtin_popcount(x) + (x > 9 ? other(8) : choose(x - 1));
}

unsigned long words(unsigned long *p, unsigned long n, float f) {
  unsigned long s = (unsigned long)f;
  while (n--)
    s = s * 33 ^ *p++;
  asm volatile("1: lr.d %0, (%1)\n\tsc.d %0, %0, (%1)\n\tbnez %0, 1b"
               : "=&r"(n)
               : "r"(p)
               : "memory");
  return s + n;
}
