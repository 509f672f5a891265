"""The software's own words: every sentence that a template, a module or a script may show to members."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.system import source

SPOKEN = ("aria-label", "placeholder", "title", "alt", "content", "label")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}

# The specification's list for texts that members read, with the forms its words take.
FORBIDDEN = re.compile(
    r"\b(flag(s|ged|ging)?|violat(e|es|ed|ion|ions)|offen[cs]es?|detect(ed|ion)|abuse of the system|inappropriate|"
    r"unacceptable|banned|suspicious|users?|(please )?calm down|stay strong|committed suicide|failed attempts?|just|simply|"
    r"don['’]t worry)\b",
    re.IGNORECASE,
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a-\u23ff\ufe0f\u20e3]")


def faults(words: str) -> list[str]:
    """What the voice of this place never says."""
    found = [match[0] for match in FORBIDDEN.finditer(words)] + EMOJI.findall(words)
    return found + ["!"] * words.count("!")


def sentences(path: Path) -> list[str]:
    """What the file may show: a template, a Python module or the words of a script."""
    text = path.read_text(encoding="utf-8")
    read = {".html": of_page, ".txt": of_letter, ".py": of_module, ".js": of_script}[path.suffix]
    return [" ".join(one.split()) for one in read(text) if one.strip()]


def files() -> list[Path]:
    """Every file with words for members in it."""
    templates = [path for kind in ("html", "txt") for path in (source.ROOT / "templates").rglob(f"*.{kind}")]
    return sorted([*templates, *source.modules(), *source.ROOT.glob("*/static/**/words.js")])


def of_letter(text: str) -> Iterator[str]:
    """The lines of a template of plain text."""
    yield from without_tags(text, spoken=str).splitlines()


def of_page(text: str) -> list[str]:
    """The texts of a template between its elements, and those in attributes that are read out."""
    return _Texts(without_tags(text, spoken=html.escape)).found


def without_tags(text: str, *, spoken: Callable[[str], str] = lambda words: "") -> str:
    """A template without its language; its translated words stay, as `spoken` writes them."""
    text = re.sub(r"{#.*?#}|{% comment.*?{% endcomment %}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%-?\s*trans(?:late)?\s+(\"[^\"]*\"|'[^']*').*?%}", lambda m: spoken(m[1][1:-1]), text)
    text = re.sub(r"{[%{][^%}]*?\b_\((\"[^\"]*\"|'[^']*')\).*?[%}]}", lambda m: spoken(m[1][1:-1]), text)
    return re.sub(r"{{.*?}}", "…", re.sub(r"{%.*?%}", "", text))


class _Texts(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet = tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._quiet = False

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found.append(data)


def of_module(text: str) -> Iterator[str]:
    """The sentences of a Python module that are to be translated."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def of_script(text: str) -> Iterator[str]:
    """The strings of a script, with "…" where something is put in."""
    bare = re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)
    for quoted in re.findall(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`', bare):
        yield re.sub(r"\${[^}]*}", "…", quoted[1:-1])
