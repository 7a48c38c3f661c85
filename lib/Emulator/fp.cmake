# Floating point: on its own, because cores and units use it.
add_library(MTIAFloat STATIC fp.c)
target_include_directories(MTIAFloat PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
mtia_warnings(MTIAFloat)

set(fp_test "${PROJECT_SOURCE_DIR}/test/Emulator/fp/Inputs")
mtia_add_test_tool(fp-eval ${fp_test}/fp_eval.c LIBS MTIAFloat)
mtia_add_test_tool(fp-host ${fp_test}/fp_host.c LIBS MTIAFloat m)
mtia_add_test_tool(fp-host-portable ${fp_test}/fp_host.c fp.c LIBS m
  INCLUDES "${CMAKE_CURRENT_SOURCE_DIR}")
target_compile_definitions(fp-host-portable PRIVATE MTIA_FP_PORTABLE)
# The host's unit is to compute what is written, when it is written.
foreach(tool fp-host fp-host-portable)
  target_compile_options(${tool} PRIVATE -ffp-contract=off -frounding-math)
endforeach()
mtia_add_cmocka_test(emulator-fp-test "${PROJECT_SOURCE_DIR}/test/Emulator/unit/fp_test.c"
  LIBS MTIAFloat)
mtia_add_fuzzer(emulator-fp-host COMMAND $<TARGET_FILE:fp-host> 0)
mtia_add_fuzzer(emulator-fp-qemu COMMAND ${MTIA_PYTHON} ${fp_test}/differential.py
  --bin "${CMAKE_BINARY_DIR}/bin" --llvm "${MTIA_LLVM_TOOLS}" --cases 0)
mtia_add_fuzzer(emulator-fp-exact COMMAND ${MTIA_PYTHON} ${fp_test}/exact.py
  $<TARGET_FILE:fp-eval> --cases 0)
