# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every kernel of include/mtia/kernels/*.def has a case in the suite and one in the benchmark.

usage: tables.py SOURCE

A family's cases are those of test/kernels/Inputs/<family>.py (SAMPLE and run_case, which is run until it would launch)
and of bench/kernels/<family>.py.
"""
import importlib.util
import os
import sys


class Launched(Exception):
    pass


class Dry:
    """In a Device's place: knows what would be launched."""

    def run(self, kernel, *_args, **_more):
        raise Launched(kernel)

    launch = run


def load(path):
    folder, before = os.path.dirname(path), set(sys.modules)
    sys.path.insert(0, folder)
    try:
        name = "of_" + os.path.basename(os.path.dirname(path)) + "_" + os.path.basename(path)[:-3]
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)
        # The two folders have modules of the same names.
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(folder):
                del sys.modules[name]


def tested(path, kernels):
    module, found = load(path), set()
    for number, case in enumerate(module.SAMPLE):
        if found >= kernels:
            break
        try:
            module.run_case(Dry(), {**case, "seed": number})
        except Launched as launched:
            found.add(str(launched))
    return found


def benched(path, _kernels):
    return {case.kernel for case in load(path).cases()}


def main():
    source = sys.argv[1]
    sys.path.insert(0, os.path.join(source, "scripts"))
    import kernel_tables
    failed = total = 0
    for family in kernel_tables.families().values():
        kernels = set(family.kernels())
        total += len(kernels)
        for folder, find in (("test/kernels/Inputs", tested), ("bench/kernels", benched)):
            path = os.path.join(source, folder, family.name + ".py")
            if not os.path.exists(path):
                print(f"{folder}/{family.name}.py is missing: the family {family.name} has a table")
                failed += 1
                continue
            found = find(path, kernels)
            for kernel in sorted(kernels - found):
                print(f"{folder}/{family.name}.py has no case for {kernel}")
                failed += 1
            for kernel in sorted(found - kernels):
                print(f"{folder}/{family.name}.py: {kernel} is not in include/mtia/kernels/{family.name}.def")
                failed += 1
    print(f"{total} kernels: {failed} errors")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
