"""The one door to lmms-eval 0.7.3: its tasks, their prompts, their scoring; not its run loop.

Importing it costs seconds of CPU and changes globals, so this module imports it where it is used
and sets there what its tasks expect: a placeholder key while modules load that build a client when
they are imported (MathVista, MathVerse), the log switched off. `HF_HOME` is left alone. A task is
given its rows by us; its own download, which insists on a login and decodes every picture, is not
run.
"""

import contextlib
import importlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from blindspot.core.errors import ConfigError, DataError
from blindspot.core.images import encode, pixels
from blindspot.core.prompt import IMAGE
from blindspot.core.registry import nearest

if TYPE_CHECKING:
    import datasets

VERSION: Final = "0.7.3"
_KEYS: Final = ("OPENAI_API_KEY",)
_IGNORED: Final = ("NUM_IMAGE",)
"""Variables by which its tasks would change a prompt behind the config's back."""
_NAME: Final = re.compile(r"""^task:\s*["']?([\w.\-]+)["']?\s*(?:#.*)?$""", re.MULTILINE)
_GROUP: Final = re.compile(r"""^group\s*:\s*["']?([\w.\-]+)["']?\s*(?:#.*)?$""", re.MULTILINE)


class Task:
    """One task of lmms-eval on rows that we give it."""

    def __init__(self, name: str, config: Mapping[str, Any], rows: "datasets.Dataset") -> None:
        self.name = name
        with _expected():
            self.inner: Any = _task_class()(dict(config), rows)

    @property
    def rows(self) -> Any:
        """The rows (`datasets.Dataset`) after the task's own preparation, pictures as bytes."""
        return self.inner.task_docs

    def prompt(self, doc: Mapping[str, Any]) -> tuple[str, tuple[bytes, ...]]:
        """The user's turn: its text, with `<image>` where a picture stands inside it, and the
        pictures. Original bytes where the task leaves the pixels unchanged, otherwise a PNG.
        """
        with _expected():
            messages = self.inner.doc_to_messages(with_pictures(doc))
        if len(messages) != 1 or messages[0]["role"] != "user":
            raise _refused(self.name, "it asks over several turns")
        return _turn(self.name, messages[0]["content"])

    @property
    def pipelines(self) -> list[str]:
        """Names of the task's filters, through one of which a completion goes before scoring."""
        return [pipeline.name for pipeline in self.inner._filters]

    def filtered(self, doc: Mapping[str, Any], text: str, pipeline: str) -> Any:
        """The completion as this filter leaves it."""
        said: Any = [[text]]
        for step in next(p for p in self.inner._filters if p.name == pipeline).filters:
            said = list(step.apply(said, [doc]))
        return said[0]

    def process(self, doc: Mapping[str, Any], text: Any) -> dict[str, Any]:
        """What the task's `process_results` says of one completion, once: lmms-eval repeats one
        that raises for eight seconds.
        """
        once = type(self.inner).process_results.__wrapped__
        with contextlib.redirect_stdout(io.StringIO()):
            return once(self.inner, doc, [text])

    def target(self, doc: Mapping[str, Any]) -> str:
        """The task's target as text; the first of several."""
        target = self.inner.doc_to_target(doc)
        return str(target[0] if isinstance(target, list) and target else target)

    def text(self, doc: Mapping[str, Any]) -> str:
        """The question with the task's own words around it."""
        return str(self.inner.doc_to_text(doc))


def config_of(name: str) -> dict[str, Any]:
    """The YAML of a task: by name among lmms-eval's own, or by the path of a file. Raises
    ConfigError with the nearest name, or for a group of tasks.
    """
    file = Path(name) if name.endswith((".yaml", ".yml")) else _yaml_files().get(name)
    if file is None or not file.is_file():
        raise _unknown(name)
    from lmms_eval.utils import load_yaml_config

    with _expected():
        config = load_yaml_config(str(file), mode="full")
    if not isinstance(config.get("task"), str) or "class" in config:
        raise _grouped(name)
    return config


def module(name: str) -> Any:
    """A module of lmms-eval's tasks, `mmmu.utils`, for the functions that score."""
    with _expected():
        return importlib.import_module(f"lmms_eval.tasks.{name}")


