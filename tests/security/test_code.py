"""What the packages' code may not do, read from its syntax: nothing unpickles, evaluates or trusts
code that came with data.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("blindspot", "harness", "diagnostics", "generation", "training", "reports")
EXAMPLES = ("examples", "bench")

MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "commands", "telnetlib"}
"""Modules that run what they read."""
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "tempfile.mktemp",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "pandas.read_pickle",
    "pd.read_pickle",
    "ssl._create_unverified_context",
}
"""Calls that run or trust what they are given."""
NEVER = {"shell", "allow_pickle", "trust_remote_code"}
"""Keywords that are never true."""
ALLOWED = {
    ("generation/executors/ray.py", "import pickle"): "the work and its results between our own "
    "processes of one cluster, which Ray itself pickles; nothing is read from a file or a network",
}
"""What is meant, with its reason."""


def sources(*folders: str) -> list[Path]:
    return sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py"))


def faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each thing that is not allowed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, f"import {a.name}") for a in node.names if _is_bad(a.name))
        elif isinstance(node, ast.ImportFrom) and _is_bad(node.module or ""):
            yield node.lineno, f"import {node.module}"
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, fault) for fault in _of_call(node))


def _is_bad(module: str) -> bool:
    return module.partition(".")[0] in MODULES


def _of_call(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func)
    given = {k.arg: k.value for k in node.keywords}
    if name in CALLS:
        yield name
    if name in ("torch.load", "load_state_dict_from_url") and not _is(
        given.get("weights_only"), True
    ):
        yield f"{name} without weights_only=True"
    yield from (
        f"{key}={ast.unparse(v)}" for key, v in given.items() if key in NEVER and not _is(v, False)
    )
    if _is(given.get("verify"), False):
        yield "verify=False"


def _is(value: ast.expr | None, wanted: bool) -> bool:
    return isinstance(value, ast.Constant) and value.value is wanted


@pytest.mark.parametrize("folder", [*PACKAGES, *EXAMPLES])
def test_nothing_unpickles_evaluates_or_trusts(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {fault}"
        for path in sources(folder)
        for line, fault in faults(ast.parse(path.read_text(encoding="utf-8")))
        if (path.relative_to(ROOT).as_posix(), fault) not in ALLOWED
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from marshal import loads",
        "eval(x)",
        "exec(x)",
        "os.system(x)",
        "subprocess.run(x, shell=True)",
        "subprocess.run(x, shell=flag)",
        "np.load(f, allow_pickle=True)",
        "yaml.load(f)",
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "AutoModel.from_pretrained(n, trust_remote_code=True)",
        "httpx.get(u, verify=False)",
        "tempfile.mktemp()",
    ],
)
def test_the_scan_sees_it(code: str) -> None:
    assert list(faults(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    ["model.eval()", "torch.load(f, weights_only=True)", "re.compile(x)", "yaml.safe_load(f)"],
)
def test_the_scan_leaves_the_rest_alone(code: str) -> None:
    assert not list(faults(ast.parse(code)))


def test_what_is_allowed_is_still_there() -> None:
    """A reason without its code would hide the next one."""
    for (name, fault), reason in ALLOWED.items():
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        assert fault in {found for _, found in faults(tree)}, f"{name}: {fault} ({reason})"


def test_no_test_or_example_trusts_code_of_the_hub() -> None:
    texts = [p for p in (ROOT / "examples").rglob("*.toml") if "trust_remote_code" in p.read_text()]
    assert not texts


def test_weights_are_never_read_by_pickle() -> None:
    """A checkpoint of the loop is safetensors, and nothing of ours writes or reads `.bin`."""
    written = [
        f"{path.relative_to(ROOT)}"
        for path in sources(*PACKAGES)
        if "safe_serialization=False" in path.read_text(encoding="utf-8")
    ]
    assert not written
