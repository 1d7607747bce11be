"""The bare arm of `bench.harness`: asyncio, the openai client, a semaphore, and nothing else.

    $ python -m bench.bare_client http://127.0.0.1:8000/v1 PICTURES SAMPLES CONCURRENCY

It reads `PICTURES/000000.*` and so on, sends each as base64 with its question, keeps the answers
in memory and prints how many there are. With `--raw` it leaves the openai client out too and sends
bytes that were made beforehand, over one connection per slot: what the endpoint itself can do.
"""

import argparse
import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.endpoint import question

MAX_TOKENS = 1024


def messages(picture: Path, number: int) -> list[dict[str, Any]]:
    """The turn that asks a sample: its picture as it lies on disk, then its question."""
    kind = picture.suffix[1:].replace("jpg", "jpeg")
    data = base64.b64encode(picture.read_bytes()).decode()
    image = {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{data}"}}
    return [{"role": "user", "content": [image, {"type": "text", "text": question(number)}]}]


async def ask(url: str, pictures: list[Path], concurrency: int) -> list[str]:
    """The answers, in order."""
    import openai

    client, slots = (
        openai.AsyncOpenAI(base_url=url, api_key="bench"),
        asyncio.Semaphore(concurrency),
    )

    async def one(number: int) -> str:
        async with slots:
            response = await client.chat.completions.create(
                model="mock",
                messages=messages(pictures[number], number),  # type: ignore[arg-type]
                temperature=0,
                max_tokens=MAX_TOKENS,
            )
        return response.choices[0].message.content or ""

    async with client:
        return await asyncio.gather(*(one(n) for n in range(len(pictures))))


async def ask_raw(url: str, pictures: list[Path], concurrency: int) -> list[str]:
    """The responses, from as many connections as slots."""
    where = urlsplit(url)
    requests = iter([_request(where.path, p, n) for n, p in enumerate(pictures)])
    answers: list[str] = []

    async def work(todo: Iterator[bytes]) -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for request in todo:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            answers.append((await reader.readexactly(length)).decode())
        writer.close()

    await asyncio.gather(*(work(requests) for _ in range(concurrency)))
    return answers


def _request(path: str, picture: Path, number: int) -> bytes:
    body = json.dumps({"model": "mock", "messages": messages(picture, number)}).encode()
    head = f"POST {path}/chat/completions HTTP/1.1\r\nHost: bench\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("samples", type=int)
    parser.add_argument("concurrency", type=int)
    parser.add_argument("--raw", action="store_true")
    given = parser.parse_args()
    pictures = sorted(given.pictures.iterdir())[: given.samples]
    asked = (ask_raw if given.raw else ask)(given.url, pictures, given.concurrency)
    print(json.dumps({"answers": len(asyncio.run(asked))}))


if __name__ == "__main__":
    main()
