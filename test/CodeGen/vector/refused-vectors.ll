; Scalable vectors that there is no code for, and operations without a meaning, are refused, with the function and the line.
; RUN: not %llc-mtia -mattr=+m,+d -o /dev/null < %s 2>&1 | FileCheck %s --check-prefix=CORE0
; RUN: not %llc-mtia -mattr=+m,+d,+v -o /dev/null < %s 2>&1 | FileCheck %s --implicit-check-not=error:

; CHECK: error: {{.*}}in function huge {{.*}}: scalable vectors of 'i128' have no registers: use vectors of a fixed length
define <vscale x 2 x i128> @huge(<vscale x 2 x i128> %a) {
  %b = add <vscale x 2 x i128> %a, %a
  ret <vscale x 2 x i128> %b
}

; CHECK: error: half.c:7:3: in function half {{.*}}: scalable vectors of 'half' have no registers: compile with zvfh or zvfhmin
define void @half(ptr %p) !dbg !4 {
  %v = load <vscale x 2 x half>, ptr %p, !dbg !6
  store <vscale x 2 x half> %v, ptr %p, !dbg !6
  ret void, !dbg !6
}

; CORE0: error: {{.*}}in function core0 {{.*}}: scalable vectors need the vector extension: compile with -march=rv64gcv
define void @core0(ptr %p) {
  store <vscale x 2 x i32> zeroinitializer, ptr %p
  ret void
}

; LLVM's verifier lets it pass.
; CHECK: error: half.c:9:5: in function odd_bytes {{.*}}: llvm.vp.bswap of elements of 24 bits: use elements of an even number of bytes
define <4 x i24> @odd_bytes(<4 x i24> %a, <4 x i1> %m, i32 %n) !dbg !7 {
  %b = call <4 x i24> @llvm.vp.bswap.v4i24(<4 x i24> %a, <4 x i1> %m, i32 %n), !dbg !8
  ret <4 x i24> %b, !dbg !8
}

; These can be had.
define i7 @seven(ptr %p) {
  %v = load <vscale x 2 x i7>, ptr %p
  %r = call i7 @llvm.vector.reduce.add.nxv2i7(<vscale x 2 x i7> %v)
  ret i7 %r
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!3}
!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1, isOptimized: false, emissionKind: FullDebug)
!1 = !DIFile(filename: "half.c", directory: "/")
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = distinct !DISubprogram(name: "half", scope: !1, file: !1, line: 6, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !{null})
!6 = !DILocation(line: 7, column: 3, scope: !4)
!7 = distinct !DISubprogram(name: "odd_bytes", scope: !1, file: !1, line: 8, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!8 = !DILocation(line: 9, column: 5, scope: !7)
