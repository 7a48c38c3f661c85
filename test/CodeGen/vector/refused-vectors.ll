; Scalable vectors that there is no code for are refused, with the function and the line.
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
