"""What simple scripts do with the calls that a run made: the arms that `throughput` and `money`
measure beside the stage.

    bodies(run)                       the run's finished calls, as they went to the server
    asyncio.run(bare(url, bodies, 64))         64 workers around the openai client
    per_item(url, bodies, 64, chain=14)        64 threads, each item's calls one after the other
    asyncio.run(checked(url, bodies, 64, budget))    the same as `bare`, and stops when the sum of
                                               the finished calls has reached the budget
"""

import asyncio
import base64
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai

from bench.generating.runs import PRICES, Run, model, settings
from blindspot.core.images import ImageStore
from blindspot.core.model import Request, fingerprint, sampling_arguments
from blindspot.core.prompt import parts
from blindspot.core.run_folder import RunFolder
from generation.spending import models

Body = dict[str, Any]


def bodies(run: Run) -> list[Body]:
    """Every finished call of a run, once, in an order that depends on their content alone."""
    names = {fingerprint(m): m.model for _, m in models(settings(run.task).agents)}
    policy = model(run.task, "policy")
    names[fingerprint(policy)] = policy.model
    db = sqlite3.connect(run.folder / "ledger.sqlite")
    try:
        rows = db.execute("select fingerprint, request from calls order by key").fetchall()
    finally:
        db.close()
    images = RunFolder(run.folder).images
    return [_body(names[by], Request.model_validate_json(text), images) for by, text in rows]


async def bare(url: str, calls: Sequence[Body], concurrency: int) -> int:
    """How many calls were answered."""
    costs: list[float] = []
    await _ask(url, iter(calls), concurrency, costs.append)
    return len(costs)


async def checked(url: str, calls: Sequence[Body], concurrency: int, budget: float) -> float:
    """What the calls cost that were made before a check after each of them said stop."""
    costs: list[float] = []

    def affordable() -> Iterator[Body]:
        for call in calls:
            if sum(costs) >= budget:
                return
            yield call

    await _ask(url, affordable(), concurrency, costs.append)
    return sum(costs)


def per_item(url: str, calls: Sequence[Body], concurrency: int, chain: int) -> int:
    """How many calls were answered; items are `chain` calls long."""
    items = [calls[i : i + chain] for i in range(0, len(calls), chain)]
    with (
        openai.OpenAI(base_url=url, api_key="bench", max_retries=0) as client,
        ThreadPoolExecutor(concurrency) as pool,
    ):

        def work(item: Sequence[Body]) -> int:
            return len([client.chat.completions.create(**body) for body in item])

        return sum(pool.map(work, items))


def cost(prompt: int, completion: int) -> float:
    """Of so many tokens."""
    return (prompt * PRICES[0] + completion * PRICES[1]) / 1e6


async def _ask(
    url: str, calls: Iterator[Body], concurrency: int, paid: Callable[[float], None]
) -> None:
    """Make the calls; what each cost is told as it is answered."""

    async def work(client: openai.AsyncOpenAI) -> None:
        for body in calls:
            used = (await client.chat.completions.create(**body)).usage
            paid(cost(used.prompt_tokens, used.completion_tokens) if used else 0.0)

    async with (
        openai.AsyncOpenAI(base_url=url, api_key="bench", max_retries=0) as client,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(concurrency):
            group.create_task(work(client))


def _body(name: str, request: Request, images: ImageStore) -> Body:
    turn = [_part(*part, images) for part in parts(request.prompt, request.images)]
    body = {
        "model": name,
        "messages": [{"role": "user", "content": turn if request.images else request.prompt}],
        **sampling_arguments(request.sampling, request.repeat),
    }
    if request.reply_schema is None:
        return body
    wanted = {"name": "reply", "strict": True, "schema": request.reply_schema}
    return {**body, "response_format": {"type": "json_schema", "json_schema": wanted}}


def _part(image: str | None, text: str | None, images: ImageStore) -> Body:
    if image is None:
        return {"type": "text", "text": text}
    data = base64.b64encode(images.path(image).read_bytes()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
