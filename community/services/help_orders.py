"""The order in which a country's lines are shown at each level of help: proposed by one curator, agreed by another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from community import countries, signals
from community.access import require
from community.choosing import LEVELS, NOW, kinds_at
from community.models import HelpOrder, Member, Resource
from community.refusals import NotYours
from community.resource_content import ANYWHERE
from community.services.resources import Overtaken, OwnWords


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its entries in the order in force, and the order that waits for a second curator, if any."""

    country: str
    level: str
    entries: tuple[Resource, ...]
    proposed: HelpOrder | None
    proposed_entries: tuple[Resource, ...] = ()


def listing(country: str, level: str) -> Listing:
    """The list of a country and level. Raises `NotYours` for a country or level that does not exist."""
    _check(country, level)
    entries = _entries(country, level)
    rows = {one.state: one for one in HelpOrder.objects.filter(country=country, level=level, state__in=_LIVE)}
    in_force, proposed = rows.get(HelpOrder.IN_FORCE), rows.get(HelpOrder.PROPOSED)
    now = sorted_by(entries, in_force.order if in_force else ())
    return Listing(country, level, now, proposed, sorted_by(entries, proposed.order) if proposed else ())


def sorted_by(entries: Iterable[Resource], order: Iterable[int]) -> tuple[Resource, ...]:
    """Entries named in `order` first, then the others by name. What is no longer there is left out."""
    places = {pk: place for place, pk in enumerate(order)}
    return tuple(sorted(entries, key=lambda one: (places.get(one.pk, len(places)), one.name.casefold(), one.pk)))


def propose(country: str, level: str, order: list[int], *, by: Member) -> HelpOrder:
    """Proposes this order. Raises `Overtaken` when the list holds other entries by now, or another order waits."""
    require(by, "resources.curate")
    _check(country, level)
    try:
        with transaction.atomic():
            rows = HelpOrder.objects.select_for_update().filter(country=country, level=level)
            waiting = rows.filter(state=HelpOrder.PROPOSED)
            if any(one.author_id != by.pk for one in waiting) or sorted(order) != sorted(_keys(country, level)):
                raise Overtaken
            # Only their own: what another proposed in this moment stays, and the constraint refuses ours.
            waiting.filter(author=by).update(state=HelpOrder.PAST)
            return HelpOrder.objects.create(country=country, level=level, order=order, author=by)
    except IntegrityError:  # two proposed the first order of a list at the same moment
        raise Overtaken from None


def agree(order: HelpOrder, *, by: Member) -> HelpOrder:
    """Puts a proposed order in force. Raises `OwnWords` for whoever proposed it."""
    require(by, "resources.curate")
    with transaction.atomic():
        waiting = _again(order)
        if waiting.author_id == by.pk:
            raise OwnWords
        HelpOrder.objects.filter(country=waiting.country, level=waiting.level, state=HelpOrder.IN_FORCE).update(
            state=HelpOrder.PAST
        )
        _settle(waiting, HelpOrder.IN_FORCE, by)
        transaction.on_commit(lambda: signals.order_agreed.send(HelpOrder))
    return waiting


def decline(order: HelpOrder, *, by: Member) -> HelpOrder:
    """Turns a proposed order down; whoever proposed it takes it back so."""
    require(by, "resources.curate")
    with transaction.atomic():
        waiting = _again(order)
        _settle(waiting, HelpOrder.DECLINED, None if waiting.author_id == by.pk else by)
    return waiting


def warnings(country: str) -> list[str]:
    """What is missing in the list that is shown in danger: a phone and a text service, and an emergency number."""
    ways = {channel.way for one in _entries(country, NOW) for channel in one.content.channels}
    emergency = Resource.objects.published().in_country(country).filter(kind="emergency").exists()
    missing = [
        ("phone" not in ways, _("No line that can be called.")),
        (not ways & {"text", "whatsapp"}, _("No line that can be texted.")),
        (country != ANYWHERE and not emergency, _("No emergency number.")),
    ]
    return [words for is_missing, words in missing if is_missing]


_LIVE = (HelpOrder.IN_FORCE, HelpOrder.PROPOSED)


def _check(country: str, level: str) -> None:
    if level not in LEVELS or (country != ANYWHERE and not countries.is_country(country)):
        raise NotYours


def _listed(country: str, level: str) -> QuerySet[Resource]:
    found = Resource.objects.published().in_country(country).filter(kind__in=kinds_at(level))
    return found.filter(is_severe_path=True) if level == NOW else found


def _entries(country: str, level: str) -> list[Resource]:
    return list(_listed(country, level).select_related("published"))


def _keys(country: str, level: str) -> list[int]:
    return list(_listed(country, level).values_list("pk", flat=True))


def _again(order: HelpOrder) -> HelpOrder:
    found = HelpOrder.objects.select_for_update(of=("self",)).filter(pk=order.pk, state=HelpOrder.PROPOSED).first()
    if found is None:
        raise Overtaken
    return found


def _settle(order: HelpOrder, state: str, by: Member | None) -> None:
    order.state, order.agreed_by, order.agreed_at = state, by, timezone.now()
    order.save(update_fields=["state", "agreed_by", "agreed_at"])