def pictures_in(doc: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that hold a picture (`{bytes, path}`) or a list of them."""
    return {key: value for key, value in doc.items() if _is_picture(value) or _are_pictures(value)}


def with_pictures(doc: Mapping[str, Any]) -> dict[str, Any]:
    """The row with pictures opened, not yet decoded, as its task expects them."""
    opened = {
        key: [_open(v) for v in value] if isinstance(value, list) else _open(value)
        for key, value in pictures_in(doc).items()
    }
    return {**doc, **opened}


class _Picture(Image.Image):
    """A picture that is decoded only when a task does more than `.convert("RGB")` with it; the
    image store makes RGB of what it keeps. Decoded, it is what the store would show.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        with Image.open(io.BytesIO(data)) as header:
            self._size, self._mode, self.format = header.size, "RGB", header.format
        self.data = data
        self.decoded = False

    def convert(self, mode: str | None = None, *args: Any, **kwargs: Any) -> Image.Image:
        if mode == "RGB" and not self.decoded and not args and not kwargs:
            return self
        return super().convert(mode, *args, **kwargs)

    def load(self) -> Any:
        if not self.decoded:
            image = pixels(self.data)
            self._im, self._size = image.im, image.size
            self.decoded = True
        return super().load()

    @property
    def im(self) -> Any:
        if not self.decoded:
            self.load()
        return self._im

    @im.setter
    def im(self, im: Any) -> None:
        self._im = im


def _open(value: Mapping[str, Any] | None) -> Image.Image | None:
    return None if value is None else _Picture(_bytes(value))


def _bytes(value: Mapping[str, Any]) -> bytes:
    data = value.get("bytes")
    return data if data is not None else Path(str(value["path"])).read_bytes()


def _is_picture(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"bytes", "path"}


def _are_pictures(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_picture, value))


def _turn(name: str, content: list[dict[str, Any]]) -> tuple[str, tuple[bytes, ...]]:
    kinds = [part["type"] for part in content]
    if set(kinds) - {"text", "image"}:
        raise _refused(name, f"it asks about {', '.join(sorted(set(kinds) - {'text', 'image'}))}")
    pictures = tuple(_encoded(part["url"]) for part in content if part["type"] == "image")
    texts = [part["text"] for part in content if part["type"] == "text"]
    if kinds == ["image"] * len(pictures) + ["text"] * len(texts) and len(texts) <= 1:
        return "".join(texts), pictures
    marked = [IMAGE if part["type"] == "image" else part["text"] for part in content]
    return "\n".join(marked), pictures


def _encoded(image: Image.Image | str) -> bytes:
    if isinstance(image, str):
        return Path(image).read_bytes()
    if isinstance(image, _Picture) and not image.decoded:
        return image.data
    return encode(image)


@cache
def _task_class() -> type:
    """lmms-eval's task with our rows in place of its download."""
    import datasets
    from lmms_eval.api.task import ConfigurableMessagesTask

    importlib.import_module("lmms_eval.api.metrics")  # registers the metrics that a YAML may name

    class OnRows(ConfigurableMessagesTask):
        def __init__(self, config: dict[str, Any], rows: datasets.Dataset) -> None:
            self._given = rows
            super().__init__(config=config)

        def download(  # pyright: ignore[reportIncompatibleVariableOverride]
            self, dataset_kwargs: Any = None
        ) -> None:
            prepare = self.config.process_docs
            rows = prepare(self._given) if prepare is not None else self._given
            split = self.config.test_split or self.config.validation_split
            self.dataset = self.dataset_no_image = {split: rows}

    return OnRows


@cache
def _yaml_files() -> dict[str, Path]:
    """lmms-eval's own task names and their files, by a scan of text rather than 2,000 parses."""
    found: dict[str, Path] = {}
    for file in _own_files():
        for name in _NAME.findall(file.read_text(errors="replace")):
            found.setdefault(name, file)
    return found


def _own_files() -> list[Path]:
    root = Path(str(importlib.import_module("importlib.util").find_spec("lmms_eval").origin)).parent
    return sorted((root / "tasks").rglob("*.yaml"))


@contextlib.contextmanager
def _expected() -> Iterator[None]:
    """What lmms-eval's modules expect of the environment while they load; what they print is not
    for our stdout.
    """
    from loguru import logger

    missing = [name for name in _KEYS if name not in os.environ]
    held = {name: os.environ.pop(name) for name in _IGNORED if name in os.environ}
    logger.disable("lmms_eval")
    os.environ.update(dict.fromkeys(missing, "none"))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except ModuleNotFoundError as error:
        raise ConfigError(
            "lmms-eval",
            f"the package '{error.name}' is not installed",
            "Install blindspot as its README says: make install",
        ) from error
    finally:
        for name in missing:
            os.environ.pop(name, None)
        os.environ.update(held)


def _unknown(name: str) -> ConfigError:
    if any(name in _GROUP.findall(f.read_text(errors="replace")) for f in _own_files()):
        return _grouped(name)
    known = sorted(_yaml_files())
    close = nearest(name, known).partition("Known:")[0] or "See the task's name in its YAML"
    return ConfigError(f"The lmms-eval task '{name}'", "there is no such task", close.strip())


def _grouped(name: str) -> ConfigError:
    return ConfigError(
        f"The lmms-eval task '{name}'",
        "it is a group of tasks, or a Python class",
        "Name its tasks one by one",
    )


def _refused(name: str, why: str) -> DataError:
    return DataError(
        f"The lmms-eval task '{name}'", why, "Only one turn of text and pictures is asked"
    )
