"""The migration runner: once, in order, never behind anybody's back."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from valvomo.db import migrate
from valvomo.db.database import connect
from valvomo.db.migrate import Half, MigrationError, OlderProcessesError


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


async def test_what_old_processes_need_is_not_removed(empty_database_url: str, folder: Path) -> None:
    (folder / "0001_house.pre.sql").write_text(
        "CREATE TABLE processes (id int, seen_at timestamptz, version text, migration int, ended_at timestamptz);"
        "CREATE TABLE old (id int);"
    )
    (folder / "0002_garden.pre.sql").unlink()
    assert labels(await migrate.apply(empty_database_url, half=Half.PRE, folder=folder)) == ["0001_house.pre"]
    connection = await connect(empty_database_url)
    await connection.execute(
        "INSERT INTO processes VALUES (1, now(), '0.0.9', 0, NULL), (2, now(), '0.1.0', 1, NULL),"
        " (3, now(), '0.0.8', 0, now()), (4, now() - interval '1 hour', NULL, NULL, NULL)"
    )
    with pytest.raises(OlderProcessesError, match=r"1 of them live \(release 0\.0\.9 seen 0 s ago\)"):
        await migrate.apply(empty_database_url, half=Half.POST, folder=folder)
    assert "old" in await tables(empty_database_url)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(migrate.apply(empty_database_url, folder=folder, patience=60))
        await asyncio.sleep(0)
        await connection.execute("UPDATE processes SET ended_at = now() WHERE id = 1")
    await connection.close()
    assert labels(waiting.result()) == ["0001_house.post"]
    assert "old" not in await tables(empty_database_url)


async def test_alone_nobody_is_asked(empty_database_url: str, folder: Path) -> None:
    (folder / "0001_house.pre.sql").write_text(
        "CREATE TABLE processes (id int, seen_at timestamptz, version text, migration int, ended_at timestamptz);"
        "CREATE TABLE old (id int); INSERT INTO processes VALUES (1, now(), '0.0.9', 0, NULL)"
    )
    assert len(await migrate.apply(empty_database_url, folder=folder, alone=True)) == 3


async def test_a_release_works_beside_the_halves_of_its_neighbours(
    empty_database_url: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Before `--post` the new release serves, and after the next one's `--pre` the old one does."""
    older = tmp_path_factory.mktemp("older")
    for name in ("0001_house.pre.sql", "0001_house.post.sql"):
        (older / name).write_bytes((folder / name).read_bytes())
    assert labels(await migrate.missing(empty_database_url, folder=older)) == ["0001_house.pre"]
    (folder / "0001_house.post.sql").unlink()
    await migrate.apply(empty_database_url, folder=folder)
    assert await migrate.missing(empty_database_url, folder=older) == []
    (folder / "0002_garden.post.sql").write_text("DROP TABLE house;")
    assert await migrate.missing(empty_database_url, folder=folder) == []
    await migrate.apply(empty_database_url, folder=folder)
    with pytest.raises(MigrationError, match=r"0002_garden\.post is applied here but unknown"):
        await migrate.missing(empty_database_url, folder=older)


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
