"""Tables from pipes, folders, Arrow streams and files that polars cannot read."""

import base64
import io
import os
import subprocess
import zlib

import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from softmax_cli.formats.tables.arrow.messages import unsupported_columns
from softmax_cli.formats.tables.input import scan_table
from tests.runner import PROGRAM, softmax, spawn

FRAME = pl.DataFrame({"id": ["a", "b", "c"], "cat": [0.0, 5.0, 1.0], "dog": [0.0, 5.0, 1.0]})
TEXT = "id,cat,dog\na,0.5,0.5\nb,0.5,0.5\nc,0.5,0.5\n"
# Written by pyarrow: a column "odd" of a type that polars lacks, cat = 1 and dog = 0.
UNSUPPORTED = {
    "run-end encoded": (
        "arrow",
        "c-pN}J8l9o5PkN3Sdfb?BD4j?78EHd>C)yF3Cbdx2&C{41;<IrK{x=)IdTK%jqObwE9rQv8GFWWJ|3^N);=nr"
        "hF}DP5(O&m2$j<Yt%^Di8ptReWftrcbC8@#j=SJP&)cl<;m$SQBi<z8y)1UrC2N%Y1R7V*A2$(SQ=Tbph}(1>F"
        "67m$EU^REaUJfXinNyGJ}h4M%dPlw=l8KlVxeW7MzO+q+pnLN>u&39Lm4=~6cavMv2*3;ATSt*i5iz3Sq{0+J$"
        "j628#i5<`5FE#6n-$o|IkryF{)$@clyrTB>X1fx5;_?N1Y<+6F0VHfBbd&`OxpI`!|3uXP+>V",
    ),
    "list view": (
        "arrow",
        "c-oavI|{-;5PkWmYe=z$NQ4wAEK+&{FJdD`#6kj+BX|nWkmGm|OS|>$W`c21!3VRGH}ja8JY$S`0MM{VkYbDx6"
        "u*cdCI^|~8_Nqsj16NY{K6R&M|Q?cY7kvjA8>a45bY1$Zrk80x?87PSWPavfUy*9T~(~buC6&r@#cxURLg&KJM"
        "zH}n~%-@1Zu5*?5ZKS%9KHOk41{PIFP!Dh+<?+C3+;}sdK}6)QWcjUYO!L`g@eewWrgbF7x`C*Dt(&;q@`_afp"
        "BU=lXs9p5c78`3VrgE93",
    ),
    "256-bit decimal": (
        "arrow",
        "c-oCoF%H5o47@ZUtx$#z73#pyu_NLGyaf@7u?r&);yFyrjEwvs*p@4hB?K2G&c%*%c1kJb4xj~NiG+v+8rl(DA"
        "P!;;twC47(>&4KD8En+3ih0%(=%vXo{qSQzryt+Zf)WYd(If?jYxx0k)}>~Eh<{o=xVluxj*GB`diVNME_Q@@D"
        "+fbE)UhmNLXp5NwUKS^jZ_N7d?4`_TsEPa(E-+I|gIzd82kT{?Yj7`kaaT#WViFb2smb{0;B|(aR%4",
    ),
    "interval": (
        "arrow",
        "c-oCnu?+$-47~h@5IreUAoK+VBd`IpAR^HqeM8AC%)k`Xl#D>h2H|4)^-?4dC)v)~7duYQIX?hI6m$r1n8EWz7"
        ")uT^PjA%&E$u|xD!;J@#ck=a)Ercoh9j<0Z}9w~JM7Q6t1hzY`Hs0vkNP&VC~;lg8&aZoqIZ&Q#Isd?>70Uqm2"
        "MWKD_V=5VS^DJd5|s3?ic+Ng9#4b5vy3|y~e((_f>t|%T&65c%yeGym#X%%ijVYjZGzy",
    ),
    "list view in Parquet": (
        "parquet",
        "c-oDU%TB^T6owB2sf4(lrjvBR#s(AdmSEIi%$ZUy5fO=E;;z!B7!k0b_!e$`E>}K=kKkMi7;)iAJ99ecJOBJ`r"
        ";VLG3ba5ATa<{zpoR?qMBQpkgNm<HQMIYPilzPu0MHB@l)y43y?*%UQv*uGN{@m-bQsOD07@AvGq|5jDFK?>Al"
        "6zq2p_}YR6nJA{yYmt5txM8tn7eIb8N!^b||G(`@D?`#%!4_C)==vClIpbO@{!hCf1hCN?h^W<WBboZ!l+t727"
        "Y^_tYP-`H?b-lNA#%+gis?=i=sAzqa*Bc2q<t;u3Y7A<mFTSVfG`RVCyc@mwY@VnZz~XVfL$n`c_e^`x>wUe)6D"
        "l2=iY!)@(oi1nr*4^c|SZIRBT#JTcQ#h=ztT0^Y0`T@FrqVHnsD(Uxb70)Gv-qOnDV!yln&VyX!N!?SvBKf{`Ev"
        "}0?yo&c*Zz0OZL9IKLZj%05QWT%)<OHnz*pHu{!)dWM9vA&M9?kMEVLZ7X4fFd4+q>I)tSpYDzTi##skS)(-@q="
        "K;Q",
    ),
}


