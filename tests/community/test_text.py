"""Text of members: kept as written, shown as text, never as markup (B3, B4)."""

import unicodedata
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import text
from community.refusals import Refusal

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)", "http://x.org/\"onmouseover=alert(1)", "http://x.org/'><script>", "<svg/onload=alert(1)>",
    "&lt;script&gt;", "https://x.org/<b>", "http://jav\u200bascript:alert(1)", "<!--", "]]>", "data:text/html,<b>x",
    "https://user:pass@x.org/", "//x.org/a", "mailto:a@b.org", "http://[::1]/", "www.x.org\" style=\"x",
]  # fmt: skip


class Tags(HTMLParser):
    """What markup a browser would see."""

    def __init__(self, markup):
        super().__init__()
        self.seen = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def check(markup):
    for tag, attributes in Tags(markup).seen:
        assert tag in {"a", "span"}
        if tag == "a":
            assert set(attributes) == {"href", "rel"}
            assert attributes["href"].startswith(("http://", "https://"))
            assert attributes["rel"] == "nofollow ugc noopener noreferrer"
        else:
            assert attributes == {"class": "mention"}


@pytest.mark.parametrize("words", HOSTILE)
def test_b3_hostile_words_stay_words(words):
    markup = text.to_html(words, mentions={"x": "x"})
    check(markup)
    assert "".join(part[1] for part in text.to_parts(markup)) in ("", words)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_b3_whatever_is_written_only_links_and_mentions_become_markup(words):
    markup = text.to_html(words, mentions={"fern": "Fern"})
    check(markup)
    assert nh3.clean_text("x") == "x"


@settings(max_examples=200)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=80))
def test_b3_other_scripts_and_emoji_come_back_as_they_were(words):
    try:
        kept = text.tidy(words, limit=400)
    except Refusal:
        assert not text.folded(words).strip()
    else:
        assert kept == unicodedata.normalize("NFC", words.strip())


@pytest.mark.parametrize("words", ["👩‍👩‍👧‍👦", "🏳️‍🌈", "नमस्ते", "ไทย", "ﷺ", "שָׁלוֹם", "한국어", "a\u200db"])
def test_b3_joined_characters_stay_joined(words):
    assert text.tidy(words, limit=100) == unicodedata.normalize("NFC", words)


@pytest.mark.parametrize("bad", ["\x00", "a\x1bb", "a\x7f", "\ud800", "a\ufffe", "\x85"])
def test_b3_control_characters_are_refused(bad):
    with pytest.raises(text.NotText):
        text.tidy(f"x{bad}x", limit=100)


def test_b3_at_most_eight_marks_stay_on_one_character():
    kept = text.tidy("q" + "\u0323" * 30 + "z", limit=100)
    assert kept == "q" + "\u0323" * 8 + "z"


@given(st.text("ab\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", min_size=1, max_size=30))
def test_b3_every_direction_that_is_opened_is_closed_again(words):
    try:
        kept = text.tidy("x" + words, limit=200)
    except Refusal:
        return
    waiting = []
    for one in kept:
        if one in "\u202a\u202b\u202d\u202e":
            waiting.append("\u202c")
        elif one in "\u2066\u2067\u2068":
            waiting.append("\u2069")
        elif one in "\u202c\u2069":
            assert waiting.pop() == one
    assert not waiting


def test_b2_length_is_looked_at_before_anything_costly():
    with pytest.raises(text.TooLong) as refused:
        text.tidy("x" * 10_000_000, limit=4000)
    assert "9996000" in str(refused.value.detail)


@pytest.mark.parametrize("words", ["\u200b\u200b", "\u2060", " \n\t ", "\u00ad"])
def test_nothing_that_can_be_seen_is_nothing_to_send(words):
    with pytest.raises(text.Empty):
        text.tidy(words, limit=100)


