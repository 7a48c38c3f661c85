# MLIR's C API. Debian ships it as static archives over the shared libMLIR; there
# is no libMLIR-C.so.
#
#   mtia_link_mlir_c(target Func Arith ...)
#     links the C API's IR and pass parts and those of the named dialects.
#   mtia_embed_text(target symbol file)
#     makes the file's text available to C as `extern const char symbol[]`.

set(MTIA_MLIR_LIB_DIR "${MTIA_LLVM_ROOT}/lib")

function(mtia_link_mlir_c target)
  set(archives "")
  foreach(part IR Transforms Interfaces ${ARGN})
    find_library(MTIA_MLIR_CAPI_${part} MLIRCAPI${part} PATHS "${MTIA_MLIR_LIB_DIR}" NO_DEFAULT_PATH REQUIRED)
    mark_as_advanced(MTIA_MLIR_CAPI_${part})
    list(APPEND archives "${MTIA_MLIR_CAPI_${part}}")
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_link_libraries(${target} PUBLIC
    -Wl,--start-group ${archives} -Wl,--end-group
    "${MTIA_MLIR_LIB_DIR}/libMLIR.so" "${MTIA_MLIR_LIB_DIR}/libLLVM-22.so" stdc++)
  set_property(TARGET ${target} APPEND PROPERTY BUILD_RPATH "${MTIA_MLIR_LIB_DIR}")
  set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_OPTIONS "-Wl,-rpath,${MTIA_MLIR_LIB_DIR}")
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
