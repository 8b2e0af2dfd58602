"""Runs a student's file on the public checks and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder.errors import SandboxError
from autograder.judging.stopped import cells_stopped, is_unwritten, missing
from autograder.model import Call, NotebookRun, Outcome, Submission, Trace
from autograder.public import words
from autograder.public.answers import complaints, history_of
from autograder.public.checks import Example, Histories, PublicChecks, PublicQuestion
from autograder.sandbox import Sandbox, open_sandbox
from autograder.submission import clean, read


@dataclass(frozen=True)
class Tried:
    """One thing that was tried."""

    name: str
    asks: str
    """What was asked, in words."""
    complaints: tuple[str, ...]
    """What is wrong with the answer, in sentences; empty: nothing."""
    is_open: bool = False
    """There is no answer, for its function is not there; the question says so, once."""

    @property
    def passed(self) -> bool:
        return not self.complaints


@dataclass(frozen=True)
class TriedQuestion:
    """One question and what was tried of it."""

    name: str
    title: str
    tried: tuple[Tried, ...]
    says: tuple[str, ...] = ()
    """What is to be read first, in sentences: which functions are not written yet, or not there,
    for they have another name; empty: nothing."""

    @property
    def passed(self) -> int:
        return sum(tried.passed for tried in self.tried)


@dataclass(frozen=True)
class Report:
    """What ``autograder check`` has to say."""

    file: str
    assignment: str
    """Its slug."""
    title: str
    problem: str | None = None
    """Why the file cannot be read, in a sentence; None: it can."""
    notices: tuple[str, ...] = ()
    """Sentences on the file as a whole, such as cells that failed."""
    questions: tuple[TriedQuestion, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    """Title of each question that a person grades, and a sentence on its answer."""
    without_sandbox: bool = False


def try_out(file: Path, checks: PublicChecks, hidden: Sequence[Path], *, unsafe: bool) -> Report:
    """Run a student's file on public checks.

    Where this machine has no sandbox the file is run without one and the report says so: it is
    the student's own.  (Grading never does that.)

    Raises:
        SandboxError: not even a process of its own could be started.
    """
    names = [question.name for question in checks.written]
    name = clean(file.name)
    submission = read(
        file, student=clean(file.stem), file=name, written_questions=names, given=checks.given
    )
    if submission.problem is not None:
        return Report(name, checks.assignment, checks.title, submission.problem)
    box, sentence = _open(hidden, unsafe)
    with box:
        report = try_in(submission, checks, box)
    notices = (*((sentence,) if sentence else ()), *report.notices)
    return replace(report, notices=notices, without_sandbox=box.unsafe)


def _open(hidden: Sequence[Path], unsafe: bool) -> tuple[Sandbox, str]:
    if not unsafe:
        try:
            return open_sandbox(hidden=hidden), ""
        except SandboxError as error:
            reason = str(error).rstrip(".")
            return open_sandbox(unsafe=True), words.WITHOUT_SANDBOX.format(reason=reason)
    return open_sandbox(unsafe=True), ""


def try_in(submission: Submission, checks: PublicChecks, box: Sandbox) -> Report:
    """The same of a submission that is read, in a sandbox that is open."""
    with box.open(
        submission.cells, checks.limits.limits, names=checks.functions, texts=checks.texts, seed=0
    ) as session:
        run = session.notebook
        questions = []
        for question in checks.questions:
            calls = _calls(question)
            traces = {trace.call: trace for trace in session.call(calls)}
            questions.append(_question(question, traces, run, submission))
    return Report(
        submission.file,
        checks.assignment,
        checks.title,
        notices=(*submission.notices, *_notices(run, submission)),
        questions=tuple(questions),
        written=tuple((q.title, _written(q.name, submission, run)) for q in checks.written),
    )


def _calls(question: PublicQuestion) -> tuple[Call, ...]:
    """The calls of a question; an update rule's first is made twice.

    Numbers come before vectors, so that what a function keeps from one call to the next shows as
    another answer before its shape makes it fail.
    """
    calls = [example.call for example in question.examples]
    calls.sort(key=_has_a_matrix)
    first = _first_rule(question)
    if first is not None:
        calls.insert(calls.index(first.call) + 1, replace(first.call, name=_again(first)))
    return tuple(calls)


def _first_rule(question: PublicQuestion) -> Example | None:
    rules = (e for e in question.examples if isinstance(e.right, Histories))
    return next(rules, None)


def _again(example: Example) -> str:
    return f"{example.call.name}, again"


def _has_a_matrix(call: Call) -> bool:
    return any(isinstance(v, np.ndarray) and v.ndim > 1 for v in call.arguments.values())


# -------------------------------------------------------------------------------------- verdicts


def _question(
    question: PublicQuestion, traces: Mapping[str, Trace], run: NotebookRun, submission: Submission
) -> TriedQuestion:
    unwritten, absent = _not_there(question, traces, run, submission)
    found = {
        e.call.name: complaints(e, traces[e.call.name], run, submission) for e in question.examples
    }
    wrong = {e.call.function for e in question.examples if found[e.call.name]}
    tried = []
    for example in question.examples:
        function, builds_on = example.call.function, example.builds_on
        if function in unwritten:
            sentences: tuple[str, ...] = (words.UNWRITTEN.format(functions=function),)
        else:
            sentences = found[example.call.name]
            if sentences and builds_on in wrong:
                is_open = builds_on in unwritten
                said = words.BUILDS_ON_UNWRITTEN if is_open else words.BUILDS_ON
                sentences = (*sentences, said.format(function=builds_on))
        is_open = function in unwritten or function in absent
        tried.append(Tried(example.call.name, example.asks, sentences, is_open))
    named = words.UNWRITTEN.format(functions=", ".join(unwritten))
    says = (*absent.values(), *([named] if unwritten else []))
    all_ = (*tried, *_manners(question, traces))
    return TriedQuestion(question.name, question.title, all_, says)


def _not_there(
    question: PublicQuestion, traces: Mapping[str, Trace], run: NotebookRun, submission: Submission
) -> tuple[Sequence[str], Mapping[str, str]]:
    """The functions that are still as they were given; and those that are missing, each with what
    is to be said of it."""
    unwritten, absent = [], {}
    for function in dict.fromkeys(e.call.function for e in question.examples):
        own = [traces[e.call.name] for e in question.examples if e.call.function == function]
        if is_unwritten(function, own, run):
            unwritten.append(function)
        elif any(trace.outcome is Outcome.MISSING for trace in own):
            absent[function] = missing(function, run, submission)
    return unwritten, absent


def _manners(question: PublicQuestion, traces: Mapping[str, Trace]) -> Sequence[Tried]:
    """Whether an update rule answers twice the same and leaves its inputs alone; nothing where it
    gave no histories to tell by."""
    first = _first_rule(question)
    if first is None:
        return ()
    assert isinstance(first.right, Histories)
    rows = history_of(first.right, traces[first.call.name]).rows
    again = history_of(first.right, traces[_again(first)]).rows
    if rows is None:
        return ()
    function = first.call.function
    same = again is not None and np.array_equal(rows, again, equal_nan=True)
    own = (traces[example.call.name] for example in question.examples)
    changed = sorted({n for t in own if t.outcome is Outcome.RETURNED for n in t.changed})
    inputs = (words.INPUTS_WRONG.format(names=" and ".join(changed)),) if changed else ()
    return (
        Tried(
            "called twice",
            words.AGAIN.format(function=function),
            () if same else (words.AGAIN_WRONG,),
        ),
        Tried("inputs untouched", words.INPUTS.format(function=function), inputs),
    )


def _written(name: str, submission: Submission, run: NotebookRun) -> str:
    answer = submission.written.get(name, "").strip() or run.texts.get(name, "").strip()
    count = len(answer.split())
    return words.WRITTEN_FOUND.format(count=count) if count else words.WRITTEN_NONE


def _notices(run: NotebookRun, submission: Submission) -> tuple[str, ...]:
    """Sentences on cells that failed, and on a notebook that did not run to its end."""
    sentences = cells_stopped(run, submission)
    if run.outcome is not Outcome.RETURNED:
        sentences.append(words.ENDED.format(what=words.HOW_ENDED[run.outcome.value]))
    return tuple(sentences)
