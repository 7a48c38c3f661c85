// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accesses of every width around watched bytes.
#include <stdint.h>
#include <string.h>

struct {
  uint8_t byte;
  uint16_t half;
  uint32_t word;
  uint64_t dword;
  double real;
} volatile v;
volatile uint8_t bytes[16];

int main(void) {
  v.byte = 1;                                // byte
  v.half = 2;                                // half
  v.word = 3;                                // word
  v.dword = 4;                               // dword
  v.real = 5;                                // real
  bytes[7] = 1;                              // beside
  bytes[8] = 2;                              // first
  bytes[11] = 3;                             // last
  bytes[12] = 4;                             // behind
  int sum = bytes[8] + 1;                    // read
  bytes[9] = bytes[9];                       // same
  *(volatile uint64_t *)(bytes + 4) = ~0ull; // wide
  memset((void *)bytes, 7, 16);
  return sum;
}
