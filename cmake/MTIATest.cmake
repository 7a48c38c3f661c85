# Registration of tests, benchmarks and fuzzers.
#
#   mtia_add_cmocka_test(name sources... [LIBS libs...] [INCLUDES dirs...])
#     One cmocka program = one lit test 'unit/name.test'.
#   mtia_add_test_tool(name sources... [LIBS libs...] [INCLUDES dirs...])
#     A program that lit tests run as %build/test/bin/name.
#   mtia_add_bench(name COMMAND words...)
#     Run by ./build.sh bench, in the build directory; prints its own table.
#   mtia_add_fuzzer(name COMMAND words...)
#     Run by ./build.sh fuzz, in the build directory; must end by itself after
#     $FUZZ_SECONDS, a variable of the environment.
#   mtia_add_libfuzzer(name sources... [LIBS libs...] [INCLUDES dirs...])
#     A libFuzzer program, registered as a fuzzer and built only for fuzzing. Name
#     the sources under test, not their library: they are compiled with sanitizers.
#     name is KIND-fuzz; test/fuzz/seeds.py has a function KIND for what it begins with.

set(MTIA_TEST_DIR "${CMAKE_BINARY_DIR}/test")

function(mtia_add_cmocka_test name)
  cmake_parse_arguments(ARG "" "" "LIBS;INCLUDES" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${MTIA_TEST_DIR}/unit")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/include" ${ARG_INCLUDES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} cmocka)
  mtia_warnings(${name})
  file(WRITE "${MTIA_TEST_DIR}/unit/${name}.test" "RUN: ${MTIA_TEST_DIR}/unit/${name}\n")
  set_property(GLOBAL APPEND PROPERTY MTIA_UNIT_TESTS "${name}")
endfunction()

function(mtia_add_test_tool name)
  cmake_parse_arguments(ARG "" "" "LIBS;INCLUDES" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${MTIA_TEST_DIR}/bin")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/include" ${ARG_INCLUDES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS})
  mtia_warnings(${name})
endfunction()

function(mtia_register kind name)
  cmake_parse_arguments(ARG "" "" "COMMAND" ${ARGN})
  if(NOT ARG_COMMAND)
    message(FATAL_ERROR "mtia_add_${kind}(${name}): COMMAND is missing")
  endif()
  list(JOIN ARG_COMMAND " " words)
  set_property(GLOBAL APPEND_STRING PROPERTY MTIA_LIST_${kind} "${name}\t${words}\n")
endfunction()

function(mtia_add_bench name)
  mtia_register(bench ${name} ${ARGN})
endfunction()

function(mtia_add_fuzzer name)
  mtia_register(fuzzer ${name} ${ARGN})
endfunction()

add_custom_target(fuzzers)

function(mtia_add_libfuzzer name)
  cmake_parse_arguments(ARG "" "" "LIBS;INCLUDES" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/include" "${CMAKE_BINARY_DIR}/include"
    ${ARG_INCLUDES})
  add_dependencies(${name} MTIAGenerated)
  target_compile_options(${name} PRIVATE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS})
  mtia_warnings(${name})
  add_dependencies(fuzzers ${name})
  string(REGEX REPLACE "-fuzz$" "" kind "${name}")
  mtia_add_fuzzer(${name} COMMAND mkdir -p fuzz/${name}.corpus &&
    ${MTIA_PYTHON} ${CMAKE_SOURCE_DIR}/test/fuzz/seeds.py ${kind} fuzz/${name}.seeds && fuzz/${name}
    -max_total_time=$FUZZ_SECONDS -rss_limit_mb=2048 -timeout=20 -print_final_stats=1
    -artifact_prefix=fuzz/${name}- fuzz/${name}.corpus fuzz/${name}.seeds)
endfunction()

# Called once, at the end of the top CMakeLists.txt. Tests of programs that are
# no longer registered are removed, or lit would run what nobody builds.
function(mtia_write_registries)
  foreach(kind bench fuzzer)
    get_property(lines GLOBAL PROPERTY MTIA_LIST_${kind})
    file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/${kind}.list" CONTENT "${lines}")
  endforeach()
  get_property(units GLOBAL PROPERTY MTIA_UNIT_TESTS)
  file(GLOB found RELATIVE "${MTIA_TEST_DIR}/unit" "${MTIA_TEST_DIR}/unit/*.test")
  foreach(file ${found})
    string(REGEX REPLACE "\\.test$" "" name "${file}")
    if(NOT name IN_LIST units)
      file(REMOVE "${MTIA_TEST_DIR}/unit/${file}")
    endif()
  endforeach()
endfunction()
