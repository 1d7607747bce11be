"""One Python file of a user's own as a benchmark: it ends with `PLUGIN`, an object that satisfies
`harness.benchmark.Benchmark`. A whole one, for a folder `dots` of pictures 1.png, 2.png, …, each
called what is to be seen on it:

    from pathlib import Path

    from blindspot.core.artifact import digest_of, folder_digests
    from blindspot.core.grading import grade
    from blindspot.core.records import Sample
    from harness.benchmark import Facts, Item, accuracy

    PICTURES = Path(__file__).parent / "dots"

    class Dots:
        facts = Facts(title="Dots", size=0, licence="my own", paper="")

        def digest(self, settings, lock):
            return digest_of(folder_digests(PICTURES))

        def open(self, settings, lock):
            return OpenedDots()

    class OpenedDots:
        grader = "dots-1"

        def ids(self):
            return sorted(f"dots/{file.stem}" for file in PICTURES.glob("*.png"))

        def items(self, wanted=None):
            for id in self.ids():
                if wanted is None or id in wanted:
                    count, asked = id.removeprefix("dots/"), "How many dots are there?"
                    sample = Sample(id=id, benchmark="dots", question=asked, prompt=asked,
                                    target=count, answer_kind="number")
                    yield Item(sample, ((PICTURES / f"{count}.png").read_bytes(),))

        def grade(self, sample, doc, text):
            return grade(text, target=sample.target, kind="number")

        def metrics(self, scored):
            return accuracy(scored)

    PLUGIN = Dots()

The file's bytes are part of its digest: a change of the file is a change of the benchmark. Modules
beside it are neither found nor digested. What its methods raise while they run is not caught.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from blindspot.core import own_code
from blindspot.core.artifact import digest_of, file_digest
from blindspot.core.grading import Grade
from blindspot.core.records import Sample
from harness.benchmark import Benchmark, Doc, Facts, Item, Opened, Scored
from harness.settings import BenchmarkSettings

_KIND: Final = own_code.Kind(
    name="benchmark",
    called="The benchmark file",
    parts="facts, digest and open",
    methods=("digest", "open"),
    contract="harness/benchmark.py",
    option="Give a file that ends with .py",
)
_OPENED: Final = ("ids", "items", "grade", "metrics")


@dataclass(frozen=True)
class PythonFile:
    """The benchmark of a file."""

    file: Path
    inner: Benchmark

    @property
    def facts(self) -> Facts:
        """What the file says of it."""
        return self.inner.facts

    def digest(self, settings: BenchmarkSettings, lock: Path) -> str:
        """Digest of the file and of what it says its data is."""
        return digest_of([file_digest(self.file), str(self.inner.digest(settings, lock))])

    def open(self, settings: BenchmarkSettings, lock: Path) -> "OpenedFile":
        """Open its data. Raises ConfigError where what it opens lacks a method."""
        opened = self.inner.open(settings, lock)
        _KIND.require(self.file, "what PLUGIN.open() returns", opened, _OPENED)
        if not isinstance(getattr(opened, "grader", None), str):
            why = "what PLUGIN.open() returns has no 'grader', a text"
            raise _KIND.refused(self.file, why, 'Name its rule and version: grader = "mine-1"')
        return OpenedFile(opened, settings.name)


@dataclass(frozen=True)
class OpenedFile:
    """Its data, with samples that carry the name that the config gives the benchmark."""

    inner: Opened
    name: str

    @property
    def grader(self) -> str:
        """Name and version of its rule."""
        return self.inner.grader

    def ids(self) -> list[str]:
        """Ids of all samples."""
        return list(self.inner.ids())

    def items(self, wanted: Collection[str] | None = None) -> Iterator[Item]:
        """The wanted samples, or all."""
        for item in self.inner.items(wanted):
            yield replace(item, sample=item.sample.model_copy(update={"benchmark": self.name}))

    def grade(self, sample: Sample, doc: Doc, text: str) -> Grade | None:
        """As the file says."""
        return self.inner.grade(sample, doc, text)

    def metrics(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As the file says."""
        return self.inner.metrics(scored)


def load(file: Path) -> PythonFile:
    """The benchmark of a file. Raises ConfigError for a file that is not there, cannot be imported,
    or whose `PLUGIN` lacks a part of the contract.
    """
    if not file.is_file():
        why = "there is no such file"
        raise _KIND.refused(file, why, "Correct the benchmark's `file`")
    plugin = own_code.plugin(file, _KIND)
    if not isinstance(getattr(plugin, "facts", None), Facts):
        why = "its PLUGIN has no 'facts' of the class Facts"
        way_out = 'Say what it is: facts = Facts(title="…", size=0, licence="…", paper="")'
        raise _KIND.refused(file, why, way_out)
    return PythonFile(file, plugin)