def _decoded(text):
    return zlib.decompress(base64.b85decode(text))


def _stream(frame, **options):
    file = io.BytesIO()
    frame.write_ipc_stream(file, **options)
    return file.getvalue()


def _file(frame, suffix):
    file = io.BytesIO()
    (frame.write_parquet if suffix == "parquet" else frame.write_ipc)(file)
    return file.getvalue()


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_column_of_a_type_that_polars_lacks_is_named_without_a_panic(name, tmp_path):
    suffix, text = UNSUPPORTED[name]
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(_decoded(text))
    ran = spawn("convert", str(path))
    type_name = name.removesuffix(" in Parquet")
    assert ran.err == (
        f'softmax: {path}, column "odd": unsupported column type: {type_name}. '
        "Cast the column, or leave it out, where the file is written.\n"
    )
    assert (ran.out, ran.code) == ("", 1)


def test_schema_cut_short_names_no_column():
    message = _decoded(UNSUPPORTED["run-end encoded"][1])
    assert list(unsupported_columns(message)) == [("odd", "run-end encoded")]
    for size in range(0, 400, 7):
        assert list(unsupported_columns(message[:size])) in ([], [("odd", "run-end encoded")])


def test_damaged_table_is_refused_in_one_line(tmp_path):
    path = tmp_path / "x.arrow"
    content = bytearray(_file(FRAME, "arrow"))
    for at in range(len(content) - 200, len(content) - 20, 9):
        damaged = bytearray(content)
        damaged[at : at + 4] = b"\xff\xfe\xfd\x7c"
        path.write_bytes(damaged)
        ran = softmax("convert", "-q", str(path))
        assert "panicked" not in ran.err
        assert "internal error" not in ran.err
        assert ran.err.count("\n") <= 1


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_table_comes_from_standard_input(suffix):
    content = _file(FRAME, suffix)
    arguments = ("convert", "-q", "--input-format", suffix, "-f", "csv")
    assert spawn(*arguments, stdin=content).out == TEXT
    assert softmax(*arguments, "-", stdin=content).out == TEXT  # standard input is a file


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_table_comes_from_a_named_pipe(suffix, tmp_path):
    path = tmp_path / f"x.{suffix}"
    content = tmp_path / "content"
    content.write_bytes(_file(FRAME, suffix))
    os.mkfifo(path)
    with subprocess.Popen(["/bin/sh", "-c", 'cat "$0" > "$1"', content, path]):
        ran = softmax("convert", "-q", str(path), "-f", "csv")
    assert (ran.out, ran.err) == (TEXT, "")


def test_stream_and_file_differ_by_their_content(tmp_path):
    path = tmp_path / "x.arrow"
    path.write_bytes(_stream(FRAME))
    assert softmax("convert", "-q", str(path), "-f", "csv").out == TEXT
    assert softmax("convert", "-q", "--input-format", "arrow", stdin=_stream(FRAME)).out == TEXT
    assert (
        "expected parquet, found arrow"
        in softmax("convert", "--input-format", "parquet", str(path)).err
    )
    assert scan_table(str(path), "arrow").collect().equals(FRAME)


