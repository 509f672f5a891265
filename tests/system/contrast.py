"""Which words and lines may stand on which ground, and how far apart their lightness is.

Measured as a browser sees the tokens: the cascade of tokens.css is followed for every device and every choice of a
member, with and without oklch colours. A pair that is not listed is not allowed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tests.system import stylesheet

TEXT = 7.0  # WCAG 2.2 AAA, text of normal size
DRAWN = 3.0  # WCAG 2.2 AA, edges of controls and the focus ring

WORDS_ON = {
    "bg": "ink ink-2 tide-ink lamp-ink dusk-ink leaf-ink brick-ink",
    "surface": "ink ink-2 tide-ink lamp-ink dusk-ink leaf-ink brick-ink",
    "sunken": "ink ink-2 tide-ink",
    "raised": "ink ink-2 tide-ink",
    "bubble": "ink ink-2 tide-ink",
    "tide-soft": "ink ink-2 tide-ink",
    "lamp-soft": "ink ink-2 tide-ink lamp-ink",
    "dusk-soft": "ink ink-2 tide-ink dusk-ink",
    "leaf-soft": "ink ink-2 tide-ink leaf-ink",
    "brick-soft": "ink ink-2 brick-ink",
    "tide": "tide-on",
    "tide-hover": "tide-on",
    "lamp": "lamp-on",
    "lamp-hover": "lamp-on",
    "brick": "brick-on",
    **{f"p{number}": f"p{number}-on" for number in range(1, 9)},
    "night-1": "night-ink",
    "night-2": "night-ink night-ink-2",
    "night-3": "night-ink night-ink-2",
    "night-ink": "night-1",
}
DRAWN_ON = {
    "bg": "line-strong focus tide",
    "surface": "line-strong focus tide",
    "sunken": "line-strong focus",
    "raised": "line-strong focus",
    **{f"{hue}-soft": "focus" for hue in ("tide", "lamp", "dusk", "leaf", "brick")},
}
PAIRS = [
    (front, ground, least)
    for grounds, least in ((WORDS_ON, TEXT), (DRAWN_ON, DRAWN))
    for ground, fronts in grounds.items()
    for front in fronts.split()
]


@dataclass(frozen=True)
class Situation:
    """What the device prefers and can do, and what the member chose on top of it."""

    device: tuple[str, ...]
    chosen: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ", ".join([*self.device, *("=".join(one) for one in self.chosen)]) or "nothing set"


def situations() -> list[Situation]:
    """Every mix of theme, contrast and colour space."""
    device = product(*([(), (f"({one})",)] for one in _PREFERENCES))
    chosen = list(
        product([(), (("data-theme", "light"),), (("data-theme", "dark"),)], [(), (("data-contrast", "more"),)])
    )
    return [Situation(sum(can, ()), sum(choice, ())) for can in device for choice in chosen]


_PREFERENCES = ("prefers-color-scheme: dark", "prefers-contrast: more", "color: oklch(50% 0 0)")


def tokens(text: str, situation: Situation) -> dict[str, str]:
    """The value of each custom property of the root in this situation: the most specific rule wins, then the last."""
    applying = [rule for rule in stylesheet.rules(text) if _applies(rule, situation)]
    applying.sort(key=lambda rule: rule.selector.count("["))  # stable: rules of one strength keep their order
    return {name.removeprefix("--"): value for rule in applying for name, value in rule.declarations}


def _applies(rule: stylesheet.Rule, situation: Situation) -> bool:
    wanted = [one for condition in rule.conditions for one in condition.partition(" ")[2].split(" and ")]
    return set(wanted) <= set(situation.device) and _matches(rule.selector, dict(situation.chosen))


def _matches(selector: str, chosen: dict[str, str]) -> bool:
    if not re.fullmatch(r":root(\[[^]]+\]|:not\(\[[^]]+\]\))*", selector):
        return False
    asked = re.findall(r"(:not\()?\[([\w-]+)=\"([\w-]+)\"\]", selector)
    return all((chosen.get(name) == value) is not bool(negated) for negated, name, value in asked)


def weak_pairs(colours: dict[str, str]) -> Iterator[str]:
    """The permitted pairs that are closer than they promise."""
    for front, ground, least in PAIRS:
        value = ratio(colours[front], colours[ground])
        if value < least:
            yield f"{front} on {ground} is {value:.2f}, needs {least:.0f}"


def ratio(one: str, two: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` or `oklch(l% c h)`."""
    red, green, blue = _of_hex(colour) if colour.startswith("#") else _of_oklch(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _of_hex(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _of_oklch(colour: str) -> list[float]:
    """Linear sRGB, cut off where a screen ends (CSS Color 4, the matrices of Oklab)."""
    parts = re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", colour)
    assert parts, f"{colour} is neither #rrggbb nor oklch(l% c h)"
    light, chroma, hue = map(float, parts.groups())
    light, a, b = light / 100, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return [min(max(part, 0.0), 1.0) for part in linear]
