# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The lit suite. Folders mirror the sources; docs/testing.md lists the substitutions."""
import os
import shutil

import lit.formats

# ./build.sh test test/Some/file.s starts lit in the source tree. The generated
# site file knows the directories; it sets them and loads this file again.
if not hasattr(config, "mtia_build_dir"):
    build = lit_config.params.get("build", os.path.join(os.path.dirname(__file__), "..", "build"))
    site = os.path.join(os.path.abspath(build), "test", "lit.site.cfg.py")
    if not os.path.exists(site):
        lit_config.fatal(f"{site} is missing: run ./build.sh build first")
    lit_config.load_config(config, site)
    raise SystemExit  # lit's way to say that a configuration is complete

source = config.mtia_source_dir
build = config.mtia_build_dir
llvm = config.llvm_tools_dir

config.name = "MTIA"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".ll", ".mir", ".s", ".c", ".cpp", ".test", ".mlir", ".knyfe", ".td"]
config.excludes = ["Inputs", "unit", "units", "fuzz", "CMakeLists.txt"]
config.test_source_root = os.path.join(source, "test")
config.test_exec_root = os.path.join(build, "test")

# A test that hangs must not hang the suite. lit needs psutil for this.
try:
    import psutil  # noqa: F401

    if not lit_config.maxIndividualTestTime:
        lit_config.maxIndividualTestTime = 900
except ImportError:
    lit_config.note("no psutil: tests have no time limit")

# LLVM's tools and ours are found by name; python3 is Debian's, which has numpy.
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(build, "bin"), llvm, os.path.dirname(config.python), os.environ.get("PATH", "")])
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
config.environment["LC_ALL"] = "C.UTF-8"
for name in ("FILECHECK_OPTS", "TMPDIR"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

plugin = os.path.join(build, "lib", "libLLVMMTIA.so")
mtia = "-march=mtia -mtriple=riscv64-unknown-elf"
preloaded = f"env LD_PRELOAD={plugin} {llvm}"
QEMU = "qemu-system-riscv64 -M virt -bios none -nographic -semihosting-config enable=on,target=native -kernel"

SUBSTITUTIONS = {
    # ours
    "mtia-clang": f"{build}/bin/mtia-clang",
    "mtia-clang\\+\\+": f"{build}/bin/mtia-clang++",
    "mtia-run": f"{build}/bin/mtia-run",
    "knyfe-c": f"{build}/bin/knyfe-c",
    "plugin": plugin,
    # stock tools with our target
    "llc-mtia": f"{llvm}/llc -load {plugin} {mtia}",
    "opt-mtia": f"{llvm}/opt -load {plugin} {mtia}",
    "llvm-mc-mtia": f"{preloaded}/llvm-mc --arch=mtia --triple=riscv64-unknown-elf",
    "objdump-mtia": f"{preloaded}/llvm-objdump --arch-name=mtia",
    "clang-mtia": f"{llvm}/clang --target=riscv64-unknown-elf -fpass-plugin={plugin}",
    # stock tools with the stock target: the independent second opinion
    "llc-riscv": f"{llvm}/llc -mtriple=riscv64-unknown-elf",
    "llvm-mc-riscv": f"{llvm}/llvm-mc --triple=riscv64-unknown-elf",
    "objdump-riscv": f"{llvm}/llvm-objdump --triple=riscv64-unknown-elf",
    "clang-riscv": f"{llvm}/clang --target=riscv64-unknown-elf",
    "clang": f"{llvm}/clang",
    "lld": f"{llvm}/ld.lld",
    "readelf": f"{llvm}/llvm-readelf",
    "tblgen": f"{llvm}/llvm-tblgen",
    "FileCheck": f"{llvm}/FileCheck",
    "llvm-tools": llvm,
    "qemu-virt": QEMU,
    "qemu-no-s": QEMU.replace("-M virt", "-M virt -cpu rv64,s=false,h=false"),
    "qemu-zfh": QEMU.replace("-M virt", "-M virt -cpu rv64,Zfh=true"),
    "python": config.python,
    # places
    "llvm-bin": llvm,
    "source": source,
    "build": build,
    "include": f"{source}/include",
}
# A name ends where no further letter or dash follows: %clang is not %clang-riscv.
config.substitutions += [(f"%{name}(?![A-Za-z0-9_+-])", text) for name, text in SUBSTITUTIONS.items()]

# What a test may require. A skipped test prints the missing name as its reason.
for tool in ("mtia-clang", "mtia-run", "knyfe-c"):
    if os.access(os.path.join(build, "bin", tool), os.X_OK):
        config.available_features.add(tool)
# ./build.sh test builds them when it runs everything or test/libFuzzer.
if os.access(os.path.join(build, "fuzz", "core-fuzz"), os.X_OK):
    config.available_features.add("libfuzzer")
if os.path.exists(plugin):
    config.available_features.add("plugin")
for feature, tool in {"qemu-system": "qemu-system-riscv64", "qemu-user": "qemu-riscv64",
                      "csmith": "csmith", "riscv-gcc": "riscv64-unknown-elf-gcc",
                      "gdb": "gdb-multiarch", "git": "git"}.items():
    if shutil.which(tool):
        config.available_features.add(feature)
