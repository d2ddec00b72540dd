"""The payload of a button in, what was pressed out, and back: the one grammar of everything a person can press.

Payloads are ASCII, at most 64 bytes (Telegram's limit), and carry their own state, so that buttons work while Rasa is
down. Anything else, an old button or a forged one, parses to ``None``.

    cmd:help  lang:pt  country:MOZ  role:guard  src:<answer>  drill:start:<scenario>  drill:list:<page>
    opt:<run>:<step>:<index>  drill:stop:<run>  forget:yes|no  fb:<answer>:good|bad  remind:on|off  join:<code>
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from knowledge_base.model import Country, Language, Role

LONGEST = 64
_ID = re.compile(r"[A-Za-z0-9_-]{1,48}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
JOIN_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
"""Crockford's 32 signs, none of which looks like another."""


class Command(StrEnum):
    """Slash commands and menu buttons: ``cmd:<name>``."""

    START = "start"
    HELP = "help"
    ASK = "ask"
    DRILL = "drill"
    RESUME = "resume"
    DUE = "due"
    SOURCES = "sources"
    CONTACTS = "contacts"
    LANGUAGE = "language"
    COUNTRY = "country"
    ROLE = "role"
    REMINDERS = "reminders"
    PRIVACY = "privacy"
    DELETE_MY_DATA = "deletemydata"
    JOIN = "join"
    LEAVE = "leave"


@dataclass(frozen=True)
class PressCommand:
    command: Command


@dataclass(frozen=True)
class PressLanguage:
    language: Language


@dataclass(frozen=True)
class PressCountry:
    country: Country


@dataclass(frozen=True)
class PressRole:
    role: Role


@dataclass(frozen=True)
class PressSources:
    answer: str


@dataclass(frozen=True)
class PressDrillList:
    page: int


@dataclass(frozen=True)
class PressDrillStart:
    scenario: str


@dataclass(frozen=True)
class PressOption:
    """``step`` counts the decisions already made; ``index`` is the place of the option as shown, from 0."""

    run: str
    step: int
    index: int


@dataclass(frozen=True)
class PressDrillStop:
    run: str


@dataclass(frozen=True)
class PressForget:
    sure: bool


@dataclass(frozen=True)
class PressFeedback:
    answer: str
    good: bool


@dataclass(frozen=True)
class PressReminders:
    on: bool


@dataclass(frozen=True)
class PressJoin:
    """A code somebody gave out: of a cohort, if there is one with it."""

    code: str


Press = (
    PressCommand | PressLanguage | PressCountry | PressRole | PressSources | PressDrillList | PressDrillStart
    | PressOption | PressDrillStop | PressForget | PressFeedback | PressReminders | PressJoin
)


Closed = TypeVar("Closed", bound=StrEnum)


def member(kind: type[Closed], code: str | None) -> Closed | None:
    """The member of a closed set with this code, or ``None``."""
    return next((found for found in kind if found.value == code), None)


def join_code(typed: str) -> str | None:
    """The code somebody typed, however they wrote it (``7k2q-4mtx``, ``7K2Q 4MTX``, O for 0); ``None`` for no code."""
    code = re.sub(r"[\s-]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    return code if JOIN_CODE.fullmatch(code) else None


def payload(press: Press) -> str:
    """The payload of a press; raises ``ValueError`` where an id has other signs than ``A-Za-z0-9_-`` or is too long."""
    text = ":".join(_parts(press))
    if parse(text) != press:
        raise ValueError(f"not a payload: {text[:80]!r}; ids are 1-48 of A-Z a-z 0-9 _ -, the whole at most {LONGEST} bytes")
    return text


def _parts(press: Press) -> tuple[str, ...]:
    match press:
        case PressCommand(command):
            return "cmd", command.value
        case PressLanguage(language):
            return "lang", language.value
        case PressCountry(country):
            return "country", country.value
        case PressRole(role):
            return "role", role.value
        case PressSources(answer):
            return "src", answer
        case PressDrillList(page):
            return "drill", "list", str(page)
        case PressDrillStart(scenario):
            return "drill", "start", scenario
        case PressDrillStop(run):
            return "drill", "stop", run
        case PressOption(run, step, index):
            return "opt", run, str(step), str(index)
        case PressForget(sure):
            return "forget", "yes" if sure else "no"
        case PressFeedback(answer, good):
            return "fb", answer, "good" if good else "bad"
        case PressReminders(on):
            return "remind", "on" if on else "off"
        case PressJoin(code):
            return "join", code


def parse(text: str) -> Press | None:
    """What was pressed, or ``None`` for a payload nobody could have made."""
    if len(text.encode()) > LONGEST:
        return None
    match text.split(":"):
        case ["cmd", name] if (cmd := member(Command, name)) is not None:
            return PressCommand(cmd)
        case ["lang", code] if (lang := member(Language, code)) is not None:
            return PressLanguage(lang)
        case ["country", code] if (country := member(Country, code)) is not None:
            return PressCountry(country)
        case ["role", code] if (role := member(Role, code)) is not None:
            return PressRole(role)
        case ["src", answer] if _ID.fullmatch(answer):
            return PressSources(answer)
        case ["drill", "list", page] if _NUMBER.fullmatch(page):
            return PressDrillList(int(page))
        case ["drill", "start", scenario] if _ID.fullmatch(scenario):
            return PressDrillStart(scenario)
        case ["drill", "stop", run] if _ID.fullmatch(run):
            return PressDrillStop(run)
        case ["opt", run, step, index] if _ID.fullmatch(run) and _NUMBER.fullmatch(step) and _NUMBER.fullmatch(index):
            return PressOption(run, int(step), int(index))
        case ["forget", "yes" | "no" as word]:
            return PressForget(word == "yes")
        case ["fb", answer, "good" | "bad" as word] if _ID.fullmatch(answer):
            return PressFeedback(answer, word == "good")
        case ["remind", "on" | "off" as word]:
            return PressReminders(word == "on")
        case ["join", code] if JOIN_CODE.fullmatch(code):
            return PressJoin(code)
    return None
