"""How pages are answered: everything of one request in one hop, to one of a few threads that keep their connections.

Django's own handler crosses between event loop and threads several times for each request and starts a thread, and
with it a database connection, for each. All our views are synchronous, so one crossing is enough. What must be there
even when the database is not (help, styles, health) has threads of its own, which nothing else can occupy.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

P = ParamSpec("P")
R = TypeVar("R")
THREADS = 8
ESSENTIAL_THREADS = 4
WAITING = 200  # requests in line for a thread; whoever comes later is told to come back
ANSWER_SECONDS = 30.0
ESSENTIAL = ("/help-now/", "/static/", "/health/", "/sw.js")


class Crowded(Exception):  # noqa: N818  (an answer, not an error)
    """Too many requests wait already."""


class Threads:
    """A few threads and a bounded line in front of them."""

    def __init__(self, name: str, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._inside = 0
        self._most = size + WAITING

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `work(*args)` returns or raises. Raises `Crowded`, or TimeoutError after half a minute."""
        if self._inside >= self._most:
            raise Crowded
        self._inside += 1
        here = contextvars.copy_context()
        done = asyncio.get_running_loop().run_in_executor(self._pool, lambda: here.run(work, *args, **kwargs))
        done.add_done_callback(self._left)
        async with asyncio.timeout(ANSWER_SECONDS):
            return await asyncio.shield(done)

    def _left(self, done: asyncio.Future[Any]) -> None:
        self._inside -= 1
        if not done.cancelled():
            done.exception()  # whoever asked may be gone


class Pages(ASGIHandler):
    """The ASGI application for pages."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = Threads("page", THREADS)
        self._essential = Threads("essential", ESSENTIAL_THREADS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers one request."""
        threads = self._essential if scope["path"].startswith(ESSENTIAL) else self._threads
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            response = await threads.run(self._answer, scope, body)
        except (Crowded, TimeoutError):
            response = _come_back()
        try:
            await self.send_response(response, send)
        finally:
            body.close()
            if response.streaming:
                await threads.run(response.close)

    def _answer(self, scope: Any, body: Any) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request is not None else cast(HttpResponseBase, refusal)
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        if not response.streaming:
            response.close()  # its content is in memory; the connection goes back to its thread now
        return response


def _come_back() -> HttpResponse:
    words = "Something is slow on our side. Nothing you did. Please try again in a moment.\n\nHelp is at /help-now/\n"
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8", headers=headers)
