"""The lmms-eval arms of `bench.harness`: `simple_evaluate` on a YAML task folder, in a process of
its own, since importing lmms-eval patches globals.

    $ python -m bench.lmms_arm async_openai http://127.0.0.1:8000/v1 TASK_FOLDER CONCURRENCY

Prints what it reports of its result as JSON. Concurrency is `num_cpus` in `async_openai` and
`num_concurrent` in `openai`.
"""

import argparse
import json
from typing import Any, Final

TASK: Final = "bench_pictures"
_CONCURRENCY: Final = {"async_openai": "num_cpus", "openai": "num_concurrent"}


def evaluate(
    model: str, url: str, folder: str, concurrency: int, cache: str | None
) -> dict[str, Any]:
    """What lmms-eval returns as the task's results."""
    from lmms_eval.evaluator import simple_evaluate
    from lmms_eval.tasks import TaskManager

    arguments = f"base_url={url},api_key=bench,model_version=mock"
    results = simple_evaluate(
        model=model,
        model_args=f"{arguments},{_CONCURRENCY[model]}={concurrency}",
        tasks=[TASK],
        task_manager=TaskManager(include_path=folder, include_defaults=False),
        batch_size=1,
        use_cache=cache,
    )
    assert results is not None, "this is the only process"
    return results["results"][TASK]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=sorted(_CONCURRENCY))
    parser.add_argument("url")
    parser.add_argument("folder")
    parser.add_argument("concurrency", type=int)
    parser.add_argument("--cache")
    given = parser.parse_args()
    results = evaluate(given.model, given.url, given.folder, given.concurrency, given.cache)
    print("\n" + json.dumps({"results": results}, default=str))


if __name__ == "__main__":
    main()
