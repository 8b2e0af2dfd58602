"""Gradescope: an export of submissions in, a ``results.json`` for each submission out.

In: ``submission_{number}/...`` for each, and at the root ``submission_metadata.yml``, which says
who handed each in (a group: several people) and when.  It is YAML as Ruby writes it; everything in
it is read as text, so that nothing in it is built and an id keeps its zeros.

Out: as the autograder's specification has it (``docs/specs.md``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from autograder.formats.parts import Document, Export, in_order, tidy_number
from autograder.model import (
    Check,
    Grade,
    HandedIn,
    Identity,
    QuestionGrade,
    QuestionStatus,
    Source,
)
from autograder.platforms import times
from autograder.platforms.level import Claim, Level, Owner, Read, Said, list_text
from autograder.platforms.wanted import Wanted
from autograder.submission.names import safe_name

_METADATA = "submission_metadata.yml"
_NEEDED = ("  :submitters:", "  :created_at:")
_MOST_SUBMITTERS = 100
_UNREAD = (
    f"Gradescope's {_METADATA} cannot be read: names and times are missing. Download the export "
    "again, or give the times with --times."
)


# ------------------------------------------------------------------ in


def signed(names: Collection[str]) -> set[str]:
    """Those of the names that are a submission's."""
    return {name for name in names if re.fullmatch(r"submission_\d+", name)}


def claims(level: Level) -> Said:
    listed = [entry for entry in level.lists(".yml") if entry.name == _METADATA]
    if not listed:
        return Said()
    read = tuple(Read(entry, "Gradescope's list of who handed in what") for entry in listed)
    text = list_text(listed[0]) or ""
    document = _parsed(_needed(text)) or _parsed(text)
    if document is None:
        return Said((), read, (_UNREAD,))
    made = []
    for name in level.names:
        told = document.get(name)
        if isinstance(told, dict) and (owners := _owners(told)):
            made.append(Claim((name,), owners))
    return Said(tuple(made), read)


def _needed(text: str) -> str:
    """Without what was handed in before, which is nearly all of it: reading that takes half a
    second for each megabyte.

    Ruby writes each submission's keys two blanks in, and all that belongs to one further in or with
    a hyphen.  Where something else refers to what is left out, the whole is read.
    """
    kept, is_needed = [], True
    for line in text.splitlines(keepends=True):
        if not line.startswith(" "):
            is_needed = True
        elif line.startswith("  :"):
            is_needed = line.startswith(_NEEDED)
        if is_needed:
            kept.append(line)
    return "".join(kept)


def _parsed(text: str) -> dict[Any, Any] | None:
    import yaml  # takes longer to import than all platforms, and only this export needs it

    # Builds texts, lists and dictionaries, whatever kinds the file names.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        document = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return None  # an unhashable key is a TypeError
    return document if isinstance(document, dict) else None


def _owners(told: dict[Any, Any]) -> tuple[Owner, ...]:
    """Everybody who handed a submission in together."""
    submitters = told.get(":submitters")
    if not isinstance(submitters, list):
        return ()
    at = _time(told.get(":created_at"))
    handed_in = HandedIn(at, Source.PLATFORM) if at is not None else HandedIn()
    owners = []
    for person in submitters[:_MOST_SUBMITTERS]:
        if not isinstance(person, dict):
            continue
        name, email, sid = (_text(person.get(key)) for key in (":name", ":email", ":sid"))
        if student := name or email or sid:
            whose = Identity(sis_id=sid, email=email, number=sid or email, name=name)
            owners.append(Owner(student, whose, handed_in))
    return tuple(owners)


def _time(told: object) -> datetime | None:
    """Ruby writes a time by itself or, of some kinds, as an object that has it in ``utc``."""
    if isinstance(told, dict):
        told = told.get("utc")
    return times.of_stamp(told, None) if isinstance(told, str) else None


def _text(value: object) -> str:
    return value.strip()[:300] if isinstance(value, str) else ""


# ------------------------------------------------------------------ out


def export(grades: Sequence[Grade], wanted: Wanted) -> Export:
    """A folder a student.  A submission that was not graded through our fault has no score:
    Gradescope then reports that the autograder failed, instead of a 0."""
    return Export(
        tuple(
            Document(f"gradescope/{safe_name(grade.student)}/results.json", to_results(grade))
            for grade in in_order(grades)
        )
    )


def to_results(grade: Grade) -> str:
    """One ``results.json``; all tests are visible, since one hidden test hides the total."""
    said = "\n".join([*([grade.message] if grade.message else []), *grade.notices])
    results: dict[str, Any] = {"output": said, "output_format": "text"}
    score = tidy_number(grade.score)
    if score is not None:
        results |= {
            "score": score,
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": [_test(number, q) for number, q in enumerate(grade.questions, 1)],
        }
    text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode() + "\n"


def _test(number: int, question: QuestionGrade) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": question.title or question.name,
        "number": str(number),
        "max_score": tidy_number(question.max_score),
        "output": "\n".join(_lines(question)),
        "output_format": "text",
        "visibility": "visible",
        "extra_data": {
            "question": question.name,
            "question_status": str(question.status),
            "misconceptions": list(question.misconceptions),
        },
    }
    score = tidy_number(question.score)
    if score is not None:
        test["score"] = score
        test["status"] = "passed" if question.status is QuestionStatus.FULL else "failed"
    return test


def _lines(question: QuestionGrade) -> list[str]:
    lines = [question.message] if question.message else []
    if question.status is QuestionStatus.PENDING and not lines:
        lines.append("A person grades this question.")
    lines += [_line(check) for check in question.checks]
    for explanation in question.explanations:
        lines.append(f"{explanation.title}: {explanation.what} {explanation.hint}")
    return lines


def _line(check: Check) -> str:
    mark = "✓" if check.passed else "✗"
    points = f"{tidy_number(check.score)}/{tidy_number(check.max_score)}"
    return f"{mark} {check.name} ({points}): {check.message}"
