"""Compiles versions anew that an upgrade left unreadable, tells admins meanwhile, reads the smoke list at the start."""

from __future__ import annotations

import logging
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from community.duties import duty
from moderation.detector import shipped
from moderation.detector.phrases import BadPhrase
from moderation.models import PhraseVersion
from moderation.services import lexicon_in_force, phrase_compiling, phrase_smoke, phrases, troubles

log = logging.getLogger("moderation.phrases")
State = PhraseVersion.State
_sound: set[tuple[int, int]] = set()  # (version, edits) that this process could read: not read again


@duty("phrases in force", every_seconds=30)
def mend() -> int:
    """Compiles anew what can't be read of the versions that are used; how many. Tells of the one in force."""
    rows = PhraseVersion.objects.filter(state__in=(State.IN_FORCE, State.TRIAL, State.WAITING))
    keys = [key for key in rows.values_list("pk", "edits", "state") if key[:2] not in _sound]
    return sum(_mended(pk, edits, state) for pk, edits, state in keys)


def _mended(pk: int, edits: int, state: str) -> bool:
    version = PhraseVersion.objects.filter(pk=pk).first()
    if version is None or _is_readable(version):
        _sound.add((pk, edits))
        return False
    if state == State.IN_FORCE:
        _tell()
    try:
        compiled = phrase_compiling.compiled_of(version)
    except BadPhrase:
        log.error("Version %s of the phrases can't be compiled with this release", pk)  # noqa: TRY400
        return False
    return bool(PhraseVersion.objects.filter(pk=pk, edits=edits).update(compiled=compiled))


def _is_readable(version: PhraseVersion) -> bool:
    try:
        lexicon_in_force.loaded(version.compiled)
    except ValueError:
        return False
    return True


def _tell() -> None:
    """Writes to admins, once an hour at most."""
    troubles.tell(
        "phrases-not-read",
        ("admins",),
        "The site's own phrases",
        "The site's own phrases could not be read, so that for a moment only those of the release were looked for. "
        "They are compiled anew now. If this message comes again, please look at the server's log.",
    )


@register(Tags.database)
def smoke_list_holds(**_: Any) -> list[CheckMessage]:
    """The fixed sentences are read as they must be, by the phrases in force. A warning: a site starts all the same."""
    try:
        version = phrases.in_force()
        detector = lexicon_in_force.loaded(version.compiled) if version else shipped()
    except (DatabaseError, ValueError):  # not migrated yet; or not to be read, which a duty mends and tells
        detector = shipped()
    return [
        Warning(
            f"The phrases in force read a sentence as {one.got} that must be {'flagged' if one.must_flag else 'left'}.",
            hint=f"Go back to the version before, or mend it: “{one.sentence}”",
            id="moderation.W001",
        )
        for one in phrase_smoke.broken(detector)
    ]
