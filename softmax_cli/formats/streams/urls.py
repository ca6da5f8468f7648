"""Files and folders by path, and by URL through fsspec, which is imported for URLs only."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from softmax_cli.errors import SoftmaxError, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_url(path: str) -> bool:
    """Return True for a URL, such as s3://bucket/file."""
    return "://" in path


def open_binary(path: str) -> Any:  # noqa: ANN401
    """Open a file for unbuffered reading, with `seek`."""
    with _errors(path):
        if not is_url(path):
            return open(path, "rb", buffering=0)  # noqa: PTH123
        files, name = _file_system(path)
        return files.open(name, "rb")


def list_names(folder: str) -> list[str]:
    """Return the names in a folder; none if it does not exist."""
    with _errors(folder), contextlib.suppress(FileNotFoundError):
        if not is_url(folder):
            return os.listdir(folder)  # noqa: PTH208
        files, name = _file_system(folder)
        files.invalidate_cache()
        paths: list[str] = files.ls(name, detail=False)
        return [path.rstrip("/").rpartition("/")[2] for path in paths]
    return []


def exists(path: str) -> bool:
    """Return True if there is a file or folder."""
    if not is_url(path):
        return os.path.exists(path)  # noqa: PTH110
    with _errors(path):
        files, name = _file_system(path)
        return bool(files.exists(name))


def make_folder(path: str) -> None:
    """Make a folder, unless it is there."""
    with _errors(path):
        if not is_url(path):
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
            return
        files, name = _file_system(path)
        files.makedirs(name, exist_ok=True)


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    with _errors(path), contextlib.suppress(FileNotFoundError):
        if not is_url(path):
            os.unlink(path)  # noqa: PTH108
            return
        files, name = _file_system(path)
        files.rm_file(name)


def describe(path: str) -> tuple[str, int, str]:
    """Return the path of a file, its size and what tells its versions apart."""
    with _errors(path):
        if not is_url(path):
            status = os.stat(path)  # noqa: PTH116
            return path, status.st_size, str(status.st_mtime_ns)
        files, name = _file_system(path)
        info = files.info(name)
        marks = (info.get(key) for key in ("ETag", "etag", "LastModified", "mtime", "updated"))
        return path, int(info["size"] or 0), str(next(filter(None, marks), ""))


@contextlib.contextmanager
def write_url(url: str) -> Iterator[BinaryIO]:
    """Open a temporary file, which is sent to a URL if the body succeeds."""
    import tempfile  # slow to import

    with tempfile.NamedTemporaryFile("wb", 1 << 20, prefix="softmax-") as file:
        yield cast("BinaryIO", file.file)
        file.flush()
        with _errors(url):
            files, name = _file_system(url)
            files.put_file(file.name, name)


def _file_system(url: str) -> tuple[Any, str]:
    try:
        import fsspec.core
    except ImportError as error:
        raise SoftmaxError(
            "URLs need fsspec",
            source=url,
            hint="Install it: pip install '.[cluster]' in a checkout.",
        ) from error
    found: tuple[Any, str] = fsspec.core.url_to_fs(url)
    return found


@contextlib.contextmanager
def _errors(path: str) -> Iterator[None]:
    """Raise SoftmaxError for a file or a URL that cannot be reached."""
    try:
        with wrap_os_errors(path):
            yield
    except (ImportError, ValueError, OSError) as error:
        if not is_url(path):
            raise
        raise SoftmaxError(f"cannot open URL: {error}", source=path) from error
