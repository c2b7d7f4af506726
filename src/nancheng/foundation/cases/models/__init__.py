"""The tables of cases: the case file itself, and what the office does around it."""

from nancheng.foundation.cases.models.between import Errand, Migration
from nancheng.foundation.cases.models.casefile import (
    CalendarDay,
    Case,
    CaseEvent,
    CaseLink,
    Clock,
    ClockExtension,
    ClockPause,
    DecisionVersion,
    NumberSeries,
    Parameter,
    Participant,
    ProcessVersion,
    Task,
    Wait,
)
from nancheng.foundation.cases.models.closing import Archive, Reopening
from nancheng.foundation.cases.models.consulting import CaseReader, Circulation, Opinion, Receipt
from nancheng.foundation.cases.models.supervising import Grab, Slip, SlipReply

__all__ = (
    "Archive",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "CaseLink",
    "CaseReader",
    "Circulation",
    "Clock",
    "ClockExtension",
    "ClockPause",
    "DecisionVersion",
    "Errand",
    "Grab",
    "Migration",
    "NumberSeries",
    "Opinion",
    "Parameter",
    "Participant",
    "ProcessVersion",
    "Receipt",
    "Reopening",
    "Slip",
    "SlipReply",
    "Task",
    "Wait",
)
