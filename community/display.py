"""How a member wants pages to look: kept in a cookie, so that the server renders it without a flash."""

from __future__ import annotations

COOKIE = "display"
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("light", "dark"),
    "contrast": ("more",),
    "text": ("large", "larger"),
    "font": ("system",),
    "lines": ("wide", "wider"),
    "motion": ("reduce",),
    "spoken": ("number", "none"),
    "enter": ("newline",),
    "shift": ("off",),
}


def read(cookie: str) -> dict[str, str]:
    """The choices in `cookie`, such as "theme:dark|text:large". Anything unknown is left out."""
    pairs = (part.partition(":")[::2] for part in cookie[:200].split("|"))
    return {key: value for key, value in pairs if value in CHOICES.get(key, ())}


def write(choices: dict[str, str]) -> str:
    """The cookie for these choices; defaults are not written."""
    return "|".join(f"{key}:{value}" for key, value in choices.items() if value in CHOICES.get(key, ()))
