"""The form of thresholds: alarms per 1,000 messages, level by level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from moderation.services.calibration import LEVELS, START

LEVEL_WORDS: dict[str, Any] = {
    "low": _("Distress, or more"),
    "moderate": _("Comes to the queue"),
    "high": _("Soon or Now"),
}
MOST = {"low": 500.0, "moderate": 200.0, "high": 100.0}
LEAST = 0.05


class ThresholdsForm(forms.Form):
    """A number for each level; an empty one is as shipped."""

    def __init__(self, data: Any = None, *, wanted: Mapping[str, float]) -> None:
        super().__init__(data, auto_id="thresholds-%s")
        for name, label in LEVEL_WORDS.items():
            box = forms.TextInput(attrs={"class": "input", "inputmode": "decimal", "placeholder": f"{START[name]:g}"})
            self.fields[name] = forms.FloatField(
                label=label,
                required=False,
                min_value=LEAST,
                max_value=MOST[name],
                initial=f"{wanted[name]:g}" if name in wanted else "",
                widget=box,
            )
        why = forms.Textarea(attrs={"rows": 2, "class": "input", "dir": "auto"})
        self.fields["why"] = forms.CharField(
            label=_("Why, for your colleagues"), required=False, max_length=300, widget=why
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        order = [said[name] for name in LEVELS if said.get(name) is not None]
        if order != sorted(order, reverse=True):
            self.add_error("high", _("What is more urgent can't be more often."))
        return said

    def wanted(self) -> dict[str, float]:
        """Level to alarms per 1,000, of those that were given. Ask only a valid form."""
        return {name: self.cleaned_data[name] for name in LEVELS if self.cleaned_data.get(name) is not None}
