"""The files of others in the desk: those that the table names, byte for byte, each with its licence, and served."""

from __future__ import annotations

import hashlib
import re

from channels.desk.pages import HERE
from channels.kit import Kit
from tests.channels.desk import desk

VENDOR = HERE / "static" / "vendor"
ROW = re.compile(r"^\| `(\S+)` \| (\S+) \| ([\d.]+) \| .*`(\S+LICENSE\.txt)` \| `([0-9a-f]{64})` \|$", re.M)


def test_every_file_is_the_one_the_table_names() -> None:
    rows = ROW.findall((VENDOR / "README.md").read_text("utf-8"))
    assert {name for name, *_ in rows} == {"htmx.min.js"}
    for name, _, version, licence, digest in rows:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
        assert "Permission" in (VENDOR / licence).read_text("utf-8"), licence
        assert version
    others = {path.name for path in VENDOR.iterdir()} - {name for name, *_ in rows} - {row[3] for row in rows} - {"README.md"}
    assert not others, f"not in the table: {others}"
    assert b'version:"2.0.11"' in (VENDOR / "htmx.min.js").read_bytes()


async def test_they_are_served_and_may_be_kept(kit: Kit) -> None:
    async with desk.browser(kit) as web:
        for name in ("desk.css", "desk.js", "vendor/htmx.min.js"):
            found = await web.get(f"/desk/static/{name}")
            assert found.status_code == 200 and "max-age" in found.headers["cache-control"], name
        assert (await web.get("/desk/static/../pages.py")).status_code == 404
