"""Stories for machines: a feed, structured data, previews and the map, read by parsers that are not ours."""

from __future__ import annotations

import json
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import feedparser
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from lxml import etree
from pyld import jsonld
from usp.tree import sitemap_tree_for_homepage
from usp.web_client.abstract_client import LocalWebClient, LocalWebClientSuccessResponse, WebClientErrorResponse

from community.models import Story
from community.services import stories
from community.views import story_outside
from tests.factories import make_member, make_story

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = '</script><script>alert(1)</script> & ]]> \u2028 "x"'


class Seen(HTMLParser):
    """What a page's head says: meta elements, links, data in scripts, and every address it makes a browser fetch."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.data: list[str] = []
        self.title = ""
        self.fetched: list[str] = []
        self._in = ""
        self.feed(words)

    def handle_starttag(self, tag, attrs):
        """Notes what the element says."""
        said = dict(attrs)
        self._in = "data" if said.get("type") == "application/ld+json" else tag
        if tag == "meta":
            self.meta[said.get("property") or said.get("name") or ""] = said.get("content") or ""
        if tag in ("script", "img", "iframe", "source") or (tag == "link" and said.get("rel") != "canonical"):
            self.fetched.append(said.get("src") or said.get("href") or "")

    def handle_endtag(self, tag):
        """Leaves the element."""
        self._in = ""

    def handle_data(self, data):
        """Keeps the words of what is open."""
        if self._in == "data":
            self.data.append(data)
        elif self._in == "title":
            self.title += data


def seen(client, story):
    return Seen(client.get(reverse("story", args=[story.slug])).content.decode())


def moment(written):
    """A time with its zone, as RFC 3339 wants it."""
    at = datetime.fromisoformat(written)
    assert at.tzinfo is not None
    return at


def test_the_feed_is_atom_with_everything_an_entry_needs(client):
    story = make_story(f"A quiet {HOSTILE}", body=f"First {HOSTILE} sentence of it here. And then more.")
    answer = client.get(reverse("story-feed"))
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    assert {root.findtext(f"{ATOM}{name}") for name in ("id", "title")} > {None} - {None}
    moment(root.findtext(f"{ATOM}updated"))
    links = {one.get("rel", "alternate"): one.get("href") for one in root.findall(f"{ATOM}link")}
    assert links["self"] == settings.BASE_URL + reverse("story-feed")
    [entry] = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == settings.BASE_URL + reverse("story", args=[story.slug])
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ana"
    assert entry.findtext(f"{ATOM}title").startswith("A quiet </script>")
    assert entry.findtext(f"{ATOM}summary").startswith("First </script>")
    assert moment(entry.findtext(f"{ATOM}published")) <= moment(entry.findtext(f"{ATOM}updated"))
    assert urlsplit(entry.find(f"{ATOM}link").get("href")).netloc


def test_a_feed_that_did_not_change_is_not_sent_again_and_a_withdrawal_changes_it(client):
    story = make_story()
    answer = client.get(reverse("story-feed"))
    assert "no-cache" in answer["Cache-Control"]
    same = client.get(reverse("story-feed"), headers={"If-None-Match": answer["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    stories.withdraw(story, by=make_member(roles=("curators",)), reason="a mistake")
    after = client.get(reverse("story-feed"), headers={"If-None-Match": answer["ETag"]})
    assert after.status_code == 200
    assert story.slug not in after.content.decode()


def test_structured_data_says_who_wrote_it_who_reviewed_it_and_when(client):
    story = make_story(HOSTILE[:80])
    [said] = seen(client, story).data
    page = json.loads(said)
    assert page["@context"] == "https://schema.org"
    assert page["reviewedBy"] == {"@type": "Person", "name": "Dr Cleo", "jobTitle": "psychologist"}
    assert page["lastReviewed"] == story.published.reviewed_at.date().isoformat()
    article = page["mainEntity"]
    assert article["@type"] == "Article"
    assert article["headline"] == Story.objects.get().title
    assert article["author"]["name"] == "Ana"
    assert moment(article["dateModified"]) >= moment(article["datePublished"])
    assert article["mainEntityOfPage"] == page["url"]


@pytest.mark.parametrize("title", ["Ketamine and me", "After the crisis, my therapy"])
def test_a_telling_title_is_on_the_page_and_nowhere_else(title, client):
    story = make_story(title, body="Depression is a word I did not use. Then I did.")
    page = seen(client, story)
    outside = [page.title, *page.meta.values(), *page.data, story.slug]
    outside += [client.get(reverse(name)).content.decode() for name in ("story-feed", "sitemap")]
    outside.append(client.get(reverse("sitemap-part", args=[1])).content.decode())
    words = " ".join(outside).casefold()
    assert not [one for one in ("ketamine", "therapy", "crisis", "depression") if one in words]
    assert page.meta["og:title"] == "A story"
    assert page.meta["og:site_name"] == settings.SITE_NAME


def test_sharing_by_mail_says_a_title_only_when_it_was_chosen(client):
    story = make_story("Ketamine and me")
    words = client.get(reverse("story", args=[story.slug])).content.decode()
    quiet, titled = (unquote(part.partition('"')[0]) for part in words.split('href="mailto:?subject=')[1:])
    assert quiet.startswith("A story on")
    assert titled.startswith("Ketamine and me")
    assert reverse("story", args=[story.slug]) in quiet
    assert "?" not in quiet.partition("body=")[2]


def test_no_page_of_the_library_asks_another_site_for_anything(client):
    story = make_story()
    for name, arguments in (("stories", []), ("story", [story.slug]), ("story-review-means", [])):
        fetched = Seen(client.get(reverse(name, args=arguments)).content.decode()).fetched
        assert fetched
        assert not [one for one in fetched if one and not one.startswith(("/", "http://testserver/"))]


def test_the_map_holds_public_pages_and_stories_and_nothing_else(client, monkeypatch):
    monkeypatch.setattr(story_outside, "PER_PART", 2)
    told = [make_story(f"Number {n}") for n in range(3)]
    Story.objects.filter(pk=told[1].pk).update(consent_withdrawn_at=told[1].published_at)
    index = ElementTree.fromstring(client.get(reverse("sitemap")).content)
    parts = [urlsplit(one.text).path for one in index.iter(f"{MAP}loc")]
    found = []
    for part in parts:
        answer = client.get(part)
        assert answer["Content-Type"].startswith("application/xml")
        rows = ElementTree.fromstring(answer.content).findall(f"{MAP}url")
        assert rows
        found += [urlsplit(row.findtext(f"{MAP}loc")).path for row in rows]
    assert [path for path in found if path.startswith("/stories/number")] == [
        f"/stories/{one.slug}/" for one in (told[0], told[2])
    ]
    assert len(found) == len(set(found))
    for path in found:
        assert client.get(path).status_code == 200
    assert client.get(reverse("sitemap-part", args=[10**6])).status_code == 404


def test_robots_may_read_what_the_map_holds(client):
    rules = RobotFileParser()
    lines = client.get(reverse("robots")).content.decode().splitlines()
    rules.parse([line for line in lines if line])
    assert rules.site_maps() == [f"{settings.BASE_URL}/sitemap.xml"]
    assert f"Allow: {reverse('stories')}" in lines
    assert lines.index("Disallow: /stories/write/") < lines.index("Disallow: /")


# --- read by parsers of others ------------------------------------------------------------------------

# The elements of sitemaps.org that are used here, in their order, with the types of W3C dates and addresses.
SITEMAP_SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    targetNamespace="http://www.sitemaps.org/schemas/sitemap/0.9" elementFormDefault="qualified">
  <xs:simpleType name="loc"><xs:restriction base="xs:anyURI"><xs:minLength value="12"/><xs:maxLength value="2048"/>
    </xs:restriction></xs:simpleType>
  <xs:simpleType name="at"><xs:union memberTypes="xs:date xs:dateTime"/></xs:simpleType>
  <xs:complexType name="one"><xs:sequence><xs:element name="loc" type="loc"/>
    <xs:element name="lastmod" type="at" minOccurs="0"/></xs:sequence></xs:complexType>
  <xs:element name="urlset"><xs:complexType><xs:sequence>
    <xs:element name="url" type="one" maxOccurs="50000"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="sitemapindex"><xs:complexType><xs:sequence>
    <xs:element name="sitemap" type="one" maxOccurs="50000"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""

TERMS = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}, "mainEntityOfPage": {"@type": "@id"}}
PERSON, PAGE, ARTICLE = (f"https://schema.org/{name}" for name in ("Person", "WebPage", "Article"))


def of_schema(url: str, _options: object) -> dict[str, object]:
    """What the context of schema.org says about the words that are used here; no test asks the network."""
    assert url.startswith("https://schema.org")
    return {
        "contentType": "application/ld+json",
        "documentUrl": url,
        "contextUrl": None,
        "document": {"@context": TERMS},
    }


def test_a_feed_parser_finds_dates_ids_links_and_authors(client):
    earlier, story = make_story("An earlier one"), make_story(f"A quiet {HOSTILE}", body="First sentence. And more.")
    make_story("Ketamine and me", body="Depression is a word. Then more.")
    feed = feedparser.parse(client.get(reverse("story-feed")).content, response_headers={"content-type": "application/atom+xml; charset=utf-8"})  # fmt: skip
    assert (feed.bozo, feed.version, feed.encoding) == (False, "atom10", "utf-8")
    assert feed.feed.id == settings.BASE_URL + reverse("stories")
    assert feed.feed.updated_parsed == max(one.updated_parsed for one in feed.entries)
    assert {one.rel: one.href for one in feed.feed.links} == {
        "alternate": settings.BASE_URL + reverse("stories"),
        "self": settings.BASE_URL + reverse("story-feed"),
    }
    assert len({one.id for one in feed.entries}) == len(feed.entries) == 3
    for one in feed.entries:
        assert one.id == one.link
        assert client.get(urlsplit(one.link).path).status_code == 200
        assert one.published_parsed <= one.updated_parsed
        assert [author.name for author in one.authors] == ["Ana"]
    quiet, told, first = feed.entries
    assert "etamine" not in quiet.title
    assert told.title_detail.type == "text/plain"
    assert told.title.startswith("A quiet </script>")
    assert told.published_parsed == story.published_at.utctimetuple()
    assert (first.title, first.link) == (
        "An earlier one",
        settings.BASE_URL + reverse("story", args=[earlier.slug]),
    )


def test_a_linked_data_processor_finds_the_article_its_author_and_its_reviewer(client):
    story = make_story(HOSTILE[:80])
    [said] = seen(client, story).data
    [page] = jsonld.expand(json.loads(said), {"documentLoader": of_schema})

    def word(thing, name):
        [found] = thing[f"https://schema.org/{name}"]
        return found.get("@value", found.get("@id", found))

    address = settings.BASE_URL + reverse("story", args=[story.slug])
    assert page["@type"] == [PAGE]
    assert word(page, "url") == address
    assert word(page, "lastReviewed") == story.published.reviewed_at.date().isoformat()
    reviewer, article = word(page, "reviewedBy"), word(page, "mainEntity")
    assert (reviewer["@type"], word(reviewer, "name"), word(reviewer, "jobTitle")) == (
        [PERSON],
        "Dr Cleo",
        "psychologist",
    )
    assert article["@type"] == [ARTICLE]
    assert word(article, "headline") == Story.objects.get().title
    assert word(article, "mainEntityOfPage") == address
    author = word(article, "author")
    assert (author["@type"], word(author, "name")) == ([PERSON], "Ana")
    assert moment(word(article, "datePublished")) == story.published_at
    assert moment(word(article, "dateModified")) >= story.published_at
    triples = jsonld.to_rdf(json.loads(said), {"documentLoader": of_schema, "format": "application/n-quads"})
    assert triples.count("\n") == 20, "nothing that was said is lost on the way"


def test_the_map_is_what_its_schema_wants(client):
    make_story()
    schema = etree.XMLSchema(etree.fromstring(SITEMAP_SCHEMA))
    part = etree.fromstring(client.get(reverse("sitemap-part", args=[1])).content)
    assert schema.validate(part), schema.error_log
    assert schema.validate(etree.fromstring(client.get(reverse("sitemap")).content)), schema.error_log
    [at] = part.findall(f"{MAP}url/{MAP}lastmod")
    assert moment(at.text) <= timezone.now()


class Asking(LocalWebClient):
    """The web as a reader of maps sees it: this site, asked through the test's client."""

    def __init__(self, client):
        self._client = client

    def get(self, url):
        """What the site answers at this address."""
        assert url.startswith(settings.BASE_URL)
        answer = self._client.get(urlsplit(url).path)
        if answer.status_code != 200:
            return WebClientErrorResponse(f"{answer.status_code}", retryable=False)
        return LocalWebClientSuccessResponse(url, answer.content.decode())


def test_a_reader_of_maps_finds_every_story_from_the_rules_for_robots_on(client, monkeypatch):
    monkeypatch.setattr(story_outside, "PER_PART", 2)
    told = [make_story(f"Number {n}") for n in range(3)]
    stories.withdraw(told[1], by=make_member(roles=("curators",)), reason="a mistake")
    tree = sitemap_tree_for_homepage(f"{settings.BASE_URL}/", web_client=Asking(client), use_known_paths=False)
    assert not [one for one in tree.all_sitemaps() if type(one).__name__ == "InvalidSitemap"]
    found = {urlsplit(one.url).path: one.last_modified for one in tree.all_pages()}
    assert reverse("help-now") in found
    assert {path: at for path, at in found.items() if path.startswith("/stories/number")} == {
        reverse("story", args=[one.slug]): one.changed_at.replace(microsecond=0) for one in (told[0], told[2])
    }
