"""`python -m bench.stories [--stories 100000] [--postgres]`: what reading costs among so many stories.

Works on a database of its own in a temporary directory, and asks whole pages of the site in this process, as a visitor.
Prints medians in milliseconds, the processor time of this process (neighbours disturb it less), and queries.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

from bench import search as like

WORDS = 400  # of one story
AT_ONCE = 2000
DIFFERENT = 4000  # texts; the others repeat them


def main() -> int:
    """Fills, measures, prints."""
    parser = argparse.ArgumentParser(prog="bench.stories", description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    os.environ.update(LIMITS_SCALE="100000", ALLOWED_HOSTS="testserver", PLAIN_STATIC="1")
    with tempfile.TemporaryDirectory(prefix="commonlight-stories-") as name, ExitStack() as stack:
        like._set_up(like._database(Path(name), stack, postgres=options.postgres), name)
        _report(options.stories, options.repeats)
    return 0


def _report(count: int, repeats: int) -> None:
    from django.db import connection
    from django.test import Client

    from community.models import SearchEntry, Story
    from community.services import search_index

    print(
        f"{connection.vendor}: {count} stories of {WORDS} words made in {like._seconds(lambda: _fill(count)):.0f} s",
        flush=True,
    )
    print(f"  words of the index counted in {like._seconds(search_index._count_words):.0f} s", flush=True)
    pks = list(Story.objects.values_list("pk", flat=True)[:500])
    kind = search_index.kind_of(Story())
    held = list(SearchEntry.objects.filter(kind=kind.name, thing_id__in=pks))
    print(_line("500 stories compared with the index", lambda: search_index._compared(kind, pks, held), 3), flush=True)
    _take_your_time()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _take_your_time(is_over=True)
    client, middle = Client(), Story.objects.get(slug=f"s-{count // 2}")
    for path in _paths(middle):
        assert client.get(path).status_code == 200, path
        print(_line(path, partial(client.get, path), repeats), flush=True)
    print(_line("more like one (no page)", _related(middle), repeats))
    print(_line("one story indexed again", lambda: search_index.index(middle), repeats))


def _paths(middle: Any) -> list[str]:
    from community.services.story_reading import Place

    place = Place.of(middle)
    return ["/stories/", f"/stories/?older={place}", f"/stories/?newer={place}&about=work", "/stories/?about=treatment",
            f"/stories/{middle.slug}/", "/search/?q=kettle", "/search/?q=window", "/search/?q=kettle+window+bed",
            "/search/?q=somebody", "/search/?q=ketle+windwo", "/search/?q=the+of+and", "/search/?q=zzqqx+vvxxw",
            "/stories/feed/", "/sitemap.xml", f"/sitemap-stories-{1 + middle.pk // 10_000}.xml", "/"]  # fmt: skip


def _related(middle: Any) -> Any:
    from community.services import story_reading, story_related

    told = story_reading.story_for(middle.slug)
    return lambda: story_related.related(told)


def _line(name: str, work: Any, repeats: int) -> str:
    from django.db import connection

    asked = 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*given)

    with connection.execute_wrapper(count):
        work()
    begun = process_time()
    took = [1000 * like._seconds(work) for _ in range(repeats)]
    cost = 1000 * (process_time() - begun) / repeats
    return (
        f"  {statistics.median(took):7.1f} ms, worst {max(took):7.1f}, CPU here {cost:6.1f}, {asked:2} queries: {name}"
    )


def _fill(count: int) -> None:
    """Stories made of the words of those that come with the project, and of made-up ones, a minute apart."""
    from django.db.models import OuterRef, Subquery
    from django.utils import timezone

    from community.models import Byline, Member, Story, StoryRevision

    _take_your_time()
    people = Byline.objects.create(name="Dr Cleo", profession="psychologist"), Byline.objects.create(name="Ana")
    Member.objects.create_user("ana", password=None)
    begun = timezone.now() - timedelta(minutes=count + 1)
    texts = _Words(random.Random(7)).texts()
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        _store([(number, *texts[number % len(texts)]) for number in numbers], begun, *people)
    mine = StoryRevision.objects.filter(story=OuterRef("pk")).values("pk")[:1]
    Story.objects.update(published=Subquery(mine))
    _take_your_time(is_over=True)


def _take_your_time(*, is_over: bool = False) -> None:
    """Statements of a server are ended after three seconds; those that fill the database may take longer."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout TO {'DEFAULT' if is_over else '0'}")


class _Words:
    """Texts whose words are as common and as rare as in real ones."""

    def __init__(self, pick: random.Random) -> None:
        from community import story_seed

        self._pick = pick
        seeds = list(story_seed.seeds())
        self._common = " ".join(one.content.body for one in seeds).split()
        self._rare = ["".join(pick.choices("abcdefghilmnoprstuvz", k=pick.randint(5, 11))) for _ in range(8_000)]
        self._tags = [tag for one in seeds for tag in one.content.tags]

    def texts(self) -> list[tuple[Any, str]]:
        """Some stories, as revisions hold them, with what the search finds each by."""
        from community import search_words

        made = [self._text(number) for number in range(DIFFERENT)]
        return [(one, " ".join(search_words.terms(one.body)[:600])) for one in made]

    def _text(self, number: int) -> Any:
        from community.story_content import CATEGORIES, Text

        pick = self._pick
        words = [*pick.choices(self._common, k=WORDS - 12), *pick.choices(self._rare, k=12)]
        pick.shuffle(words)
        body = ".\n\n".join(" ".join(words[place : place + 80]) for place in range(0, WORDS, 80))
        tags = tuple(dict.fromkeys(pick.choices(self._tags, k=3)))
        title = " ".join([*pick.choices(self._common, k=3), pick.choice(self._rare), str(number)])
        return Text(title[:90], body, category=pick.choice(list(CATEGORIES)), tags=tags)  # type: ignore[arg-type]


def _store(texts: list[tuple[int, Any, str]], begun: Any, reviewer: Any, byline: Any) -> None:
    from community import search_words
    from community.models import SearchEntry, Story, StoryRevision
    from community.story_content import to_json

    rows = [_row(number, text, begun + timedelta(minutes=number), byline) for number, text, _ in texts]
    stored = Story.objects.bulk_create(rows)
    told = list(zip(stored, texts, strict=True))
    StoryRevision.objects.bulk_create(
        StoryRevision(story=one, number=1, content=to_json(text), state="ready", reviewed_as=reviewer,
                      reviewed_at=one.published_at) for one, (_, text, _words) in told
    )  # fmt: skip
    SearchEntry.objects.bulk_create(
        SearchEntry(
            kind="story",
            thing_id=one.pk,
            title_terms=" ".join(search_words.terms(text.title)),
            body_terms=" ".join([*search_words.terms(" ".join(text.tags)), words]),
        )
        for one, (_, text, words) in told
    )


def _row(number: int, text: Any, at: Any, byline: Any) -> Any:
    from community.models import Story

    return Story(slug=f"s-{number}", title=text.title, category=text.category, byline=byline, published_at=at,
                 changed_at=at, consent_at=at)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
