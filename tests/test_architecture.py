"""The structure: who may import whom, what stays light, and how long things are."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "softmax_cli"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the top down: a module imports from its own layer (a package) and from those below it.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("options", "inputs"),
    ("display",),
    ("conversion", "fitting"),
    ("plan",),
    ("extras", "assessment", "splitting"),
    ("labelled",),
    ("counts",),
    ("comparison",),
    ("request",),
    ("pipeline",),
    ("formats",),
    ("calibration",),
    ("metrics",),
    ("uncertainty",),
    ("activations",),
    ("errors", "memory"),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
# Who alone may import what.
OWNERS = {
    "click": {"cli", "commands", "options"},
    "rich": {"display"},
    "polars": {"formats", "plan", "extras"},
    "backports": {"formats"},
    "matplotlib": {"display"},
}
ALLOWED = {"click", "matplotlib", "numpy", "polars", "rich", "softmax_cli", "_typeshed"}


def _layer(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            if node.module == "softmax_cli":
                yield from (f"softmax_cli.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_strictly_downward(path):
    if path == PACKAGE / "__init__.py":
        return
    own = RANK[_layer(path)]
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "softmax_cli" or len(parts) == 1 or parts[1] == "__version__":
            continue
        assert parts[1] == _layer(path) or RANK[parts[1]] > own, f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_package_is_imported_where_it_belongs_alone(path):
    for name in _imports(path):
        package = name.split(".")[0]
        assert package in ALLOWED or package in sys.stdlib_module_names, f"{path} imports {name}"
        assert _layer(path) in OWNERS.get(package, {_layer(path)}), f"{path} imports {name}"


def _loaded(*arguments):
    # What the interpreter of this machine loads by itself is not ours.
    code = (
        "import sys; own = set(sys.modules); from softmax_cli.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*set(sys.modules) - own, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stderr.split()}


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


def _body_length(node):
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = node.body[1:] if documented else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short():
    lengths = sorted(
        _body_length(node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 25
    assert lengths[-1] <= 40


def test_the_version_stands_in_one_place():
    from softmax_cli import __version__

    texts = [path.read_text() for path in [*MODULES, PACKAGE.parent / "pyproject.toml"]]
    assert sum(text.count(f'"{__version__}"') for text in texts) == 1
