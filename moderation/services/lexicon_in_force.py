"""The detector that this process reads with: the release's phrases, and beside them the version in force.

Each process looks for another version every two seconds at most, by one small query; what was put in force is read once
and kept. A version that can't be read is left out: the release's own phrases are looked for, and a duty mends it
(`phrase_mending`). Never the reason that a message is not stored or not read.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, transaction

from moderation import detector
from moderation.detector import Detector
from moderation.in_time import Read
from moderation.models import PhraseVersion

LOOK_SECONDS = 2.0  # tests set PHRASES_LOOK_SECONDS: None to look only when told to
log = logging.getLogger("moderation.phrases")
Key = tuple[int, int]  # a version and the number of its text


@dataclass(slots=True)
class _Held:
    """What this process reads with."""

    looked_at: float | None = None
    key: Key | None = None
    detector: Detector | None = None  # None: the release's own
    compiled: bytes = b""  # what it was made of, for whoever reads aside
    trouble: bool = False


_held = _Held()


def reader() -> Read:
    """What reads messages now. Looks for another version when the last look was a while ago."""
    every = getattr(settings, "PHRASES_LOOK_SECONDS", LOOK_SECONDS)
    now = time.monotonic()
    if every is not None and (_held.looked_at is None or now - _held.looked_at >= every):
        _held.looked_at = now
        look()
    detector.shipped()  # read from its files once for each process, which is no message's fault
    return _held.detector.screen if _held.detector else detector.screen


def compiled() -> bytes:
    """The phrases that `reader` looks for beside the release's, as they were compiled; empty for none."""
    return _held.compiled


def version() -> str:
    """The version that findings of `reader` bear."""
    return (_held.detector or detector.shipped()).version


def look() -> None:
    """Asks which version is in force, and reads it if it is another one than before."""
    try:
        with transaction.atomic():
            key = _key()
            if key != _held.key or _held.trouble:  # what can't be read may have been compiled anew
                _take(key)
    except DatabaseError as error:
        log.error("Could not ask for the phrases in force: %s", type(error).__name__)  # noqa: TRY400


def forget() -> None:
    """The next message looks anew."""
    global _held  # noqa: PLW0603
    _held = _Held()


def forget_words() -> None:
    """Lets what reads here forget the words of messages that it was not asked about since the last time."""
    for one in filter(None, (detector.shipped(), _held.detector)):
        one.forget()


def is_in_trouble() -> bool:
    """True while there is a version in force that this process can't read."""
    return _held.trouble


def loaded(compiled: bytes | memoryview | None) -> Detector:
    """A detector from what was compiled of a version. Raises `beside.Outdated` and ValueError."""
    return detector.with_phrases(bytes(compiled or b""))


def _key() -> Key | None:
    return PhraseVersion.objects.filter(state=PhraseVersion.State.IN_FORCE).values_list("pk", "edits").first()


def _take(key: Key | None) -> None:
    found, trouble, written = None, False, b""
    if key is not None:
        written = bytes(PhraseVersion.objects.filter(pk=key[0]).values_list("compiled", flat=True).first() or b"")
        try:
            found = loaded(written)
        except ValueError as error:
            trouble = True
            if key != _held.key:
                log.error("Phrases %s can't be read (%s); the release's are", key[0], type(error).__name__)  # noqa: TRY400
    _held.key, _held.detector, _held.trouble = key, found, trouble
    _held.compiled = written if found else b""
