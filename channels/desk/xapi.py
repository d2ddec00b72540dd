"""Decisions as xAPI 1.0.3 statements: rows of the store in, statements for a learning record store out (as JSON values).

The actor is an account with the learner's code; nothing leads from it to a person. Ids of statements come from run and
step, so that the same decision exported twice is one statement. An activity is described the first time a file names it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.drills.figures import HELD
from bot.drills.model import Decision
from bot.model import ConversationId
from channels.desk.words import words
from channels.store.figures import Finished, Row
from knowledge_base.model import Content, Language, Scenario, ScenarioId, Scene, Text

VERSION = "1.0.3"
PLATFORM = "CRM Secure Assistant"
_ADL = "http://adlnet.gov/expapi"
_NAMESPACE = uuid5(NAMESPACE_URL, "crm-secure-assistant").bytes
_GAP = "\N{NULL}"
"""Stands for a value in a shape: no text of ours holds it."""
Json = dict[str, Any]


@dataclass
class Statements:
    """Makes statements for one file. ``home``: where the assistant stands, an address without a slash at the end;
    ``described`` grows while it works: activities that the file has described already."""

    home: str
    cohort: str
    content: Content
    pseudonym: Callable[[ConversationId], str]
    described: set[str] = field(default_factory=set)
    _codes: dict[ConversationId, str] = field(default_factory=dict)
    _shapes: dict[Hashable, str] = field(default_factory=dict)
    _last_run: tuple[str, str] = ("", "")

    def decided_text(self, row: Row) -> str:
        """``decided`` as JSON. Statements about the same choice differ in a few values only; they are put into a shape made
        once, for making 50,000 anew takes three times as long."""
        free = _free(row)
        what = (row.scenario, row.scene, row.option, row.grade, row.competency, row.place, row.took_s is None,
                None if free is None else (free.covered, free.missed))
        shape = self._shapes.get(what)
        if shape is None:
            return self._begun(what, self.decided(row))
        took = () if row.took_s is None else (duration(row.took_s),)
        return shape % (_id(f"{row.run}/{row.step}"), self._code(row.conversation), *took, self._registration(row.run), row.step,
                        _time(row.at))

    def completed_text(self, run: Finished) -> str:
        """``completed`` as JSON."""
        what = ("completed", run.scenario)
        shape = self._shapes.get(what)
        if shape is None:
            return self._begun(what, self.completed(run))
        return shape % (_id(f"{run.run}/completed"), self._code(run.conversation), duration(_took_s(run)), _id(f"run/{run.run}"),
                        _time(run.ended_at))

    def decided(self, row: Row) -> Json:
        """One decision: ``answered`` with an option and its success, or ``responded`` with what a free answer touched."""
        scenario = self.content.scenarios.get(ScenarioId(row.scenario))
        scene = scenario.scenes.get(row.scene) if scenario else None
        free = _free(row)
        result: Json = {}
        if row.option is not None:
            result = {"response": row.option, "success": row.grade in HELD,
                      "extensions": {self._extension("grade"): row.grade or "none"}}
        elif free is not None:
            result = {"extensions": {
                self._extension("covered"): list(free.covered), self._extension("missed"): list(free.missed)}}
        if row.took_s is not None:
            result["duration"] = duration(row.took_s)
        activity = f"{self.home}/xapi/scenarios/{row.scenario}/scenes/{row.scene}"
        extensions: Json = {self._extension("step"): row.step}
        if row.competency is not None:
            extensions[self._extension("competency")] = row.competency
        if row.place is not None:
            extensions[self._extension("place")] = row.place + 1
        return self._statement(
            f"{row.run}/{row.step}", row.conversation, "answered" if row.option is not None else "responded",
            self._activity(activity, lambda: _scene(scenario, scene)), row.run, row.at, result=result, extensions=extensions,
            parent=self._activity(self._scenario(row.scenario), lambda: _title(scenario)))

    def completed(self, run: Finished) -> Json:
        """A drill brought to one of its endings; which one is right is not said, so there is no success."""
        scenario = self.content.scenarios.get(ScenarioId(run.scenario))
        return self._statement(
            f"{run.run}/completed", run.conversation, "completed",
            self._activity(self._scenario(run.scenario), lambda: _title(scenario)), run.run, run.ended_at,
            result={"completion": True, "duration": duration(_took_s(run))})

    def _statement(self, name: str, who: ConversationId, verb: str, activity: Json, run: str, at: float, *, result: Json,
                   extensions: Json | None = None, parent: Json | None = None) -> Json:
        around: Json = {"grouping": [{"objectType": "Activity", "id": f"{self.home}/xapi/cohorts/{self.cohort}"}]}
        if parent is not None:
            around["parent"] = [parent]
        context: Json = {"registration": self._registration(run), "platform": PLATFORM, "contextActivities": around}
        if extensions:
            context["extensions"] = extensions
        return {
            "id": _id(name), "version": VERSION,
            "actor": {"objectType": "Agent", "account": {"homePage": self.home, "name": self._code(who)}},
            "verb": {"id": f"{_ADL}/verbs/{verb}",
                     "display": {language.value: words()["export"][language.value][f"xapi_{verb}"] for language in Language}},
            "object": activity, "result": result, "context": context,
            "timestamp": _time(at),
        }

    def _begun(self, what: Hashable, made: Json) -> str:
        """The statement as JSON; where it described nothing for the first time, it is the shape of those that follow."""
        text = _text(made)
        if '"definition"' in text:
            return text
        context, result = made["context"], made["result"]
        made["id"] = made["actor"]["account"]["name"] = context["registration"] = made["timestamp"] = _GAP
        if "duration" in result:
            result["duration"] = _GAP
        step = self._extension("step")
        if step in context.get("extensions", {}):
            context["extensions"][step] = _GAP + _GAP
        gap = json.dumps(_GAP)
        both = json.dumps(_GAP + _GAP)  # a number stands without quotation marks
        self._shapes[what] = _text(made).replace("%", "%%").replace(both, "%d").replace(gap, '"%s"')
        return text

    def _registration(self, run: str) -> str:
        """The decisions of a run mostly stand one after the other."""
        if self._last_run[0] != run:
            self._last_run = run, _id(f"run/{run}")
        return self._last_run[1]

    def _code(self, who: ConversationId) -> str:
        found = self._codes.get(who)
        if found is None:
            found = self._codes[who] = self.pseudonym(who)
        return found

    def _activity(self, identity: str, definition: Callable[[], Json]) -> Json:
        found: Json = {"objectType": "Activity", "id": identity}
        if identity not in self.described:
            self.described.add(identity)
            if made := definition():
                found["definition"] = made
        return found

    def _scenario(self, scenario: str) -> str:
        return f"{self.home}/xapi/scenarios/{scenario}"

    def _extension(self, name: str) -> str:
        return f"{self.home}/xapi/extensions/{name}"


def duration(seconds: float) -> str:
    """ISO 8601, to a hundredth of a second: ``PT12.3S``."""
    return f"PT{seconds:.2f}".rstrip("0").rstrip(".") + "S"


def _free(row: Row) -> Decision | None:
    """What is kept of a free answer; ``None`` where an option was chosen."""
    return Decision.model_validate_json(row.body) if row.option is None else None


def _id(name: str) -> str:
    """``str(uuid5(_NAMESPACE, name))``, made without the object: there are two in each statement."""
    found = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    return f"{found[:8]}-{found[8:12]}-5{found[13:16]}-{'89ab'[int(found[16], 16) & 3]}{found[17:20]}-{found[20:32]}"


def _time(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _took_s(run: Finished) -> float:
    return max(0.0, run.ended_at - run.started_at)


def _text(made: Json) -> str:
    return json.dumps(made, ensure_ascii=False)


def _title(scenario: Scenario | None) -> Json:
    if scenario is None:
        return {}
    return {"type": f"{_ADL}/activities/simulation", "name": _map(scenario.title)}


def _scene(scenario: Scenario | None, scene: Scene | None) -> Json:
    if scenario is None or scene is None:
        return {}
    found: Json = {"type": f"{_ADL}/activities/cmi.interaction", "name": _map(scenario.title), "description": _map(scene.text)}
    if not scene.options:
        return {**found, "interactionType": "long-fill-in"}
    return {**found, "interactionType": "choice",
            "correctResponsesPattern": [option.id for option in scene.options if option.grade in HELD],
            "choices": [{"id": option.id, "description": _map(option.text)} for option in scene.options]}


def _map(text: Text) -> dict[str, str]:
    return {language.value: text.in_(language) for language in Language}
