"""The structure: permitted imports, light start-up, small modules and functions."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.each import each

PACKAGE = Path(__file__).parent.parent / "softmax_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the top down: a module imports from its own layer (a package) and from those below it.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("completion",),
    ("commands",),
    ("run_options",),
    ("options", "inputs"),
    ("option_types", "number_command"),
    ("eager_options",),
    ("display",),
    ("conversion",),
    ("calibration",),
    ("evaluation",),
    ("formats",),
    ("metrics",),
    ("activations",),
    ("runtime",),
    ("errors",),
    ("dataclass",),
)
# The same inside formats; no format imports another.
FORMAT_LAYERS = (
    ("registry", "part_map"),
    ("labels", "groups"),
    ("joins",),
    ("delimited", "json", "arrays", "tables"),
    ("folder",),
    ("source",),
    ("rows", "writer"),
    ("columns",),
    ("text",),
    ("streams",),
    ("output_schema", "read_options", "part"),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
FORMAT_RANK = {name: rank for rank, layer in enumerate(FORMAT_LAYERS) for name in layer}
# Who alone may import what.
OWNERS = {
    "click": {
        "cli",
        "completion",
        "commands",
        "options",
        "option_types",
        "number_command",
        "eager_options",
    },
    "rich": {"display"},
    "polars": {"formats", "conversion"},
    "backports": {"formats"},
    "matplotlib": {"display"},
    "scipy": {"metrics"},
    "distributed": {"runtime"},
    "fsspec": {"formats"},
}
ALLOWED = {
    "click",
    "distributed",
    "fsspec",
    "isal",
    "matplotlib",
    "numpy",
    "polars",
    "rich",
    "scipy",
    "softmax_cli",
    "_typeshed",
}
MOST_MODULES = 14
MOST_LINES = 250


def _parts(path):
    return path.relative_to(PACKAGE).with_suffix("").parts


def _layer(path):
    return _parts(path)[0]


@functools.cache
def _nodes(path):
    return [*ast.walk(ast.parse(path.read_text()))]


def _imports(path):
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            if node.module.startswith("softmax_cli"):
                yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _modules_imported(path):
    """Modules of the program that a module imports, type-only imports included, as parts."""
    for name in _imports(path):
        parts = tuple(name.split(".")[1:])
        file = PACKAGE.joinpath(*parts).with_suffix(".py")
        if parts and name.startswith("softmax_cli.") and file.exists():
            yield parts


@each("path", MODULES)
def test_imports_go_strictly_downward(path):
    if path == PACKAGE / "__init__.py":
        return
    own = _parts(path)
    for parts in _modules_imported(path):
        if parts[0] != own[0]:
            assert RANK[parts[0]] > RANK[own[0]], f"{path} imports {parts}"
        elif own[0] == "formats" and len(own) > 1 and parts[1] != own[1]:
            assert FORMAT_RANK[parts[1]] > FORMAT_RANK[own[1]], f"{path} imports {parts}"


def test_no_module_imports_itself_through_others():
    imported = {_parts(path): set(_modules_imported(path)) for path in MODULES}
    done, open_ = set(), []

    def visit(module):
        assert module not in open_, f"cycle: {[*open_, module]}"
        if module in done:
            return
        open_.append(module)
        for other in sorted(imported[module]):
            visit(other)
        done.add(open_.pop())

    for module in sorted(imported):
        visit(module)


def test_folders_and_modules_are_small():
    folders = {path.parent for path in MODULES}
    for folder in folders:
        names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        assert len(names) <= MOST_MODULES, folder
    for path in MODULES:
        assert len(path.read_text().splitlines()) <= MOST_LINES, path


def test_every_package_says_what_is_inside():
    for path in PACKAGE.rglob("*/__init__.py"):
        assert len(ast.get_docstring(ast.parse(path.read_text())).splitlines()) >= 3, path


@each("path", MODULES)
def test_a_package_is_imported_where_it_belongs_alone(path):
    for name in _imports(path):
        package = name.split(".")[0]
        assert package in ALLOWED or package in sys.stdlib_module_names, f"{path} imports {name}"
        assert _layer(path) in OWNERS.get(package, {_layer(path)}), f"{path} imports {name}"


def _loaded(*arguments):
    return {name.partition(".")[0] for name in _loaded_modules(*arguments)}


def _loaded_modules(*arguments):
    # What the interpreter of this machine loads by itself is not ours.
    code = (
        "import sys; own = set(sys.modules); from softmax_cli.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*set(sys.modules) - own, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return {*done.stderr.split()}


HEAVY = {"numpy", "rich", "polars", "backports", "json", "csv", "tempfile", "concurrent", "pathlib"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["convert", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments):
    assert not _loaded(*arguments) & (HEAVY - {"concurrent"})


def test_the_help_of_the_program_imports_no_command():
    assert "concurrent" not in _loaded("--help")


def test_comparing_numbers_imports_no_table_reader():
    assert not _loaded("1", "2") & {"polars", "backports", "json", "concurrent"}


@pytest.mark.parametrize("arguments", [["compare"], ["convert", "-q"], ["convert", "--decimals=3"]])
def test_small_files_are_read_and_written_without_a_table_reader(arguments, tmp_path):
    path = tmp_path / "logits.csv"
    path.write_text("id,cat,dog,label\nu,1,2,dog\nv,0.5,1e-3,cat\n")
    assert "polars" not in _loaded(*arguments, str(path))


# Modules of the standard library and of ours that the commonest commands do without.
NEEDLESS = {
    "csv", "difflib", "locale", "logging", "queue", "random", "select", "shlex",
    "shutil", "tempfile", "zlib",
    "softmax_cli.activations.uncertainty",
    "softmax_cli.calibration.fitted_file",
    "softmax_cli.conversion.derived_columns",
    "softmax_cli.display.console",
    "softmax_cli.display.documents.document",
    "softmax_cli.formats.streams.pipe_spool",
    "softmax_cli.runtime.executors",
}  # fmt: skip


def test_converting_a_small_file_imports_little_and_starts_no_thread(tmp_path):
    path = tmp_path / "logits.csv"
    path.write_text("id,cat,dog,label\nu,1,2,dog\nv,0.5,1e-3,cat\n")
    loaded = _loaded_modules("convert", "-q", str(path))
    assert not loaded & NEEDLESS
    assert "concurrent.futures.thread" not in loaded
    assert sum(name.startswith("softmax_cli.") for name in loaded) <= 80


def test_records_are_made_without_generating_code():
    for path in MODULES:
        for node in _nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
                names = {name.name for name in node.names}
                assert "dataclass" not in names, f"{path}: use softmax_cli.dataclass"


def _body_length(node):
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = node.body[1:] if documented else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short():
    lengths = sorted(
        _body_length(node)
        for path in MODULES
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 25
    assert lengths[-1] <= 40


def test_the_version_stands_in_one_place():
    from softmax_cli import __version__

    texts = [path.read_text() for path in [*MODULES, PACKAGE.parent / "pyproject.toml"]]
    assert sum(text.count(f'"{__version__}"') for text in texts) == 1
