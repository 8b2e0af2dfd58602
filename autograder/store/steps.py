"""How a store becomes a newer one: numbered steps, which are only ever added at the end.

Step n brings a store from version n to n + 1.  A step spells its SQL out, so that it means the
same for ever, whatever becomes of :mod:`.tables`.  Two words stand for what SQLite and PostgreSQL
call by different names: ``{key}``, a number that the database gives to each row, and ``{bytes}``.

To add a table: describe it in :mod:`.tables`, and add a step here that makes it.  A step that has
to look at rows is a function of the connection instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Connection

Migration = Callable[[Connection], None]

_NAMES = {
    "sqlite": {"key": "INTEGER NOT NULL PRIMARY KEY", "bytes": "BLOB"},
    "postgresql": {"key": "SERIAL NOT NULL PRIMARY KEY", "bytes": "BYTEA"},
}


@dataclass(frozen=True)
class Step:
    """Statements that are run one after the other."""

    what: str
    """What it brings, in a few words."""
    statements: tuple[str, ...] = ()

    def __call__(self, connection: Connection) -> None:
        for statement in self.statements:
            connection.exec_driver_sql(statement.format(**_NAMES[connection.dialect.name]))


STEPS: tuple[Migration, ...] = (
    Step(
        "attempts",
        (
            """CREATE TABLE attempts (
                id {key},
                assignment TEXT NOT NULL,
                assignment_version TEXT NOT NULL,
                student TEXT NOT NULL,
                file TEXT NOT NULL,
                digest TEXT NOT NULL,
                status TEXT NOT NULL,
                score DOUBLE PRECISION,
                max_score DOUBLE PRECISION NOT NULL,
                handed_in TEXT,
                graded_at TEXT NOT NULL,
                wall_seconds DOUBLE PRECISION NOT NULL,
                cpu_seconds DOUBLE PRECISION NOT NULL,
                peak_memory BIGINT NOT NULL,
                circumstances TEXT NOT NULL,
                grade TEXT NOT NULL,
                details {bytes} NOT NULL
            )""",
            "CREATE INDEX attempts_of_student ON attempts (assignment, student)",
        ),
    ),
    # The tables stay: an older program shall say that it is older, not that rows are damaged.
    Step("grades in their second form"),
    Step(
        "on whose word a time is, and whose a file",
        (
            "ALTER TABLE attempts ADD COLUMN source TEXT NOT NULL DEFAULT 'none'",
            "ALTER TABLE attempts ADD COLUMN whose TEXT NOT NULL DEFAULT '{{}}'",
            # Until then nothing but the times of files was read.
            "UPDATE attempts SET source = 'file' WHERE handed_in IS NOT NULL",
            """CREATE TABLE times (
                id {key},
                assignment TEXT NOT NULL,
                student TEXT NOT NULL,
                digest TEXT NOT NULL,
                handed_in TEXT,
                source TEXT NOT NULL,
                recorded_at TEXT NOT NULL
            )""",
        ),
    ),
    Step(
        "people and extensions",
        (
            """CREATE TABLE people (
                id {key},
                person INTEGER NOT NULL,
                record TEXT NOT NULL,
                imported_at TEXT NOT NULL
            )""",
            """CREATE TABLE extensions (
                id {key},
                assignment TEXT NOT NULL,
                person INTEGER,
                student TEXT NOT NULL,
                due TEXT,
                reason TEXT NOT NULL,
                recorded_at TEXT NOT NULL
            )""",
            "CREATE TABLE taken_in (place TEXT NOT NULL, at TEXT NOT NULL)",
        ),
    ),
    Step(
        "what people decide, and the files that were handed in",
        (
            """CREATE TABLE acts (
                id {key},
                deed TEXT NOT NULL,
                assignment TEXT NOT NULL,
                student TEXT NOT NULL,
                whose TEXT NOT NULL,
                question TEXT NOT NULL,
                attempt INTEGER,
                kind TEXT NOT NULL,
                record TEXT NOT NULL,
                by_whom TEXT NOT NULL,
                at TEXT NOT NULL
            )""",
            "CREATE INDEX acts_of_assignment ON acts (assignment)",
            """CREATE TABLE published (
                id {key},
                deed TEXT NOT NULL,
                assignment TEXT NOT NULL,
                student TEXT NOT NULL,
                whose TEXT NOT NULL,
                attempt INTEGER NOT NULL,
                final_score DOUBLE PRECISION,
                digest TEXT NOT NULL,
                grade {bytes} NOT NULL
            )""",
            "CREATE INDEX published_of_assignment ON published (assignment)",
            """CREATE TABLE files (
                digest TEXT NOT NULL PRIMARY KEY,
                size BIGINT NOT NULL,
                content {bytes} NOT NULL
            )""",
        ),
    ),
    Step(
        "who comes in by the portal, mail that waits, and that somebody was forgotten",
        (
            """CREATE TABLE portal (
                id {key},
                name TEXT NOT NULL,
                value TEXT NOT NULL,
                recorded_at TEXT NOT NULL
            )""",
            """CREATE TABLE links (
                id {key},
                person INTEGER NOT NULL,
                generation INTEGER NOT NULL,
                expires TEXT,
                recorded_at TEXT NOT NULL
            )""",
            """CREATE TABLE passwords (
                id {key},
                person INTEGER NOT NULL,
                hash TEXT NOT NULL,
                recorded_at TEXT NOT NULL
            )""",
            """CREATE TABLE mails (
                id {key},
                person INTEGER NOT NULL,
                subject TEXT NOT NULL,
                body TEXT NOT NULL,
                made_at TEXT NOT NULL
            )""",
            """CREATE TABLE mail_tries (
                id {key},
                mail INTEGER NOT NULL,
                outcome TEXT NOT NULL,
                at TEXT NOT NULL
            )""",
            "CREATE INDEX mail_tries_of_mail ON mail_tries (mail)",
            """CREATE TABLE forgotten (
                id {key},
                by_whom TEXT NOT NULL,
                attempts INTEGER NOT NULL,
                files INTEGER NOT NULL,
                at TEXT NOT NULL
            )""",
        ),
    ),
    Step(
        "what is handed in at the portal, and what is still to be graded of it",
        (
            """CREATE TABLE hand_ins (
                id {key},
                ticket TEXT NOT NULL,
                assignment TEXT NOT NULL,
                person INTEGER NOT NULL,
                student TEXT NOT NULL,
                whose TEXT NOT NULL,
                file TEXT NOT NULL,
                digest TEXT NOT NULL,
                at TEXT NOT NULL,
                number INTEGER NOT NULL,
                by_whom TEXT NOT NULL
            )""",
            "CREATE UNIQUE INDEX hand_ins_by_ticket ON hand_ins (ticket)",
            """CREATE UNIQUE INDEX hand_ins_of_person
                ON hand_ins (person, assignment, number)""",
            """CREATE TABLE queue (
                hand_in INTEGER NOT NULL PRIMARY KEY,
                round INTEGER NOT NULL,
                assignment TEXT NOT NULL,
                person INTEGER NOT NULL,
                lane TEXT NOT NULL,
                turn INTEGER NOT NULL,
                tries INTEGER NOT NULL,
                holder TEXT,
                until DOUBLE PRECISION
            )""",
            "CREATE INDEX queue_in_order ON queue (lane, turn, hand_in)",
            "CREATE INDEX queue_of_person ON queue (person)",
            """CREATE TABLE verdicts (
                hand_in INTEGER NOT NULL,
                round INTEGER NOT NULL,
                attempt INTEGER NOT NULL,
                public {bytes},
                at TEXT NOT NULL,
                PRIMARY KEY (hand_in, round)
            )""",
            "CREATE INDEX verdicts_by_attempt ON verdicts (attempt)",
            """CREATE TABLE choices (
                id {key},
                assignment TEXT NOT NULL,
                person INTEGER NOT NULL,
                hand_in INTEGER NOT NULL,
                at TEXT NOT NULL
            )""",
            """CREATE TABLE partners (
                id {key},
                assignment TEXT NOT NULL,
                person INTEGER NOT NULL,
                other INTEGER NOT NULL,
                together BOOLEAN NOT NULL,
                at TEXT NOT NULL
            )""",
        ),
    ),
    # An older program shall say that it is older: it does not know this kind of act.
    Step("who reads what"),
    Step(
        "who is signed in at the portal",
        (
            """CREATE TABLE sessions (
                key TEXT NOT NULL PRIMARY KEY,
                person INTEGER NOT NULL,
                generation INTEGER NOT NULL,
                until DOUBLE PRECISION NOT NULL,
                began_at TEXT NOT NULL
            )""",
            "CREATE INDEX sessions_of_person ON sessions (person)",
            "CREATE INDEX sessions_by_end ON sessions (until)",
        ),
    ),
    Step(
        "until when a hand-in had to come, as that stood when it came",
        ("ALTER TABLE hand_ins ADD COLUMN due TEXT",),
    ),
    Step(
        "what a receipt says of lateness, as the rules stood when it was given",
        ("ALTER TABLE hand_ins ADD COLUMN lateness TEXT",),
    ),
)
