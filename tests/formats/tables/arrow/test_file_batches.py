"""Rows of Arrow files are the same in pieces of any size."""

import base64
import io
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.tables.arrow import file_batches
from softmax_cli.formats.tables.arrow.file_batches import ArrowFile
from tests.each import each

# Written by pyarrow: int8, string, list<int16>, dictionary, date64, time32 and null; 40 rows.
PYARROW = (
    "c-"
    "rk&O=uHA6rSB|l8tVg^nYvrqPDeYl}bGXFSg(@D)gd)h*~WQje^agAZigo5A`4vMCc)clz<AwpCbNXFG3N)9z0l5Y!"
    "5~BRKY|2ZG7+T8=W0ep@N{`gfHKld2eR+n|U+4on2kKc5fCU4`tF2A||k`5RM3mps>M$VpzfgYJ(W$Fdz-"
    "F3BWYiLx6pNRsj0%FXr>m$-"
    "uG7xs8Sa90$yTf7*+QV2rE9q+xCw5aKpFPqB8P@ecEI#b6Zd6NV>`L6oP%2x9yeK&{rV8^?tow%Y9Lpm~H5hrjb+4|"
    "wxB<;pW+-"
    "xzZ*;3mXmy*N|Xf_yA}B!%`ckBu>}y!c=t?R`}D)*E$5O;}@1G>@vs#CZ~^#{q;%4+bLRzGivdusC3OJL}M>!nB0cM"
    "{7+x?yZT;1s5VM_9VGIAbu9r)=NxdHP%?7ufdwockoa*wV{p)L)B5~*AcKtLq;x&_S_EVc8fAkRI!6U^m|3dwQ2qY^"
    "L6G~=5}V+@W;mufBb~zpXB;Z8E^X6Le?`}AJ_b{-"
    "eD+7rxwfKUutYwLT^Z`7c;M8F4FvBnRUspPt8AGK;z@5&tJs1MK};<zzT}69f8ZIs5mN0O3TVcWtCekYHI81&per#U"
    "nr0}AqL(_5e2m8yvI?_KSUV=^QaO~t)K=_&u9Rw1~f97cn#JwHUKs%*u=Ra^PqqEh5C)9a$~6iIwdSdSV4rfI=ny8U"
    "+6|u@OgI?-4eBo1_g!ILFPm5!L8g@ZLiG&*6*|%O3UA7i?==dPhi9LOWnkoJ4cDXPNj(Vh(6-"
    "G&Hco&9jA$V`_2(hT)jZtI6g=`@a8h{v~z_x(LPK(wD%hE`?Dj&$&nkx+2^Cg)`xq<2dW<uKiW1<?Djk*P7gjKp1l2"
    "nxOM6!@x}ZU@m$jkaYu5Fc=+Ty;y<lVyXP&w6XjX9m2<pO$?ak#uS)=>%6YEfGhL<R_9`W>>y)z{=e%A6SgYiAGv{{"
    "RdtcK$-aFH#FAIk+)g<3#@|z%Q`tS3M<<H|;ZXcEJ2_?_}e^>o`-&HO+JL%i`JBaQjD*"
)


def _some(values):
    """Leave out every fifth value."""
    return [None if i % 5 == 3 else value for i, value in enumerate(values)]


def _frame(rows):
    numbers = range(rows)
    lists = [_some(range(i % 4)) for i in numbers]
    return pl.DataFrame(
        {
            "i8": pl.Series(_some(i % 100 for i in numbers), dtype=pl.Int8),
            "f32": pl.Series(_some(i / 7 for i in numbers), dtype=pl.Float32),
            "f64": [i / 3 for i in numbers],
            "bool": _some(i % 3 == 0 for i in numbers),
            "text": _some("é" * (i % 30) for i in numbers),
            "binary": _some(b"x" * (i % 5) for i in numbers),
            "category": pl.Series(_some("abc"[i % 3] for i in numbers), dtype=pl.Categorical),
            "enum": pl.Series(["ab"[i % 2] for i in numbers], dtype=pl.Enum(["a", "b"])),
            "date": _some(date(2020, 1, 1 + i % 28) for i in numbers),
            "time": _some(time(i % 24) for i in numbers),
            "moment": _some(datetime(2020, 1, 1, i % 24) for i in numbers),
            "span": _some(timedelta(seconds=i) for i in numbers),
            "decimal": pl.Series(_some(Decimal(i) / 10 for i in numbers), dtype=pl.Decimal(9, 1)),
            "list": _some(lists),
            "texts": [[str(i)] * (i % 3) for i in numbers],
            "array": pl.Series([[i, i + 1] for i in numbers], dtype=pl.Array(pl.Float64, 2)),
            "struct": _some({"x": i, "y": str(i)} for i in numbers),
            "null": [None] * rows,
        }
    )


def _written(frame, **options):
    file = io.BytesIO()
    frame.write_ipc(file, **options)
    return file.getvalue()


FRAME = _frame(150)
FILES = [
    _written(FRAME),
    _written(FRAME, compat_level=pl.CompatLevel.oldest()),
    _written(FRAME, record_batch_size=70),
    _written(FRAME, compression="zstd"),
    zlib.decompress(base64.b85decode(PYARROW)),
]


@each("content", FILES)
@each("piece", [300, 1 << 22])
@each("start, stop", [(0, None), (3, -3), (33, 34), (1, 9), (120, None)])
def test_every_range_of_rows_is_decoded(content, piece, start, stop, tmp_path, monkeypatch):
    monkeypatch.setattr(file_batches, "_PIECE_BYTES", piece)
    whole = pl.read_ipc(content)
    expected = whole[start:stop]
    path = tmp_path / "x.arrow"
    path.write_bytes(content)
    with path.open("rb", buffering=0) as file:
        arrow = ArrowFile(file.fileno(), "x")
        assert arrow.rows == whole.height
        if expected.height:
            frames = arrow.frames(start, start + expected.height)
            assert pl.concat(frames).equals(expected)


def test_large_batches_are_read_in_pieces(tmp_path, monkeypatch):
    frame = pl.DataFrame({f"c{i}": [float(i)] * 60_000 for i in range(10)})
    path = tmp_path / "x.arrow"
    frame.write_ipc(path)
    with path.open("rb", buffering=0) as file:
        frames = list(ArrowFile(file.fileno(), "x").frames(0, 60_000))
    assert len(frames) == 2
    assert pl.concat(frames).equals(frame)


@each("kept", [0, 5, 100, -1, -9, -200])
def test_a_file_cut_short_is_refused(kept, tmp_path):
    path = tmp_path / "x.arrow"
    path.write_bytes(_written(FRAME)[:kept])
    with path.open("rb", buffering=0) as file, pytest.raises(SoftmaxError, match="corrupt"):
        ArrowFile(file.fileno(), "x")


def test_damaged_metadata_is_an_error_or_changes_nothing_here(tmp_path, monkeypatch):
    monkeypatch.setattr(file_batches, "_PIECE_BYTES", 100)
    frame = pl.DataFrame({"a": [1.0] * 30, "b": ["x"] * 30, "c": [[1, 2]] * 30})
    content, errors = _written(frame), 0
    path = tmp_path / "x.arrow"
    for position in range(len(content) - 4, 64, -12):
        path.write_bytes(content[:position] + b"\xff" * 4 + content[position + 4 :])
        with path.open("rb", buffering=0) as file:
            try:
                found = [*ArrowFile(file.fileno(), "x").frames(0, 30)]
            except SoftmaxError:
                errors += 1
            else:
                assert sum(part.height for part in found) == 30
    assert errors > 50
