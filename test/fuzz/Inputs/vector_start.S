// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Start-up in machine mode, and a call that survives a trap of the callee.
  .option arch, +v, +d
  .text
  .globl _start
_start:
  li t0, 0x6600           // mstatus.FS and VS: dirty
  csrs mstatus, t0
  la t0, trap
  csrw mtvec, t0
  csrw fcsr, zero
  la sp, stack_top
  tail driver_main

  .globl guarded_call
guarded_call:
  addi sp, sp, -224
  sd ra, 0(sp)
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
  sd s\n, 8+8*\n(sp)
  fsd fs\n, 104+8*\n(sp)
  .endr
  sd gp, 200(sp)
  la t0, guard_sp
  sd sp, 0(t0)
  // Every vector register, and the configuration, hold rubbish.
  mv t1, a4
  .irp n, 0,8,16,24
  vl8re8.v v\n, (t1)
  addi t1, t1, 512
  .endr
  ld t1, 0(a4)
  andi t1, t1, 3
  csrw vxrm, t1
  ld t1, 8(a4)
  andi t1, t1, 0x1f
  vsetvli zero, t1, e16, m2, tu, mu
  // The callee keeps these.
  la t1, kept
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
  ld s\n, 8*\n(t1)
  fmv.d.x fs\n, s\n
  .endr
  .irp r, t2,t4,t5,t6,a4,a5,a6,a7,t1
  ld \r, 0(t1)
  .endr
  jalr a3
  la t1, kept
  li a0, -1
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
  ld t2, 8*\n(t1)
  bne t2, s\n, done
  fmv.x.d t3, fs\n
  bne t2, t3, done
  .endr
  la t0, guard_sp
  ld t0, 0(t0)
  bne t0, sp, done
  frflags zero
  frrm t0
  bnez t0, done
  li a0, 0
done:
  la t0, guard_sp
  ld sp, 0(t0)
  csrw fcsr, zero
  ld ra, 0(sp)
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
  ld s\n, 8+8*\n(sp)
  fld fs\n, 104+8*\n(sp)
  .endr
  ld gp, 200(sp)
  addi sp, sp, 224
  ret

  .balign 4
trap:
  csrr t0, mepc
  la t1, trap_pc
  sd t0, 0(t1)
  csrr t0, mtval
  la t1, trap_value
  sd t0, 0(t1)
  csrr a0, mcause
  addi a0, a0, 1
  li t0, 0x1800
  csrs mstatus, t0
  la t0, done
  csrw mepc, t0
  mret

  .data
  .balign 8
  .globl trap_pc, trap_value
trap_pc: .quad 0
trap_value: .quad 0
guard_sp: .quad 0
kept:
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
  .quad 0x4001122334455660 + \n * 0x10203
  .endr

  .bss
  .balign 64
  .space 0x100000
stack_top:
