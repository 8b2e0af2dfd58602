"""The store of grades: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from autograder.errors import StoreAway, StoreError, UsageError
from autograder.model import Grade, Identity, SubmissionStatus
from autograder.store.decided import Acts, take_in_acts
from autograder.store.files import Files, add_files, take_in_files
from autograder.store.forgetting import forget
from autograder.store.hand_ins import HandIns
from autograder.store.links import Links
from autograder.store.mails import Mails
from autograder.store.passwords import PasswordHashes
from autograder.store.records import (
    Circumstances,
    Entry,
    Extension,
    Forgotten,
    HandedInFile,
    PersonRecord,
    PersonRow,
    Row,
    Time,
    Whom,
    grade_of,
    json_of,
    storable,
    time_columns,
    time_of,
)
from autograder.store.schema import is_current, migrate
from autograder.store.sessions import Sessions
from autograder.store.tables import (
    ACTS,
    ATTEMPTS,
    CHOICES,
    EXTENSIONS,
    FORGOTTEN,
    PEOPLE,
    TAKEN_IN,
    TIMES,
    newest,
)
from autograder.store.words import sentence

_CHUNK = 200  # grades read at a time: memory stays flat however many there are
_BUSY_SECONDS = 10.0
_WRITE_FIRST = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'"
)
_PASSES = (
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    sa.exc.TimeoutError,
    sqlite3.OperationalError,
)
"""What has to do with how the database is, and not with what it was asked."""
_NOBODY = Identity()
_NEWEST = newest(ATTEMPTS, TIMES, PEOPLE, EXTENSIONS, FORGOTTEN, CHOICES, ACTS)
_identity_of = msgspec.json.Decoder(Identity).decode
_person_of = msgspec.json.Decoder(PersonRecord).decode


class Store:
    """An open store; use as a context manager.

    Every method raises StoreError, in one sentence, when the database cannot be used.
    """

    def __init__(self, engine: Engine, name: str, file: Path | None = None) -> None:
        """``file``: where the store lies; None: not in a file of this machine."""
        self._engine = engine
        self._file = file
        self._identity = _identity(file)
        self.name = name
        """What a person calls it: a path, or a URL without its password."""
        self.acts = Acts(self._begin, name)
        self.files = Files(self._begin, name)
        self.hand_ins = HandIns(self._begin, name)
        self.links = Links(self._begin, name)
        self.mails = Mails(self._begin, name)
        self.passwords = PasswordHashes(self._begin)
        self.sessions = Sessions(self._begin)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    def append(self, rows: Sequence[Row], files: Sequence[HandedInFile] = ()) -> None:
        """Add attempts and the files that were graded, in one transaction: all of them or, on an
        error, none."""
        if rows:
            with self._begin(writes=True) as connection:
                connection.execute(ATTEMPTS.insert(), list(rows))
                add_files(connection, files)

    def entries(
        self, assignment: str, student: str | None = None, *, after: int = 0
    ) -> list[Entry]:
        """Every attempt at an assignment (of one student, with an id above ``after``), oldest
        first, without the grades."""
        columns = [ATTEMPTS.c[name] for name in (*Entry.__dataclass_fields__, "source")]
        query = sa.select(*columns).where(ATTEMPTS.c.assignment == assignment)
        if after:
            query = query.where(ATTEMPTS.c.id > after)
        if student is not None:
            query = query.where(ATTEMPTS.c.student == storable(student))
        with self._begin() as connection:
            rows = connection.execute(query.order_by(ATTEMPTS.c.id)).mappings().all()
            times = _times(connection, assignment)
        with _undamaged(self.name):
            return [_entry(row, times) for row in rows]

    def add_times(self, times: Sequence[Time]) -> None:
        """Keep when stored attempts were handed in: the newest word counts."""
        rows = [
            {
                "assignment": time.assignment,
                "student": storable(time.student),
                "digest": time.digest,
                **time_columns(time.handed_in),
                "recorded_at": _now(),
            }
            for time in times
        ]
        self._add(TIMES, rows)

    def people(self) -> list[PersonRow]:
        """All that lists said of people, oldest first."""
        with self._begin() as connection:
            query = sa.select(PEOPLE.c.person, PEOPLE.c.record).order_by(PEOPLE.c.id)
            rows = connection.execute(query).all()
        with _undamaged(self.name):
            return [PersonRow(number, _person_of(record)) for number, record in rows]

    def add_people(self, people: Sequence[PersonRow], *, known: int) -> None:
        """Keep what a list says; raises StoreError where there are no longer ``known`` records,
        for then the numbers of new people may be somebody else's."""
        rows = [
            {"person": row.person, "record": json_of(row.record), "imported_at": _now()}
            for row in people
        ]
        with self._begin(writes=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE people IN EXCLUSIVE MODE"))
            count = connection.execute(sa.select(sa.func.count()).select_from(PEOPLE)).scalar()
            if count != known:
                raise StoreError(
                    f"Somebody else is importing people into {self.name}: run this again."
                )
            if rows:
                connection.execute(PEOPLE.insert(), rows)

    def extensions(self, assignment: str) -> list[Extension]:
        """All that were given, oldest first."""
        names = ("assignment", "person", "student", "due", "reason")
        query = sa.select(*(EXTENSIONS.c[name] for name in names))
        query = query.where(EXTENSIONS.c.assignment == assignment).order_by(EXTENSIONS.c.id)
        with self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        with _undamaged(self.name):
            return [Extension(**{**row, "due": _moment(row["due"])}) for row in rows]

    def add_extensions(self, extensions: Sequence[Extension]) -> None:
        """Keep extensions: of each person the newest counts."""
        rows = [
            {
                "assignment": given.assignment,
                "person": given.person,
                "student": storable(given.student),
                "due": None if given.due is None else given.due.isoformat(),
                "reason": storable(given.reason),
                "recorded_at": _now(),
            }
            for given in extensions
        ]
        self._add(EXTENSIONS, rows)

    def take_in(self, file: Path, place: str) -> int:
        """Copy the attempts of another store, once; what lies there stays as it is.

        ``place``: what it is remembered by.  Returns how many attempts there were; 0: they were
        taken in before.
        """
        query = sa.select(TAKEN_IN.c.place).where(TAKEN_IN.c.place == storable(place))
        with self._begin() as connection:
            if connection.execute(query).first() is not None:
                return 0
        with _told(str(file)):
            other = in_memory(file)
        try:
            with other.connect() as source, self._begin(writes=True) as connection:
                if connection.execute(query).first() is not None:
                    return 0
                connection.execute(TAKEN_IN.insert(), [{"place": storable(place), "at": _now()}])
                moved = _take_in_attempts(source, connection)
                take_in_acts(source, connection, moved)
                take_in_files(source, connection)
        finally:
            other.dispose()
        return len(moved)

    def add_attempts(self, other: Store) -> int:
        """Copy the attempts of another open store, all of them or none; how many there are."""
        with other._begin() as source, self._begin(writes=True) as connection:
            return len(_take_in_attempts(source, connection))

    def _add(self, table: sa.Table, rows: Sequence[Row]) -> None:
        if rows:
            with self._begin(writes=True) as connection:
                connection.execute(table.insert(), list(rows))

    def grades(self, ids: Sequence[int], *, details: bool = False) -> Iterator[Grade]:
        """The grades of these attempts, in the order asked for, read a few at a time.

        With ``details`` they hold what a feedback page shows; it is the larger part by far.
        """
        columns = [ATTEMPTS.c.id, ATTEMPTS.c.student, ATTEMPTS.c.grade]
        columns += [ATTEMPTS.c.details] if details else []
        for start in range(0, len(ids), _CHUNK):
            wanted = ids[start : start + _CHUNK]
            with self._begin() as connection:
                found = connection.execute(
                    sa.select(*columns).where(ATTEMPTS.c.id.in_(wanted))
                ).all()
            rows = {row[0]: row[1:] for row in found}
            for id_ in wanted:
                yield grade_of(*rows[id_])

    def marker(self) -> tuple[int, ...]:
        """Differs whenever anything was added, by whomever; what acts add comes last."""
        with self._begin() as connection:
            return tuple(number or 0 for number in connection.execute(_NEWEST).one())

    def forget(self, whom: Whom, by: str) -> Forgotten:
        """Remove somebody's files, names and words; what was counted of them stays.

        What is removed is overwritten on the disk, too, in SQLite; copies of the store keep it.
        """
        with self._begin(writes=True) as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            with _undamaged(self.name):
                done = forget(connection, whom, by)
        if is_sqlite:
            with _told(self.name), closing(self._engine.raw_connection()) as raw:
                # Older programs left traces where rows once were; who writes just now is in the
                # way of that alone.
                with suppress(sqlite3.OperationalError):
                    raw.cursor().execute("VACUUM")
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return done

    def forgotten(self) -> int:
        """How often somebody was forgotten."""
        with self._begin() as connection:
            query = sa.select(sa.func.count()).select_from(FORGOTTEN)
            return int(connection.execute(query).scalar() or 0)

    def circumstances(self, ids: Sequence[int]) -> list[Circumstances]:
        """What these attempts' grades depended on, in the order asked for."""
        names = tuple(Circumstances.__dataclass_fields__)
        query = sa.select(ATTEMPTS.c.id, *(ATTEMPTS.c[name] for name in names))
        with self._begin() as connection:
            found = connection.execute(query.where(ATTEMPTS.c.id.in_(ids))).mappings().all()
        rows = {row["id"]: Circumstances(**{name: row[name] for name in names}) for row in found}
        return [rows[id_] for id_ in ids]

    def assignments(self) -> list[str]:
        """Slugs of the assignments of which there is an attempt."""
        query = sa.select(ATTEMPTS.c.assignment).distinct().order_by(ATTEMPTS.c.assignment)
        with self._begin() as connection:
            return [str(slug) for slug in connection.execute(query).scalars()]

    @contextmanager
    def _begin(self, *, writes: bool = False, durable: bool = False) -> Iterator[Connection]:
        self._require_file()
        with (
            _told(self.name),
            _transaction(self._engine, writes=writes, durable=durable) as connection,
        ):
            yield connection

    def _require_file(self) -> None:
        """A file that was removed takes all that is written into it, and nobody finds it again."""
        if self._identity != _identity(self._file):
            raise StoreError(
                f"{self.name} was moved, removed or replaced while it was in use (or its disk is "
                "gone): put it back where it was, or choose another folder with --out, and run "
                "the same command again; what is stored in it is not graded again."
            )


def _take_in_attempts(source: Connection, target: Connection) -> dict[int, int]:
    """Copy all attempts; what number each has now, by the one that it had."""
    moved: dict[int, int] = {}
    query = sa.select(ATTEMPTS).order_by(ATTEMPTS.c.id).execution_options(yield_per=_CHUNK)
    insert = ATTEMPTS.insert().returning(ATTEMPTS.c.id, sort_by_parameter_order=True)
    for rows in source.execute(query).mappings().partitions():
        values = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        numbers = target.execute(insert, values).scalars().all()
        moved.update(zip((row["id"] for row in rows), numbers, strict=True))
    return moved


def _times(connection: Connection, assignment: str) -> dict[tuple[str, str], sa.RowMapping]:
    """What was learnt later of when hand-ins came, by student and digest."""
    query = sa.select(TIMES).where(TIMES.c.assignment == assignment).order_by(TIMES.c.id)
    rows = connection.execute(query).mappings().all()
    return {(row["student"], row["digest"]): row for row in rows}


def _entry(row: sa.RowMapping, times: Mapping[tuple[str, str], sa.RowMapping]) -> Entry:
    values: dict[str, Any] = {name: row[name] for name in Entry.__dataclass_fields__}
    values["status"] = SubmissionStatus(row["status"])
    told = times.get((row["student"], row["digest"]), row)
    values["handed_in"] = time_of(told["handed_in"], told["source"])
    values["whose"] = _NOBODY if row["whose"] == "{}" else _identity_of(row["whose"])
    return Entry(**values)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_store(where: Path | str, *, create: bool = True) -> Store:
    """Open the store at a path (SQLite) or a PostgreSQL URL, and bring it up to date.

    Raises StoreError when it cannot be opened or is no store; UsageError where there is none and
    ``create`` is False, and for a URL of another database.
    """
    url = store_url(where)
    local = isinstance(where, Path) or "://" not in where
    name = str(where) if local else url.render_as_string(hide_password=True)
    if local and not create and not Path(where).exists():
        raise UsageError(
            f"There are no grades at {name}: run `autograder grade` first, or this command in the "
            "folder where that was run."
        )
    with _told(name):
        if local and create and not Path(where).exists():
            # For its owner's eyes, as copies of it: it holds what links are signed with.
            with suppress(OSError):  # the database says it in its own words
                os.close(os.open(where, os.O_CREAT | os.O_RDWR, 0o600))
        engine = sa.create_engine(url, **_options(url))
        _prepare(engine)
        try:
            with _transaction(engine, writes=False) as connection:
                current = is_current(connection)
            if not current and "immutable" in url.query:
                engine.dispose()
                engine = in_memory(Path(where))
            elif not current:
                with _transaction(engine, writes=True) as connection:
                    migrate(connection, file=_file_of(url))
        except BaseException:
            engine.dispose()
            raise
    return Store(engine, name, Path(where) if local else None)


def in_memory(file: Path) -> Engine:
    """A store of any age, brought up to date in memory; what lies on the disk stays as it is."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    url = f"file:{quote(str(file))}?mode=ro" + ("" if _may_write(file) else "&immutable=1")
    try:
        with closing(sqlite3.connect(url, uri=True)) as source, engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            source.backup(driver)
        with engine.begin() as connection:
            migrate(connection)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")  # what is written would be lost
    except BaseException:
        engine.dispose()
        raise
    return engine


def _file_of(url: sa.URL) -> Path | None:
    """The file of a store, however it was named; None: a server has it."""
    return Path(url.database) if _is_sqlite(url) and url.database else None


def _may_write(file: Path) -> bool:
    return os.access(file.parent, os.W_OK)


def _identity(file: Path | None) -> tuple[int, int] | None:
    """What tells a file from any other, whatever it is called; None: there is none."""
    try:
        status = file.stat() if file is not None else None
    except OSError:
        return None
    return None if status is None else (status.st_dev, status.st_ino)


def store_url(where: Path | str) -> sa.URL:
    """The URL of a store; raises UsageError for one that cannot be, without opening anything."""
    if isinstance(where, Path) or "://" not in where:
        path = Path(where)
        if path.exists() and not _may_write(path):
            # A write-ahead log wants a file beside the store even to read; in a folder that
            # nobody can write to, nobody else is writing either.
            query = {"mode": "ro", "immutable": "1", "uri": "true"}
            return sa.URL.create("sqlite", database=f"file:{quote(str(path))}", query=query)
        return sa.URL.create("sqlite", database=str(path))
    try:
        url = sa.make_url(where)
    except sa.exc.ArgumentError:
        raise UsageError(f"{where!r} is no database URL.") from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "postgresql" or (_is_sqlite(url) and url.database):
        return url
    raise UsageError(
        f"The store cannot be a {url.get_backend_name()} database: "
        "give a file, or a URL such as postgresql://user@host/grades."
    )


def _is_sqlite(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _options(url: sa.URL) -> dict[str, Any]:
    if _is_sqlite(url):
        # The connection used last has in mind what was asked last, and a few do for many threads.
        return {"connect_args": {"timeout": _BUSY_SECONDS}, "pool_use_lifo": True}
    # A connection that sat idle during a long batch may have been cut: look before use.
    return {
        "pool_pre_ping": True,
        "pool_use_lifo": True,
        "connect_args": {"connect_timeout": 10},
    }


def _prepare(engine: Engine) -> None:
    """SQLite: write-ahead log, and transactions that begin where we say.  PostgreSQL: what it says
    is stored is on the disk."""
    if engine.dialect.name == "postgresql":

        @sa.event.listens_for(engine, "connect")
        def reached(connection: Any, _record: object) -> None:
            # Where a server is set to answer first and to write then, one that is killed in between
            # takes receipts with it.
            connection.execute(_WRITE_FIRST)
            connection.commit()

    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # The driver's own idea of when a transaction starts leaves CREATE TABLE outside of it.
        connection.isolation_level = None
        if "immutable" not in engine.url.query:
            connection.execute("PRAGMA journal_mode = WAL")
        # In WAL mode NORMAL survives a killed process; a power cut loses whole transactions at
        # most, never half of one.  What has to survive that says so.
        connection.execute("PRAGMA synchronous = NORMAL")
        # Rows that are moved or removed leave nothing where they were: somebody may be forgotten.
        connection.execute("PRAGMA secure_delete = ON")

    @sa.event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        # A reader that turns into a writer half-way is refused at once when another one writes;
        # who says beforehand that it will write waits for its turn.
        options = connection.get_execution_options()
        writes, durable = options.get("writes", False), options.get("durable", False)
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        if durable or connection.info.pop("durable", False):
            level = "FULL" if durable else "NORMAL"
            driver.execute(f"PRAGMA synchronous = {level}")
            connection.info["durable"] = durable
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _transaction(engine: Engine, *, writes: bool, durable: bool = False) -> Iterator[Connection]:
    with (
        engine.connect().execution_options(writes=writes, durable=durable) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _undamaged(name: str) -> Iterator[None]:
    """What is read was written by this program, or was tampered with."""
    try:
        yield
    except (ValueError, msgspec.MsgspecError) as error:
        raise StoreError(f"What is stored in {name} is damaged ({error}).") from None


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the database says into a sentence for a person."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, sqlite3.Error, ImportError, OSError) as error:
        kind = StoreAway if isinstance(error, _PASSES) else StoreError
        raise kind(sentence(name, error)) from error