def test_stream_of_many_batches_and_categories_is_read_in_order(tmp_path):
    frames = [
        FRAME.with_columns(kind=pl.Series([k, k, "x"], dtype=pl.Categorical)) for k in ("u", "v")
    ]
    whole = pl.concat(frames * 20_000, rechunk=False)
    path = tmp_path / "x.arrow"
    path.write_bytes(_stream(whole))
    ran = softmax("convert", "-q", str(path), "-f", "csv")
    lines = ran.out.splitlines()
    assert lines[0] == "id,cat,dog,kind"
    assert lines[1:] == [f"{row[0]},0.5,0.5,{row[3]}" for row in whole.iter_rows()]


@pytest.mark.parametrize("cut", [1, 9, 40, 200])
def test_stream_cut_short_is_refused(cut, tmp_path):
    path = tmp_path / "x.arrow"
    path.write_bytes(_stream(FRAME)[: -8 - cut])
    ran = softmax("convert", "-q", str(path))
    assert ran.code == 1
    assert "Arrow stream" in ran.err


def test_stream_without_rows_gives_none(tmp_path):
    path = tmp_path / "x.arrow"
    path.write_bytes(_stream(FRAME.clear()))
    ran = softmax("convert", "-q", str(path), "-f", "csv")
    assert (ran.out, ran.code) == ("id,cat,dog\n", 0)


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "stream"])
def test_part_files_of_a_folder_are_one_table(suffix, tmp_path):
    end, write = ("arrow", _stream) if suffix == "stream" else (suffix, None)
    for i, part in enumerate([FRAME[:2], FRAME.clear(), FRAME[2:]]):
        content = write(part) if write else _file(part, suffix)
        (tmp_path / f"part-0000{i}.{end}").write_bytes(content)
    (tmp_path / f"part-00009.{end}").write_bytes(b"")
    for name in ("_SUCCESS", f"_metadata.{end}", f".part-00000.{end}.crc", "state.json"):
        (tmp_path / name).write_text("{}")
    ran = softmax("convert", "-q", "--input-format", end, str(tmp_path), "-f", "csv")
    assert (ran.out, ran.err) == (TEXT, "")


def test_part_files_of_other_columns_are_refused(tmp_path):
    FRAME.write_parquet(tmp_path / "a.parquet")
    FRAME.rename({"dog": "cow"}).write_parquet(tmp_path / "b.parquet")
    ran = softmax("convert", "-q", "--input-format", "parquet", str(tmp_path))
    assert ran.code == 1
    assert "cannot read file" in ran.err


def test_pipe_that_cannot_be_copied_is_named(monkeypatch):
    def no_space(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", no_space)
    ran = softmax("convert", "--input-format", "parquet", stdin=_file(FRAME, "parquet"))
    assert ran.err == (
        "softmax: <stdin>: cannot copy the pipe to a temporary file: No space left on device. "
        "Save it as a file first.\n"
    )


def test_stderr_of_python_reaches_the_terminal_while_panics_are_silenced():
    code = (
        "import os, sys\n"
        "from softmax_cli.formats.tables.panics import silenced_panics\n"
        "with silenced_panics(), silenced_panics():\n"
        "    os.write(2, b'native\\n'); print('python', file=sys.stderr)\n"
        "os.write(2, b'native again\\n'); print('python again', file=sys.stderr)\n"
    )
    done = subprocess.run([PROGRAM[0], "-c", code], capture_output=True, check=True)
    assert done.stderr == b"python\nnative again\npython again\n"


def test_labels_of_a_folder_and_of_a_stream_are_read(tmp_path):
    (tmp_path / "labels").mkdir()
    labels = pl.DataFrame({"label": ["cat", "dog"]})
    labels.write_parquet(tmp_path / "labels" / "part-0.parquet")
    assert scan_table(str(tmp_path / "labels"), "parquet").collect().equals(labels)
    with pytest.raises(SoftmaxError, match="no arrow files in the folder"):
        scan_table(str(tmp_path / "labels"), "arrow")


def test_stderr_is_restored_when_rows_are_left_unread(tmp_path, capfd):
    path = str(tmp_path / "x.parquet")
    FRAME.write_parquet(path)
    source = open_source(path, ReadOptions())
    chunks = source.chunks()
    next(chunks)
    os.write(2, b"native")
    source.close()
    os.write(2, b"again")
    chunks.close()
    assert capfd.readouterr().err == "again"
