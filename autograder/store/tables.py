"""The tables as they are now.  How an older store gets there is told in :mod:`.steps`.

One schema for SQLite and PostgreSQL, and append-only: nothing in the program updates or deletes a
row, so what a student was once told can be looked up again; but those of ``queue`` and the marks in
``portal``, which say what is still to be done, those of ``sessions``, and where somebody is
forgotten.  Where a later row says something else of the same thing, the later one counts.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

SCHEMA = sa.Table("schema", METADATA, sa.Column("version", sa.Integer, nullable=False))

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("assignment", sa.Text, nullable=False),
    sa.Column("assignment_version", sa.Text, nullable=False),
    # As the file said; who that is in the course is asked of ``people`` when it is read.
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("score", sa.Double),
    sa.Column("max_score", sa.Double, nullable=False),
    # ISO 8601 with its zone, and on whose word that is (a ``Source``).
    sa.Column("handed_in", sa.Text),
    sa.Column("graded_at", sa.Text, nullable=False),
    sa.Column("wall_seconds", sa.Double, nullable=False),
    sa.Column("cpu_seconds", sa.Double, nullable=False),
    sa.Column("peak_memory", sa.BigInteger, nullable=False),
    # Program and library versions, sandbox layers, seeds: why a score was what it was.
    sa.Column("circumstances", sa.Text, nullable=False),
    # What tables and lists need, as JSON ...
    sa.Column("grade", sa.Text, nullable=False),
    # ... and what only a feedback page needs (pictures, sources), as deflated JSON: it is the
    # larger part by far, and exporting ten thousand grades must not read it.
    sa.Column("details", sa.LargeBinary, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    # An ``Identity`` as JSON.
    sa.Column("whose", sa.Text, nullable=False),
    sa.Index("attempts_of_student", "assignment", "student"),
)

TIMES = sa.Table(
    "times",
    METADATA,
    # What was learnt of a hand-in after it was stored.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("assignment", sa.Text, nullable=False),
    # These two as in ``attempts``.
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("handed_in", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)

PEOPLE = sa.Table(
    "people",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    # One number for all that was ever imported of one person.
    sa.Column("person", sa.Integer, nullable=False),
    # A ``PersonRecord`` as JSON.
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("imported_at", sa.Text, nullable=False),
)

EXTENSIONS = sa.Table(
    "extensions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("assignment", sa.Text, nullable=False),
    # As in ``people``; NULL: of somebody who is known by attempts alone.
    sa.Column("person", sa.Integer),
    sa.Column("student", sa.Text, nullable=False),
    # ISO 8601 with its zone; NULL: the extension is taken back.
    sa.Column("due", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)

TAKEN_IN = sa.Table(
    "taken_in",
    METADATA,
    # Older stores whose attempts were copied into this one.
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)

ACTS = sa.Table(
    "acts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    # One name for all that was decided at once.
    sa.Column("deed", sa.Text, nullable=False),
    sa.Column("assignment", sa.Text, nullable=False),
    # These two as in ``attempts``; empty: nobody in particular.
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("whose", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    # Which attempt was looked at.
    sa.Column("attempt", sa.Integer),
    # What was decided: one of the kinds of ``acts.py``, as JSON.
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("by_whom", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("acts_of_assignment", "assignment"),
)

PUBLISHED = sa.Table(
    "published",
    METADATA,
    # What a publication shows to each student for whom it shows anything new.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    # The publication's.
    sa.Column("deed", sa.Text, nullable=False),
    sa.Column("assignment", sa.Text, nullable=False),
    # These two as in ``attempts``.
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("whose", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("final_score", sa.Double),
    # Of what is shown.
    sa.Column("digest", sa.Text, nullable=False),
    # What changed, and the grade in the form of ``attempts``; as deflated JSON.
    sa.Column("grade", sa.LargeBinary, nullable=False),
    sa.Index("published_of_assignment", "assignment"),
)

FILES = sa.Table(
    "files",
    METADATA,
    # What was handed in, each file once, by its SHA-256.
    sa.Column("digest", sa.Text, primary_key=True),
    # Bytes, before it was deflated.
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

PORTAL = sa.Table(
    "portal",
    METADATA,
    # What the portal is known by: of ``key`` the first value counts, of ``url`` the newest; and
    # how far mail was made of what happened, the only rows here that change.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)

LINKS = sa.Table(
    "links",
    METADATA,
    # Personal links that are not as all are at first, of generation 1 and without an end.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    # As in ``people``; 0: the instructor who is there before any list is.
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    # ISO 8601 with its zone; NULL: it does not end by itself.
    sa.Column("expires", sa.Text),
    sa.Column("recorded_at", sa.Text, nullable=False),
)

PASSWORDS = sa.Table(
    "passwords",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    # As in ``links``.
    sa.Column("person", sa.Integer, nullable=False),
    # Argon2's own notation, which says how it was made; empty: they have none any more.
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    # Who is signed in at the portal; gone when they are not.  The key is a hash of what their
    # cookie holds.
    sa.Column("key", sa.Text, primary_key=True),
    # As in ``links``.
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    # Seconds since 1970.
    sa.Column("until", sa.Double, nullable=False),
    sa.Column("began_at", sa.Text, nullable=False),
    sa.Index("sessions_of_person", "person"),
    sa.Index("sessions_by_end", "until"),
)

MAILS = sa.Table(
    "mails",
    METADATA,
    # What is to be sent; the address is looked up when it is.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
)

MAIL_TRIES = sa.Table(
    "mail_tries",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("mail", sa.Integer, nullable=False),
    # ``trying``, ``sent``, ``gave up``, or why it could not be sent.
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("mail_tries_of_mail", "mail"),
)

FORGOTTEN = sa.Table(
    "forgotten",
    METADATA,
    # That somebody was forgotten, and not who.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("by_whom", sa.Text, nullable=False),
    # How many attempts lost their name and what they said, and how many files were removed.
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)

HAND_INS = sa.Table(
    "hand_ins",
    METADATA,
    # What was handed in at the portal: a row is a receipt.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    # What it is called outside.
    sa.Column("ticket", sa.Text, nullable=False),
    sa.Column("assignment", sa.Text, nullable=False),
    # As in ``people``, and what the course called them then.
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("student", sa.Text, nullable=False),
    sa.Column("whose", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    # ISO 8601 in UTC, with milliseconds.
    sa.Column("at", sa.Text, nullable=False),
    # Counted from 1, of this person and assignment.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("by_whom", sa.Text, nullable=False),
    # When it was due, as that stood then, in UTC; empty: at no time; NULL: that was not kept.
    sa.Column("due", sa.Text),
    # The sentence that its receipt says of lateness; empty: nothing was due; NULL: as above.
    sa.Column("lateness", sa.Text),
    sa.Index("hand_ins_by_ticket", "ticket", unique=True),
    sa.Index("hand_ins_of_person", "person", "assignment", "number", unique=True),
)

QUEUE = sa.Table(
    "queue",
    METADATA,
    # What is still to be graded; gone when it is.
    sa.Column("hand_in", sa.Integer, primary_key=True, autoincrement=False),
    # 0: for the first time.
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("assignment", sa.Text, nullable=False),
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    # How often a grader took it.
    sa.Column("tries", sa.Integer, nullable=False),
    # Who has it in hand, and until when that is so (seconds since 1970); NULL: nobody.
    sa.Column("holder", sa.Text),
    sa.Column("until", sa.Double),
    sa.Index("queue_in_order", "lane", "turn", "hand_in"),
    sa.Index("queue_of_person", "person"),
)

VERDICTS = sa.Table(
    "verdicts",
    METADATA,
    # Which attempt came of a hand-in; one in each round.
    sa.Column("hand_in", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    # What came of the public examples, as deflated JSON; NULL: they were not tried.
    sa.Column("public", sa.LargeBinary),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("verdicts_by_attempt", "attempt"),
)

CHOICES = sa.Table(
    "choices",
    METADATA,
    # Which hand-in a student wants to count.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("assignment", sa.Text, nullable=False),
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("hand_in", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)

PARTNERS = sa.Table(
    "partners",
    METADATA,
    # That a person says they hand in together with another, or no longer; it takes both.  Whoever
    # was forgotten has a number below 0, and is gone since the row in which both are the same.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("assignment", sa.Text, nullable=False),
    sa.Column("person", sa.Integer, nullable=False),
    sa.Column("other", sa.Integer, nullable=False),
    sa.Column("together", sa.Boolean, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)


def newest(*tables: sa.Table) -> sa.Select[tuple[int | None, ...]]:
    """Of each of these the highest id, so that whoever knows them sees that something was added."""
    return sa.select(*(sa.select(sa.func.max(table.c.id)).scalar_subquery() for table in tables))
