"""Looks at a web address for a curator: is it there, has it moved, can it be trusted? Pure: no Django.

Everything that leaves goes through `outgoing`, and every redirect is checked as if somebody had typed it.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from community import outgoing
from community.link_pages import MOST_BYTES, reads_as_missing, text_of

MOST_HOPS = 5
MOST_SECONDS = 20.0
LONGEST_ADDRESS = 2000
LATER_SECONDS, LATEST_SECONDS = 3600, 7 * 86400
PERMANENT = (301, 308)
REDIRECTS = (*PERMANENT, 302, 303, 307)

_KEPT = "/%:@!$&'()*+,;=~?#[]"
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")


class State(StrEnum):
    """How a look ended."""

    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    SOFT_MISSING = "soft-missing"
    LATER = "later"
    INSECURE = "insecure"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed-out"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    NOT_PUBLIC = "not-public"
    NOT_AN_ADDRESS = "not-an-address"


SENTENCES = {
    State.OK: "The page is there.",
    State.MOVED: "The page has moved for good to {address}.",
    State.GONE: "The page is not there (answer {status}).",
    State.SOFT_MISSING: "The page answers, but it looks as if what it held is gone. Please look yourself.",
    State.LATER: "The site did not want to be asked now. It will be asked again later.",
    State.INSECURE: "The connection is not secure: {kind}.",
    State.UNREACHABLE: "The site could not be reached.",
    State.TIMED_OUT: "The site did not answer in time.",
    State.TOO_MANY_REDIRECTS: "The address leads on and on without arriving.",
    State.NOT_PUBLIC: "The address does not lead to the open internet, so it was not opened.",
    State.NOT_AN_ADDRESS: "This is not a web address.",
}
TLS_KINDS = {
    10: "its certificate has expired",
    9: "its certificate is not valid yet",
    18: "its certificate is signed by itself",
    19: "its certificate is signed by itself",
    20: "nobody we know vouches for its certificate",
    62: "its certificate is for another name",
    64: "its certificate is for another name",
}
NOT_UPGRADED = "it does not use https"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look found. `address` is where it ended, `status` 0 without an answer, `kind` why it is insecure."""

    state: State
    address: str
    status: int = 0
    kind: str = ""
    retry_after: int = 0

    @property
    def sentence(self) -> str:
        """What a curator reads."""
        return SENTENCES[self.state].format(address=self.address, status=self.status, kind=self.kind)


def agent_for(site: str, contact: str) -> str:
    """The User-Agent that names the site and whom to write to."""
    words = f"link check (+{site}; {contact})"
    return "".join(one for one in words if " " <= one <= "~")


def look(
    url: str,
    *,
    agent: str = "link check",
    own: Collection[str] = (),
    seconds: float = MOST_SECONDS,
    anywhere: bool = False,
) -> Verdict:
    """What is at `url` now, within `seconds` for all its redirects together. Raises nothing.

    `own` are the names of this site, which are never opened. `anywhere` is for tests: see `outgoing.check`.
    """
    ends = time.monotonic() + seconds
    address, stays = _written(url), False
    first = address or url[:LONGEST_ADDRESS]
    if not address:
        return Verdict(State.NOT_AN_ADDRESS, first)
    permanent = True
    for _ in range(MOST_HOPS + 1):
        try:
            page = _page(address, agent, own, ends, anywhere)
        except (OSError, ValueError) as error:
            return _failed(error, address)
        onward = page.headers.get("location", "") if page.status in REDIRECTS else ""
        onward = quote(onward, safe=_KEPT, encoding="latin-1", errors="replace")  # bytes, as http.client reads them
        if not onward:
            return _judged(page, first, address, permanent=permanent and stays)
        following = _written(urljoin(address, onward)) if _joins(address, onward) else ""
        if not following:
            return Verdict(State.NOT_AN_ADDRESS, address, page.status)
        if address.startswith("https:") and following.startswith("http:"):
            return Verdict(State.INSECURE, following, page.status, "it leads from https to http")
        permanent, stays = permanent and page.status in PERMANENT, True
        address = following
    return Verdict(State.TOO_MANY_REDIRECTS, address)


def _page(address: str, agent: str, own: Collection[str], ends: float, anywhere: bool) -> outgoing.Page:
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host in {one.lower().rstrip(".") for one in own}:
        raise outgoing.NotPublic
    headers = {"User-Agent": agent, "Accept": "text/html, */*;q=0.5", "Accept-Encoding": "identity"}
    headers["Connection"] = "close"
    left = ends - time.monotonic()
    return outgoing.get(address, headers=headers, seconds=left, most_bytes=MOST_BYTES, anywhere=anywhere)


def _judged(page: outgoing.Page, first: str, address: str, *, permanent: bool) -> Verdict:
    if page.status in (403, 408, 425, 429, 503):
        after = outgoing.waiting(page.headers.get("retry-after", "").strip()) or LATER_SECONDS
        return Verdict(State.LATER, address, page.status, retry_after=min(after, LATEST_SECONDS))
    if page.status in (404, 410):
        return Verdict(State.GONE, address, page.status)
    if not 200 <= page.status < 300:
        return Verdict(State.UNREACHABLE, address, page.status)
    if (_is_front(address) and not _is_front(first)) or reads_as_missing(text_of(page.body, page.headers)):
        return Verdict(State.SOFT_MISSING, address, page.status)
    if address.startswith("http:"):
        return Verdict(State.INSECURE, address, page.status, NOT_UPGRADED)
    return Verdict(State.MOVED if permanent else State.OK, address, page.status)


def _failed(error: Exception, address: str) -> Verdict:
    if isinstance(error, outgoing.NotPublic):
        return Verdict(State.NOT_PUBLIC, address)
    if isinstance(error, TimeoutError):
        return Verdict(State.TIMED_OUT, address)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Verdict(State.INSECURE, address, kind=TLS_KINDS.get(error.verify_code, "its certificate is not valid"))
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return Verdict(State.INSECURE, address, kind="it speaks no TLS that we trust")
    return Verdict(State.UNREACHABLE, address)


def _is_front(address: str) -> bool:
    parts = urlsplit(address)
    return parts.path in ("", "/") and not parts.query


def _joins(address: str, onward: str) -> bool:
    try:
        return bool(urljoin(address, onward))
    except ValueError:
        return False


def _written(url: str) -> str:
    """The address as it goes over the line: host in ASCII, no fragment. "" for what is no web address."""
    if len(url) > LONGEST_ADDRESS:
        return ""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        named = host if ":" in host else host.encode("idna").decode("ascii").lower()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "%" in host:
        return ""
    if (":" in named and not _is_six(named)) or (":" not in named and not _NAME.fullmatch(named)):
        return ""
    place = (f"[{named}]" if ":" in named else named) + (f":{port}" if port is not None else "")
    try:
        path, query = (quote(one, safe=_KEPT[:-3]) for one in (parts.path, parts.query))
    except UnicodeError:
        return ""
    return urlunsplit((parts.scheme, place, path or "/", query, ""))


def _is_six(host: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, host)
    except (OSError, ValueError):
        return False
    return True
