# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: status.py STATUS COMMAND...: succeeds if the command ends with STATUS.
import subprocess
import sys

status = subprocess.call(sys.argv[2:])
if status != int(sys.argv[1]):
    print(f"exit status {status}, expected {sys.argv[1]}", file=sys.stderr)
    sys.exit(1)
