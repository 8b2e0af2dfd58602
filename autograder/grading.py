"""One submission, the whole way: read by others, run in the sandbox, judged, summed up."""

from __future__ import annotations

from autograder.course import Assignment, Question
from autograder.judging import words
from autograder.judging.marks import around, located, marks
from autograder.judging.question import Answers, Verdict, examine
from autograder.judging.stopped import cause, cells_stopped
from autograder.model import (
    Grade,
    NotebookRun,
    Outcome,
    QuestionGrade,
    QuestionStatus,
    Submission,
    SubmissionStatus,
)
from autograder.sandbox import Sandbox


def grade_submission(
    submission: Submission, assignment: Assignment, box: Sandbox, *, public: bool = False
) -> Grade:
    """Grade one submission; ``public``: on the examples that students may see.

    Raises:
        SandboxError: the sandbox failed; nothing is known of the student's code.
    """
    if submission.problem is not None:
        return _unreadable(submission, assignment, box)
    with box.open(
        submission.cells,
        assignment.limits,
        names=assignment.functions,
        texts=assignment.texts,
        seed=int.from_bytes(assignment.seed("", "")[:4], "big"),  # by chance, too, all are alike
    ) as session:
        run = session.notebook
        exams = [
            question.kind.draw(assignment.seed(submission.student, question.name), public=public)
            for question in assignment.questions
        ]
        examined = examine(exams, submission, session)
    verdicts = [verdict for verdict, _ in examined]
    unjudged = {
        question.name: verdict.unjudged
        for question, verdict in zip(assignment.questions, verdicts, strict=True)
        if verdict.unjudged
    }
    questions = tuple(
        _question_grade(question, verdict, answers)
        for question, (verdict, answers) in zip(assignment.questions, examined, strict=True)
    )
    scores = [question.score for question in questions if question.score is not None]
    return Grade(
        student=submission.student,
        file=submission.file,
        status=SubmissionStatus.GRADED,
        # A sum without what could not be judged would be a 0 for it after all.
        score=None if unjudged else round(sum(scores), 6),
        max_score=assignment.max_score,
        message=" ".join(submission.notices) or None,
        questions=questions,
        notices=_notices(run, submission),
        printed=run.printed,
        unsafe=box.unsafe,
        unjudged=unjudged,
        usage=session.usage,
    )


def _question_grade(question: Question, verdict: Verdict, answers: Answers) -> QuestionGrade:
    has_score = not question.by_person and not verdict.unjudged
    score = round(sum(check.score for check in verdict.checks), 6) if has_score else None
    functions = question.kind.functions
    source, places = located(functions, answers.run)
    marked = marks(places, verdict, answers)
    stop = None if score else cause(functions, answers.run, answers.submission)
    if stop is not None and not source:
        source, places, marked = around(stop)
    return QuestionGrade(
        name=question.name,
        title=question.title,
        status=_status(verdict, score, question.points),
        score=score,
        max_score=question.points,
        misconceptions=verdict.misconceptions,
        checks=verdict.checks,
        message=verdict.message,
        explanations=verdict.explanations,
        evidence=verdict.evidence,
        pictures=verdict.pictures,
        tables=verdict.tables,
        source=source,
        answer=verdict.answer,
        places=places,
        marks=marked,
        cause="" if stop is None else stop.sentence,
        trial=verdict.trial,
    )


def _status(verdict: Verdict, score: float | None, points: float) -> QuestionStatus:
    if verdict.status is not None:
        return verdict.status
    if score is None:
        return QuestionStatus.PENDING
    if score >= points:
        return QuestionStatus.FULL
    return QuestionStatus.PARTIAL if score > 0 else QuestionStatus.NONE


def _unreadable(submission: Submission, assignment: Assignment, box: Sandbox) -> Grade:
    questions = tuple(
        QuestionGrade(
            name=question.name,
            title=question.title,
            status=QuestionStatus.PENDING if question.by_person else QuestionStatus.ERROR,
            score=None if question.by_person else 0.0,
            max_score=question.points,
            message=submission.problem,
        )
        for question in assignment.questions
    )
    return Grade(
        student=submission.student,
        file=submission.file,
        status=SubmissionStatus.UNREADABLE,
        score=0.0,
        max_score=assignment.max_score,
        message=" ".join((submission.problem or "", *submission.notices)),
        questions=questions,
        unsafe=box.unsafe,
    )


def _notices(run: NotebookRun, submission: Submission) -> tuple[str, ...]:
    """Sentences on cells that failed, and on a notebook that did not run to its end."""
    sentences = cells_stopped(run, submission)
    if run.outcome is not Outcome.RETURNED:
        sentences.append(words.ENDED.get(run.outcome.value, words.ENDED_OTHERWISE))
    return tuple(sentences)
