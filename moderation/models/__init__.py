"""The tables of `moderation`."""

from moderation.models.answered import Answered
from moderation.models.care import Afterwards, Break, CareCall, CareLimits, Heavy, Lifted, OwnCare, Spared
from moderation.models.cluster import Cluster
from moderation.models.decision import Appeal, Decision, Proposal
from moderation.models.desk import AtDesk
from moderation.models.flag import Flag, FlagEvent, ResponseTimes
from moderation.models.numbers import PublicMonth, RuleDay, ScoreDay, Tallied, Thresholds
from moderation.models.paging import HookCall, OnCall
from moderation.models.phrases import DryRun, DryRunChange, PhraseNote, PhraseVersion
from moderation.models.report import Report
from moderation.models.screening import Alarm, Screened, Screening
from moderation.models.shift import HandoverRead, RosterSlot, Shift, Watched
from moderation.models.support import SupportAfter, SupportOffer

__all__ = [
    "Afterwards",
    "Alarm",
    "Answered",
    "Appeal",
    "AtDesk",
    "Break",
    "CareCall",
    "CareLimits",
    "Cluster",
    "Decision",
    "DryRun",
    "DryRunChange",
    "Flag",
    "FlagEvent",
    "HandoverRead",
    "Heavy",
    "HookCall",
    "Lifted",
    "OnCall",
    "OwnCare",
    "PhraseNote",
    "PhraseVersion",
    "Proposal",
    "PublicMonth",
    "Report",
    "ResponseTimes",
    "RosterSlot",
    "RuleDay",
    "ScoreDay",
    "Screened",
    "Screening",
    "Shift",
    "Spared",
    "SupportAfter",
    "SupportOffer",
    "Tallied",
    "Thresholds",
    "Watched",
]
