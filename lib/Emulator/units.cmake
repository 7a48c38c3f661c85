# The command processor and the units behind it. Calls back into the rest of the
# emulator (internal.h), which a unit test replaces by fakes.
add_library(MTIAUnits STATIC
  banks.c barrier.c cb.c counter.c cp.c cp_issue.c cp_issue_fi.c cp_issue_mlu.c cp_issue_se.c cp_report.c device.c device_file.c
  defer.c dpe.c fi.c mlu.c noc.c re.c se.c
  se_elements.c se_function.c se_num.c se_rows.c sram_cache.c timeline.c units_bounds.c units_stats.c waits.c)
find_package(Threads REQUIRED)
target_link_libraries(MTIAUnits PUBLIC cjson m Threads::Threads)
target_include_directories(MTIAUnits PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}"
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
add_dependencies(MTIAUnits MTIAGenerated)
# Results are defined bit by bit: no fused or reordered floating point.
target_compile_options(MTIAUnits PRIVATE -ffp-contract=off -fno-fast-math)
mtia_warnings(MTIAUnits)

set(units_test "${PROJECT_SOURCE_DIR}/test/Emulator/units")
mtia_add_test_tool(se-eval ${units_test}/se_eval.c LIBS MTIAUnits m)
foreach(test random random-se random-grid exception unit directed timing cost chaos cr-access)
  string(REPLACE "-" "_" file ${test})
  mtia_add_cmocka_test(units-${test}-test ${units_test}/${file}_test.c ${units_test}/machine.c
    ${units_test}/model.c ${units_test}/model_control.c ${units_test}/model_se.c
    ${units_test}/cost.c ${units_test}/fc.c INCLUDES "${CMAKE_CURRENT_SOURCE_DIR}" LIBS MTIAUnits m)
endforeach()

add_executable(units-fc-bench ${units_test}/fc_bench.c ${units_test}/fc.c ${units_test}/machine.c)
target_link_libraries(units-fc-bench PRIVATE MTIAUnits cmocka)
mtia_warnings(units-fc-bench)
mtia_add_bench(units-fc COMMAND $<TARGET_FILE:units-fc-bench>)

mtia_add_cmocka_test(units-device-test ${units_test}/device_test.c
  INCLUDES "${CMAKE_CURRENT_SOURCE_DIR}" LIBS MTIAUnits)
target_compile_definitions(units-device-test PRIVATE
  TIMING_PAGE="${PROJECT_SOURCE_DIR}/docs/timing.md")
mtia_add_fuzzer(units COMMAND $<TARGET_FILE:units-chaos-test> --fuzz)
