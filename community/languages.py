"""Names of languages by their codes, in the language of the page where Django knows them."""

from __future__ import annotations

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

# Codes of the lists that come with the project and that Django has no name for.
_OTHERS = {"am": "አማርኛ", "fil": "Filipino", "ha": "Hausa", "ne": "नेपाली", "ps": "پښتو", "si": "සිංහල", "sq": "Shqip",
           "yue": "廣東話", "zh": "中文", "no": "Norsk", "ta": "தமிழ்", "mi": "te reo Māori", "many": ""}  # fmt: skip


def name_of(code: str) -> str:
    """The name of a language; the code itself when nobody named it."""
    try:
        return _(get_language_info(code.lower())["name"])
    except KeyError:
        return _OTHERS.get(code, code)
