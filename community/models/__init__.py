"""The tables of `community`."""

from community.models.boundaries import Boundaries, FoldedTopic, Mute, NoContact
from community.models.help import Helpline
from community.models.member import Block, Consent, Member
from community.models.notice import Notice, Push, PushDevice
from community.models.outbox import Letter
from community.models.private import MemberKey, SafetyPlan, StaffLook

__all__ = [
    "Block",
    "Boundaries",
    "Consent",
    "FoldedTopic",
    "Helpline",
    "Letter",
    "Member",
    "MemberKey",
    "Mute",
    "NoContact",
    "Notice",
    "Push",
    "PushDevice",
    "SafetyPlan",
    "StaffLook",
]
