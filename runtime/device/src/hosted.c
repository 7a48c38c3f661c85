// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens before and after main of an ordinary program, and instead of it
// when the program traps.
#include <semihost.h>
#include <stdint.h>
#include <stdlib.h>

enum { CMDLINE_SIZE = 4096, MAX_ARGS = 256 };

int main(int argc, char **argv);
void __libc_init_array(void);
void __mtia_trap(void);
extern uint64_t __mtia_trap_frame[32];
_Noreturn void __mtia_start_program(void);
_Noreturn void __mtia_report_trap(uint64_t cause, uint64_t pc, uint64_t value);

#ifndef __riscv_atomic
// There is one core and no interrupt: see atomic.c.
extern const char atomic_operations_in_a_kernel_need_march_with_extension_a;
const char atomic_operations_in_a_kernel_need_march_with_extension_a = 0;
#endif

// Semihosting hands over one string; words are separated by blanks.
static int split(char *line, char **argv, int max) {
  int argc = 0;
  char *p = line;
  while (*p && argc < max - 1) {
    while (*p == ' ' || *p == '\t')
      *p++ = 0;
    if (!*p)
      break;
    argv[argc++] = p;
    while (*p && *p != ' ' && *p != '\t')
      p++;
  }
  argv[argc] = 0;
  return argc;
}

void __mtia_start_program(void) {
  static char line[CMDLINE_SIZE];
  static char *argv[MAX_ARGS];
  // The emulator reports traps by itself, with source lines, as long as nobody
  // installs a handler. It has no machine-architecture ID; QEMU has.
  uint64_t arch;
  __asm__("csrr %0, marchid" : "=r"(arch));
  if (arch)
    __asm__ volatile("csrw mscratch, %0\n\tcsrw mtvec, %1"
                     :
                     : "r"(__mtia_trap_frame), "r"(__mtia_trap));
  __libc_init_array();
  sys_semihost_get_cmdline(line, sizeof line);
  int argc = split(line, argv, MAX_ARGS);
  exit(main(argc, argv));
}

// ---- Traps ----

// stdio may be what broke.
static void put_hex(uint64_t value) {
  char text[19] = "0x";
  for (int i = 0; i < 16; i++)
    text[2 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
  text[18] = 0;
  sys_semihost_write0(text);
}

static const char *cause_name(uint64_t cause) {
  switch (cause) { // RISC-V privileged architecture 1.12, table 3.6
  case 0:
    return "misaligned jump";
  case 1:
    return "jump to an address that is no memory";
  case 2:
    return "illegal instruction";
  case 3:
    return "breakpoint";
  case 4:
    return "misaligned load";
  case 5:
    return "load from an address that is no memory";
  case 6:
    return "misaligned store";
  case 7:
    return "store to an address that is no memory";
  case 24: // docs/isa/xmtia.md, 1.6
    return "illegal command";
  default:
    return "trap";
  }
}

void __mtia_report_trap(uint64_t cause, uint64_t pc, uint64_t value) {
  sys_semihost_write0("\nfatal: ");
  sys_semihost_write0(cause_name(cause));
  sys_semihost_write0(" (mcause ");
  put_hex(cause);
  sys_semihost_write0(", mepc ");
  put_hex(pc);
  sys_semihost_write0(", mtval ");
  put_hex(value);
  sys_semihost_write0(")\n");
  _Exit(127);
}
