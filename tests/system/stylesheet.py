"""Style sheets, as the tests about them see them: rules with their conditions, and colours written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.system import source

TOKENS = source.ROOT / "community" / "static" / "community" / "css" / "tokens.css"


@dataclass(frozen=True)
class Rule:
    """One block: the at-rules around it, its selector, and what it declares."""

    conditions: tuple[str, ...]
    selector: str
    declarations: tuple[tuple[str, str], ...]


def sheets() -> list[Path]:
    """Every style sheet of the apps."""
    return sorted(path for app in source.APPS for path in (source.ROOT / app / "static").rglob("*.css"))


@cache
def rules(text: str) -> tuple[Rule, ...]:
    """The rules of a sheet, in order, those inside at-rules too. Blocks inside blocks of declarations are not known."""
    return tuple(_rules(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), ()))


def _rules(text: str, conditions: tuple[str, ...]) -> Iterator[Rule]:
    start = 0
    while (brace := text.find("{", start)) >= 0:
        selector, end = " ".join(text[start:brace].rpartition(";")[2].split()), _end_of_block(text, brace)
        inside = text[brace + 1 : end]
        if "{" in inside:
            yield from _rules(inside, (*conditions, selector))
        else:
            yield Rule(conditions, selector, tuple(_declarations(inside)))
        start = end + 1


def _end_of_block(text: str, brace: int) -> int:
    depth = 0
    for at in range(brace, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError(f"a block without an end: {text[brace : brace + 80]}")


def _declarations(inside: str) -> Iterator[tuple[str, str]]:
    for piece in inside.split(";"):
        name, colon, value = piece.partition(":")
        if colon:
            yield name.strip(), " ".join(value.split())


def colours_in(value: str) -> list[str]:
    """The colours written out in a value: not those of tokens, nor the words of one's own colour or the system's."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)|var\(\s*--[\w-]+", " ", value)
    return [found for found in re.findall(r"#[\da-f]{3,8}\b|[a-z-]+\(|[a-z-]+", bare, re.IGNORECASE) if _is_one(found)]


def _is_one(word: str) -> bool:
    return word.startswith("#") or word.lower() in FUNCTIONS or word.lower() in NAMES


FUNCTIONS = {"rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color("}
NAMES = set(
    """
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue
chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen
darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue
darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick
floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink
indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid
mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream
mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue
saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen
steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen
""".split()
)
