; Vector nodes made simpler before they are lowered or selected: fewer instructions for the same.
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b,+zvbb -verify-machineinstrs -O2 %s -o - | FileCheck %s
; RUN: %llc-mtia -mattr=+m,+d,+v,+zvl512b -verify-machineinstrs -O2 %s -o - | FileCheck %s --check-prefix=NOZVBB

; Indices of bytes: one gather, although 256 indices of 64 bits fill 32 registers.
; CHECK-LABEL: bytes_as_indices:
; CHECK: vluxei8.v v8, (a0), v8{{$}}
; CHECK-NEXT: ret
define <vscale x 32 x i8> @bytes_as_indices(ptr %p, <vscale x 32 x i8> %i, i32 %n) {
  %w = zext <vscale x 32 x i8> %i to <vscale x 32 x i64>
  %a = getelementptr i8, ptr %p, <vscale x 32 x i64> %w
  %x = call <vscale x 32 x i8> @llvm.vp.gather.nxv32i8.nxv32p0(<vscale x 32 x ptr> %a, <vscale x 32 x i1> splat (i1 true), i32 %n)
  ret <vscale x 32 x i8> %x
}

; Twice 255 doesn't fit a byte any more, but 16 bits.
; CHECK-LABEL: bytes_times_two:
; CHECK: vwsll.vi [[I:v[0-9]+]], v8, 1
; CHECK: vluxei16.v v8, (a0), [[I]]{{$}}
; CHECK-NEXT: ret
define <vscale x 16 x i16> @bytes_times_two(ptr %p, <vscale x 16 x i8> %i, i32 %n) {
  %w = zext <vscale x 16 x i8> %i to <vscale x 16 x i64>
  %a = getelementptr i16, ptr %p, <vscale x 16 x i64> %w
  %x = call <vscale x 16 x i16> @llvm.vp.gather.nxv16i16.nxv16p0(<vscale x 16 x ptr> align 2 %a, <vscale x 16 x i1> splat (i1 true), i32 %n)
  ret <vscale x 16 x i16> %x
}

; A scatter's, shifted before. Signed ones must be extended to all 64 bits.
; CHECK-LABEL: scatter:
; CHECK: vwsll.vi [[I:v[0-9]+]], {{v[0-9]+}}, 3
; CHECK: vsoxei16.v v8, (a0), [[I]]{{$}}
; CHECK-NEXT: ret
define void @scatter(ptr %p, <vscale x 8 x i32> %x, <vscale x 8 x i8> %i, i32 %n) {
  %w = zext <vscale x 8 x i8> %i to <vscale x 8 x i64>
  %s = shl <vscale x 8 x i64> %w, splat (i64 3)
  %a = getelementptr i8, ptr %p, <vscale x 8 x i64> %s
  call void @llvm.vp.scatter.nxv8i32.nxv8p0(<vscale x 8 x i32> %x, <vscale x 8 x ptr> align 4 %a, <vscale x 8 x i1> splat (i1 true), i32 %n)
  ret void
}
; CHECK-LABEL: signed_scatter:
; CHECK: vsext.vf4
; CHECK: vsoxei64.v v8, (a0), v{{[0-9]+$}}
define void @signed_scatter(ptr %p, <vscale x 2 x i32> %x, <vscale x 2 x i16> %i, i32 %n) {
  %w = sext <vscale x 2 x i16> %i to <vscale x 2 x i64>
  %a = getelementptr i32, ptr %p, <vscale x 2 x i64> %w
  call void @llvm.vp.scatter.nxv2i32.nxv2p0(<vscale x 2 x i32> %x, <vscale x 2 x ptr> align 4 %a, <vscale x 2 x i1> splat (i1 true), i32 %n)
  ret void
}

; A sum that is only stored stays in its vector register.
; CHECK-LABEL: store_sum:
; CHECK: vredsum.vs [[S:v[0-9]+]]
; CHECK-NOT: vmv.x.s
; CHECK: vsetivli zero, 1, e32
; CHECK-NEXT: vse32.v [[S]], (a0)
define void @store_sum(ptr %p, <16 x i32> %x) {
  %s = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %x)
  store i32 %s, ptr %p
  ret void
}

; The core would wait for a scalar; but it may be used.
; CHECK-LABEL: store_sum_at_offset:
; CHECK: addi [[P:[a-z0-9]+]], a0, 8
; CHECK: vredsum.vs [[S:v[0-9]+]]
; CHECK-NOT: vmv.x.s
; CHECK: vse32.v [[S]], ([[P]])
; CHECK-LABEL: store_and_return_sum:
; CHECK: vmv.x.s
; CHECK: sw
define void @store_sum_at_offset(ptr %p, <16 x i32> %x) {
  %s = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %x)
  %q = getelementptr i8, ptr %p, i64 8
  store i32 %s, ptr %q
  ret void
}
define i32 @store_and_return_sum(ptr %p, <16 x i32> %x) {
  %s = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %x)
  store i32 %s, ptr %p
  ret i32 %s
}

