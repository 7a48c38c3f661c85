# mtia_add_kernel(name source [DEPENDS headers...])
#   Compiles a kernel of the library for the device: build/kernels/<name>.elf.
function(mtia_add_kernel name source)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set(input "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
  set(output "${CMAKE_BINARY_DIR}/kernels/${name}.elf")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/kernels")
  add_custom_command(OUTPUT "${output}"
    COMMAND "$<TARGET_FILE:mtia-clang>" -O2 -g -Wall -Wextra -Werror
            "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" "${input}" -o "${output}"
    DEPENDS mtia-clang mtia-device-runtime "${input}" ${ARG_DEPENDS}
    COMMENT "Building kernels/${name}.elf" VERBATIM)
  add_custom_target(kernel-${name} ALL DEPENDS "${output}")
endfunction()

# mtia_add_kernel_fuzzer(name [SCRIPT script] [options...])
#   Random shapes of build/kernels/<name>.elf against test/kernels/Inputs/<script or name>.py:
#   ./build.sh fuzz kernel-<name>.
function(mtia_add_kernel_fuzzer name)
  cmake_parse_arguments(ARG "" "SCRIPT" "" ${ARGN})
  if(NOT ARG_SCRIPT)
    set(ARG_SCRIPT ${name})
  endif()
  mtia_add_fuzzer(kernel-${name} COMMAND ${MTIA_PYTHON} "${CMAKE_SOURCE_DIR}/test/kernels/Inputs/${ARG_SCRIPT}.py"
    --run bin/mtia-run --elf kernels/${name}.elf --scratch fuzz/kernel-${name} --fuzz ${ARG_UNPARSED_ARGUMENTS})
endfunction()
