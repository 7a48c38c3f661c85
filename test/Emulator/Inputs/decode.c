// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints what the generated decoder makes of the words on standard input, one a line.
#include <mtia/mtia_decode.inc>

int main(void) {
  unsigned word;
  while (scanf("%x", &word) == 1) {
    struct mtia_insn insn;
    char text[100];
    if (mtia_decode(word, &insn))
      printf("%08x %s\n", word, mtia_print_insn(text, sizeof text, &insn, 0));
    else
      printf("%08x invalid\n", word);
  }
}