; A sum by halves whose order doesn't matter: groups by halves, a register at once.
; CHECK-LABEL: halves:
; CHECK: vfadd.vv [[H:v[0-9]+]], v8, v10
; CHECK: vfadd.vv [[H]],
; CHECK-NOT: vslide
; CHECK: vfredusum.vs
; CHECK: ret
; CHECK-LABEL: halves_at_the_end:
; CHECK-NOT: vslide
; CHECK: vfredusum.vs
; CHECK-NOT: vslide
; CHECK: ret
; CHECK-LABEL: halves_in_order:
; CHECK-NOT: vfredusum
; CHECK: vslidedown.vi
; CHECK-NOT: vfredusum
; CHECK: ret
define float @halves(<64 x float> %x) {
  %a = shufflevector <64 x float> %x, <64 x float> poison, <32 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15, i32 16, i32 17, i32 18, i32 19, i32 20, i32 21, i32 22, i32 23, i32 24, i32 25, i32 26, i32 27, i32 28, i32 29, i32 30, i32 31>
  %b = shufflevector <64 x float> %x, <64 x float> poison, <32 x i32> <i32 32, i32 33, i32 34, i32 35, i32 36, i32 37, i32 38, i32 39, i32 40, i32 41, i32 42, i32 43, i32 44, i32 45, i32 46, i32 47, i32 48, i32 49, i32 50, i32 51, i32 52, i32 53, i32 54, i32 55, i32 56, i32 57, i32 58, i32 59, i32 60, i32 61, i32 62, i32 63>
  %s = fadd reassoc <32 x float> %a, %b
  %c = shufflevector <32 x float> %s, <32 x float> poison, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %d = shufflevector <32 x float> %s, <32 x float> poison, <16 x i32> <i32 16, i32 17, i32 18, i32 19, i32 20, i32 21, i32 22, i32 23, i32 24, i32 25, i32 26, i32 27, i32 28, i32 29, i32 30, i32 31>
  %t = fadd reassoc <16 x float> %c, %d
  %e = shufflevector <16 x float> %t, <16 x float> poison, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  %f = shufflevector <16 x float> %t, <16 x float> poison, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  %u = fadd reassoc <8 x float> %e, %f
  %g = shufflevector <8 x float> %u, <8 x float> poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %h = shufflevector <8 x float> %u, <8 x float> poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %v = fadd reassoc <4 x float> %g, %h
  %i = shufflevector <4 x float> %v, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %j = shufflevector <4 x float> %v, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %w = fadd reassoc <2 x float> %i, %j
  %k = extractelement <2 x float> %w, i64 0
  %l = extractelement <2 x float> %w, i64 1
  %r = fadd reassoc float %l, %k
  ret float %r
}
define float @halves_at_the_end(<4 x float> %v) {
  %i = shufflevector <4 x float> %v, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %j = shufflevector <4 x float> %v, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %w = fadd reassoc <2 x float> %j, %i
  %k = shufflevector <2 x float> %w, <2 x float> poison, <2 x i32> <i32 1, i32 poison>
  %s = fadd reassoc <2 x float> %w, %k
  %r = extractelement <2 x float> %s, i64 0
  ret float %r
}
define float @halves_in_order(<4 x float> %v) {
  %i = shufflevector <4 x float> %v, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %j = shufflevector <4 x float> %v, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %w = fadd <2 x float> %j, %i
  %k = extractelement <2 x float> %w, i64 0
  %l = extractelement <2 x float> %w, i64 1
  %r = fadd reassoc float %l, %k
  ret float %r
}

; x | (c ? 4 : 0): an operation under a mask, of the condition that leaves x where it is false.
; CHECK-LABEL: masked_or:
; CHECK: vmseq.vi v0, v9, 0
; CHECK: vor.vi v8, v8, 4, v0.t
; CHECK-NEXT: ret
; CHECK-LABEL: masked_or_inverted:
; CHECK: vmsne.vi v0, v9, 0
; CHECK: vor.vi v8, v8, 4, v0.t
; CHECK-NEXT: ret
define <16 x i32> @masked_or(<16 x i32> %x, <16 x i32> %y) {
  %c = icmp eq <16 x i32> %y, zeroinitializer
  %s = select <16 x i1> %c, <16 x i32> splat (i32 4), <16 x i32> zeroinitializer
  %r = or <16 x i32> %x, %s
  ret <16 x i32> %r
}
define <16 x i32> @masked_or_inverted(<16 x i32> %x, <16 x i32> %y) {
  %c = icmp eq <16 x i32> %y, zeroinitializer
  %s = select <16 x i1> %c, <16 x i32> zeroinitializer, <16 x i32> splat (i32 4)
  %r = or <16 x i32> %x, %s
  ret <16 x i32> %r
}

