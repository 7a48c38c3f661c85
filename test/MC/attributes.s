# .attribute and .option: what is accepted, what it changes, what the object says.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia %s | %FileCheck %s --check-prefix=ASM
# RUN: %llvm-mc-mtia --filetype=obj %s -o %t.o
# RUN: %readelf -h -A %t.o | %FileCheck %s --check-prefix=OBJ
# The attributes switch the disassembler's extensions on, without a warning.
# RUN: %objdump-mtia -d --no-show-raw-insn %t.o 2>&1 | %FileCheck %s --check-prefix=DIS --implicit-check-not=warning
# Names of extensions that the cores don't have are no reason to warn.
# RUN: echo '.attribute arch, "rv64gcv_zba_zbb_zbs_zfh_zvfh"' | %llvm-mc-mtia --filetype=obj -o %t.gc.o
# RUN: %objdump-mtia -d %t.gc.o 2>&1 | %FileCheck %s --check-prefix=QUIET --allow-empty
# The linker merges objects with and without the commands.
# RUN: echo '.attribute arch, "rv64i"' | %llvm-mc-mtia --filetype=obj -o %t.i.o
# RUN: %lld -r %t.i.o %t.o -o %t.both.o
# RUN: %readelf -A %t.both.o | %FileCheck %s --check-prefix=BOTH

# OBJ: Class: ELF64
# OBJ: Machine: RISC-V
# OBJ: Flags: 0x4, double-float ABI
# OBJ: Value: 16
# OBJ-NEXT: TagName: stack_align
# OBJ: TagName: arch
# OBJ-NEXT: Value: rv64i2p1_m2p0_zicbom1p0_zmmul1p0_xmtia1p0
# BOTH: Value: rv64i2p1_m2p0_zicbom1p0_zmmul1p0_xmtia1p0
# QUIET-NOT: warning

# ASM: .attribute 4, 16
.attribute stack_align, 16
# ASM: .attribute 5, "rv64i2p1_m2p0_zicbom1p0_zmmul1p0_xmtia1p0"
.attribute arch, "rv64im_zicbom_xmtia1p0"
# ASM: .attribute 6, 1
.attribute 6, 1

# DIS: mul a0, a0, a0
# DIS-NEXT: cbo.flush (a0)
# DIS-NEXT: mtia.sync
mul a0, a0, a0
cbo.flush (a0)
mtia.sync

# ASM: .option push
.option push
# ASM: .option arch, rv64i
.option arch, rv64i
# ASM: .option arch, +m, -zicbom
.option arch, +m, -zicbom
mul a0, a0, a0
# ASM: .option pic
.option pic
# ASM: auipc a0, %got_pcrel_hi(symbol)
# ASM: ld a0,
la a0, symbol
# ASM: .option pop
.option pop
# ASM: auipc a0, %pcrel_hi(symbol)
# ASM: addi a0, a0,
la a0, symbol
cbo.flush (a0)
# ASM: .option norvc
.option norvc
# ASM: .option relax
.option relax
