"""A page: first its numbers, as plain JSON, then the HTML that shows them.

    {"schema_version": 1, "title": "tiny · round 1", "pictures": {"shown": 40, …},
     "sections": [{"name": "verdict", "title": "Verdict", "numbers": {…}}, …]}

The page is one file that opens from disk and asks for nothing outside itself. What a model said
is hostile: it reaches the page through Jinja's escaping or as escaped JSON only.
"""

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs
from pydantic_core import to_jsonable_python

from blindspot.core.artifact import write_text
from reports import formatting
from reports.pictures import Chosen
from reports.section import Section, sections
from reports.view import View

PAGE_SCHEMA: Final = 1
_FOLDER: Final = Path(__file__).parent
_SCRIPTS: Final = ("text", "address", "charts", "tables", "sample", "drawer", "start")
_FILTERS: Final = ("percent", "rate", "points", "change", "p_value", "count", "measured")


@dataclass(frozen=True)
class Page:
    """What a page shows, and the pictures to show it with."""

    numbers: dict[str, Any]
    """Plain JSON, written beside the page."""
    pictures: Chosen


def build(view: View, title: str, names: Sequence[str], links: Sequence[tuple[str, str]]) -> Page:
    """Collect the numbers of all sections, then the pictures that they asked for."""
    parts = [_part(name, sections.load(name), view) for name in names]
    chosen = view.gallery.choose(view.settings.max_thumbnails, view.settings.max_picture_bytes)
    numbers = {
        "schema_version": PAGE_SCHEMA,
        "title": title,
        "links": [{"text": text, "href": href} for text, href in links],
        "sections": parts,
        "pictures": {
            "shown": len(chosen.thumbnails),
            "left_out": chosen.left_out,
            "unreadable": chosen.unreadable,
            "most": view.settings.max_thumbnails,
            "most_bytes": view.settings.max_picture_bytes,
        },
    }
    return Page(to_jsonable_python(numbers, inf_nan_mode="null"), chosen)


def write(page: Page, html: Path, numbers: Path) -> Path:
    """Write the numbers, then the page, each whole or not at all."""
    text = json.dumps(page.numbers, indent=1, sort_keys=True, allow_nan=False)
    write_text(numbers, text + "\n")
    write_text(html, render(page))
    return html


def render(page: Page) -> str:
    """The HTML of a page."""
    environment = _environment()
    environment.globals["thumbnails"] = page.pictures.thumbnails
    environment.globals["openable"] = {item["id"] for item in _listed(page)["items"]}
    parts = [{**part, "html": _section(environment, part)} for part in page.numbers["sections"]]
    return environment.get_template("page.html").render(
        page=page.numbers,
        parts=parts,
        thumbnails=page.pictures.thumbnails,
        css=Markup(_read("page.css")),
        script=Markup("".join(_read(f"scripts/{name}.js") for name in _SCRIPTS)),
        plotly=Markup(get_plotlyjs()),
        charts=Markup(embedded(_charts(page.numbers["sections"]))),
        drawer=_drawer(page),
    )


def embedded(value: Any) -> str:
    """JSON that no content can end early when it stands in a `<script>`."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _part(name: str, section: Section, view: View) -> dict[str, Any]:
    numbers = section.numbers(view)
    return {"name": name, "title": section.title, "missing": section.missing, "numbers": numbers}


def _section(environment: Environment, part: Mapping[str, Any]) -> Markup:
    """A section's own template, which lies beside its file."""
    if part["numbers"] is None:
        return Markup('<p class="quiet">{}</p>').format(part["missing"])
    plugin = Path(inspect.getfile(type(sections.load(part["name"]))))
    template = environment.from_string(plugin.with_suffix(".html").read_text(encoding="utf-8"))
    return Markup(template.render(n=part["numbers"], name=part["name"]))


def _charts(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"{part['name']}-{key}": figure
        for part in parts
        for key, figure in ((part["numbers"] or {}).get("charts") or {}).items()
    }


def _drawer(page: Page) -> Markup | None:
    """What the drawer shows, as JSON; None where the page has no list of samples."""
    listed = _listed(page)
    if not listed["items"]:
        return None
    pictures = {
        name: {"key": t.key, "width": t.width, "height": t.height, "tiny": t.tiny}
        for name, t in page.pictures.thumbnails.items()
    }
    samples = [item | {"figures": _figures(item)} for item in listed["items"]]
    return Markup(embedded(_readable({**listed, "items": samples, "pictures": pictures})))


def _listed(page: Page) -> Mapping[str, Any]:
    """The numbers of the list of samples; without items where the page has no such list."""
    found = [p["numbers"] for p in page.numbers["sections"] if p["name"] == "samples"]
    return found[0] if found and found[0] else {"items": []}


def _figures(item: Mapping[str, Any]) -> dict[str, str]:
    """The numbers of a sample as the rest of the page writes them."""
    attribution = item["attribution"]
    return {
        "score": formatting.measured(item["score"]),
        "confidence": formatting.percent(attribution["confidence"] if attribution else None),
        **{f"score {t['round']}": formatting.measured(t["score"]) for t in item["earlier"]},
    }


def _readable(value: Any) -> Any:
    """The same with hidden characters written out, as everywhere on the page."""
    if isinstance(value, str):
        return formatting.visible(value)
    if isinstance(value, Mapping):
        return {key: _readable(inner) for key, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list) else value


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {name: getattr(formatting, name) for name in _FILTERS}
    environment.filters |= {"words": formatting.words, "duration": formatting.duration}
    environment.filters["visible"] = formatting.visible
    environment.filters["pretty"] = lambda value: json.dumps(value, indent=1, sort_keys=True)
    return environment


def _shown(value: Any) -> Any:
    """Every value that a template prints: hidden characters written out, nothing as a dash."""
    if value is None:
        return formatting.NOTHING
    if isinstance(value, str) and not isinstance(value, Markup):
        return formatting.visible(value)
    return value


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
