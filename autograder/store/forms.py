"""How a grade is written down, and how what older programs wrote is read.

Theory of operation.  The dataclasses of :mod:`autograder.model` are the schema: msgspec writes
them, and refuses on reading what their annotations do not allow, so that a damaged row is said to
be damaged and never becomes a grade.  What lists need is JSON, which people can read in the
database; what only a feedback page shows is MessagePack, which keeps every float as it is, NaN and
infinity too.  A field that has a default may be missing: rows written before it was added stay
readable.  What changed otherwise is told by the number of the form, and has a step of its own.

Half characters, which no encoding takes, are written out before a grade is stored, just as pages
show them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral, Real
from operator import is_

import msgspec

from autograder.model import Grade, Mark, Picture, Place, Table, Trial
from autograder.text import whole_throughout

FORM = 2
_NEWEST = f'{{"form":{FORM},'


@dataclass(frozen=True)
class QuestionDetails:
    """What only the feedback page shows of a question."""

    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    source: str
    places: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()
    trial: Trial | None = None


@dataclass(frozen=True)
class Details:
    """What only the feedback page shows."""

    printed: str
    questions: tuple[QuestionDetails, ...]


class _Brief(msgspec.Struct, frozen=True):
    form: int
    grade: Grade
    """Without its details."""


class _Form(msgspec.Struct):
    form: int
    """The first field of what is written; only form 1 does not say which it is."""


def _number(value: object) -> int | float:
    """NumPy's numbers as Python's."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"no way to store {value!r:.60}")


_to_json = msgspec.json.Encoder(enc_hook=_number).encode
_to_msgpack = msgspec.msgpack.Encoder(enc_hook=_number).encode
_form_of = msgspec.json.Decoder(_Form).decode
_brief_of = msgspec.json.Decoder(_Brief).decode
_details_of = msgspec.msgpack.Decoder(Details).decode


def brief(grade: Grade) -> str:
    """The first part of what :func:`written` makes, and raises."""
    try:
        return _brief(grade)
    except UnicodeEncodeError:
        return _brief(_whole(grade))


def written(grade: Grade) -> tuple[str, bytes]:
    """The grade in two parts, which :func:`read` joins: what lists need, and its page's details.

    Raises ValueError or TypeError for a grade that would not come back as it is.
    """
    try:
        return _written(grade)
    except UnicodeEncodeError:
        return _written(_whole(grade))


def _whole(grade: Grade) -> Grade:
    """With half characters written out."""
    data = whole_throughout(msgspec.to_builtins(grade, enc_hook=_number))
    return msgspec.convert(data, Grade)


def _written(grade: Grade) -> tuple[str, bytes]:
    details = Details(
        grade.printed,
        tuple(
            QuestionDetails(q.pictures, q.tables, q.source, q.places, q.marks, q.trial)
            for q in grade.questions
        ),
    )
    # Level 1: half the size of the raw bytes for a tenth of the time that level 6 takes.
    return _brief(grade), zlib.compress(_to_msgpack(details), 1)


def _brief(grade: Grade) -> str:
    questions = tuple(question.brief for question in grade.questions)
    if grade.printed or not all(map(is_, questions, grade.questions)):
        grade = replace(grade, printed="", questions=questions)
    kept = _Brief(FORM, grade)
    text = _to_json(kept)
    if _brief_of(text) != kept:  # a score that is NaN, say, which JSON does not have
        raise ValueError(f"The grade of {grade.student} would be stored as another one.")
    return text.decode()


def read(text: str, details: bytes | None = None) -> Grade:
    """The grade that was written, in whatever form; with its details where they are given.

    Raises ValueError for what no form has.
    """
    try:
        form = _form_in(text)
        if form not in _READERS:
            raise ValueError(f"it is in form {form}, which this program does not know")
        return _READERS[form](text, details if details is None else zlib.decompress(details))
    except (zlib.error, RecursionError) as error:
        raise ValueError(str(error)) from None


def _form_in(text: str) -> int:
    if text.startswith(_NEWEST):  # told at once: lists of thousands are read
        return FORM
    return _form_of(text).form if text.startswith('{"form":') else 1


def _read_1(text: str, details: bytes | None) -> Grade:
    """Both parts are JSON, with half characters, and ``"nan"`` or ``"-inf"`` among the numbers."""
    brief = msgspec.convert(whole_throughout(json.loads(text)), Grade)
    if details is None:
        return brief
    # Not strict: a text may stand for a number.  There are no points in the details.
    data = whole_throughout(json.loads(details))
    return _joined(brief, msgspec.convert(data, Details, strict=False))


def _read_2(text: str, details: bytes | None) -> Grade:
    brief = _brief_of(text).grade
    return brief if details is None else _joined(brief, _details_of(details))


_READERS: dict[int, Callable[[str, bytes | None], Grade]] = {1: _read_1, FORM: _read_2}


def _joined(brief: Grade, details: Details) -> Grade:
    questions = tuple(
        replace(
            q,
            pictures=extra.pictures,
            tables=extra.tables,
            source=extra.source,
            places=extra.places,
            marks=extra.marks,
            trial=extra.trial,
        )
        for q, extra in zip(brief.questions, details.questions, strict=True)
    )
    return replace(brief, printed=details.printed, questions=questions)
