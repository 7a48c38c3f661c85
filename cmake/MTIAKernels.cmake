# mtia_add_kernel_family(name SOURCES sources...)
#   A family of the library. Each source is compiled twice: with MTIA_LAUNCH for
#   build/kernels/<name>.elf, which has the kernels to launch, and without for
#   build/kernels/libmtia_kernels.a, which has the functions to call.
function(mtia_add_kernel_family name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  set(folder "${CMAKE_CURRENT_BINARY_DIR}")
  set(launched "")
  set(called "")
  foreach(source ${ARG_SOURCES})
    get_filename_component(stem "${source}" NAME_WE)
    mtia_kernel_object("${source}" "${folder}/${stem}.launch.o" -DMTIA_LAUNCH)
    # Names of members of the archive are unique over all families.
    mtia_kernel_object("${source}" "${folder}/${name}.${stem}.o" -ffunction-sections -fdata-sections)
    list(APPEND launched "${folder}/${stem}.launch.o")
    list(APPEND called "${folder}/${name}.${stem}.o")
  endforeach()
  set(output "${CMAKE_BINARY_DIR}/kernels/${name}.elf")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/kernels")
  add_custom_command(OUTPUT "${output}"
    COMMAND "$<TARGET_FILE:mtia-clang>" ${launched} -o "${output}"
    DEPENDS mtia-clang mtia-device-runtime ${launched}
    COMMENT "Building kernels/${name}.elf" VERBATIM)
  add_custom_target(kernel-${name} ALL DEPENDS "${output}" ${called})
  set_property(GLOBAL APPEND PROPERTY MTIA_KERNEL_OBJECTS ${called})
  set_property(GLOBAL APPEND PROPERTY MTIA_KERNEL_TARGETS kernel-${name})
endfunction()

function(mtia_kernel_object source output)
  add_custom_command(OUTPUT "${output}"
    COMMAND "$<TARGET_FILE:mtia-clang>" -O2 -g -Wall -Wextra -Werror ${ARGN}
            "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" -fdebug-compilation-dir=. -MD -MF "${output}.d" -MT "${output}"
            -c "${CMAKE_CURRENT_SOURCE_DIR}/${source}" -o "${output}"
    DEPENDS mtia-clang mtia-device-runtime "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
    DEPFILE "${output}.d"
    COMMENT "Building kernel object ${output}" VERBATIM)
endfunction()

# The archive of all families' functions; called once, behind the last family.
function(mtia_add_kernel_archive)
  get_property(objects GLOBAL PROPERTY MTIA_KERNEL_OBJECTS)
  get_property(targets GLOBAL PROPERTY MTIA_KERNEL_TARGETS)
  set(output "${CMAKE_BINARY_DIR}/kernels/libmtia_kernels.a")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -E rm -f "${output}"
    COMMAND "${MTIA_LLVM_TOOLS}/llvm-ar" rcsD "${output}" ${objects}
    DEPENDS ${targets} ${objects}
    COMMENT "Building kernels/libmtia_kernels.a" VERBATIM)
  add_custom_target(kernel-archive ALL DEPENDS "${output}")
  install(FILES "${output}" DESTINATION lib/mtia/kernels)
endfunction()

# mtia_add_kernel(name source)
#   A kernel that is not yet of the shape of the library: only build/kernels/<name>.elf.
function(mtia_add_kernel name source)
  set(input "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
  set(output "${CMAKE_BINARY_DIR}/kernels/${name}.elf")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/kernels")
  add_custom_command(OUTPUT "${output}"
    COMMAND "$<TARGET_FILE:mtia-clang>" -O2 -g -Wall -Wextra -Werror
            "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" -fdebug-compilation-dir=.
            -MD -MF "${output}.d" -MT "${output}" "${input}" -o "${output}"
    DEPENDS mtia-clang mtia-device-runtime "${input}"
    DEPFILE "${output}.d"
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
