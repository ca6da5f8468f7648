"""The programs that are compared, as command lines."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.cases import FULL

OURS = "softmax"
SOFTMAX = str(Path(sys.executable).with_name("softmax"))
_PEERS = Path(__file__).with_name("peers")


@dataclass(frozen=True, slots=True)
class Peer:
    """A script that takes IN OUT DECIMALS, and the packages that it needs."""

    script: str
    needs: tuple[str, ...]

    def missing(self) -> list[str]:
        """Return the needs that are not installed."""
        return [name for name in self.needs if not (find_spec(name) or shutil.which(name))]


PEERS = {
    "polars eager": Peer("polars_eager.py", ("polars", "numpy")),
    "polars lazy": Peer("polars_lazy.py", ("polars",)),
    "polars lazy, 512 KB": Peer("polars_lazy_buffered.py", ("polars",)),
    "gzip -6": Peer("gzip_pipe.sh", ("gzip",)),
    "duckdb": Peer("duckdb_sql.py", ("duckdb",)),
    "pandas + scipy": Peer("pandas_scipy.py", ("pandas", "scipy")),
    "numpy text": Peer("numpy_text.py", ("numpy",)),
    "awk": Peer("awk.sh", ("awk",)),
}


def command(program: str, source: Path, target: Path, decimals: str) -> list[str]:
    """Return the command that converts source to target; decimals may be FULL."""
    if program == OURS:
        places = [] if decimals == FULL else ["--decimals", decimals]
        return [SOFTMAX, "convert", str(source), "-o", str(target), "-q", *places]
    script = PEERS[program].script
    runner = sys.executable if script.endswith(".py") else shutil.which("sh") or "/bin/sh"
    return [runner, str(_PEERS / script), str(source), str(target), decimals]
