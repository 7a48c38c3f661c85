// printf and scanf of every kind, the same on QEMU and on the emulator.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang -O2 %s -o %t.elf
// RUN: %qemu-virt %t.elf > %t.qemu 2>&1 && FileCheck %s < %t.qemu
// RUN: %mtia-run %t.elf > %t.run && cmp %t.qemu %t.run
#include <inttypes.h>
#include <stdio.h>
#include <wchar.h>

int main(void) {
  // CHECK: 42 -42 +42 00042 |   42|42   |
  printf("%d %d %+d %05d |%5d|%-5d|\n", 42, -42, 42, 42, 42, 42);
  // CHECK: 255 ff FF 0xff 0377 377
  printf("%u %x %X %#x %#o %o\n", 255, 255, 255, 255, 255, 255);
  // CHECK: -128 65535 -9223372036854775808 18446744073709551615
  printf("%hhd %hu %ld %" PRIu64 "\n", (signed char)128, (unsigned short)65535, (long)INT64_MIN,
         UINT64_MAX);
  // CHECK: 1.500000 1.5 1.500000e+00 1.50 2 -0.000001
  printf("%f %g %e %.2f %.0f %f\n", 1.5, 1.5, 1.5, 1.5, 1.5, -0.000001);
  // CHECK: 1e+20 1e-05 inf -inf nan
  printf("%g %g %f %f %f\n", 1e20, 1e-5, __builtin_inf(), -__builtin_inf(), __builtin_nan(""));
  // CHECK: c string str  |   right|left    |% 3.14
  printf("%c %s %.3s %s|%8s|%-8s|%% %.*f\n", 'c', "string", "string", "", "right", "left", 2,
         3.14159);
  // CHECK: 0x1234
  printf("%p\n", (void *)0x1234);
  char text[8];
  // CHECK: 10 truncat
  printf("%d %s\n", snprintf(text, sizeof text, "%s", "truncation"), text);
  int a;
  unsigned b;
  char word[8];
  double d;
  // CHECK: 4 -17 255 word 2.5
  int n = sscanf("-17 0xff word 2.5", "%d %x %7s %lf", &a, &b, word, &d);
  printf("%d %d %u %s %g\n", n, a, b, word, d);
  // CHECK: puts
  puts("puts");
  // CHECK: xyz
  putchar('x');
  fputs("y", stdout);
  fwrite("z\n", 1, 2, stdout);
  return 0;
}
