"""Run the program for a test: in this process, which is quick, or in a new one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from unittest import mock

from softmax_cli.cli import main

PROGRAM = (sys.executable, "-m", "softmax_cli")


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    out: str
    err: str
    code: int


def softmax(
    *arguments: str,
    stdin: bytes | str = b"",
    env: Mapping[str, str] | None = None,
    merged: bool = False,
) -> Ran:
    """Run the program in this process, its three streams files, or its two outputs one file."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    with (
        mock.patch.object(sys, "argv", ["softmax", *arguments]),
        mock.patch.dict(os.environ, env or {}),
        _streams(given, merged) as (out, err),
    ):
        code = _exit_code()
        sys.stdout.flush()
        sys.stderr.flush()
        return Ran(_content(out), "" if merged else _content(err), code)


def spawn(*arguments: str, stdin: bytes | str = b"", env: Mapping[str, str] | None = None) -> Ran:
    """Run the program as a new process; its three streams are pipes."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*PROGRAM, *arguments],
        input=given,
        capture_output=True,
        env={**os.environ, **(env or {})},
        timeout=60,
        check=False,
    )
    return Ran(done.stdout.decode(), done.stderr.decode(), done.returncode)


def _exit_code() -> int:
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)


@contextlib.contextmanager
def _streams(given: bytes, merged: bool) -> Iterator[tuple[int, int]]:
    saved = [os.dup(number) for number in range(3)]
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(_nameless_file()) for _ in range(3)]
        files[0].write(given)
        files[0].seek(0)
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        if merged:
            os.dup2(1, 2)
        for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
            stream = io.TextIOWrapper(
                io.FileIO(number, "r" if number == 0 else "w", closefd=False)
                if number == 0
                else io.BufferedWriter(io.FileIO(number, "w", closefd=False)),
                encoding="utf-8",
                write_through=number > 0,
            )
            stack.enter_context(mock.patch.object(sys, name, stream))
        try:
            yield files[1].fileno(), files[2].fileno()
        finally:
            for number, copy in enumerate(saved):
                os.dup2(copy, number)
                os.close(copy)


def _nameless_file() -> IO[bytes]:
    """A regular file, in memory where the system can do that: it is a tenth of a run faster."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("softmax"), "w+b")
    return tempfile.TemporaryFile()


def _content(number: int) -> str:
    size = os.fstat(number).st_size
    return os.pread(number, size, 0).decode()
