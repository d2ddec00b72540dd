"""Going through the queue without JavaScript: from an answer, or a verdict, to the next one in the same list."""

from __future__ import annotations

import html
import re
from functools import partial
from pathlib import Path

import pytest

from channels.desk import filters
from channels.desk.words import say
from channels.kit import Kit
from knowledge_base.model import Language
from tests.channels import standin
from tests.channels.desk.test_review_pages import NOW, Seat, fill, seat

NEXT = re.compile(r'<a href="([^"]+)" rel="next" id="next"( autofocus aria-describedby="said")?>([^<]+)</a>')


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    made = standin.kit(tmp_path, clock=standin.Hands(NOW))
    made.store.write_now(partial(fill, made))
    return made


async def onwards(by: Seat, page: str) -> str:
    """Follows the link on this page; the address one is led to."""
    found = NEXT.search(await by.page(page))
    assert found is not None, page
    led = await by.web.get(html.unescape(found.group(1)))
    assert led.status_code == 303
    return led.headers["location"]


@pytest.mark.parametrize("name", ["ana", "both", "lead"])
async def test_from_first_to_last_in_the_order_of_the_queue(kit: Kit, name: str) -> None:
    async with seat(kit, name) as by:
        listed = await by.listed()
        assert len(listed) >= 3
        at, walked = f"/desk/answers/{listed[0]}", listed[:1]
        while "/desk/answers/" in (at := await onwards(by, at)):
            walked.append(at.rpartition("/")[2])
        assert walked == listed and at == "/desk/queue?said=through"
        assert say("queue.through", Language.EN) in await by.page(at)


async def test_a_verdict_leads_on_and_what_was_judged_is_passed_over(kit: Kit) -> None:
    async with seat(kit, "ana") as by:
        first, second, third = await by.listed()
        await by.judge(second, "right")
        done = (await by.send(f"/desk/answers/{first}", verdict="fix", note="", do="verdict")).headers["location"]
        page = await by.page(done)
        found = NEXT.search(page)
        assert found is not None and found.group(2) and 'id="said"' in page, "after a verdict the link has the focus, and says why"
        assert await onwards(by, done) == f"/desk/answers/{third}"
        unjudged = NEXT.search(await by.page(f"/desk/answers/{third}"))
        assert unjudged is not None and not unjudged.group(2), "reading begins at the top"
        await by.judge(third, "right")
        assert await onwards(by, f"/desk/answers/{third}") == "/desk/queue?said=through"


async def test_a_verdict_that_makes_a_disagreement_does_not_lead_back(kit: Kit) -> None:
    """The queue moves a disagreement up; who made it goes on from where they were."""
    async with seat(kit, "ana") as ana, seat(kit, "both") as both:
        listed = await both.listed()
        middle = listed[-2]
        assert middle in await ana.listed()
        await ana.judge(middle, "right")
        order = await both.listed()
        place = order.index(middle)
        await both.judge(middle, "fix")
        assert (await both.listed("?show=all")).index(middle) < place
        assert await onwards(both, f"/desk/answers/{middle}") == f"/desk/answers/{order[place + 1]}"


async def test_the_filters_go_along_and_come_back(kit: Kit) -> None:
    async with seat(kit, "both") as by:
        query = "?show=all&cohort=c1&kind=refusal&lang=pt"
        listed = await by.listed(query)
        assert len(listed) == 2
        links = re.findall(r'href="(/desk/answers/[^"]+)"', await by.page(f"/desk/queue{query}"))
        at = html.unescape(links[0])
        assert at == f"/desk/answers/{listed[0]}{query}"
        page = await by.page(at)
        assert f'href="/desk/queue{html.escape(query)}"' in page and f'action="/desk/answers/{listed[0]}{html.escape(query)}"' in page
        assert say("queue.next", Language.PT) in page
        done = (await by.send(at, verdict="right", note="", do="verdict")).headers["location"]
        assert done == f"/desk/answers/{listed[0]}{query}&said=verdict"
        assert await onwards(by, done) == f"/desk/answers/{listed[1]}{query}"
        assert await onwards(by, f"/desk/answers/{listed[1]}{query}") == f"/desk/queue{query}&said=through"
        assert await onwards(by, f"/desk/answers/{listed[0]}?show=mine") == "/desk/queue?show=mine&said=through"


@pytest.mark.parametrize("after", ["b-shoot", "c-shoot", "nothing-of-that-name", ""])
async def test_what_is_not_in_the_list_leads_to_its_first(kit: Kit, after: str) -> None:
    """Alike for somebody else's answer and for one that does not exist."""
    async with seat(kit, "ana") as by:
        led = await by.web.get("/desk/queue/next", params={"after": after})
        assert led.headers["location"] == f"/desk/answers/{(await by.listed())[0]}"


async def test_only_for_who_is_signed_in(kit: Kit) -> None:
    async with seat(kit, "ana") as by:
        by.web.cookies.clear()
        led = await by.web.get("/desk/queue/next?after=a-shoot")
        assert led.status_code == 303 and led.headers["location"].startswith("/desk/sign-in?next=")


def test_only_filters_go_along() -> None:
    given = {"show": "all", "week": "", "said": "verdict", "after": "x", "page": "2", "cohort": 'c"&x=1'}
    assert filters.along(given) == "?show=all&cohort=c%22%26x%3D1&page=2" and filters.along({}) == ""
    assert filters.along(given, after="a b") == "?show=all&cohort=c%22%26x%3D1&page=2&after=a+b"
