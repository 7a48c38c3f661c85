# What the device's cores implement, and the libraries that fit: the one place.
# The compiler's defaults, the legal range of -march and -mabi, the start-up code
# and the choice of picolibc's and libgcc's variants all follow from these lines.
set(MTIA_DEVICE_MARCH "rv64gc_zicbom_zicboz_zicond_zfh_zba_zbb_zbs")
set(MTIA_DEVICE_MABI "lp64d")
# What core 1 has beside that. -march may name it or a part; it is never a default.
set(MTIA_DEVICE_VECTORS "v_zvl512b_zvfh_zvfbfwma_zvbb")

# The library variants ("multilibs"): ISA and ABI they were compiled for, also the
# name of their folders. Smaller ones first; a program gets the last one that needs
# no more than the program's -march and has its ABI. The folders are those of
# picolibc; what else GCC has there (lp64e, rv32) is no device of ours.
set(MTIA_MULTILIBS
  rv64i/lp64 rv64ia/lp64 rv64im/lp64 rv64iac/lp64 rv64imac/lp64
  rv64if/lp64f rv64iaf/lp64f rv64imf/lp64f rv64imafc/lp64f
  rv64ifd/lp64d rv64iafd/lp64d rv64imafdc/lp64d)

set(MTIA_PICOLIBC "/usr/lib/picolibc/riscv64-unknown-elf" CACHE PATH "picolibc for riscv64-unknown-elf")
set(MTIA_LIBCXX "${MTIA_LLVM_ROOT}/include/c++/v1" CACHE PATH "headers of libc++")
if(NOT EXISTS "${MTIA_LIBCXX}/type_traits")
  message(FATAL_ERROR "${MTIA_LIBCXX}/type_traits is missing: "
                      "install the package libc++-22-dev, or set MTIA_LIBCXX")
endif()
file(GLOB gcc_dirs "/usr/lib/gcc/riscv64-unknown-elf/*/libgcc.a")
list(TRANSFORM gcc_dirs REPLACE "/libgcc.a$" "")
set(MTIA_GCC_DIR "${gcc_dirs}" CACHE PATH "folder of libgcc.a for riscv64-unknown-elf and its variants")
# GCC's own default variant lies beside the folders of the others.
set(MTIA_GCC_DEFAULT "rv64imafdc/lp64d")

# For tools/mtia-clang: MTIA_MULTILIB(folder, isa, abi, folder of libgcc.a)
set(MTIA_MULTILIB_TABLE "")
foreach(multilib IN LISTS MTIA_MULTILIBS)
  set(libc "${MTIA_PICOLIBC}/lib/${multilib}/libc.a")
  if(NOT EXISTS "${libc}")
    message(FATAL_ERROR "${libc} is missing: "
                        "install the package picolibc-riscv64-unknown-elf, or set MTIA_PICOLIBC")
  endif()
  set(libgcc "${MTIA_GCC_DIR}/${multilib}")
  if(multilib STREQUAL MTIA_GCC_DEFAULT)
    set(libgcc "${MTIA_GCC_DIR}")
  endif()
  if(NOT EXISTS "${libgcc}/libgcc.a")
    message(FATAL_ERROR "${libgcc}/libgcc.a is missing: "
                        "install the package gcc-riscv64-unknown-elf, or set MTIA_GCC_DIR")
  endif()
  string(REPLACE "/" "\", \"" isa_abi "${multilib}")
  string(APPEND MTIA_MULTILIB_TABLE
    "  MTIA_MULTILIB(\"${multilib}\", \"${isa_abi}\", \"${libgcc}\") \\\n")
endforeach()