; The scalar of a merge is what is put where the mask is set. Of floats the opposite of "less" is
; true of NaNs, which must not be there.
; CHECK-LABEL: merge_scalar:
; CHECK: vmsle.vv v0, v10, v9
; CHECK: vmerge.vim v8, v8, 7, v0
; CHECK-NEXT: ret
; CHECK-LABEL: merge_float:
; CHECK: vmfge.vf v0, v9, fa1
; CHECK: vfmerge.vfm v8, v8, fa0, v0
; CHECK-NEXT: ret
; CHECK-LABEL: merge_float_with_nans:
; CHECK-NOT: vmfge
; CHECK: vmflt.vf v0, v9, fa1
; CHECK-NOT: vmfge
; CHECK: ret
define <16 x i32> @merge_scalar(<16 x i32> %x, <16 x i32> %y, <16 x i32> %z) {
  %c = icmp slt <16 x i32> %y, %z
  %r = select <16 x i1> %c, <16 x i32> %x, <16 x i32> splat (i32 7)
  ret <16 x i32> %r
}
define <16 x float> @merge_float(<16 x float> %x, <16 x float> %y, float %f, float %g) {
  %i = insertelement <16 x float> poison, float %f, i64 0
  %s = shufflevector <16 x float> %i, <16 x float> poison, <16 x i32> zeroinitializer
  %j = insertelement <16 x float> poison, float %g, i64 0
  %t = shufflevector <16 x float> %j, <16 x float> poison, <16 x i32> zeroinitializer
  %c = fcmp nnan olt <16 x float> %y, %t
  %r = select <16 x i1> %c, <16 x float> %x, <16 x float> %s
  ret <16 x float> %r
}
define <16 x float> @merge_float_with_nans(<16 x float> %x, <16 x float> %y, float %f, float %g) {
  %i = insertelement <16 x float> poison, float %f, i64 0
  %s = shufflevector <16 x float> %i, <16 x float> poison, <16 x i32> zeroinitializer
  %j = insertelement <16 x float> poison, float %g, i64 0
  %t = shufflevector <16 x float> %j, <16 x float> poison, <16 x i32> zeroinitializer
  %c = fcmp olt <16 x float> %y, %t
  %r = select <16 x i1> %c, <16 x float> %x, <16 x float> %s
  ret <16 x float> %r
}

; To an integer and back stays that, without the sign of zeros too: six instructions otherwise.
; CHECK-LABEL: there_and_back:
; CHECK: vfcvt.rtz.x.f.v
; CHECK-NEXT: vfcvt.f.x.v
; CHECK-NEXT: ret
define <16 x float> @there_and_back(<16 x float> %x) "no-signed-zeros-fp-math"="true" {
  %i = fptosi <16 x float> %x to <16 x i32>
  %r = sitofp <16 x i32> %i to <16 x float>
  ret <16 x float> %r
}

