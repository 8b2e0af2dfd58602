"""A student's attempt before the one that counts, to say what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.batch.tasks import Task
from autograder.model import Grade
from autograder.people import Policies, apply_late
from autograder.store import Entry, Store


def attempts_before(entries: Iterable[Entry], counting: Iterable[Entry]) -> dict[str, Entry]:
    """By student: the newest attempt with another file that is older than the one that counts.

    ``entries`` oldest first.
    """
    chosen = {entry.student: entry for entry in counting}
    found: dict[str, Entry] = {}
    for entry in entries:
        counts = chosen.get(entry.student)
        if counts is not None and entry.id < counts.id and entry.digest != counts.digest:
            found[entry.student] = entry
    return found


def grades_before(
    store: Store, before: Mapping[str, Entry], policies: Policies
) -> dict[str, Grade]:
    """These attempts' grades by student, late policy applied, without their details."""
    students = list(before)
    grades = store.grades([before[student].id for student in students])
    return {
        student: apply_late(replace(grade, student=student), before[student].handed_in, policies)
        for student, grade in zip(students, grades, strict=True)
    }


def with_before(
    tasks: Sequence[Task], entries: Iterable[Entry], store: Store, policies: Policies
) -> tuple[Task, ...]:
    """The tasks, each with the grade of the student's newest attempt with another file."""
    newest: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        files = newest.setdefault(entry.student, {})
        files.pop(entry.digest, None)
        files[entry.digest] = entry  # the newest stands last
    before = {}
    for task in tasks:
        files = newest.get(task.student, {})
        others = [entry for digest, entry in files.items() if digest != task.digest()]
        if others:
            before[task.student] = others[-1]
    grades = grades_before(store, before, policies)
    return tuple(replace(task, before=grades.get(task.student)) for task in tasks)
