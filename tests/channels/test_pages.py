"""The pages without JavaScript: form in, answer with sources out, in three languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels.kit import Kit
from tests.channels import standin
from tests.channels.test_api import client


@pytest.mark.parametrize(("language", "question", "rule"), [
    ("en", "can I shoot?", "Never shoot to protect property."),
    ("es", "puedo disparar?", "Nunca dispare por bienes."),
    ("pt", "posso disparar?", "Nunca dispare por bens."),
])
async def test_the_form_answers_without_javascript(kit: Kit, language: str, question: str, rule: str) -> None:
    async with client(kit) as web:
        start = await web.get("/", headers={"accept-language": f"{language}-XX,en;q=0.5"})
        assert f'<html lang="{language}"' in start.text
        found = re.search(r'name="conversation" value="([^"]+)"', start.text)
        assert found is not None
        page = await web.post("/ask", data={"conversation": found.group(1), "text": question, "language": language,
                                            "country": "PER", "role": "guard"})
        assert page.status_code == 200 and rule in page.text
        assert f"/p/un_test_1990/principle-9?lang={language}" in page.text
        assert found.group(1) in page.text, "the conversation goes on"
        choice = await web.post("/ask", data={"conversation": found.group(1), "choice": "cmd:privacy", "language": language})
        assert choice.status_code == 200


async def test_what_people_write_is_never_markup(kit: Kit) -> None:
    async with client(kit) as web:
        page = await web.post("/ask", data={"text": "<script>alert(1)</script> can I shoot?", "language": "en"})
        assert "<script>alert" not in page.text and "&lt;script&gt;alert" in page.text


async def test_an_empty_or_too_long_question_is_explained(kit: Kit) -> None:
    async with client(kit) as web:
        empty = await web.post("/ask", data={"text": "", "language": "pt"})
        assert empty.status_code == 422 and "Primeiro escreva" in empty.text
        assert (await web.post("/ask", data={"text": "x" * 5000})).status_code == 422


async def test_too_fast_is_explained(tmp_path: Path) -> None:
    kit = standin.kit(tmp_path, rate_burst=1, rate_per_minute=1)
    async with client(kit) as web:
        form = {"conversation": "a-conversation-token-1", "choice": "cmd:help", "language": "es"}
        assert (await web.post("/ask", data=form)).status_code == 200
        late = await web.post("/ask", data=form)
        assert late.status_code == 429 and "Espere" in late.text and late.headers["retry-after"]


async def test_an_answer_has_its_own_page(kit: Kit) -> None:
    async with client(kit) as web:
        sent = await web.post("/api/v1/messages", json={"text": "puedo disparar?", "language": "es"})
        (answer,) = [reply["answer"] for reply in sent.json()["replies"] if reply["answer"]]
        page = await web.get(f"/a/{answer['id']}")
        assert page.status_code == 200 and "Nunca dispare por bienes." in page.text and 'lang="es"' in page.text
        gone = await web.get("/a/none?lang=pt")
        assert gone.status_code == 404 and "já não existe" in gone.text
