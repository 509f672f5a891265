"""How pages look, weigh and speak: contrast in every theme, colours from one place, budgets, and the voice."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.test import Client
from django.urls import reverse

from chat.demo import ROOMS, script
from chat.models import Message, Reaction
from community.models import Member, Resource
from community.services import saved, seeding
from tests.factories import PASSWORD, join, make_member, make_resource, make_room, make_story, post, session_of
from tests.system import contrast, page_weight, source, stylesheet, wording
from tests.system.access_table import URLS
from tests.system.page_weight import KB, Page
from tests.system.test_pages import AFTER_CODES, HTML, address

TOKENS = stylesheet.TOKENS.read_text(encoding="utf-8")
TEMPLATES = sorted((source.ROOT / "templates").rglob("*.html"))
FONTS = stylesheet.TOKENS.parent.parent / "fonts"


def relative(path: Path) -> str:
    """A name for a file in a test's name."""
    return str(path.relative_to(source.ROOT))


# --- Contrast -----------------------------------------------------------------------------------


@pytest.mark.parametrize("situation", contrast.situations(), ids=str)
def test_words_and_edges_stand_out_in_every_theme(situation: contrast.Situation):
    assert not list(contrast.weak_pairs(contrast.tokens(TOKENS, situation)))


@pytest.mark.parametrize("situation", [one for one in contrast.situations() if "more" in str(one)], ids=str)
def test_with_high_contrast_even_quiet_lines_are_edges(situation: contrast.Situation):
    colours = contrast.tokens(TOKENS, situation)
    assert all(contrast.ratio(colours["line"], colours[ground]) >= contrast.DRAWN for ground in ("bg", "surface"))


@pytest.mark.parametrize("path", stylesheet.sheets(), ids=relative)
def test_a_rule_that_sets_words_and_ground_uses_a_permitted_pair(path: Path):
    permitted = {frozenset(pair) for *pair, _least in contrast.PAIRS}
    for rule in stylesheet.rules(path.read_text(encoding="utf-8")):
        declared = dict(rule.declarations)
        ground = declared.get("background-color", declared.get("background", ""))
        pair = frozenset(re.findall(r"^var\(--([\w-]+)\)$", f"{declared.get('color', '')}\n{ground}", re.MULTILINE))
        assert len(pair) < 2 or pair in permitted, f"{rule.selector}: {sorted(pair)}"


def test_contrast_is_measured_as_the_standard_says():
    assert contrast.ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast.ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast.luminance("oklch(62.8% 0.2577 29.23)") == pytest.approx(contrast.luminance("#ff0000"), abs=0.001)


def test_the_cascade_is_followed_and_a_pale_ink_is_noticed():
    pale = TOKENS + ':root[data-theme="dark"] { --ink-2: #555555; } :root { --ink-2: #dddddd; }'
    light, dark = (contrast.Situation((), choice) for choice in ((), (("data-theme", "dark"),)))
    assert contrast.tokens(pale, light)["ink-2"] == "#dddddd"
    assert contrast.tokens(pale, dark)["ink-2"] == "#555555"
    assert any("ink-2 on bg" in weak for weak in contrast.weak_pairs(contrast.tokens(pale, dark)))


# --- Colours from one place -----------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in stylesheet.sheets() if path != stylesheet.TOKENS], ids=relative)
def test_no_sheet_but_the_tokens_writes_a_colour_out(path: Path):
    rules = stylesheet.rules(path.read_text(encoding="utf-8"))
    found = [
        f"{rule.selector} {{ {name}: {value} }}"
        for rule in rules
        for name, value in rule.declarations
        if stylesheet.colours_in(value)
    ]
    assert rules
    assert not found


@pytest.mark.parametrize("value", ["#fff", "#12345678", "1px solid RED", "rgb(0 0 0 / 0.5)", "color-mix(in oklab, var(--tide), white)",
                                   "linear-gradient(tan, var(--bg))", "light-dark(oklch(50% 0 0), var(--bg))"])  # fmt: skip
def test_a_colour_written_out_is_noticed(value: str):
    assert stylesheet.colours_in(value)


@pytest.mark.parametrize("value", ["var(--tide)", "currentColor", "transparent", "Canvas", "url(#red)", "tan(45deg)",
                                   "color-mix(in oklab, var(--lamp) 45%, transparent)", "var(--red)"])  # fmt: skip
