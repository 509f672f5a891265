"""Tags that any page may use: the import map, pebbles, windows, times."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from community import access
from community.models import Member

register = template.Library()
_IMPORT = re.compile(r"""^import\b[^"']*["'](\.[^"']+)["']""", re.MULTILINE)


@cache
def module_map() -> str:
    """An import map from the plain addresses of our modules to their hashed ones; empty without a manifest.

    Relative imports resolve to the plain address, and the map sends them to the hashed file. Django's own
    rewriting of imports breaks ordinary code, so it stays off.
    """
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ""
    modules = [name for name in staticfiles_storage.hashed_files if name.endswith(".js") and "/js/" in name]
    ours = [name for name in modules if name.split("/")[0] in ("community", "chat", "moderation")]
    plain = str(staticfiles_storage.base_url)
    return json.dumps({"imports": {f"{plain}{name}": staticfiles_storage.url(name) for name in sorted(ours)}})


@register.simple_tag(takes_context=True)
def import_map(context: dict[str, Any]) -> SafeString:
    """The import map, allowed by the page's nonce."""
    found = module_map()
    if not found:
        return SafeString("")
    nonce = str(context["request"].csp_nonce)
    return format_html('<script type="importmap" nonce="{}">{}</script>', nonce, mark_safe(found))  # noqa: S308


@cache
def modules_of(entry: str) -> tuple[str, ...]:
    """The addresses of `entry` and of every module it imports, directly or not, nearest first."""
    names = [entry]
    for name in names:  # grows while it is walked
        path = finders.find(name)
        if not path:
            raise ValueError(f"there is no module {name}")
        found = (normpath(join(dirname(name), one)) for one in _IMPORT.findall(Path(path).read_text(encoding="utf-8")))
        names += dict.fromkeys(one for one in found if one not in names)
    return tuple(staticfiles_storage.url(name) for name in names)


@register.simple_tag
def module(entry: str) -> SafeString:
    """A script of the page, with its imports announced at once: on a slow line each level would cost a round trip."""
    first, *others = modules_of(entry)
    ahead = format_html_join("", '<link rel="modulepreload" href="{}">', ((url,) for url in others))
    return format_html('{}<script type="module" src="{}"></script>', ahead, first)


@register.inclusion_tag("_partials/pebble.html")
def pebble(member: Any, size: str = "") -> dict[str, Any]:
    """The stone that stands for a member: their colour and first letter."""
    return {"colour": member.pebble, "letter": member.name[:1].upper(), "size": size}


@register.inclusion_tag("_partials/window.html")
def window(lit: bool, size: str = "") -> dict[str, Any]:
    """The window beside a room's name; always next to words that say the same."""
    return {"lit": lit, "size": size}


@register.filter
def clock(at: datetime | None) -> str:
    """The time of day in the member's zone."""
    return timezone.localtime(at).strftime("%H:%M") if at else ""


@register.filter
def up_to_nine(count: int) -> str:
    """A count that stops at "9+"."""
    return "9+" if count > 9 else str(count)


@register.simple_tag
def may(actor: Member | None, action: str, thing: Any = None) -> bool:
    """True when the access table lets `actor` do `action`; pages then offer it."""
    return access.may(actor, action, thing)
