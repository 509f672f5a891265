"""Under Uvicorn texts reach a socket without waiting; they keep their order, whatever comes in pieces."""

from __future__ import annotations

import asyncio
import logging

from uvicorn import Config
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

from community.serving.under_uvicorn import Socket


class Listening:
    """An application that notes every text, and by which way it came."""

    def __init__(self):
        self.heard, self.code = [], None

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"]["commonlight.hear"](lambda text: self.heard.append((text, "at once")))
        while (message := await receive())["type"] == "websocket.receive":
            self.heard.append((message["text"], "received"))
        self.code = message["code"]


async def spoken(application, *texts):
    config = Config(application, ws=Socket, lifespan="off", log_config=None)
    config.load()
    server = await asyncio.get_running_loop().create_server(
        lambda: Socket(config, ServerState(), {}), host="127.0.0.1", port=0
    )
    async with server, connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        for text in texts:
            await client.send(text, text=True)
        if not any(isinstance(text, bytes) for text in texts):
            await client.close()
        await client.wait_closed()


async def test_a_whole_text_is_heard_at_once():
    application = Listening()
    await spoken(application, "one", "two")
    assert application.heard == [("one", "at once"), ("two", "at once")]
    assert application.code == 1000


async def test_a_text_in_pieces_is_not_overtaken_by_the_next_one():
    application = Listening()
    await spoken(application, ["o", "n", "e"], "two", "three")
    assert [text for text, _ in application.heard] == ["one", "two", "three"]
    assert application.heard[0] == ("one", "received")


async def test_what_is_no_text_ends_the_connection_and_is_not_heard(monkeypatch):
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "disabled", True)  # it says so as an error
    application = Listening()
    await spoken(application, b"\xff\xfe")
    assert application.heard == []
    assert application.code == 1007
