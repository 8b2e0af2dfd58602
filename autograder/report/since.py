"""What changed since a student's attempt before."""

from __future__ import annotations

from autograder.model import Grade, QuestionGrade, QuestionStatus
from autograder.report.words import Words
from autograder.text import points


def changes(grade: Grade, before: Grade | None, words: Words) -> tuple[str, ...]:
    """Sentences, the scores first; empty: there is no earlier attempt that says anything.

    What is compared is what the program found: of neither is taken off what lateness costs, and
    where it costs either anything, that is said.
    """
    if before is None:
        return ()
    then, earned = _earned(before), _earned(grade)
    if then is None or earned is None:
        return ()
    earlier = {question.name: question for question in before.questions}
    lines = []
    for question in grade.questions:
        old = earlier.get(question.name)
        if old is not None:
            lines += _of_question(question, old, words)
    is_part = _is_persons(grade) or _is_persons(before)
    sentence = words.since_program if is_part else words.since
    is_late = earned != grade.score or then != before.score
    late = words.since_late if is_late else ""
    score = sentence.format(before=points(then), now=points(earned), late=late)
    return (score, *(lines or [words.since_same]))


def _is_persons(grade: Grade) -> bool:
    """Whether the points of a question are a person's, or will be."""
    return grade.is_decided or any(q.status is QuestionStatus.PENDING for q in grade.questions)


def _earned(grade: Grade) -> float | None:
    """By the program, before lateness."""
    return grade.score if grade.score_before_late is None else grade.score_before_late


def _of_question(now: QuestionGrade, before: QuestionGrade, words: Words) -> list[str]:
    if QuestionStatus.PENDING in (now.status, before.status):
        return []
    parts = []
    is_same = now.score == before.score or now.override is not None
    if not is_same:
        parts.append(
            words.since_question.format(
                question=now.title, before=points(before.score), now=points(now.score)
            )
        )
    titles = {e.slug: e.title for q in (before, now) for e in q.explanations}
    gone = [s for s in before.misconceptions if s not in now.misconceptions]
    new = [s for s in now.misconceptions if s not in before.misconceptions]
    for slugs, sentence in ((gone, words.since_found), (new, words.since_new)):
        names = (titles.get(slug, slug.replace("_", " ")) for slug in slugs)
        parts += [sentence.format(name=name) for name in names]
    if parts and is_same:
        parts[0] = f"{now.title}: {parts[0]}"
    return ["; ".join(parts) + "."] if parts else []
