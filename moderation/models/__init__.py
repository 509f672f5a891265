"""The tables of `moderation`."""

from moderation.models.flag import Flag, FlagEvent, ResponseTimes
from moderation.models.report import Report
from moderation.models.screening import Alarm, Screened, Screening

__all__ = ["Alarm", "Flag", "FlagEvent", "Report", "ResponseTimes", "Screened", "Screening"]
