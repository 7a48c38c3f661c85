# LLVM, MLIR, Clang and LLD from the same packages, and the paths of their tools.
set(MTIA_LLVM_ROOT "/usr/lib/llvm-22" CACHE PATH "Prefix of the LLVM 22 installation")
list(PREPEND CMAKE_PREFIX_PATH "${MTIA_LLVM_ROOT}")

# They look for optional libraries of their own and report each miss: not our news.
set(CMAKE_MESSAGE_LOG_LEVEL NOTICE)
find_package(LLVM 22.1 REQUIRED CONFIG)
find_package(MLIR REQUIRED CONFIG)
find_package(Clang REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG)
unset(CMAKE_MESSAGE_LOG_LEVEL)

set(MTIA_LLVM_TOOLS "${LLVM_TOOLS_BINARY_DIR}")
set(LLVM_TABLEGEN_EXE "${MTIA_LLVM_TOOLS}/llvm-tblgen")
list(APPEND CMAKE_MODULE_PATH "${LLVM_CMAKE_DIR}")
include(TableGen)

# Debian's own interpreter: numpy and lit come from its packages.
find_program(MTIA_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
