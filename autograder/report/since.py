"""What changed since a student's attempt before."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.model import Grade, QuestionGrade, QuestionStatus, SubmissionStatus
from autograder.report.words import Words
from autograder.text import points


def changes(grade: Grade, before: Grade | None, words: Words) -> tuple[str, ...]:
    """Sentences, the scores first; empty: there is no earlier attempt that says anything.

    What is compared is what the program found, in the sum and question by question: of neither is
    taken off what lateness costs, and no person's points are in either, which is said where there
    are any.  Of what a person reads is said what became of it.
    """
    if before is None:
        return ()
    then, earned = _earned(before), _earned(grade)
    if then is None or earned is None:
        return ()
    earlier = {question.name: question for question in before.questions}
    written = rewritten(grade, before, words)
    lines = []
    for question in grade.questions:
        old = earlier.get(question.name)
        if old is not None:
            lines += _of_question(question, old, written.get(question.name, ""), words)
    is_part = _is_persons(grade) or _is_persons(before)
    sentence = words.since_program if is_part else words.since
    same = words.since_same_program if is_part else words.since_same
    is_late = earned != grade.score or then != before.score
    late = words.since_late if is_late else ""
    score = sentence.format(before=points(then), now=points(earned), late=late)
    return (score, *(lines or [same]))


def rewritten(grade: Grade, before: Grade, words: Words) -> Mapping[str, str]:
    """What became of written answers, by the names of their questions, those left out of which
    nothing did; of a file that cannot be read nobody knows."""
    if {grade.status, before.status} != {SubmissionStatus.GRADED}:
        return {}
    earlier = {question.name: question.answer.split() for question in before.questions}
    found = {}
    for question in grade.questions:
        then, now = earlier.get(question.name), question.answer.split()
        if then is not None and now != then:
            written = words.since_written_anew if then else words.since_written
            found[question.name] = written if now else words.since_unwritten
    return found


def _is_persons(grade: Grade) -> bool:
    """Whether the points of a question are a person's, or will be."""
    return grade.is_decided or any(q.status is QuestionStatus.PENDING for q in grade.questions)


def _earned(grade: Grade) -> float | None:
    """By the program, before lateness."""
    return grade.score if grade.score_before_late is None else grade.score_before_late


def is_for_person(question: QuestionGrade) -> bool:
    """Whether its points are not the program's to give."""
    return question.status is QuestionStatus.PENDING or question.by_person is not None


def _of_question(
    now: QuestionGrade, before: QuestionGrade, written: str, words: Words
) -> list[str]:
    """``written``: what became of its answer; empty: nothing."""
    parts = []
    is_same = now.score == before.score or is_for_person(now) or is_for_person(before)
    if not is_same:
        is_changed = now.override is not None or before.override is not None
        sentence = words.since_question_program if is_changed else words.since_question
        parts.append(
            sentence.format(question=now.title, before=points(before.score), now=points(now.score))
        )
    titles = {e.slug: e.title for q in (before, now) for e in q.explanations}
    gone = [s for s in before.misconceptions if s not in now.misconceptions]
    new = [s for s in now.misconceptions if s not in before.misconceptions]
    for slugs, sentence in ((gone, words.since_found), (new, words.since_new)):
        names = (titles.get(slug, slug.replace("_", " ")) for slug in slugs)
        parts += [sentence.format(name=name) for name in names]
    parts += [written] if written else []
    if parts and is_same:
        parts[0] = f"{now.title}: {parts[0]}"
    return ["; ".join(parts) + "."] if parts else []
