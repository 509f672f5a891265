"""Text of members: tidied when it comes in, made safe HTML when it goes out (promises B3, R-13).

The only module that imports bleach, which is no longer maintained: it finds links, and nh3 cleans last.
"""

from __future__ import annotations

import html
import re
import threading
import unicodedata
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any

import nh3
from bleach.linkifier import Linker
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from community.refusals import Refusal

MARKS_PER_CHARACTER = 8
MENTIONS_LIMIT = 5
LONGEST_WORD_WITH_LINK = 2000
_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c",
            "\u2066": "\u2069", "\u2067": "\u2069", "\u2068": "\u2069"}  # fmt: skip
_CLOSERS = frozenset(_OPENERS.values())
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MENTION = re.compile(r"(?<![\w@.])@([^\W_][\w.\-]{2,29})")
_MAY_HOLD_LINK = re.compile(r"https?://|www\.|\w\.\w", re.IGNORECASE)
_WORDS = re.compile(r"(\s+)")
_LEADS = re.compile(r"https?://|mailto:|tel:|/(?!/)", re.IGNORECASE)  # where a link in a story may lead
_PICTURE = re.compile(r"picture:([0-9a-f]{64})-(\d{1,4})x(\d{1,4})")
_PICTURE_AT = re.compile(r"/stories/pictures/[0-9a-f]{64}\.webp")
_REL = "nofollow ugc noopener noreferrer"


class TooLong(Refusal):
    """More characters than fit."""

    code = "too-long"

    def __init__(self, over: int) -> None:
        self.over = over
        words = ngettext(
            "%(n)s character over. You could send it in two parts.",
            "%(n)s characters over. You could send it in two parts.",
            over,
        )
        super().__init__(words % {"n": over})


class NotText(Refusal):
    """Control characters, halves of characters."""

    code = "not-text"
    detail = _("There is a character in it that can't be shown. Please write it again without it.")


class Empty(Refusal):
    """Nothing that can be seen."""

    code = "empty"
    detail = _("There is nothing to send yet.")


def tidy(text: str, *, limit: int) -> str:
    """`text` in Unicode form NFC with plain newlines, at most `limit` characters.

    Length is looked at first, so that nothing costly is done to what is too long anyway. At most eight
    combining marks stay on a character; opened directions are closed. Raises `TooLong`, `NotText`, `Empty`.
    """
    if len(text) > 4 * limit:
        raise TooLong(len(text) - limit)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _REFUSED.search(text):
        raise NotText
    text = _with_few_marks(unicodedata.normalize("NFC", text))
    if len(text) > limit:
        raise TooLong(len(text) - limit)
    if not folded(text).strip():
        raise Empty
    return _closed(text)


def _with_few_marks(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_PER_CHARACTER:
            kept.append(character)
    return "".join(kept)


def _closed(text: str) -> str:
    """Every direction that is opened is closed again, and closers without an opener go."""
    if text.isascii() or not any(one in _OPENERS or one in _CLOSERS for one in text):
        return text
    kept: list[str] = []
    wanted: list[str] = []
    for character in text:
        if character in _OPENERS:
            wanted.append(_OPENERS[character])
        elif character in _CLOSERS:
            if not wanted or wanted[-1] != character:
                continue
            wanted.pop()
        kept.append(character)
    return "".join(kept + wanted[::-1])


def folded(text: str) -> str:
    """The form that filters compare: NFKC, case folded, without invisible characters."""
    if text.isascii():
        return text.casefold()
    visible = (one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) not in ("Cf", "Mn"))
    return "".join(visible).casefold()


def mentioned(text: str) -> set[str]:
    """Names after an @, at most five; whether somebody has that name is for others to say."""
    return {name.rstrip(".-_") for name in _MENTION.findall(text)[:MENTIONS_LIMIT]}


