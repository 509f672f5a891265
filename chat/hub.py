"""Where hints and frames leave for browsers. The only code, with the consumers, that touches Channels.

One hub per process and event loop: it knows the rooms its sockets are in, learns that a room moved
(from this process's own commits, from hints of others, from polling) and gives each reader what is new.
Hints carry numbers, never words, and may be lost, doubled or late.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable
from typing import Any

from chat import backbone, work
from chat.bell import Bell
from chat.feed import Feed, Listener, Reader
from chat.parts import Parts
from chat.presence import Presence
from chat.services import news
from chat.services.messages import Stored
from chat.services.rooms import Entrance
from chat.threads import reading
from chat.watch import Watch
from community.refusals import NotYours

log = logging.getLogger("chat.hub")
COALESCE_SECONDS = 0.02  # what follows a room's last frame this closely leaves with the next one
POLL_SECONDS = 5.0
DRAIN_SECONDS = 5.0
STOP_SECONDS = 5.0
FEEDS_KEPT = 500  # rooms without a reader whose ring is still kept


class Hub:
    """The rooms and sockets of this process."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.feeds: dict[int, Feed] = {}
        self.sockets: set[Any] = set()
        self.by_member: Counter[int] = Counter()
        self.by_address: Counter[str] = Counter()
        self._nearby: dict[int, dict[Any, str]] = {}  # sockets of members who have a place but are not in the room
        self.backbone = backbone.Backbone(self.hinted, self.recheck, self.member_moved)
        self.bell = Bell(self)
        self.backbone.on_noticed = self.bell.hinted
        self.parts = Parts(self)
        self.backbone.on_part = self.parts.hinted
        self.presence = Presence(self)
        self.watch = Watch(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._polling: asyncio.Task[None] | None = None
        self.missed_hints = 0

    # --- life -----------------------------------------------------------------------------

    def start(self) -> None:
        """Begins listening and polling. Doing it twice is the same as once."""
        if self._polling is None or self._polling.done():
            self._polling = self.spawn(self._poll_for_ever())
            self.backbone.start(self.spawn)
            self.spawn(self.watch.for_ever())
            self.spawn(self.presence.for_ever())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this hub; its failure is logged by kind and ends nothing else."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("a task of the hub failed: %s", type(error).__name__)

    async def stop(self) -> None:
        """Ends the hub's tasks. Sockets are closed by whoever drains them."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        await self.backbone.stop()

    def add(self, socket: Any) -> None:
        """A socket opened."""
        self.sockets.add(socket)
        self.by_member[socket.member_id] += 1
        self.by_address[socket.address] += 1
        self.parts.opened(socket)

    def drop(self, socket: Any) -> None:
        """A socket closed. Doing it twice is the same as once."""
        if socket not in self.sockets:
            return
        self.sockets.discard(socket)
        for counter, key in ((self.by_member, socket.member_id), (self.by_address, socket.address)):
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]
        self.parts.closed(socket)

    # --- readers ----------------------------------------------------------------------------

    def enter(self, listener: Listener, slug: str, found: Entrance, seq: int, revision: int) -> Reader:
        """Adds a reader that has everything up to (seq, revision).

        Raises `NotYours` when the member lost their place after `found` was read (promise A2).
        """
        feed = self.feeds.get(found.room_id)
        if feed is None:
            self._forget_quiet_feeds()
            feed = self.feeds[found.room_id] = Feed(found.room_id, slug, found.top, found.revision)
            feed.tells_presence, feed.is_live = found.tells_presence, found.is_live
        if feed.was_removed(listener.member_id, since=found.revision):
            raise NotYours
        listener.hidden = found.hidden
        feed.tell_apart(listener, since=found.revision)
        if feed.hear(found.top, found.revision):
            self.refresh(feed)
        reader = feed.readers[listener] = Reader(listener, feed, seq, revision, found.revision)
        self.parts.entered(listener, feed)
        return reader

    def leave(self, listener: Listener, room_id: int) -> None:
        """Ends one reader."""
        feed = self.feeds.get(room_id)
        if feed is not None:
            feed.readers.pop(listener, None)

    def watch_quietly(self, socket: Any, room_id: int, slug: str) -> None:
        """From now on the socket learns that this room moved, without its messages."""
        self._nearby.setdefault(room_id, {})[socket] = slug

    def stop_watching(self, socket: Any, room_id: int) -> None:
        """Ends `watch_quietly`."""
        sockets = self._nearby.get(room_id, {})
        sockets.pop(socket, None)
        if not sockets:
            self._nearby.pop(room_id, None)

    def _forget_quiet_feeds(self) -> None:
        if len(self.feeds) > FEEDS_KEPT:
            for room_id in [pk for pk, feed in self.feeds.items() if not feed.readers and not feed.refreshing]:
                del self.feeds[room_id]

    # --- news ---------------------------------------------------------------------------------

    def stored(self, messages: Iterable[Stored]) -> None:
        """Messages this process just committed: into the rings, out to its own sockets, a hint to the others."""
        moved: dict[int, tuple[int, int]] = {}
        for stored in messages:
            moved[stored.room_id] = (stored.seq, stored.revision)
            feed = self.feeds.get(stored.room_id)
            if feed is None:
                continue
            if feed.take(stored):
                self.flush_soon(feed)
            elif feed.hear(stored.seq, stored.revision):
                self.refresh(feed)
        self._quietly_moved(moved)
        self.backbone.hint(moved)

    def moved(self, room_id: int, top: int, revision: int) -> None:
        """Something in a room changed through this process: read it, and hint to the others."""
        self.hinted({room_id: (top, revision)})
        self.backbone.hint({room_id: (top, revision)})

    def hinted(self, rooms: dict[int, tuple[int, int]]) -> None:
        """Rooms are said to stand here; reads what is missing."""
        for room_id, (top, revision) in rooms.items():
            feed = self.feeds.get(room_id)
            if feed is not None and feed.hear(top, revision):
                self.refresh(feed)
        self._quietly_moved(rooms)

    def _quietly_moved(self, rooms: dict[int, tuple[int, int]]) -> None:
        for room_id, stands in rooms.items():
            for socket, slug in self._nearby.get(room_id, {}).items():
                socket.room_moved(slug, *stands)

    def refresh(self, feed: Feed) -> None:
        """Reads what this process lacks of a room; once at a time per room."""
        if feed.refreshing is None or feed.refreshing.done():
            feed.refreshing = self.spawn(self._refresh(feed))

    async def _refresh(self, feed: Feed) -> None:
        while feed.is_behind:
            before = (feed.top, feed.revision)
            feed.take_news(await reading.run(news.since, feed.room_id, feed.top, feed.revision))
            self.flush_soon(feed)
            if (feed.top, feed.revision) == before:
                feed.wanted = before  # a hint ahead of what exists: a restored database, or nonsense

    async def _poll_for_ever(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            self.bell.look_at_all()
            self.parts.look_at_all()
            try:
                await self.poll()
            except Exception as error:  # noqa: BLE001  (the database may be away; the next round asks again)
                log.warning("polling failed: %s", type(error).__name__)

    async def poll(self) -> None:
        """Asks the database where the rooms of this process stand: hints may have been lost."""
        await self.watch.look_for_places()
        rooms = self.feeds.keys() | self._nearby.keys()
        if not rooms:
            return
        found = await reading.run(news.tops, rooms)
        self.missed_hints += sum(
            pk in self.feeds and (found[pk][0] > self.feeds[pk].wanted[0] or found[pk][1] > self.feeds[pk].wanted[1])
            for pk in found
        )
        self.hinted(found)

    # --- frames ----------------------------------------------------------------------------------

    def flush_soon(self, feed: Feed) -> None:
        """Gives news at once; what follows within 20 ms leaves together as one frame."""
        if feed.flush_due or not feed.readers:
            return
        feed.flush_due = True
        wait = feed.flushed_at + COALESCE_SECONDS - self.loop.time()
        if wait <= 0:
            self.loop.call_soon(self._flush, feed)
        else:
            self.loop.call_later(wait, self._flush, feed)

    def _flush(self, feed: Feed) -> None:
        feed.flush_due = False
        feed.flushed_at = self.loop.time()
        for reader in feed.serve():
            self.load_for(reader)

    def serve(self, reader: Reader) -> None:
        """Gives one reader what is new: after entering, and when its socket takes more again."""
        if not reader.feed.serve_one(reader):
            self.load_for(reader)

    def load_for(self, reader: Reader) -> None:
        """Reads rows for one reader that is further back than the ring."""
        reader.loading = True
        self.spawn(self._load_for(reader))

    async def _load_for(self, reader: Reader) -> None:
        feed = reader.feed
        try:
            found = await reading.run(news.since, feed.room_id, reader.seq, reader.revision)
        finally:
            reader.loading = False
        if feed.readers.get(reader.listener) is reader:
            if feed.hear(found.top, found.revision):
                self.refresh(feed)
            feed.give_news(reader, found)
            if reader.seq < feed.top and reader.listener.room_left() > 0:
                self.serve(reader)

    # --- sessions and leaving ----------------------------------------------------------------------

    def recheck(self) -> None:
        """Looks at every session and place of this process now, not at the next round."""
        self.spawn(self.watch.look())

    def recheck_everywhere(self) -> None:
        """The same in every process."""
        self.recheck()
        self.backbone.say({"recheck": True})

    def member_moved(self, member_id: int) -> None:
        """A member of this process has another place."""
        self.spawn(self.watch.look_at_member(member_id))

    def member_moved_everywhere(self, member_id: int) -> None:
        """The same in every process."""
        self.member_moved(member_id)
        self.backbone.say({"moved": member_id})

    def notices_moved(self, member_ids: list[int]) -> None:
        """How much is new for these members changed."""
        self.bell.moved(member_ids)

    def part_moved(self, name: str, ids: list[int]) -> None:
        """Something that a part tells sockets of changed through this process."""
        self.parts.moved(name, ids)

    async def drain(self) -> None:
        """Lets every socket go over five seconds, answers what is in hand, and ends the hub (promise F2)."""
        sockets = list(self.sockets)
        for place, socket in enumerate(sockets):
            wait = DRAIN_SECONDS * place / len(sockets)
            self.loop.call_later(wait, socket.close_for_restart)
        async with asyncio.timeout(DRAIN_SECONDS + 5):
            while self.sockets:
                await asyncio.sleep(0.05)
            await work.idle()
        await self.stop()


_hub: Hub | None = None


def current() -> Hub:
    """The hub of the running event loop, started. One process serves with one loop."""
    global _hub  # noqa: PLW0603
    if _hub is None or _hub.loop is not asyncio.get_running_loop():
        _hub = Hub()
        _hub.start()
    return _hub


def from_thread(method: str, *args: Any) -> None:
    """Calls a method of this process's hub from whichever thread. Without a hub nobody listens here."""
    hub = _hub
    if hub is not None and hub.loop.is_running():
        hub.loop.call_soon_threadsafe(getattr(hub, method), *args)


def present() -> dict[int, int]:
    """About how many members are in each room that this process serves; empty where no socket is."""
    hub = _hub
    return {pk: hub.presence.count(pk) for pk in list(hub.feeds)} if hub is not None else {}


async def drain() -> None:
    """Lets the sockets of this process go, if it has any."""
    if _hub is not None:
        await _hub.drain()
