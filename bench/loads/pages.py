"""A page of the history of a room with a million messages, one request at a time."""

from __future__ import annotations

import asyncio
import json
from time import monotonic_ns
from typing import Any

from bench.ledger import percentiles
from bench.meter import Meter

WARM = 20


async def run(plan: dict[str, Any], kind: type) -> dict[str, Any]:
    """Figures of the newest page and of one in the middle."""
    reader, writer = await asyncio.open_connection("127.0.0.1", plan["server"]["port"])
    figures: dict[str, Any] = {}
    for name, query in (("newest", ""), ("middle", f"?before={plan['top'] // 2}")):
        ask = _request(plan, query)
        _check(await _page(reader, writer, ask), plan["top"] if name == "newest" else plan["top"] // 2 - 1)
        for _ in range(WARM):
            await _page(reader, writer, ask)
        figures[name] = await _measure(plan, reader, writer, ask)
    writer.close()
    return figures


async def _measure(plan: dict[str, Any], reader: Any, writer: Any, ask: bytes) -> dict[str, float]:
    meter, took = Meter(plan["server"]["pids"]), []
    meter.start()
    for _ in range(plan["count"]):
        begun = monotonic_ns()
        await _page(reader, writer, ask)
        took.append(monotonic_ns() - begun)
    return {**meter.stop(), **percentiles("", took), "count": plan["count"]}


def _request(plan: dict[str, Any], query: str) -> bytes:
    person = plan["people"][0]
    lines = [f"GET /rooms/{plan['room']}/messages/{query} HTTP/1.1", f"Host: 127.0.0.1:{plan['server']['port']}"]
    lines += [f"Cookie: session={person['session']}", "Accept: application/json"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: bytes) -> bytes:
    writer.write(ask)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b" 200 " not in head[:16]:
        raise ConnectionError(head.decode("latin-1"))
    if b"content-length:" in head:
        return await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


def _check(body: bytes, last: int) -> None:
    seqs = [message["seq"] for message in json.loads(body)["messages"]]
    if seqs != list(range(last - 49, last + 1)):
        raise ValueError(f"not the page that was asked for: {seqs[:1]}–{seqs[-1:]}, wanted up to {last}")
