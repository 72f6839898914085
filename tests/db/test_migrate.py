"""The migration runner: once, in order, never behind anybody's back."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from valvomo.db import migrate
from valvomo.db.database import connect
from valvomo.db.migrate import Half, MigrationError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_house.pre.sql").write_text("CREATE TABLE house (id int); CREATE TABLE old (id int);")
    (tmp_path / "0001_house.post.sql").write_text("DROP TABLE old;")
    (tmp_path / "0002_garden.pre.sql").write_text("CREATE TABLE garden (id int);")
    return tmp_path


def labels(migrations: list[migrate.Migration]) -> list[str]:
    return [migration.label for migration in migrations]


async def tables(url: str) -> set[str]:
    connection = await connect(url)
    try:
        found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"] for row in found}


async def test_applies_everything_in_order_and_once(empty_database_url: str, folder: Path) -> None:
    wanted = ["0001_house.pre", "0001_house.post", "0002_garden.pre"]
    assert labels(await migrate.pending(empty_database_url, folder=folder)) == wanted
    assert labels(await migrate.apply(empty_database_url, folder=folder)) == wanted
    assert await tables(empty_database_url) == {"house", "garden", "schema_migrations"}
    assert await migrate.apply(empty_database_url, folder=folder) == []
    assert await migrate.pending(empty_database_url, folder=folder) == []


async def test_halves_are_applied_apart(empty_database_url: str, folder: Path) -> None:
    (folder / "0002_garden.pre.sql").unlink()
    assert labels(await migrate.apply(empty_database_url, half=Half.PRE, folder=folder)) == ["0001_house.pre"]
    assert "old" in await tables(empty_database_url)
    assert labels(await migrate.apply(empty_database_url, half=Half.POST, folder=folder)) == [
        "0001_house.post"
    ]
    assert "old" not in await tables(empty_database_url)


async def test_no_half_is_jumped_over(empty_database_url: str, folder: Path) -> None:
    with pytest.raises(MigrationError, match=r"0001_house\.post comes before 0002_garden\.pre"):
        await migrate.apply(empty_database_url, half=Half.PRE, folder=folder)


async def test_an_edited_file_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate.apply(empty_database_url, folder=folder)
    (folder / "0001_house.pre.sql").write_text("CREATE TABLE house (id bigint);")
    with pytest.raises(MigrationError, match=r"0001_house\.pre was edited"):
        await migrate.apply(empty_database_url, folder=folder)


async def test_a_newer_database_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate.apply(empty_database_url, folder=folder)
    (folder / "0002_garden.pre.sql").unlink()
    with pytest.raises(MigrationError, match=r"0002_garden\.pre is applied here but unknown"):
        await migrate.pending(empty_database_url, folder=folder)


async def test_a_failing_file_leaves_nothing(empty_database_url: str, folder: Path) -> None:
    (folder / "0002_garden.pre.sql").write_text("CREATE TABLE garden (id int); SELECT 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate.apply(empty_database_url, folder=folder)
    assert await tables(empty_database_url) == {"house", "schema_migrations"}
    assert labels(await migrate.pending(empty_database_url, folder=folder)) == ["0002_garden.pre"]


async def test_nodes_that_start_together_apply_it_once(empty_database_url: str, folder: Path) -> None:
    done = await asyncio.gather(*(migrate.apply(empty_database_url, folder=folder) for _ in range(4)))
    assert sorted(len(applied) for applied in done) == [0, 0, 0, 3]


@pytest.mark.parametrize("name", ["1_house.pre.sql", "0003_House.pre.sql", "0003_house.sql"])
def test_a_misnamed_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("SELECT 1;")
    with pytest.raises(MigrationError, match="is not named like"):
        migrate.read_migrations(folder)


def test_a_number_belongs_to_one_migration(folder: Path) -> None:
    (folder / "0002_fence.post.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationError, match="two migrations have the number 0002"):
        migrate.read_migrations(folder)


def test_the_packages_own_migrations_are_well_named() -> None:
    migrate.read_migrations()
