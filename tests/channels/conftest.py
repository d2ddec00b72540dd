"""Fixtures: a kit on SQLite, and the same on a real PostgreSQL where its server program is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from channels.kit import Kit
from tests.channels import standin
from tests.conftest import free_port

SERVERS = ("/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin", "/usr/local/bin",
           "/usr/bin")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database: a test that asks for it runs on SQLite and on PostgreSQL."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    made = standin.kit(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """Address of an empty database of its own."""
    name = f"crm_{uuid.uuid4().hex[:12]}"
    with create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"{postgres_server}/{name}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL of our own, on loopback, without a database name; skipped where there is no server.

    Not under pytest's own folder: another run beside this one would close that to the server's user.
    """
    home = next((Path(folder) for folder in SERVERS if (Path(folder) / "initdb").exists()), None)
    if home is None:
        pytest.skip("no PostgreSQL server programs here")
    folder = Path(tempfile.mkdtemp(prefix="crm-postgres-"))
    user = _server_user(folder)
    data, port = folder / "data", free_port()

    def run(*command: str) -> None:
        as_user = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if user else []
        subprocess.run([*as_user, *command], check=True, capture_output=True, timeout=60, cwd=folder)

    try:
        run(str(home / "initdb"), "-D", str(data), "-A", "trust", "-U", "crm", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run(str(home / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"PostgreSQL does not start here: {error.stderr.decode()[-200:]}")
    yield f"postgresql+psycopg://crm@127.0.0.1:{port}"
    run(str(home / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _server_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: hand the folder to ``postgres`` (or ``nobody``) there."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user