; What is extended and shifted is a product: with Zvbb a shift, else with 2 to the amount.
; CHECK-LABEL: shifted_unsigned:
; CHECK: vwsll.vi v{{[0-9]+}}, v8, 3
; NOZVBB-LABEL: shifted_unsigned:
; NOZVBB: li [[C:[a-z0-9]+]], 8
; NOZVBB: vwmulu.vx v{{[0-9]+}}, v8, [[C]]
; NOZVBB-LABEL: shifted_signed:
; NOZVBB: vwmulsu.vx v{{[0-9]+}}, v8,
; NOZVBB-LABEL: doubled:
; NOZVBB: vwadd.vv v{{[0-9]+}}, v8, v8
; CHECK-LABEL: shifted_and_added:
; CHECK: li [[C:[a-z0-9]+]], 4
; CHECK: vwmaccu.vx v10, [[C]], v8
; CHECK-LABEL: shifted_signed_and_added:
; CHECK: vwmacc.vx v10, {{[a-z0-9]+}}, v8
; 2 to the 7th is no signed byte.
; CHECK-LABEL: shifted_far_and_added:
; CHECK: vwmaccus.vx v10, {{[a-z0-9]+}}, v8
define <32 x i16> @shifted_unsigned(<32 x i8> %x) {
  %w = zext <32 x i8> %x to <32 x i16>
  %r = shl <32 x i16> %w, splat (i16 3)
  ret <32 x i16> %r
}
define <32 x i16> @shifted_signed(<32 x i8> %x) {
  %w = sext <32 x i8> %x to <32 x i16>
  %r = shl <32 x i16> %w, splat (i16 3)
  ret <32 x i16> %r
}
define <32 x i16> @doubled(<32 x i8> %x) {
  %w = sext <32 x i8> %x to <32 x i16>
  %r = shl <32 x i16> %w, splat (i16 1)
  ret <32 x i16> %r
}
define <64 x i16> @shifted_and_added(<64 x i8> %x, <64 x i16> %y) {
  %w = zext <64 x i8> %x to <64 x i16>
  %s = shl <64 x i16> %w, splat (i16 2)
  %r = add <64 x i16> %s, %y
  ret <64 x i16> %r
}
define <64 x i16> @shifted_signed_and_added(<64 x i8> %x, <64 x i16> %y) {
  %w = sext <64 x i8> %x to <64 x i16>
  %s = shl <64 x i16> %w, splat (i16 2)
  %r = add <64 x i16> %y, %s
  ret <64 x i16> %r
}
define <64 x i16> @shifted_far_and_added(<64 x i8> %x, <64 x i16> %y) {
  %w = sext <64 x i8> %x to <64 x i16>
  %s = shl <64 x i16> %w, splat (i16 7)
  %r = add <64 x i16> %y, %s
  ret <64 x i16> %r
}

; A square, and an extension of which all users have forms with a narrow operand; but a bitwise
; operation hasn't.
; CHECK-LABEL: square:
; CHECK: vwmul.vv v{{[0-9]+}}, v8, v8
; CHECK-LABEL: two_users:
; CHECK-NOT: ext.vf
; CHECK-DAG: vwadd.wv
; CHECK-DAG: vwsub.wv
; CHECK: ret
; CHECK-LABEL: other_user:
; CHECK: vsext.vf2
; CHECK-NOT: vw
; CHECK: ret
define <16 x i32> @square(<16 x i16> %x) {
  %w = sext <16 x i16> %x to <16 x i32>
  %r = mul <16 x i32> %w, %w
  ret <16 x i32> %r
}
define void @two_users(<16 x i16> %x, <16 x i32> %y, <16 x i32> %z, ptr %p, ptr %q) {
  %w = sext <16 x i16> %x to <16 x i32>
  %a = add <16 x i32> %y, %w
  %s = sub <16 x i32> %z, %w
  store <16 x i32> %a, ptr %p
  store <16 x i32> %s, ptr %q
  ret void
}
define void @other_user(<16 x i16> %x, <16 x i32> %y, <16 x i32> %z, ptr %p, ptr %q) {
  %w = sext <16 x i16> %x to <16 x i32>
  %a = add <16 x i32> %y, %w
  %s = xor <16 x i32> %z, %w
  store <16 x i32> %a, ptr %p
  store <16 x i32> %s, ptr %q
  ret void
}

; The other way round, as many as there are: indices from the length down, of two registers at most.
; CHECK-LABEL: reverse:
; CHECK: vid.v
; CHECK: vrsub.vx
; CHECK: vrgather.vv
; CHECK-NOT: vslide
; CHECK: ret
; CHECK-LABEL: reverse_four_registers:
; CHECK: vrgatherei16.vv
; CHECK: vslidedown.vx
; CHECK: ret
define <vscale x 4 x i32> @reverse(<vscale x 4 x i32> %x, i32 %n) {
  %r = call <vscale x 4 x i32> @llvm.experimental.vp.reverse.nxv4i32(<vscale x 4 x i32> %x, <vscale x 4 x i1> splat (i1 true), i32 %n)
  ret <vscale x 4 x i32> %r
}
define <vscale x 8 x i32> @reverse_four_registers(<vscale x 8 x i32> %x, i32 %n) {
  %r = call <vscale x 8 x i32> @llvm.experimental.vp.reverse.nxv8i32(<vscale x 8 x i32> %x, <vscale x 8 x i1> splat (i1 true), i32 %n)
  ret <vscale x 8 x i32> %r
}

; Fewer elements than there are to choose from: one gather, no extractions.
; CHECK-LABEL: fewer:
; CHECK: vrgather
; CHECK-NOT: vmv.x.s
; CHECK: ret
define <8 x i32> @fewer(<16 x i32> %x) {
  %r = shufflevector <16 x i32> %x, <16 x i32> poison, <8 x i32> <i32 9, i32 2, i32 15, i32 4, i32 4, i32 11, i32 0, i32 13>
  ret <8 x i32> %r
}