def test_what_is_no_colour_written_out_is_left_alone(value: str):
    assert not stylesheet.colours_in(value)


class Paint(HTMLParser):
    """Where a template says how something is to look, instead of naming a class or a token."""

    ATTRIBUTES = {"fill", "stroke", "stop-color", "flood-color", "lighting-color", "color", "bgcolor"}
    ALLOWED = r"none|currentColor|var\(--[\w-]+\)|url\(#[\w-]+\)"

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(wording.without_tags(markup))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self.found.append("<style>")
        for name, value in attrs:
            painted = name in self.ATTRIBUTES and not re.fullmatch(self.ALLOWED, value or "")
            if name == "style" or painted or (name, value) == ("name", "theme-color"):
                self.found.append(f"<{tag} {name}={value}>")


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_no_template_paints(path: Path):
    assert not Paint(path.read_text(encoding="utf-8")).found


@pytest.mark.parametrize("markup", ['<p style="margin: 0">', "<p style=''>", "<style>p{}</style>", '<path fill="#fff"/>',
                                    '<path stroke="red"/>', '<stop stop-color="rgb(0 0 0)"/>', '<p {% if a %}class="b"{% endif %} style="">',
                                    '<meta name="theme-color" content="#fff">'])  # fmt: skip
def test_a_template_that_paints_is_noticed(markup: str):
    assert Paint(markup).found


@pytest.mark.django_db
def test_files_outside_of_pages_repeat_colours_of_the_light_theme(client):
    """An icon and a manifest cannot read tokens; they may only say the same again."""
    light = contrast.tokens(TOKENS, contrast.Situation((), ())).values()
    files = (source.ROOT / app / "static" for app in source.APPS)
    outside = [path.read_text() for folder in files for path in folder.rglob("*.svg")]
    outside.append(json.dumps(client.get(reverse("manifest")).json()))
    for text in outside:
        painted = re.findall(r'(?:fill|stroke|color)"?[=:] ?"([^"]*)"', text)
        assert painted
        assert set(painted) <= {*light, "#fff"}


# --- Budgets ----------------------------------------------------------------------------------------

LIMITS = {"html": 30 * KB, "css": 30 * KB, "scripts": 60 * KB, "fonts": 34 * KB, "elements": 1500}
ROOM = {"html": 40 * KB}
HELP = {"scripts": 10 * KB}  # and the landing page: both open on a bad line
LIGHT = {"landing", "help-now", "help-all", "help-exercise"}
STORY = 60 * KB  # both together: read on a slow phone
MESSAGES = 50


