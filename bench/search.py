"""`python -m bench.search [--things 10000] [--postgres]`: what finding costs among so many resources.

Works on a database of its own in a temporary directory. Prints medians in milliseconds, the processor time of this
process (neighbours disturb it less), and the queries of each search.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

LOOKED_FOR = (
    "sleep", "help", "depression", "help line for young people", "crisis support service", "h", "de", "insomnio",
    "SUEÑO", "anxeity", "depresion helpp yuong", "zzzzqqq vvvxxw", "いのちの電話", "116 123", "x" * 10_000,
    '"OR* NEAR( AND', "suicide", "a b c d e f g h", "the of and to", "self care mind calm hope life talk free",
)  # fmt: skip


def main() -> int:
    """Fills, measures, prints."""
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument("--things", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="commonlight-search-") as name, ExitStack() as stack:
        _set_up(_database(Path(name), stack, postgres=options.postgres), name)
        _report(options.things, options.repeats)
    return 0


def _database(directory: Path, stack: ExitStack, *, postgres: bool) -> str:
    if not postgres:
        return f"sqlite:///{directory}/search.sqlite3"
    from tests.servers import Postgres, ended

    server = Postgres(directory)
    stack.enter_context(ended(server))
    return server.start().url()


def _set_up(url: str, directory: str) -> None:
    os.environ.update(DATABASE_URL=url, DEMO="1", DEBUG="0", REDIS_URL="", DJANGO_SETTINGS_MODULE="community.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.HELP_FILE = Path(directory) / "help.json"
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _report(things: int, repeats: int) -> None:
    from django.db import connection

    from community.models import Resource, SearchSpelling, SearchWord
    from community.services import search, search_index

    _fill(things)
    print(f"{connection.vendor}: {Resource.objects.count()} resources")
    print(f"  reindex, all new {_seconds(search_index.repair):8.2f} s")
    print(f"  reindex, nothing to do {_seconds(search_index.repair):.2f} s")
    print(f"  words {SearchWord.objects.count()}, keys for spelling {SearchSpelling.objects.count()}")
    one = Resource.objects.first()
    assert one is not None
    took = [1000 * _seconds(lambda: search.index(one)) for _ in range(9)]
    print(f"  one thing indexed {statistics.median(took):.1f} ms")
    for words in LOOKED_FOR:
        print(_line(words, repeats))


def _seconds(work: Any) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _line(words: str, repeats: int) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from community.services import search

    with CaptureQueriesContext(connection) as asked:
        found = search.find(words, viewer=None, near="GB")
    begun = process_time()
    took = [1000 * _seconds(lambda: search.find(words, viewer=None, near="GB")) for _ in range(repeats)]
    work = 1000 * (process_time() - begun) / repeats
    count = sum(group.count for group in found.groups)
    mark = f" as “{found.instead}”" if found.instead else " (some of the words)" if found.is_partial else ""
    return (
        f"  {statistics.median(took):7.1f} ms, worst {max(took):7.1f}, CPU here {work:6.1f}, {len(asked)} queries, "
        f"{count:6} found: {words[:40]}{mark}"
    )


def _fill(things: int) -> None:
    """The rows that come with the project, again and again with other words from all of them."""
    from community.models import Resource, ResourceRevision
    from community.resource_content import to_json
    from community.seed_rows import emergencies, helplines, resources

    rows = [row.content for row in (*emergencies(), *helplines(), *resources())]
    words = " ".join(f"{one.name} {one.offers} {one.for_whom}" for one in rows).split()
    pick = random.Random(7)
    made_up = ["".join(pick.choices("abcdefghilmnoprstuvz", k=pick.randint(4, 11))) for _ in range(8000)]
    entries, revisions = [], []
    for number in range(things):
        content = rows[number % len(rows)]
        said = " ".join([content.offers, *pick.choices(words, k=40), *pick.choices(made_up, k=4), "help"])
        data = {**to_json(content), "name": f"{content.name} {number}", "offers": said[:2000]}
        entries.append(Resource(slug=f"r-{number}", name=data["name"], kind=content.kind, country=content.country))
        revisions.append(data)
    stored = Resource.objects.bulk_create(entries, batch_size=1000)
    pairs = zip(stored, revisions, strict=True)
    made = [ResourceRevision(resource=one, number=1, content=data, state="approved") for one, data in pairs]
    texts = ResourceRevision.objects.bulk_create(made, batch_size=1000)
    for one, revision in zip(stored, texts, strict=True):
        one.published = revision
    Resource.objects.bulk_update(stored, ["published"], batch_size=1000)


if __name__ == "__main__":
    sys.exit(main())
