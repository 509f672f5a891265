"""Signs that a message leads somewhere else: a way to find someone, or an invitation to another place.

Pure. Early in a conversation the receiver gets a quiet word about it; nothing is held back and nobody is marked.
"""

from __future__ import annotations

import re

EARLY = 20  # messages of a conversation

# Seven digits with what people put between them; a date or "116 123" has fewer.
_NUMBER = re.compile(r"(?:\+|\b)\d(?:[\s().\-/]{0,2}\d){6,}")
_ADDRESS = re.compile(r"[\w.+\-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w\-]{1,63}\s?(?:\.|\(dot\)|\[dot\])\s?[a-z]{2,}", re.I)
_LINK = re.compile(r"\bhttps?://|\bwww\.|\b[\w\-]{2,}\.(?:com|net|org|me|io|gg|link|app)\b", re.I)
_PLACES = (
    r"whats\s?app|telegram|signal|discord|snap\s?chat|snap|insta(?:gram)?|messenger|face\s?book|fb|tik\s?tok|kik|skype"
    r"|viber|wechat|line\s?app|twitter|reddit|zoom"
)
_TO = (
    r"add me|text me|call me|message me|find me|dm me|pm me|hit me up|write me|talk (?:to you )?on|chat on|move to"
    r"|come to|switch to|reach me|my|your|do you (?:have|use)|are you on|i'?m on"
    r"|escr[ií]beme|ll[aá]mame|agr[eé]game|b[uú]scame|mi|tu|tienes|est[aá]s en|hablamos por|p[aá]sate a"
)
_ELSEWHERE = re.compile(rf"\b(?:{_TO})\b[^.!?\n]{{0,40}}\b(?:{_PLACES})\b|\b(?:{_PLACES})\b\s*(?:is|:|=|es)\s*\S", re.I)
_MEET = re.compile(
    r"\b(?:your|what'?s your|send (?:me )?your|give me your|tu)\s+"
    r"(?:phone|number|mobile|cell|address|real name|last name|e-?mail|photo|picture|pic"
    r"|n[uú]mero|direcci[oó]n|foto|apellido)\b",
    re.I,
)


def leads_elsewhere(text: str) -> bool:
    """True when `text` holds or asks for a way to find someone, or invites to another place."""
    return any(pattern.search(text) for pattern in (_NUMBER, _ADDRESS, _LINK, _ELSEWHERE, _MEET))