def limits_of(name: str) -> dict[str, int]:
    """The budget of the page with this name."""
    return LIMITS | (HELP if name in LIGHT else ROOM if name == "room" else {})


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker) -> dict[str, Page]:
    """Every page as a visitor and a member get it: "visitor help-now", "member room" … Nothing stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        _a_room_full_of_words()
        _a_full_directory()
        make_story("A quiet story", body="It was quiet, and then it was not.\n\n## Later\n\n" + "So it went on. " * 400)
        found = _pages_of_a_visitor() | _pages_of_a_member()
        transaction.set_rollback(True)
    return found


def _a_room_full_of_words() -> None:
    people = [make_member(name) for name in ("ana", "ben", "cleo", "dara")]
    room, sessions = make_room("evenings", purpose="A slow room for the end of the day."), {}
    for member in people:
        join(member, room)
        sessions[member.pk] = session_of(member)
    talk = [said for slug, *_ in ROOMS for said in script(slug)][: MESSAGES + 10]
    for seq, said in enumerate(talk, start=1):
        author, answers = people[seq % 4], seq - 1 if said.is_answer and seq > 1 else None
        post(author, room, said.words, heads_up=said.heads_up, reply_to=answers, session_key=sessions[author.pk])
        message, others = Message.objects.get(room=room, seq=seq), (one for one in people if one != author)
        given = zip(others, said.reactions, strict=False)
        Reaction.objects.bulk_create(Reaction(message=message, member=giver, kind=kind) for giver, kind in given)


def _a_full_directory() -> None:
    """All that comes with the project, and a member of the country with most of it, who saved two dozen."""
    seeding.load()
    make_resource()
    ana = Member.objects.get(name="ana")
    Member.objects.filter(pk=ana.pk).update(country="US")
    for one in Resource.objects.published()[:24]:
        saved.save(ana, one, note="for the small hours", keeps_offline=True)


def _pages_of_a_visitor() -> dict[str, Page]:
    client = Client()
    found = {f"visitor {name}": _page(client, address(name)) for name in URLS}
    found["visitor of an address that is not here"] = _page(client, "/nowhere/")
    return {name: page for name, page in found.items() if page}


def _pages_of_a_member() -> dict[str, Page]:
    client = Client()
    client.force_login(Member.objects.get(name="ana"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})  # some pages ask for it again
    found = {f"member {name}": _page(client, address(name)) for name in URLS if name not in AFTER_CODES}
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    found |= {f"member {name}": _page(client, address(name)) for name in AFTER_CODES}
    half = Client()
    half.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    found["half mfa_authenticate"] = _page(half, reverse("mfa_authenticate"))
    return {name: page for name, page in found.items() if page}


def _page(client: Client, url: str) -> Page | None:
    answer = client.get(url)
    is_page = answer.status_code in (200, 404) and answer["Content-Type"].startswith("text/html")
    return Page(answer.content) if is_page else None


@pytest.mark.django_db
def test_every_page_is_weighed(pages):
    weighed = {name.partition(" ")[2] for name in pages}
    assert weighed >= HTML | {"mfa_authenticate", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"}
    assert {"visitor landing", "visitor help-now", "member help-now", "member room"} <= pages.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["html", "css", "scripts", "fonts", "elements"])
def test_every_page_keeps_its_budget(pages, what: str):
    weights = {name: page.measured()[what] for name, page in pages.items()}
    heavy = {name: found for name, found in weights.items() if found > limits_of(name.partition(" ")[2])[what]}
    assert not heavy
    assert max(weights.values()) > 0, "nothing was found to weigh"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_script_and_style_of_a_story_are_sixty_kilobytes_together(pages, who: str):
    page = pages[f"{who} story"]
    assert b"So it went on." in page.content
    assert any("/story" in one for one in page.modules)
    found = page.measured()
    assert 0 < found["css"] + found["scripts"] <= STORY


@pytest.mark.django_db
def test_the_room_that_is_weighed_is_full(pages):
    assert pages["member room"].content.count(b'data-seq="') == MESSAGES + 1, "the messages and the blank one"
    assert len(page_weight.with_imports(pages["member room"].modules)) > 10, "imports are followed"


@pytest.mark.django_db
def test_a_page_loads_at_most_one_font_ahead(pages):
    assert {len(page.fonts) for page in pages.values()} <= {0, 1}


@pytest.mark.parametrize(("name", "limit"), [("atkinson-hyperlegible-next-latin", 34), ("literata-latin", 53), ("vazirmatn-arabic", 46)])  # fmt: skip
def test_a_font_is_small_and_never_moves_what_is_read(name: str, limit: int):
    [face] = [rule for rule in stylesheet.rules(TOKENS) if rule.selector == "@font-face" and name in str(rule)]
    [file] = FONTS.glob(f"{name}*.woff2")
    assert dict(face.declarations)["font-display"] == "optional"
    assert file.stat().st_size <= limit * KB


# --- The voice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", wording.files(), ids=relative)
def test_the_software_neither_shouts_nor_judges_nor_cheers(path: Path):
    said = {sentence: wording.faults(sentence) for sentence in wording.sentences(path)}
    assert not {sentence: found for sentence, found in said.items() if found}


@pytest.mark.parametrize("words", ["Welcome!", "You were flagged", "Just write", "3 users", "Don’t worry", "Well done \U0001f389", "Saved ✅"])  # fmt: skip
def test_words_that_do_not_belong_here_are_noticed(words: str):
    assert wording.faults(words)


def test_words_are_found_wherever_they_are_said():
    page = '<p title="a">{% trans "b" %}{% blocktrans with x=y %}c {{ x }}{% endblocktrans %}</p>'
    page += '<script>"!"</script><input placeholder="{% trans \'d\' as e %}">{# f #}{{ g }}{% if user %}h{% endif %}'
    assert [one for one in wording.of_page(page) if one.strip("… ")] == ["a", "bc …", "d", "…h"]
    assert set(wording.of_module('x = _("a") + str("b") + ngettext("c", "d", 2)')) == {"a", "c", "d"}
    assert list(wording.of_script('/* "a" */ const b = { c: "d", e: (n) => `f ${n}` };')) == ["d", "f …"]
