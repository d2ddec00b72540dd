"""A desk with people who practised, for the tests of figures and exports: two trainers, two cohorts, real drills."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlalchemy import update

from channels.kit import Kit
from channels.store import cohorts
from channels.store.cohorts import Cohort
from channels.store.tables import profiles
from channels.store.trainers import DeskRole
from knowledge_base.load import load_content
from knowledge_base.model import Content
from tests.channels.desk import crowd, desk


@cache
def content() -> Content:
    return load_content()


def open_desk(folder: Path, *, decided: int = 400) -> tuple[Kit, Cohort, Cohort]:
    """``ana`` owns a cohort of eight, in which ``eva`` is a trainer too; ``rosa`` owns one of three, with ``eva``.

    ``lead`` and ``boss`` (admin) belong to none. One of the eight never practised.
    """
    made, _ = desk.kit(folder)
    kit = replace(made, content=content())
    ana, rosa, eva = (desk.trainer(kit, name) for name in ("ana", "rosa", "eva"))
    desk.trainer(kit, "lead", DeskRole.LEAD)
    desk.trainer(kit, "boss", DeskRole.ADMIN)
    many, few = (_named(kit, desk.cohort(kit, *told, eva), name) for told, name in (
        (("many", ana, "AAAA1111"), "Nhambiú <Março>"), (("few", rosa, "BBBB2222"), "=Puno")))
    kit.store.write_now(lambda c: crowd.fill(c, kit.content, many.id, kit.clock(), learners=7, decided=decided, asked=60))
    kit.store.write_now(lambda c: crowd.fill(c, kit.content, few.id, kit.clock(), learners=3, decided=100, seed=2, prefix="tg:"))
    kit.store.write_now(lambda c: crowd.join(c, crowd.learner(1, "new:"), many.id, kit.clock()))
    return kit, many, few


def _named(kit: Kit, made: Cohort, name: str) -> Cohort:
    kit.store.write_now(lambda c: cohorts.rename(c, made.id, name, None))
    return replace(made, name=name)


def move(kit: Kit, who: str, cohort: str) -> None:
    """Somebody is in another cohort from now on."""
    kit.store.write_now(lambda c: c.execute(update(profiles).where(profiles.c.conversation == who).values(cohort=cohort)))
