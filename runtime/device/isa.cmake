# What the device's cores implement, and the libraries that fit: the one place.
# The compiler's defaults, the start-up code and the choice of picolibc's and
# libgcc's variants all follow from these two lines.
set(MTIA_DEVICE_MARCH "rv64im_zicbom_zicboz_zicsr_zifencei")
set(MTIA_DEVICE_MABI "lp64")
# Folder of that variant below picolibc's and GCC's library folders.
set(MTIA_DEVICE_MULTILIB "rv64im/lp64")

set(MTIA_PICOLIBC "/usr/lib/picolibc/riscv64-unknown-elf" CACHE PATH "picolibc for riscv64-unknown-elf")
set(MTIA_PICOLIBC_LIB "${MTIA_PICOLIBC}/lib/${MTIA_DEVICE_MULTILIB}")
if(NOT EXISTS "${MTIA_PICOLIBC_LIB}/libc.a")
  message(FATAL_ERROR "${MTIA_PICOLIBC_LIB}/libc.a is missing: "
                      "install the package picolibc-riscv64-unknown-elf, or set MTIA_PICOLIBC")
endif()
file(GLOB gcc_dirs "/usr/lib/gcc/riscv64-unknown-elf/*/${MTIA_DEVICE_MULTILIB}")
set(MTIA_LIBGCC_DIR "${gcc_dirs}" CACHE PATH "folder of libgcc.a for the device")
if(NOT EXISTS "${MTIA_LIBGCC_DIR}/libgcc.a")
  message(FATAL_ERROR "no libgcc.a for ${MTIA_DEVICE_MULTILIB}: "
                      "install the package gcc-riscv64-unknown-elf, or set MTIA_LIBGCC_DIR")
endif()
