# The functions that compute vectors, compiled for every kind of host: vec_kernel.h.
set(vec_sources vec_host.c vec_int.c vec_mask.c vec_permute.c vecfp.c vecfp_convert.c vecfp_int.c)
set(vec_hosts base)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  list(APPEND vec_hosts v3)
endif()
foreach(host ${vec_hosts})
  add_library(MTIAVec-${host} OBJECT ${vec_sources})
  target_include_directories(MTIAVec-${host} PRIVATE "${PROJECT_SOURCE_DIR}/include"
    "${PROJECT_BINARY_DIR}/include")
  target_compile_definitions(MTIAVec-${host} PRIVATE MTIA_VEC_HOST=${host})
  # Registers are read as elements of every type; results are defined bit by bit. With sanitizers
  # loops don't become vectors.
  target_compile_options(MTIAVec-${host} PRIVATE -fno-strict-aliasing -ffp-contract=off
    -Wno-pass-failed)
  if(MTIA_SANITIZE STREQUAL "thread") # one thread's registers
    target_compile_options(MTIAVec-${host} PRIVATE -fno-sanitize=thread)
  elseif(MTIA_SANITIZE) # many functions, which take minutes otherwise
    target_compile_options(MTIAVec-${host} PRIVATE -O1)
  endif()
  add_dependencies(MTIAVec-${host} MTIAGenerated)
  mtia_warnings(MTIAVec-${host})
  if(MTIA_SANITIZE) # they keep some loops from becoming SIMD, and unrolled ones would be huge
    target_compile_options(MTIAVec-${host} PRIVATE -Wno-pass-failed -O1)
  endif()
endforeach()
if("v3" IN_LIST vec_hosts)
  target_compile_options(MTIAVec-v3 PRIVATE -march=x86-64-v3)
endif()
