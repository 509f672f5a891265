"""The tables of `moderation`."""

from moderation.models.answered import Answered
from moderation.models.decision import Appeal, Decision, Proposal
from moderation.models.desk import AtDesk
from moderation.models.flag import Flag, FlagEvent, ResponseTimes
from moderation.models.paging import HookCall, OnCall
from moderation.models.report import Report
from moderation.models.screening import Alarm, Screened, Screening
from moderation.models.support import SupportAfter, SupportOffer

__all__ = [
    "Alarm",
    "Answered",
    "Appeal",
    "AtDesk",
    "Decision",
    "Flag",
    "FlagEvent",
    "HookCall",
    "OnCall",
    "Proposal",
    "Report",
    "ResponseTimes",
    "Screened",
    "Screening",
    "SupportAfter",
    "SupportOffer",
]
