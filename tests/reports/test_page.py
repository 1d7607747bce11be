"""What a model or a data set says must never become markup."""

import json
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from blindspot.core.run_folder import RunFolder
from reports.page import embedded
from reports.stage import ReportInputs, ReportSettings, run, run_index

ATTACK = (
    '</script><script>boom()</script><img src=x onerror="boom()"><a href="https://evil">l</a>'
    "\u202e\u2066\x00{{ 7 * 6 }}<svg onload=boom()>\u2028&lt;b&gt;"
)


class Reader(HTMLParser):
    """Collects elements, attributes and the text outside scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within not in ("script", "style"):
            self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.fixture(scope="module")
def hostile(make_run: Callable[..., RunFolder]) -> list[str]:
    """All pages of a run whose every free text is an attack."""
    fields = dict.fromkeys(("question", "completion", "weakness", "option", "fact"), ATTACK)
    folder = make_run(**fields, complete=True)
    pages = [
        run(ReportSettings(), ReportInputs(folder, n, ATTACK), folder.round(n).report)
        for n in range(2)
    ]
    pages.append(run_index(ReportSettings(), folder))
    return [page.read_text(encoding="utf-8") for page in pages]


def test_hostile_text_makes_no_element_and_no_attribute(hostile: list[str]):
    for html in hostile:
        reader = read(html)
        assert reader.tags.count("script") == 3 + reader.tags.count("dialog")
        assert not {"img", "iframe", "object", "base"} & set(reader.tags)
        assert not [name for name, _ in reader.attributes if name.startswith("on")]
        assert not [v for n, v in reader.attributes if n == "href" and "evil" in v]


def test_hostile_text_is_readable_as_text(hostile: list[str]):
    text = "".join(read(hostile[0]).text)
    assert "</script><script>boom()</script><img src=x" in text
    assert "{{ 7 * 6 }}" in text
    assert "⟨U+202E⟩⟨U+2066⟩⟨U+0000⟩" in text


def test_no_hidden_character_reaches_a_page(hostile: list[str]):
    for html in hostile:
        page = html[: html.index('<script type="application/json"')]
        assert not set("\u202e\u2066\x00\u2028") & set(page)


def test_chart_labels_hold_no_tag(hostile: list[str]):
    for html in hostile:
        data = html.partition('id="charts">')[2].partition("</script>")[0]
        assert "<" not in data
        assert "<script>" not in json.dumps(json.loads(data))


def test_embedded_json_cannot_end_its_script():
    value = {"a": "</script><!--&\u2028\u2029"}
    text = embedded(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value
