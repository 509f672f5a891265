"""The tables of `community`."""

from community.models.boundaries import Boundaries, FoldedTopic, Mute, NoContact
from community.models.member import Block, Consent, Member, Restriction
from community.models.notice import Notice, Push, PushDevice
from community.models.outbox import Letter
from community.models.private import MemberKey, SafetyPlan, StaffLook
from community.models.resources import (
    HelpOrder,
    LinkCheck,
    MissingResource,
    Resource,
    ResourceFeedback,
    ResourceRevision,
    Saved,
)
from community.models.search import SearchEntry, SearchSpelling, SearchWord
from community.models.stories import (
    Byline,
    Correction,
    EditorNote,
    ParagraphNote,
    SavedStory,
    Story,
    StoryPicture,
    StoryReaction,
    StoryRevision,
    StoryVerdict,
)
from community.models.trail import AuditEntry, AuditHead, AuditName

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditName",
    "Block",
    "Boundaries",
    "Byline",
    "Consent",
    "Correction",
    "EditorNote",
    "FoldedTopic",
    "HelpOrder",
    "Letter",
    "LinkCheck",
    "Member",
    "MemberKey",
    "MissingResource",
    "Mute",
    "NoContact",
    "Notice",
    "ParagraphNote",
    "Push",
    "PushDevice",
    "Resource",
    "ResourceFeedback",
    "ResourceRevision",
    "Restriction",
    "SafetyPlan",
    "Saved",
    "SavedStory",
    "SearchEntry",
    "SearchSpelling",
    "SearchWord",
    "StaffLook",
    "Story",
    "StoryPicture",
    "StoryReaction",
    "StoryRevision",
    "StoryVerdict",
]
