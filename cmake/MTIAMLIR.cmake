# MLIR's C API, linked statically like mtia-clang: loading libMLIR and libLLVM takes 30 ms, half of
# what a kernel's compilation has.
#
#   mtia_link_mlir_c(target)
#     links the C API with all that it needs of MLIR and LLVM.
#   mtia_embed_text(target symbol file)
#     makes the file's text available to C as `extern const char symbol[]`.

set(MTIA_MLIR_LIB_DIR "${MTIA_LLVM_ROOT}/lib")

function(mtia_link_mlir_c target)
  file(GLOB archives "${MTIA_MLIR_LIB_DIR}/libMLIR*.a") # the linker takes what is used
  if(NOT archives)
    message(FATAL_ERROR "MLIR's static libraries are missing in ${MTIA_MLIR_LIB_DIR}; run ./build.sh deps")
  endif()
  set(components support core targetparser binaryformat demangle)
  foreach(kind libs system-libs)
    execute_process(COMMAND "${MTIA_LLVM_TOOLS}/llvm-config" --link-static --${kind} ${components}
      OUTPUT_VARIABLE ${kind} OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(${kind})
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_link_directories(${target} PUBLIC "${MTIA_MLIR_LIB_DIR}")
  target_link_libraries(${target} PUBLIC -Wl,--start-group ${archives} ${libs} -Wl,--end-group
    ${system-libs} stdc++)
  # -no-pie: 30,000 relocations less at every start.
  target_link_options(${target} PUBLIC -fuse-ld=lld -no-pie -Wl,--gc-sections,--as-needed)
endfunction()

function(mtia_embed_text target symbol file)
  get_filename_component(file "${file}" ABSOLUTE)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -DINPUT=${file} -DOUTPUT=${output} -DSYMBOL=${symbol}
            -P "${CMAKE_SOURCE_DIR}/cmake/EmbedText.cmake"
    DEPENDS "${file}" "${CMAKE_SOURCE_DIR}/cmake/EmbedText.cmake"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
