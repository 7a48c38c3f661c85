// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "bare.h"

// mstatus.FS = initial; fcsr = 0 where there is one.
__asm__(".section .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "  la sp, bare_stack\n"
        "  li t0, 0x2000\n"
        "  csrs mstatus, t0\n"
#ifdef __riscv_flen
        "  csrw fcsr, zero\n"
#endif
        "  call bare_main\n"
        "  call bare_exit\n"
        ".text\n"
        ".option push\n"
        ".option norvc\n"
        ".balign 16\n"
        "bare_semihost:\n"
        "  slli zero, zero, 0x1f\n"
        "  ebreak\n"
        "  srai zero, zero, 7\n"
        "  ret\n"
        ".option pop\n");

long bare_semihost(long operation, const void *parameter);

__attribute__((noreturn, used)) void bare_exit(int status) {
  const long ADP_Stopped_ApplicationExit = 0x20026;
  long block[2] = {ADP_Stopped_ApplicationExit, status};
  for (;;)
    bare_semihost(0x18, block); // SYS_EXIT
}

void print(const char *text) { bare_semihost(0x04, text); } // SYS_WRITE0

void print_number(long value) {
  char buffer[24], *at = buffer + sizeof buffer;
  unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;
  *--at = 0;
  do
    *--at = '0' + rest % 10;
  while (rest /= 10);
  if (value < 0)
    *--at = '-';
  print(at);
}

void print_hex(const void *bytes, unsigned long size) {
  char text[2 * 64 + 1], *at = text;
  while (size--) {
    unsigned byte = ((const unsigned char *)bytes)[size];
    *at++ = "0123456789abcdef"[byte >> 4];
    *at++ = "0123456789abcdef"[byte & 15];
  }
  *at = 0;
  print(text);
}

void *memset(void *to, int value, unsigned long size) {
  volatile unsigned char *p = to;
  while (size--)
    *p++ = value;
  return to;
}

void *memcpy(void *to, const void *from, unsigned long size) {
  volatile unsigned char *p = to;
  const unsigned char *q = from;
  while (size--)
    *p++ = *q++;
  return to;
}

int memcmp(const void *left, const void *right, unsigned long size) {
  const volatile unsigned char *p = left, *q = right;
  for (; size--; p++, q++)
    if (*p != *q)
      return *p - *q;
  return 0;
}
