"""Refuses to start with settings or libraries that would break a promise. Run by every management command."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from community import webpush

# Older ones have published holes, or lack what a promise stands on (docs/operating.md names them).
FLOORS = {
    "Django": "5.2.19",
    "channels": "4.3.2",
    "channels-redis": "4.3.0",
    "daphne": "4.2.3",
    "autobahn": "26.10.1",
    "Twisted": "26.4",
    "redis": "5.0",
    "django-allauth": "65.19.4",
    "bleach": "6.4.0",
    "nh3": "0.3.7",
}
LEAST_KEY_LENGTH = 32
PUSH_HINT = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
EXAMPLES = re.compile(r"example|change.?me|insecure|secret.?key|^development-", re.IGNORECASE)


@register(Tags.security)
def libraries_are_new_enough(**_: Any) -> list[CheckMessage]:
    """Every library is at least at its floor."""
    return [
        Error(
            f"{name} {found or 'is missing and'} is below {floor}.",
            hint="Install requirements.txt.",
            id="community.E001",
        )
        for name, floor in FLOORS.items()
        if _numbers(found := _version(name)) < _numbers(floor)
    ]


@register(Tags.security)
def keys_are_secret(**_: Any) -> list[CheckMessage]:
    """Outside DEBUG and DEMO both keys are set, long, our own, and two different ones."""
    if settings.PLAYGROUND:
        return []
    keys = {name: _setting(name) for name in ("SECRET_KEY", "FIELD_KEYS")}
    found = [_key_trouble(name, value) for name, value in keys.items()]
    if keys["SECRET_KEY"] and keys["SECRET_KEY"] in keys["FIELD_KEYS"]:
        found.append(Error("SECRET_KEY and FIELD_KEYS are the same.", hint="One leak, one loss.", id="community.E003"))
    return [one for one in found if one]


def _key_trouble(name: str, value: str) -> CheckMessage | None:
    hint = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    shortest = min(len(part.rpartition(":")[2]) for part in value.split(","))
    if shortest < LEAST_KEY_LENGTH:
        return Error(
            f"{name} is missing or shorter than {LEAST_KEY_LENGTH} characters.", hint=hint, id="community.E002"
        )
    if EXAMPLES.search(value):
        return Error(f"{name} looks like an example or a development key.", hint=hint, id="community.E002")
    return None


@register(Tags.security)
def push_key_is_a_key(**_: Any) -> list[CheckMessage]:
    """The key for waking devices is missing, or one of our own; a development key stays at home."""
    text = settings.VAPID_PRIVATE_KEY
    if not text:
        return []
    try:
        webpush.signing_key(text)
    except webpush.NotAKey:
        return [Error("VAPID_PRIVATE_KEY is not 32 bytes as base64url.", hint=PUSH_HINT, id="community.E011")]
    if text.startswith(webpush.DEVELOPMENT) and not settings.PLAYGROUND:
        return [Error("VAPID_PRIVATE_KEY is a development key.", hint=PUSH_HINT, id="community.E011")]
    if settings.SECURITY_CONTACT.endswith("@localhost") and not settings.PLAYGROUND:
        hint = "Some push services refuse wake-ups without a contact that they can write to."
        return [Warning("SECURITY_CONTACT is not set, and web push is.", hint=hint, id="community.W012")]
    return []


@register(Tags.security)
def address_is_safe(**_: Any) -> list[CheckMessage]:
    """Neither DEBUG, the demo nor plain HTTP is shown to others; the demo may be, inside a private network."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if _is_loopback(host):
        return []
    if settings.DEMO and _is_private(host):
        return [Warning(f"The demo is open to everyone who can reach {host}.", id="community.W004")]
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error(f"DEBUG is on for {host}: error pages would show settings to strangers.", id="community.E004")
        )
    if settings.DEMO:
        found.append(Error(f"DEMO is on for {host}: everyone knows its passwords.", id="community.E010"))
    if not settings.BASE_URL.startswith("https://"):
        found.append(Error("BASE_URL has to begin with https:// when others can reach it.", id="community.E005"))
    return found


@register(Tags.security)
def limits_are_as_promised(**_: Any) -> list[CheckMessage]:
    """The limits on speed are those of promise B7, not those of a load test."""
    if settings.LIMITS_SCALE == 1:
        return []
    return [Warning("LIMITS_SCALE is not 1: limits on speed are not as promised.", id="community.W009")]


@register(Tags.security)
def hints_go_by_publishing(**_: Any) -> list[CheckMessage]:
    """The channel layer is not the core Redis layer, which runs out of connections and kills sockets."""
    if "core" in settings.CHANNEL_LAYERS["default"]["BACKEND"]:
        hint = "Use channels_redis.pubsub.RedisPubSubChannelLayer."
        return [Error("The core Redis layer is not safe here.", hint=hint, id="community.E006")]
    return []


@register(Tags.security)
def sqlite_is_durable(**_: Any) -> list[CheckMessage]:
    """SQLite is set up so that "acknowledged" means "on the disk", and writers wait for each other."""
    database = settings.DATABASES["default"]
    return sqlite_troubles(database.get("OPTIONS", {})) if database["ENGINE"].endswith("sqlite3") else []


def sqlite_troubles(options: dict[str, Any]) -> list[CheckMessage]:
    """What is wrong with these options of an SQLite database."""
    pragmas = options.get("init_command", "").replace(" ", "").upper()
    wanted = {
        "journal_mode=WAL": "JOURNAL_MODE=WAL" in pragmas,
        "synchronous=FULL": "SYNCHRONOUS=FULL" in pragmas,
        "transaction_mode IMMEDIATE": options.get("transaction_mode") == "IMMEDIATE",
        "a timeout of at least 5 seconds": options.get("timeout", 0) >= 5,
    }
    return [Error(f"SQLite lacks {what}.", id="community.E007") for what, holds in wanted.items() if not holds]


@register(Tags.database)
def database_is_durable(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The running database keeps what it says it keeps (promise R1)."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        vendor = connections[alias].vendor
        questions = {"postgresql": _POSTGRES, "sqlite": _SQLITE}.get(vendor, {})
        found += [
            Error(f"{what} is {is_now}: acknowledged messages could be lost.", id="community.E008")
            for what, is_now in _answers(alias, questions)
        ]
    return found


_POSTGRES = {
    "fsync": ("SHOW fsync", {"on"}),
    "full_page_writes": ("SHOW full_page_writes", {"on"}),
    "synchronous_commit": ("SHOW synchronous_commit", {"on", "remote_write", "remote_apply", "local"}),
}
_SQLITE = {
    "journal_mode": ("PRAGMA journal_mode", {"wal", "memory"}),  # "memory": nothing on a disk that could be lost
    "synchronous": ("PRAGMA synchronous", {"2", "3"}),
}


def _answers(alias: str, questions: dict[str, tuple[str, set[str]]]) -> Iterable[tuple[str, str]]:
    with connections[alias].cursor() as cursor:
        for what, (question, good) in questions.items():
            cursor.execute(question)
            is_now = str(cursor.fetchone()[0]).lower()
            if is_now not in good:
                yield what, is_now


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def _setting(name: str) -> str:
    try:
        return str(getattr(settings, name, "") or "")
    except ImproperlyConfigured:  # Django's own answer to an empty SECRET_KEY
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