def quote(text: str, limit: int) -> str:
    """`text` on one line, cut to `limit` characters at a word or at least between whole characters."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = limit - 1
    while cut > 0 and (unicodedata.combining(line[cut]) or line[cut] in "\u200d\ufe0f" or line[cut - 1] == "\u200d"):
        cut -= 1
    return line[:cut].rstrip() + "…"


# --- Going out ---------------------------------------------------------------------------------


def to_html(text: str, *, links: bool = True, mentions: Mapping[str, str] | None = None) -> SafeString:
    """`text` as safe HTML: escaped, addresses made links, names in `mentions` (by their case-folded form) marked.

    nh3 has the last word: only `a` with an http or https target, and `span.mention`. Newlines stay; the style
    sheet shows them.
    """
    shown = html.escape(text, quote=False)
    if mentions:
        shown = _MENTION.sub(lambda found: _mark(found, mentions), shown)
    if links and _MAY_HOLD_LINK.search(text):
        shown = "".join(_linked(word) for word in _WORDS.split(shown))
    if shown == text:
        return mark_safe(shown)  # noqa: S308  (no markup at all: nothing for nh3 to take away)
    return mark_safe(_clean(shown))  # noqa: S308


def veil() -> SafeString:
    """What stands where a piece of a message is kept out of sight."""
    return format_html('<span class="veil">{}</span>', _("details kept out of sight"))


def _clean(shown: str) -> str:
    return nh3.clean(
        shown,
        tags={"a", "span"},
        attributes={"a": {"href"}, "span": {"class"}},
        allowed_classes=None,
        url_schemes={"http", "https"},
        link_rel=_REL,
        attribute_filter=lambda tag, name, value: value if name != "class" or value == "mention" else None,
    )


def markdown_to_html(text: str) -> SafeString:
    """Markdown of curators as safe HTML: paragraphs, lists, emphasis, links; no raw HTML, no pictures."""
    shown = _markdown().render(text)
    return mark_safe(nh3.clean(  # noqa: S308
        shown,
        tags={"p", "br", "ul", "ol", "li", "em", "strong", "a", "blockquote"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "tel", "mailto"},
        link_rel="noreferrer noopener",
    ))  # fmt: skip


def markdown_to_plain(text: str) -> str:
    """The words of Markdown on one line, without its signs."""
    return html_to_plain(_markdown().render(text))


def html_to_plain(shown: str) -> str:
    """The words of a page's piece on one line."""
    return " ".join(html.unescape(nh3.clean(shown, tags=set())).split())


def story_to_blocks(text: str) -> list[SafeString]:
    """Markdown of a story as safe HTML, one piece for each paragraph, heading, list or quotation, in order.

    Their places are what a reviewer's notes refer to. Headings begin at the second level; no raw HTML, no code.
    """
    parser = _story_markdown()
    blocks: list[list[Any]] = []
    for token in parser.parse(text):
        if token.level == 0 and token.nesting >= 0:
            blocks.append([])
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2" if token.tag in ("h1", "h2") else "h3"
        blocks[-1].append(token)
    return [_clean_story(_rendered(parser, block)) for block in blocks]


def _rendered(parser: MarkdownIt, block: list[Any]) -> str:
    # A paragraph that is a picture, and nothing else, is a figure.
    inside = block[1].children if len(block) == 3 and block[0].type == "paragraph_open" else []
    is_figure = [one.type for one in inside] == ["image"]
    if is_figure:
        block[0].tag = block[2].tag = "figure"
    return str(parser.renderer.render(block, parser.options, {"is_figure": is_figure}))


