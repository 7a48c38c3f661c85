// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program without a library, for every ABI: bare.c starts it, prints and ends it by
// semihosting, under QEMU and under mtia-run.
void print(const char *text);
void print_number(long value);
void print_hex(const void *bytes, unsigned long size); // as one number, little endian
int bare_main(void);                                   // exit status 0 or 1
