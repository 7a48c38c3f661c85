declare void @llvm.experimental.patchpoint.void(i64,i32,ptr,i32,...)
declare void @callee()
define void @small() {
  call void (i64,i32,ptr,i32,...) @llvm.experimental.patchpoint.void(i64 2, i32 4, ptr @callee, i32 0)
  ret void
}