def story_to_plain(text: str) -> list[str]:
    """The same pieces as plain words on one line each, the address of a link after its words."""
    blocks = (re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', r"\2 (\1)", one) for one in story_to_blocks(text))
    return [" ".join(html.unescape(nh3.clean(one, tags=set())).split()) for one in blocks]


def _clean_story(shown: str) -> SafeString:
    return mark_safe(nh3.clean(  # noqa: S308
        shown,
        tags={"p", "br", "ul", "ol", "li", "em", "strong", "a", "blockquote", "h2", "h3", "hr", "img", "figure",
              "figcaption", "small"},
        attributes={"a": {"href"}, "img": {"src", "alt", "width", "height", "loading"}},
        url_schemes={"http", "https", "tel", "mailto"},
        link_rel="noreferrer noopener",
        attribute_filter=_may_stand,
    ).strip())  # fmt: skip


def _may_stand(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _LEADS.match(value) else None
    return value if name != "src" or _PICTURE_AT.fullmatch(value) else None


def picture_line(digest: str, width: int, height: int, *, alt: str, credit: str) -> str:
    """How a picture stands in the Markdown of a story."""
    thanks = f' "{credit}"' if credit else ""
    return f"![{alt}](picture:{digest}-{width}x{height}{thanks})"


def pictures_in(text: str) -> set[str]:
    """The digests of the pictures that a story names."""
    return {digest for digest, _width, _height in _PICTURE.findall(text)}


def _picture(_renderer: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    """One of our own pictures, with room kept for it; any other is its own words again."""
    token = tokens[place]
    alt, address = " ".join(token.content.split()), str(token.attrs.get("src", ""))
    found = _PICTURE.fullmatch(address)
    if not found or not alt:
        return html.escape(f"![{alt}]({address})")
    digest, width, height = found.groups()
    shown = (f'<img src="/stories/pictures/{digest}.webp" alt="{html.escape(alt)}" width="{int(width)}"'
             f' height="{int(height)}" loading="lazy">')  # fmt: skip
    credit = html.escape(str(token.attrs.get("title", "")))
    around = "figcaption" if env.get("is_figure") else "small"
    return f"{shown}<{around}>{credit}</{around}>" if credit else shown


@cache
def _story_markdown() -> MarkdownIt:
    # No addresses that are defined once and named often: a page would be a thousand times as long as its text.
    left_out = ["code", "fence", "html_block", "html_inline", "reference"]
    made = MarkdownIt("commonmark", {"html": False}).disable(left_out)
    made.add_render_rule("image", _picture)
    return made


@cache
def _markdown() -> MarkdownIt:
    left_out = ["image", "heading", "lheading", "code", "fence", "hr", "reference"]
    return MarkdownIt("commonmark", {"html": False}).disable(left_out)


def _mark(found: re.Match[str], mentions: Mapping[str, str]) -> str:
    name = found.group(1).rstrip(".-_")
    rest = found.group(1)[len(name) :]
    if name.casefold() not in mentions:
        return found.group(0)
    return f'<span class="mention">@{html.escape(mentions[name.casefold()])}</span>{rest}'


def _linked(word: str) -> str:
    # Word by word: bleach takes quadratic time on one long run of dots, and no address is that long.
    if len(word) > LONGEST_WORD_WITH_LINK or "<" in word or not _MAY_HOLD_LINK.search(word):
        return word
    return str(_linker().linkify(word))


def _http_only(
    attributes: dict[tuple[str | None, str] | str, str], new: bool = False
) -> dict[tuple[str | None, str] | str, str] | None:
    target = attributes.get((None, "href"), "")
    return attributes if target.startswith(("http://", "https://")) else None


def _linker() -> Linker:
    # A linker keeps state while it works, so each thread has its own.
    if not hasattr(_own, "linker"):
        _own.linker = Linker(callbacks=[_http_only], parse_email=False)
    return _own.linker


_own = threading.local()


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[list[str]] = []
        self._kind: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = "veil" if dict(attrs).get("class") == "veil" else "mention"
        self._kind = ("link", dict(attrs).get("href") or "") if tag == "a" else (kind, "")

    def handle_endtag(self, tag: str) -> None:
        self._kind = None

    def handle_data(self, data: str) -> None:
        if self._kind is None:
            self.parts.append(["text", data])
        elif self._kind[0] == "veil":
            self.parts.append(["veil", data])
        else:
            kind, value = self._kind
            self.parts.append([kind, data, value or data.lstrip("@")])


def to_parts(shown: str) -> list[list[str]]:
    """`to_html`'s answer as pieces that a script can turn into text nodes.

    `["text", words]`, `["link", words, address]`, `["mention", words, name]`, `["veil", words]`; empty when it is
    only text.
    """
    if "<" not in shown:
        return []
    parser = _Parts()
    parser.feed(shown)
    parser.close()
    return parser.parts
