"""The program as a process: streams, signals, terminals, exit codes."""

import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
import zlib
from pathlib import Path

import click
import pytest

from softmax_cli import __version__
from softmax_cli.cli import COMMAND_GROUPS, COMMANDS, cli
from tests.each import each
from tests.runner import PROGRAM, softmax, spawn

ROW = b"0.25,0.75,-1\n"
PLAIN = "a,b\n0,0\n1,0\n"
HALVES = "a,b\n0.500,0.500\n0.731,0.269\n"
# Columns are named because a warning says that each holds one number in every row.
OF_ROWS = ("-q", "--decimals", "3", "--columns", "*")
CONVERT = (*PROGRAM, "convert", *OF_ROWS)
STREAMING = {
    "convert": CONVERT,
    "sample": (*PROGRAM, "sample", "-q", "--columns", "*"),
}


@pytest.fixture
def endless(tmp_path):
    """Return a FIFO that yields rows until it is closed."""
    path = tmp_path / "endless.csv"
    os.mkfifo(path)
    writer = subprocess.Popen(
        ["sh", "-c", f"yes 0.25,0.75,-1 > '{path}'"], stderr=subprocess.DEVNULL
    )
    yield path
    writer.kill()
    writer.wait()


def test_help_and_version_are_on_stdout():
    ran = softmax("--help")
    assert ran.code == 0
    assert ran.err == ""
    for group, commands in COMMAND_GROUPS.items():
        assert f"\n{group}:\n" in ran.out
        for name, summary in commands.items():
            assert re.search(rf"^  {name} +{re.escape(summary)}$", ran.out, re.MULTILINE)
    assert ran.out.index("Examples:") < ran.out.index("Convert:") < ran.out.index("Options:")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "completion" not in ran.out.lower()
    assert softmax("--version").out == f"softmax {__version__}\n"
    assert softmax("-h").out == ran.out


@each("name", COMMANDS)
def test_the_help_of_a_command_begins_as_in_the_list(name):
    command = cli.get_command(click.Context(cli), name)
    listed = next(commands[name] for commands in COMMAND_GROUPS.values() if name in commands)
    assert listed.startswith(command.get_short_help_str(90).rstrip("."))
    ran = softmax(name, "--help")
    assert (ran.code, ran.err) == (0, "")


def test_the_module_and_the_script_are_the_same_program():
    assert spawn("--version").out == f"softmax {__version__}\n"
    script = Path(sys.executable).parent / "softmax"
    assert subprocess.check_output([script, "--version"], text=True) == f"softmax {__version__}\n"


@each(
    ("arguments", "stdin", "out", "err", "code"),
    [
        (["comare", "1", "2"], "", "", 'no command or file "comare". Did you mean "compare"?', 2),
        (["comvert"], "a\n1\n", "", 'no command or file "comvert". Did you mean "convert"?', 2),
        (["evalute", "-t", "2", "x.csv"], "", "", 'no command or file "evalute". Did you mean "evaluate"?', 2),
        (["help"], "", "", 'no command or file "help". Use softmax --help.', 2),
        (["help", "convert"], "", "", 'no command or file "help". Use softmax convert --help.', 2),
        (["sigmoid", "1", "2"], "", "", 'no command or file "sigmoid". Use -a sigmoid.', 2),
        (["log-softmax", "1"], "", "", 'no command or file "log-softmax". Use -a log-softmax.', 2),
        (["version"], "", "", 'no command or file "version". Use softmax --version.', 2),
        (["x.csv"], "", "", "x.csv: No such file or directory.", 1),
        (["unlike"], "", "", "unlike: No such file or directory.", 1),
        (["./help"], "", "", "./help: No such file or directory.", 1),
        (["compare", "comvert"], "", "", "comvert: No such file or directory.", 1),
        (["nan"], "", "", '<arguments>, row 1, column "1": "nan" is not a number.', 1),
    ],
)  # fmt: skip
def test_a_first_word_like_a_command_is_a_usage_error_or_a_path(arguments, stdin, out, err, code):
    ran = softmax(*arguments, stdin=stdin)
    assert (ran.out, ran.err, ran.code) == (out, f"softmax: {err}\n", code)


