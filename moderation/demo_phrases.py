"""The phrases of the demo community: one version in force, and a colleague's draft with its dry run. Made once.

All of it is made by the services, as two people would, so that the trail, the numbers and the pages agree. A duty makes
it, so that nobody waits for it: compiling and counting take two seconds.
"""

from __future__ import annotations

from django.conf import settings

from community.duties import duty
from community.models import Member
from moderation.models import PhraseVersion
from moderation.phrase_content import AddPhrase, Change, PutList, RemovePhrase, SiteList
from moderation.services import dry_run_counting, dry_runs, phrase_steps, phrases

TOO_TIRED = "so tired ..3 (cannot|can not) get up"
HEAVY = "(say|tell) something heavy"
NIGHTS = SiteList(
    key="no-more-nights",
    language="en",
    name="No more nights",
    purpose="How people here say that they can't go on, without the words that everybody knows",
    category="suicide",
    severity="moderate",
    negatable=False,
    phrases=("(cannot|can not) do another (night|winter)", "no nights left in me", TOO_TIRED),
    must=(
        "I can't do another night of this.",
        "there are no nights left in me",
        "Honestly, I cannot do another winter",
    ),
    must_not=(
        "I can do another night shift if you like.",
        "There are no nights left at that price.",
        "Do another round of tea, it is winter.",
    ),
)
WORDS = SiteList(
    key="our-words",
    language="en",
    name="Our own words",
    purpose="What people say in these rooms of a hard day; it adds up, and brings nobody to the queue on its own",
    category="distress",
    severity="low",
    context=True,
    phrases=("grey day", "no spoons [left]", "under the duvet"),
    must=("It's a grey day again", "no spoons left, sorry", "I spent the day under the duvet."),
    must_not=("The sky is grey and the day is long", "We need more spoons for the soup", "A duvet is on sale"),
)
FIRST_WHY = (
    "Three cases this month came from people who told us, and not from the lists. These are the words they used."
)
WHY = (
    "“So tired” found an evening on the sofa, and nobody in danger. People often ask whether they may say something"
    " heavy before they say it; I would rather look once too often."
)
NOTE = "I would miss “so tired” in winter. Could we look at it again in March, with the numbers?"


@duty("phrases of the demo", every_seconds=3600)
def load() -> None:
    """Makes the versions, where this is a demo and there is none."""
    if not settings.DEMO or PhraseVersion.objects.exists():
        return
    people = {one.name: one for one in Member.objects.filter(name__in=("Ada", "Theo"))}
    if len(people) < 2:
        return
    ada, theo = people["Ada"], people["Theo"]
    _in_force(ada, theo)
    draft = _changed(theo, phrases.draft(theo), AddPhrase(NIGHTS.key, HEAVY))
    draft = _changed(theo, draft, RemovePhrase(NIGHTS.key, TOO_TIRED))
    draft = phrases.say_why(theo, draft.token, edits=draft.edits, reason=WHY)
    phrases.note(ada, draft.token, NOTE)
    _counted(theo, draft)


def _in_force(ada: Member, theo: Member) -> None:
    """What Ada wrote and Theo signed."""
    first = phrases.draft(ada)
    for change in (PutList(NIGHTS), PutList(WORDS)):
        first = _changed(ada, first, change)
    first = phrases.say_why(ada, first.token, edits=first.edits, reason=FIRST_WHY)
    _counted(ada, first)
    phrase_steps.ask(ada, first.token, edits=first.edits)
    phrase_steps.sign(theo, first.token)
    phrase_steps.put_in_force(theo, first.token)


def _changed(by: Member, draft: PhraseVersion, change: Change) -> PhraseVersion:
    return phrases.change(by, draft.token, edits=draft.edits, change=change)


def _counted(by: Member, draft: PhraseVersion) -> None:
    run = dry_runs.dry_run(by, draft.token, 30)
    dry_run_counting.go_on(run.token)
