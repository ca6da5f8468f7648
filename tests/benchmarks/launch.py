"""Run a command, discard its output, and print its time and memory.

Prints: exit status, wall seconds, CPU seconds (user and system), peak memory in bytes.
"""

# The peak of a process counts from the process that started it, so that one must be small:
# hence a separate script, which imports next to nothing and is run with -I -S.
import os
import sys
import time

nowhere = os.open(os.devnull, os.O_WRONLY)
began = time.perf_counter()
process = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)]
)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - began
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, peak)