def test_b4_a_long_run_without_a_space_is_not_searched_for_links(monkeypatch):
    looked_at = []
    linker = text._linker()
    monkeypatch.setattr(text._own, "linker", type("Counting", (), {"linkify": staticmethod(
        lambda word: looked_at.append(len(word)) or linker.linkify(word))})())  # fmt: skip
    for hostile in ("." * 3999 + "a", "a." * 1999, "http://" + "a" * 3900 + ".b"):
        text.to_html(hostile)
    text.to_html("see example.org")
    assert looked_at == [len("example.org")]


def test_plain_words_ask_nothing_of_the_cleaners():
    assert text.to_html("only words here") == "only words here"
    assert text.to_parts("only words here") == []


def test_links_and_mentions_become_pieces_for_scripts():
    markup = text.to_html("hi @Fern: https://example.org/a?b=1&c=2.", mentions={"fern": "Fern"})
    assert text.to_parts(markup) == [
        ["text", "hi "], ["mention", "@Fern", "Fern"], ["text", ": "],
        ["link", "https://example.org/a?b=1&c=2", "https://example.org/a?b=1&c=2"], ["text", "."],
    ]  # fmt: skip


def test_at_most_five_names_are_looked_up():
    assert text.mentioned("@aaa @bbb @ccc @ddd @eee @fff mail x@yyy.org") == {"aaa", "bbb", "ccc", "ddd", "eee"}


@given(st.text(max_size=300), st.integers(2, 80))
def test_a_quotation_is_one_line_of_at_most_so_many_characters(words, limit):
    line = text.quote(words, limit)
    assert len(line) <= limit
    assert "\n" not in line


def test_what_filters_compare_sees_through_tricks():
    assert text.folded("Ｈ\u200be\u00adLLo") == "hello"


@given(
    st.lists(st.sampled_from(["example.org", "https://x.org/a", "@fern", "words", "." * 50, "a" * 3000]), max_size=40)
)
def test_b4_links_are_looked_for_once_in_every_word(words):
    looked_at = []
    linker = text._linker()

    class Counting:
        linkify = staticmethod(lambda word: looked_at.append(len(word)) or linker.linkify(word))

    text._own.linker = Counting()
    try:
        written = " ".join(words)
        text.to_html(written)
    finally:
        text._own.linker = linker
    assert sum(looked_at) <= len(written)


@pytest.mark.parametrize(
    "scheme", ["ftp", "file", "data", "javascript", "vbscript", "tel", "mailto", "sms", "ws", "HTTPS"]
)
def test_b3_only_the_web_is_linked(scheme):
    found = Tags(text.to_html(f"{scheme}://example.org/x {scheme}:example.org")).seen
    assert all(attributes["href"].lower().startswith(("http://", "https://")) for tag, attributes in found)


@pytest.mark.parametrize("shown", [text.markdown_to_html, lambda words: "".join(text.story_to_blocks(words))])
@pytest.mark.parametrize("use", ["[a] ", "[b][a] ", "![b][a] "])
def test_b4_an_address_that_is_defined_once_is_not_written_out_for_each_use(shown, use):
    words = f"[a]: https://example.org/{'x' * 5000}\n\n{use * 500}"
    assert len(shown(words)) < 2 * len(words)


@pytest.mark.parametrize(
    "hostile",
    ["> " * 10_000, "- " * 10_000, "".join(f"{' ' * (2 * n)}- a\n" for n in range(190)), "[" * 20_000, "[a](" * 5000,
     "*a **b " * 3000, "**" * 9000 + "a" + "**" * 9000, "<div " * 4000, "![x](" * 4000, "\u202e\u2066a" * 5000, "| a " * 5000,
     "".join("`" * n + " " for n in range(1, 200))],
    ids=["quotations", "lists", "deep lists", "brackets", "links", "stars", "many stars", "tags", "pictures", "directions",
         "a table", "backticks"],
)  # fmt: skip
def test_b4_constructs_without_end_are_words_of_a_bounded_length(hostile):
    shown = "".join(text.story_to_blocks(hostile))
    assert len(shown) < 6 * len(hostile)
    assert shown.count("<blockquote>") + shown.count("<ul>") < 100, "nesting ends somewhere"
