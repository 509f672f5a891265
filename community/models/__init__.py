"""The tables of `community`."""

from community.models.boundaries import Boundaries, FoldedTopic, Mute, NoContact
from community.models.member import Block, Consent, Member
from community.models.notice import Notice, Push, PushDevice
from community.models.outbox import Letter
from community.models.private import MemberKey, SafetyPlan, StaffLook
from community.models.resources import (
    HelpOrder,
    LinkCheck,
    Resource,
    ResourceFeedback,
    ResourceRevision,
    ResourceTag,
    Saved,
)
from community.models.search import SearchEntry, SearchSpelling, SearchWord

__all__ = [
    "Block",
    "Boundaries",
    "Consent",
    "FoldedTopic",
    "HelpOrder",
    "Letter",
    "LinkCheck",
    "Member",
    "MemberKey",
    "Mute",
    "NoContact",
    "Notice",
    "Push",
    "PushDevice",
    "Resource",
    "ResourceFeedback",
    "ResourceRevision",
    "ResourceTag",
    "SafetyPlan",
    "Saved",
    "SearchEntry",
    "SearchSpelling",
    "SearchWord",
    "StaffLook",
]
