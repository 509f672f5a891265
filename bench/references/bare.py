"""The least a chat server can do: rooms in a dict and `websockets.broadcast`. Nothing is stored or checked."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from itertools import count

from websockets.asyncio.server import ServerConnection, broadcast, serve

_rooms: dict[str, set[ServerConnection]] = defaultdict(set)
_numbers = count(1)


async def _talk(one: ServerConnection) -> None:
    room = one.request.path.rpartition("/")[2] if one.request else ""
    _rooms[room].add(one)
    await one.send('{"type":"hello"}')
    try:
        async for text in one:
            _tell(room, json.loads(text))
    finally:
        _rooms[room].discard(one)


def _tell(room: str, said: dict[str, str]) -> None:
    message = {"type": "message", "id": next(_numbers), "room": room, "name": said["name"], "at": time.time()}
    broadcast(_rooms[room], json.dumps({**message, "body": said["body"]}, separators=(",", ":")))


async def main(port: int) -> None:
    """Serves on the loopback address until ended."""
    how = {"compression": None, "ping_interval": None, "backlog": 4096, "server_header": None}
    async with serve(_talk, "127.0.0.1", port, **how) as server:
        await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(int(sys.argv[1])))
