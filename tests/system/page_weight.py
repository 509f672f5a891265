"""What a page makes a browser fetch, and how much of it there is."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.staticfiles import finders

KB = 1024


def compressed(content: bytes) -> int:
    """Bytes on the way to a browser that knows nothing newer than gzip."""
    return len(gzip.compress(content, 9))


def file_at(url: str) -> Path:
    """The file behind a static address."""
    assert url.startswith(settings.STATIC_URL), f"{url} is not one of our files"
    found = finders.find(url.removeprefix(settings.STATIC_URL))
    assert found, f"there is no {url}"
    return Path(found)


def weight(urls: Iterable[str]) -> int:
    """Compressed bytes of these files, each for itself, as they travel."""
    return sum(compressed(file_at(url).read_bytes()) for url in urls)


def imports(url: str) -> list[str]:
    """The addresses a module imports."""
    text = file_at(url).read_text(encoding="utf-8")
    names = re.findall(r'^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"([^"]+)"', text, re.MULTILINE)
    assert len(names) >= len(re.findall(r"^import\b", text, re.MULTILINE)), (
        f"an import of {url} is written in another way"
    )
    return [urljoin(url, name) for name in names]


def with_imports(entries: Iterable[str]) -> set[str]:
    """These modules, and everything reached from them by static imports."""
    found: set[str] = set()
    waiting = list(entries)
    while waiting:
        url = waiting.pop()
        if url not in found:
            found.add(url)
            waiting += imports(url)
    return found


@dataclass
class Page(HTMLParser):
    """A page: its bytes, its elements, and what it links."""

    content: bytes
    elements: int = 0
    styles: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    fonts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Counts the element and keeps what it fetches."""
        self.elements += 1
        found = {name: value or "" for name, value in attrs}
        if tag == "link":
            self._link(found)
        elif tag == "script" and "src" in found:
            (self.modules if found.get("type") == "module" else self.scripts).add(found["src"])

    def _link(self, found: dict[str, str]) -> None:
        if found["rel"] == "stylesheet":
            self.styles.append(found["href"])
        elif found["rel"] == "modulepreload":
            self.modules.add(found["href"])
        elif found["rel"] == "preload" and found.get("as") == "font":
            self.fonts.append(found["href"])

    def measured(self) -> dict[str, int]:
        """What the budget is about: bytes, all compressed, and elements."""
        return {
            "html": compressed(self.content),
            "css": weight(self.styles),
            "scripts": weight(with_imports(self.modules) | self.scripts),
            "fonts": sum(file_at(url).stat().st_size for url in self.fonts),  # compressed already
            "elements": self.elements,
        }
