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
from reports.pictures import LONG_SIDE, QUALITY, Chosen
from reports.section import Section, sections
from reports.settings import ReportSettings
from reports.view import View

PAGE_SCHEMA: Final = 1
_FOLDER: Final = Path(__file__).parent
_SCRIPTS: Final = ("text", "address", "charts", "tables", "sample", "drawer", "start")
MOST_BYTES: Final = 15_000_000
"""Of a page that people send to each other."""
NONE: Final = Chosen({}, 0, frozenset())
_REFERENCE: Final = 400
"""Bytes, at most, of what shows one picture in one place."""
_FILTERS: Final = ("percent", "rate", "points", "change", "p_value", "count", "measured")


@dataclass(frozen=True)
class Page:
    """What a page shows, and the pictures to show it with."""

    numbers: dict[str, Any]
    """Plain JSON, written beside the page."""
    pictures: Chosen


def build(
    view: View, title: str, names: Sequence[str], links: Sequence[tuple[str, str]], folder: str = ""
) -> Page:
    """Collect the numbers of all sections, then the pictures that they asked for, as far as the
    page's weight allows. `folder`: where the pictures lie in full size, seen from the page.
    """
    parts = [_part(name, sections.load(name), view) for name in names]
    numbers = {
        "schema_version": PAGE_SCHEMA,
        "title": title,
        "links": [{"text": text, "href": href} for text, href in links],
        "sections": parts,
        "pictures": _pictures(view.settings, NONE, folder),
    }
    bare = Page(to_jsonable_python(numbers, inf_nan_mode="null"), NONE)
    most = view.settings.max_thumbnails
    most_bytes = min(view.settings.max_picture_bytes, _left(render(bare), most))
    chosen = view.gallery.choose(most, most_bytes)
    return Page({**bare.numbers, "pictures": _pictures(view.settings, chosen, folder)}, chosen)


def _pictures(settings: ReportSettings, chosen: Chosen, folder: str) -> dict[str, Any]:
    """What became of the pictures."""
    return {
        "shown": len(chosen.thumbnails),
        "left_out": chosen.left_out,
        "unreadable": len(chosen.unreadable),
        "most": settings.max_thumbnails,
        "most_bytes": settings.max_picture_bytes,
        "page_bytes": MOST_BYTES,
        "long_side": chosen.long_side,
        "quality": chosen.quality,
        "reduced": chosen.long_side < LONG_SIDE or chosen.quality < QUALITY,
        "folder": folder,
    }


def _left(bare: str, pictures: int) -> int:
    """Bytes that a page without its pictures leaves for them, with what refers to them."""
    places = bare.count('class="no-picture"') + pictures
    return max(0, MOST_BYTES - len(bare.encode()) - _REFERENCE * places)


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
    environment.globals["unreadable"] = page.pictures.unreadable
    environment.globals["folder"] = page.numbers["pictures"]["folder"]
    items = _listed(page)["items"]
    environment.globals["openable"] = {item["id"] for item in items}
    environment.globals["listed"] = {(item["category"], item["stage"]) for item in items}
    charts = _charts(page.numbers["sections"])
    parts = [{**part, "html": _section(environment, part)} for part in page.numbers["sections"]]
    return environment.get_template("page.html").render(
        page=page.numbers,
        parts=parts,
        thumbnails=page.pictures.thumbnails,
        css=Markup(_read("page.css")),
        script=Markup("".join(_read(f"scripts/{name}.js") for name in _SCRIPTS)),
        plotly=Markup(get_plotlyjs()) if charts else None,
        charts=Markup(embedded(charts)),
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
    unreadable, folder = sorted(page.pictures.unreadable), page.numbers["pictures"]["folder"]
    found = {"pictures": pictures, "unreadable": unreadable, "folder": folder}
    return Markup(embedded(_readable({**listed, "items": samples, **found})))


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
