"""Reads the beginning of a page for signs that what it once said is gone. Signs, not proof. Pure: no Django."""

from __future__ import annotations

import codecs
import html
import re
import zlib

MOST_BYTES = 64 * 1024

_PLACES = re.compile(r"<(title|h1|h2)\b[^>]{0,500}>([^<]{0,500})", re.IGNORECASE)
_CHARSET = re.compile(rb"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_MISSING = re.compile(
    r"\b404\b|not found|page (does not|doesn.t) exist|no longer (available|exists)"
    r"|no encontrad[ao]|no existe|nicht gefunden|existiert nicht|introuvable|n.existe pas|non trouvée"
    r"|n[ãa]o encontrad[ao]|n[ãa]o existe|non trovat[ao]|non esiste|niet gevonden|bestaat niet"
    r"|nie znaleziono|hittades inte|ikke fundet|ikke funnet|ei löytynyt|не найдена|не знайдено|見つかりません|找不到",
    re.IGNORECASE,
)
_PARKED = re.compile(
    r"domain (name )?(is|may be) for sale|buy this domain|domain (is )?parked|parked (free|domain)"
    r"|domain steht zum verkauf|domaine est à vendre|dominio (está )?en venta|dominio in vendita"
    r"|domein (is )?te koop|domínio à venda",
    re.IGNORECASE,
)


def reads_as_missing(text: str) -> bool:
    """True when a title or heading says "not found", or the page that its domain is for sale."""
    places = " \n".join(html.unescape(one[1]) for one in _PLACES.findall(text))
    return bool(_MISSING.search(places) or _PARKED.search(text))


def text_of(body: bytes, headers: dict[str, str]) -> str:
    """The text of what came, at most `MOST_BYTES` however small it was packed; "" for what is not a page."""
    kind = headers.get("content-type", "text/html").lower()
    if "html" not in kind and "text/plain" not in kind:
        return ""
    plain = _unpacked(body, headers.get("content-encoding", "").strip().lower())
    named = _CHARSET.search(kind.encode("ascii", "replace")) or _CHARSET.search(plain[:2048])
    return plain.decode(_codec(named[1].decode("ascii", "replace") if named else "utf-8"), "replace")


def _unpacked(body: bytes, packing: str) -> bytes:
    if packing in ("", "identity"):
        return body[:MOST_BYTES]
    if packing not in ("gzip", "x-gzip"):
        return b""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MOST_BYTES)
    except zlib.error:
        return b""


def _codec(name: str) -> str:
    """A codec for text under that name; some of Python's are none (base64, idna, undefined)."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return "utf-8"
    is_charset = getattr(found, "_is_text_encoding", False) and "escape" not in found.name
    return found.name if is_charset and found.name not in ("idna", "punycode", "undefined") else "utf-8"
