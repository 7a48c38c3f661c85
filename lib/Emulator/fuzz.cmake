# The whole emulator for libFuzzer: with sanitizers, without the host's files
# (test/fuzz/emulator_fuzz.c instead of semihost.c), vectors for any host only.
set(fuzz "${PROJECT_SOURCE_DIR}/test/fuzz")
set(sources fp.c ${vec_sources})
foreach(library MTIAEmulator MTIAUnits)
  get_target_property(of_library ${library} SOURCES)
  list(APPEND sources ${of_library})
endforeach()
# Thousands of functions: with all checks and optimised they take minutes.
set(large core_functional.c core_timed.c vec_int.c vecfp.c vecfp_int.c vecfp_convert.c)
list(FILTER sources EXCLUDE REGEX "^\\$|^semihost\\.c$")
list(REMOVE_ITEM sources ${large})
add_library(MTIAEmulatorFuzzLarge OBJECT EXCLUDE_FROM_ALL ${large})
add_library(MTIAEmulatorFuzz STATIC EXCLUDE_FROM_ALL ${sources} ${PROJECT_SOURCE_DIR}/lib/Support/npy.c
  ${fuzz}/emulator_fuzz.c $<TARGET_OBJECTS:MTIAEmulatorFuzzLarge>)
foreach(library MTIAEmulatorFuzzLarge MTIAEmulatorFuzz)
  target_include_directories(${library} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}"
    "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
  target_compile_definitions(${library} PRIVATE MTIA_VEC_HOST=base)
  target_compile_options(${library} PRIVATE -g1 -O1 -fsanitize=address,undefined
    -fno-sanitize-recover=all -fno-strict-aliasing -ffp-contract=off -Wno-pass-failed)
  add_dependencies(${library} MTIAGenerated)
  mtia_warnings(${library})
endforeach()
target_compile_options(MTIAEmulatorFuzz PRIVATE -fsanitize=fuzzer-no-link)
target_compile_options(MTIAEmulatorFuzzLarge PRIVATE -O0
  -fsanitize-coverage=inline-8bit-counters,pc-table
  -fno-sanitize=null,alignment,object-size,pointer-overflow)
target_link_libraries(MTIAEmulatorFuzz PUBLIC cjson dw elf m)

foreach(what elf core gdb)
  mtia_add_libfuzzer(${what}-fuzz ${fuzz}/${what}_fuzz.c LIBS MTIAEmulatorFuzz)
endforeach()
