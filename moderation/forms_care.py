"""The forms of care: limits of the team, one's own limit and subjects, lifting a limit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from moderation.console_words import CATEGORIES
from moderation.models import CareLimits
from moderation.services.care_limits import LIFTED_HOURS, WHY_LIMIT

LIMITS: dict[str, tuple[Any, int, int]] = {
    "heavy_a_day": (_("Heavy ones a day"), 1, 200),
    "heavy_an_hour": (_("Heavy ones an hour"), 1, 60),
    "heavy_minutes_a_day": (_("Minutes with heavy words a day"), 10, 720),
    "break_after_minutes": (_("A break after so many minutes on shift"), 15, 480),
    "break_after_heavy": (_("A break after so many heavy ones"), 1, 60),
    "break_minutes": (_("How many minutes a break is"), 5, 120),
}


def _number(label: Any, least: int, most: int, now: int | None, *, required: bool = True) -> forms.IntegerField:
    box = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, initial=now, widget=box, required=required)


class LimitsForm(forms.Form):
    """How much one carries."""

    def __init__(self, data: Any = None, *, limits: CareLimits) -> None:
        super().__init__(data, auto_id="limits-%s")
        for name, (label, least, most) in LIMITS.items():
            self.fields[name] = _number(label, least, most, getattr(limits, name))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "heavy_an_hour" in said and "heavy_a_day" in said and said["heavy_an_hour"] > said["heavy_a_day"]:
            self.add_error("heavy_an_hour", _("An hour can't have more than a day."))
        return said


class OwnForm(forms.Form):
    """A lower limit of one's own, and subjects that one would rather not take."""

    def __init__(self, data: Any = None, *, most: int, limit: int | None = None, spared: Any = ()) -> None:
        super().__init__(data, auto_id="own-%s")
        label = _("Heavy ones a day, for you (empty: the team's %(n)s)") % {"n": most}
        self.fields["heavy_a_day"] = _number(label, 0, most, limit, required=False)
        subjects = forms.CheckboxSelectMultiple
        self.fields["spared"] = forms.MultipleChoiceField(
            label=_("I'd rather not take"),
            choices=[(str(one), words) for one, words in CATEGORIES.items()],
            widget=subjects,
            required=False,
            initial=sorted(spared),
        )


class LiftForm(forms.Form):
    """For how long somebody's limit does not hold, and why."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="lift-%s")
        hours = [
            (str(one), ngettext_lazy("For %(n)s hour", "For %(n)s hours", one) % {"n": one}) for one in LIFTED_HOURS
        ]
        words = forms.Textarea(attrs={"rows": 3, "dir": "auto", "class": "input"})
        chosen = forms.Select(attrs={"class": "select"})
        self.fields["hours"] = forms.ChoiceField(label=_("How long"), choices=hours, widget=chosen)
        self.fields["why"] = forms.CharField(label=_("Why (they read it)"), max_length=WHY_LIMIT, widget=words)
