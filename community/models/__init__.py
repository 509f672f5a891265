"""The tables of `community`."""

from community.models.help import Helpline
from community.models.member import Block, Consent, Member
from community.models.outbox import Letter

__all__ = ["Block", "Consent", "Helpline", "Letter", "Member"]
