// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions with every kind of frame, each called by outer() from main().
#include <stdarg.h>
#include <string.h>

volatile int sink;

__attribute__((noinline)) int leaf(int n) { return n * 3 + sink; }

// Callee-saved registers over calls.
__attribute__((noinline)) int saved(int a, int b, int c) {
  int x = leaf(a), y = leaf(b), z = leaf(c);
  return x * y + leaf(z);
}

// A frame pointer, as the frame has no fixed size.
__attribute__((noinline)) int variable(int n) {
  char text[n];
  memset(text, n, sizeof text);
  return leaf(text[n - 1]);
}

// More than an immediate offset reaches.
__attribute__((noinline)) int large(int n) {
  volatile int table[5000];
  table[n] = n;
  table[4999 - n] = leaf(n);
  return table[n] + table[4999 - n];
}

__attribute__((noinline)) int aligned(int n) {
  _Alignas(128) volatile char block[128];
  block[n] = (char)leaf(n);
  return block[n];
}

__attribute__((noinline)) int variadic(int n, ...) {
  va_list args;
  va_start(args, n);
  int sum = 0;
  while (n--)
    sum += leaf(va_arg(args, int));
  va_end(args);
  return sum;
}

// Its frame is only needed on one path.
__attribute__((noinline)) int wrapped(int n) {
  if (n > 1000)
    return n;
  return saved(n, n + 1, n + 2) + 1;
}

__attribute__((noinline)) int recursive(int n) { return n ? recursive(n - 1) + leaf(n) : 1; }

__attribute__((noinline)) int outer(int n) {
  int sum = saved(n, 2, 3) + variable(n) + large(n);
  sum += aligned(n) + variadic(3, n, 5, 6) + wrapped(n) + recursive(2);
  return sum + leaf(sum);
}

int main(void) { return outer(9) & 1; }