@pytest.mark.parametrize("name", ["help", "comvert"])
def test_existing_file_with_a_name_like_a_command_is_read(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("a,b\n0,0\n")
    ran = softmax(name, "-f", "csv", "-a", "softmax")
    assert (ran.out, ran.code) == ("row,class,logit,softmax\n1,a,0.0,0.5\n1,b,0.0,0.5\n", 0)


def test_a_full_disk_is_one_line_on_stderr(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(ROW * 100_000)
    for command in ([*CONVERT, path], [*PROGRAM, "--help"], [*PROGRAM, "1", "2"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.stderr == b"softmax: <stdout>: No space left on device.\n"
        assert done.returncode == 1


def test_a_closed_stdout_is_an_error():
    command = " ".join(PROGRAM)
    done = subprocess.run(["sh", "-c", f"{command} 1 2 >&-"], capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr == b"softmax: standard output is closed.\n"


def test_a_closed_stdin_is_an_error():
    command = " ".join(PROGRAM)
    done = subprocess.run(["sh", "-c", f"{command} convert <&-"], capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr == b"softmax: standard input is closed.\n"


@pytest.mark.parametrize(
    ("name", "line"), [("convert", b"0.341,0.562,0.098\n"), ("sample", b"0\n")]
)
def test_a_pipe_closed_by_its_reader_ends_quietly(name, line, endless):
    command = [*STREAMING[name], endless]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout.readline() == line
    running.stdout.close()
    assert running.wait(20) == 128 + signal.SIGPIPE
    assert running.stderr.read() == b""
    running.stderr.close()


@pytest.mark.parametrize(
    ("name", "number"),
    [("convert", signal.SIGTERM), ("convert", signal.SIGHUP), ("sample", signal.SIGINT)],
)
def test_a_signal_ends_with_its_exit_code_and_leaves_no_file(name, number, endless, tmp_path):
    target = tmp_path / "out" / "probs.csv"
    target.parent.mkdir()
    target.write_text("old")
    command = [*STREAMING[name], endless, "-o", target]
    running = subprocess.Popen(command, stderr=subprocess.PIPE)
    _wait_until(lambda: any(p.stat().st_size > 100_000 for p in target.parent.iterdir()))
    running.send_signal(number)
    assert running.wait(20) == 128 + number
    assert b"Traceback" not in running.stderr.read()
    running.stderr.close()
    assert [p.name for p in target.parent.iterdir()] == ["probs.csv"]
    assert target.read_text() == "old"


@pytest.mark.parametrize("compressed", [False, True])
def test_rows_come_out_while_the_pipe_is_still_open(compressed):
    gzip = zlib.compressobj(wbits=31)

    def part(rows):
        return gzip.compress(rows) + gzip.flush(zlib.Z_SYNC_FLUSH) if compressed else rows

    running = subprocess.Popen(CONVERT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    running.stdin.write(part(b"a,b\n0,0\n"))
    assert running.stdout.readline() == b"a,b\n"
    assert running.stdout.readline() == b"0.500,0.500\n"
    running.stdin.write(part(b"1,0\n"))
    assert running.stdout.readline() == b"0.731,0.269\n"
    running.stdin.write(gzip.flush() if compressed else b"")
    running.stdin.close()
    assert running.stdout.read() == b""
    running.stdout.close()
    assert running.wait(20) == 0


@pytest.mark.parametrize(("argument", "status"), [("--version", 0), ("missing.csv", 1)])
def test_the_program_leaves_with_exit_handlers_run_and_streams_written(argument, status):
    code = (
        "import atexit, sys; from softmax_cli.cli import run\n"
        "sys.stderr.reconfigure(write_through=False)\n"
        "atexit.register(lambda: sys.stderr.write('handled'))\n"
        "run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, argument], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("softmax" if status == 0 else "")
    assert done.stderr.endswith("handled")
    assert done.returncode == status


def test_memory_does_not_grow_with_the_stream():
    code = (
        "import resource, sys; from softmax_cli.cli import main\n"
        "try: main()\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    peaks = []
    for rows in (800_000, 2_400_000):
        feed = subprocess.Popen(
            ["sh", "-c", f"yes 'x,0.25,0.75,-1.5,-2.25,3' | head -{rows}"], stdout=subprocess.PIPE
        )
        done = subprocess.run(
            # By way of a small process: a child's peak begins with that of its parent.
            ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", code,
             "convert", "-q", "--decimals", "6", "--columns", "2-6"],
            stdin=feed.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True,
        )  # fmt: skip
        feed.stdout.close()
        assert feed.wait() == 0
        peaks.append(int(done.stderr))
    assert peaks[1] < 300_000
    assert peaks[1] < 1.25 * peaks[0]


def test_output_does_not_depend_on_jobs_locale_or_width(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "id,a,b\n" + "".join(f"r{i},{i * i % 97 / 7!r},{i % 11 / 3!r}\n" for i in range(60_000))
    )
    plain = spawn("convert", "-q", str(path))
    assert plain.code == 0
    assert len(plain.out.splitlines()) == 60_001
    for env, jobs in (({"LC_ALL": "C", "COLUMNS": "7", "TZ": "Asia/Tokyo"}, "1"), ({}, "5")):
        other = spawn("convert", "-q", "-j", jobs, str(path), env={"PYTHONHASHSEED": "3", **env})
        assert other.out == plain.out


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.csv", "No such file or directory"),
        (".", "no files with data in the folder"),
        ("", "No such file"),
    ],
)
def test_open_errors_are_reported_in_the_words_of_the_system(path, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in ("compare", "convert"):
        ran = softmax(command, path)
        assert (ran.code, ran.out) == (1, "")
        assert f"{path}: {words}" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_missing_permission_is_reported_in_the_words_of_the_system(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text(PLAIN)
    path.chmod(0)
    assert softmax("convert", str(path)).err == f"softmax: {path}: Permission denied.\n"


@pytest.mark.parametrize(
    "name", ["a b.csv", "[red]x.csv", "%s{0}.csv", "new\nline.csv", "-x.csv", "é.csv"]
)
def test_any_path_works(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(PLAIN)
    arguments = ["--", name] if name.startswith("-") else [name]
    assert softmax("convert", "--decimals", "3", *arguments).out == HALVES
    assert softmax("compare", *arguments).code == 0


def test_a_path_of_bytes_that_are_not_utf8_works(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.csv"
    with open(path, "w") as file:
        file.write(PLAIN)
    done = subprocess.run([*CONVERT, path], capture_output=True, check=True)
    assert done.stdout.decode() == HALVES
    done = subprocess.run([*PROGRAM, path + b"x"], capture_output=True, check=False)
    assert done.stderr.endswith(b"/\\udcff.csvx: No such file or directory.\n")


def test_escape_codes_in_names_and_messages_are_shown_as_text():
    given = "a\x1b[31m,[red]b[/red],[/],:smile:\n0,0,0,0\n"
    out = softmax(stdin=given).out
    assert "a\\x1b[31m" in out
    for name in ("[red]b[/red]", "[/]", ":smile:"):
        assert name in out
    assert "\x1b" not in softmax("convert", stdin="a,b\n0,\x1b[31m\n").err
    assert "\x1b" not in softmax("no\x1b[31mfile").err
    assert "\x1b" not in softmax("--no\x1b[31mopt").err


COLOR = re.compile(r"\x1b\[[0-9;]*m")


@each(
    ("env", "terminal", "colored"),
    [
        ({}, False, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_color_requires_a_terminal_or_force_color(env, terminal, colored):
    out = _on_terminal(env) if terminal else spawn("1", "2", env=env).out
    assert bool(COLOR.search(out)) is colored
    assert "0.7311" in COLOR.sub("", out)


@pytest.mark.parametrize("columns", ["0", "abc", "40"])
def test_the_table_is_complete_at_any_width(columns):
    out = COLOR.sub("", _on_terminal({"COLUMNS": columns}))
    assert "0.2689" in out
    assert "0.7311" in out
    assert "│ sum" in out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_without_box_characters_gets_an_ascii_table(encoding):
    ran = softmax_bytes("compare", "-", encoding=encoding)
    assert b"| sum" in ran
    assert b"####" in ran
    assert ran.isascii()
    assert b"\\u864e" in ran


def test_data_has_the_same_bytes_whatever_the_encoding():
    ran = softmax_bytes("compare", "-", "-f", "csv", "-a", "softmax", "-t", "0", encoding="ascii")
    assert ran.decode() == "row,class,logit,softmax\n1,虎,0.0,0.0\n1,b,1.0,1.0\n"


def softmax_bytes(*arguments, encoding):
    return subprocess.run(
        [*PROGRAM, *arguments], input="虎,b\n0,1\n".encode(), capture_output=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    ).stdout  # fmt: skip


def test_no_input_at_a_terminal_shows_the_worked_example():
    out = COLOR.sub("", _on_terminal({}, arguments=()))
    assert "0.3775" in out
    assert "0.6953" in out
    assert "try softmax 1 2 3" in out


def test_convert_without_input_at_a_terminal_is_a_usage_error():
    assert "Pass a file, or pipe rows in." in _on_terminal({}, arguments=("convert",))


def test_internal_error_is_one_line_without_traceback(monkeypatch):
    monkeypatch.setattr("softmax_cli.inputs.vectors", lambda _tokens: 1 / 0)
    ran = softmax("1", "2")
    assert ran.code == 1
    assert ran.err.startswith("softmax: internal error: ZeroDivisionError")
    assert ran.err.count("\n") == 1


def test_an_output_is_private_to_the_umask(tmp_path):
    target = tmp_path / "out.csv"
    mask = os.umask(0o027)
    try:
        assert softmax("convert", "-o", str(target), stdin=PLAIN).code == 0
    finally:
        os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def _on_terminal(env, arguments=("1", "2")):
    """Return what the program prints on a terminal of 80 columns."""
    controller, terminal = pty.openpty()
    os.set_blocking(controller, True)
    settings = {"TERM": "xterm-256color", **env}
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    running = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=kept | settings,
    )
    os.close(terminal)
    parts = []
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # on Linux, when the other side is closed
            break
        if not part:
            break
        parts.append(part)
    running.wait(20)
    os.close(controller)
    return b"".join(parts).decode().replace("\r\n", "\n")


def _wait_until(true):
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("timed out")
