"""The table of formats that a document is shown in."""

from __future__ import annotations

from importlib import import_module
from os.path import splitext
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError
from softmax_cli.formats.streams.compression import without_suffix

if TYPE_CHECKING:
    from collections.abc import Collection

    from softmax_cli.display.documents.document import Document, Settings


@dataclass(frozen=True)
class DocumentFormat:
    """A format: the suffixes of its files, and its renderer as `module:function`."""

    suffixes: tuple[str, ...]
    renderer: str

    def render(self, document: Document, settings: Settings) -> str:
        """Return the document as text; the renderer's module is imported now."""
        module, _, name = self.renderer.partition(":")
        text: str = getattr(import_module(f"{__package__}.{module}"), name)(document, settings)
        return text


DOCUMENT_FORMATS: dict[str, DocumentFormat] = {
    "table": DocumentFormat((".txt", ""), "terminal:to_terminal"),
    "json": DocumentFormat((".json",), "json:to_json"),
    "csv": DocumentFormat((".csv",), "csv:to_csv"),
    "markdown": DocumentFormat((".md", ".markdown"), "markdown:to_markdown"),
    "html": DocumentFormat((".html", ".htm"), "html:to_html"),
}


def select_format(format_name: str | None, output: str | None, others: Collection[str] = ()) -> str:
    """Return the format that is asked for, else that of the output's suffix, else "table".

    `others` are names of formats that are no documents, called as their suffixes.

    Raises:
        UsageError: for a suffix of no format.
    """
    if format_name:
        return format_name
    suffix = splitext(without_suffix(output or ""))[1].lower()  # noqa: PTH122
    if suffix[1:] in others:
        return suffix[1:]
    for name, known in DOCUMENT_FORMATS.items():
        if suffix in known.suffixes:
            return name
    raise UsageError(
        f'unknown report format "{suffix}"',
        source=output,
        hint=f"Choose one with -f: {', '.join(dict.fromkeys([*others, *DOCUMENT_FORMATS]))}.",
    )
