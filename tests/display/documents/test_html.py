"""Documents as HTML: one self-contained page, opened in Chromium where that is installed."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from softmax_cli.display.console import Screen
from softmax_cli.display.documents import html
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.html import to_html
from tests.display.documents.sample_documents import HOSTILE, LINES, sample

SETTINGS = Settings(Screen())
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
VOID = {"meta", "br", "path", "use"}


class _Checker(HTMLParser):
    """Tags that are open, and those that were seen."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.seen = []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _checked(text):
    checker = _Checker()
    checker.feed(text)
    assert checker.open == []
    return checker.seen


def test_a_page_has_a_title_headings_and_real_tables():
    text = to_html(sample(charts=()), SETTINGS)
    tags = [tag for tag, _ in _checked(text)]
    assert text.startswith("<!DOCTYPE html>")
    assert tags.count("table") == tags.count("thead") == tags.count("tfoot") == 1
    assert tags.count("tr") == 4
    assert "<title>Title of cat</title>" in text
    assert '<td class="number">0.1000</td>' in text
    assert "<p><strong>Do not miss this.</strong></p>" in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_names_are_text():
    text = to_html(sample(HOSTILE), SETTINGS)
    tags = [tag for tag, _ in _checked(text)]
    assert "script" not in tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\x1b" not in text


def test_nothing_is_fetched():
    for tag, attributes in _checked(to_html(sample(), SETTINGS)):
        assert tag not in {"script", "link", "img", "iframe", "object"}
        for name, value in attributes.items():
            assert name not in {"src", "data"}
            assert not (name.endswith("href") and not value.startswith("#"))
    assert "@import" not in html._STYLE
    assert "url(" not in html._STYLE


def test_charts_are_inline_and_in_the_color_of_the_text():
    pytest.importorskip("matplotlib")
    text = to_html(sample(charts=(LINES, LINES)), SETTINGS)
    assert [tag for tag, _ in _checked(text)].count("svg") == 2
    assert 'aria-label="Two lines"' in text
    assert "currentColor" in text
    assert "#010203" not in text


def test_names_inside_figures_differ_between_figures():
    pytest.importorskip("matplotlib")
    from dataclasses import replace

    text = to_html(sample(charts=(LINES, replace(LINES, title="Others"))), SETTINGS)
    names = re.findall(r'\bid="([^"]*)"', text)
    assert len(set(names)) == len(names)
    assert set(re.findall(r'(?:url\(|href=")#([^)"]*)', text)) <= set(names)


def test_without_matplotlib_a_note_stands_for_the_chart(monkeypatch):
    monkeypatch.setattr(html, "find_spec", lambda _name: None)
    text = to_html(sample(), SETTINGS)
    assert "Install matplotlib" in text
    assert "<svg" not in text


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_chromium_shows_names_as_text_and_runs_no_script(tmp_path):
    pytest.importorskip("matplotlib")
    page = tmp_path / "page.html"
    name = "<script>document.title='run'</script>"
    page.write_text(to_html(sample([name, *HOSTILE]), SETTINGS), encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
         f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "<title>Title of &lt;script&gt;" in done.stdout
    assert "<td>&lt;script&gt;document.title='run'&lt;/script&gt;</td>" in done.stdout
    assert "<td>虎猫 (tiger cat)</td>" in done.stdout
    assert "<svg" in done.stdout
