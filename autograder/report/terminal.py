"""Results in a terminal: a table of many grades, and one grade in sentences.

Colours go only to terminals that want them (rich looks at the terminal and at NO_COLOR); nothing
is told by colour alone.  Names and messages of strangers cannot steer the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.model import (
    Check,
    Explanation,
    Grade,
    QuestionGrade,
    QuestionStatus,
    SubmissionStatus,
)
from autograder.report.marks import check_mark, found
from autograder.report.statistics import counts_and_average, question_names, worth_of
from autograder.report.text import one_line, points, visible
from autograder.report.words import WORDS, Words

STYLES: Mapping[QuestionStatus, str] = MappingProxyType(
    {
        QuestionStatus.FULL: "green",
        QuestionStatus.PARTIAL: "yellow",
        QuestionStatus.NONE: "red",
        QuestionStatus.PENDING: "dim",
        QuestionStatus.TIMEOUT: "red",
        QuestionStatus.ERROR: "red",
    }
)
MARK_STYLES: Mapping[str, str] = MappingProxyType(
    {"ok": "green", "partly": "yellow", "missed": "red"}
)


def result_table(grades: Sequence[Grade], words: Words = WORDS) -> RenderableType:
    """A row a student, a column a question; names of questions are shortened where it is narrow."""
    return ResultTable(tuple(grades), words)


def grade_summary(grade: Grade, words: Words = WORDS) -> RenderableType:
    """One submission in sentences: each question, each check, and hints where something is off."""
    return GradeSummary(grade, words)


@dataclass(frozen=True)
class ResultTable:
    """What :func:`result_table` prints, once it knows how wide the terminal is."""

    grades: tuple[Grade, ...]
    words: Words

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        words, names = self.words, question_names(self.grades)
        short = _shortened_names(names) if _full_width(names) > options.max_width else {}
        table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
        table.add_column(words.terminal_student, overflow="fold", max_width=20 if short else None)
        for name in names:
            heading = f"{short.get(name, name)}\n/{points(worth_of(name, self.grades))}"
            table.add_column(Text(_plain(heading, options)), justify="right", no_wrap=True)
        table.add_column(words.terminal_total, justify="right", no_wrap=True)
        table.add_column(words.terminal_found, overflow="fold", min_width=20)
        for grade in self.grades:
            table.add_row(*self._row(grade, names, options))
        yield table
        cut = (name for name in short if short[name] != name)
        pairs = ", ".join(words.terminal_short.format(short=short[n], name=n) for n in cut)
        if pairs:
            yield Text(_plain(pairs, options), style="dim")
        yield Text(_plain(counts_and_average(self.grades, words), options))

    def _row(self, grade: Grade, names: Sequence[str], options: ConsoleOptions) -> list[Text]:
        by_name = {question.name: question for question in grade.questions}
        row = [Text(_plain(one_line(grade.student, 60), options))]
        for name in names:
            question = by_name.get(name)
            style = STYLES[question.status] if question else "dim"
            row.append(Text(_plain(self._score(question), options), style=style))
        row.append(Text(_plain(points(grade.score), options), style="bold"))
        row.append(Text(_plain(found(grade, self.words), options)))
        return row

    def _score(self, question: QuestionGrade | None) -> str:
        if question is not None and question.status is QuestionStatus.PENDING:
            return self.words.terminal_pending
        return points(question.score if question else None)


@dataclass(frozen=True)
class GradeSummary:
    """What :func:`grade_summary` prints."""

    grade: Grade
    words: Words

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        grade, words = self.grade, self.words
        total = f" {points(grade.score)} {words.score.format(max=points(grade.max_score))}"
        head = Text(_plain(one_line(grade.file), options), style="bold")
        yield head + Text(total if grade.score is not None else "")
        help_words = {
            SubmissionStatus.UNREADABLE: (words.unreadable, *words.unreadable_help),
            SubmissionStatus.NOT_GRADED: (words.not_graded, *words.not_graded_help),
        }
        sentences = (grade.message, *help_words.get(grade.status, ()), *grade.notices)
        for sentence in filter(None, sentences):
            yield Text(_plain(sentence, options))
        for question in grade.questions:
            yield Text("")
            yield from self._question(question, options)

    def _question(
        self, question: QuestionGrade, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        words = self.words
        pattern = words.question_score if question.score is not None else words.question_open
        worth = pattern.format(score=points(question.score), max=points(question.max_score))
        status = words.question_status[question.status]
        yield Text(_plain(f"{one_line(question.title)}  ", options), style="bold") + Text(
            f"{worth}, {status}", style=STYLES[question.status]
        )
        if question.message:
            yield _indented(Text(_plain(question.message, options)))
        if question.checks:
            grid = Table.grid(padding=(0, 1))
            grid.add_column(no_wrap=True)
            grid.add_column(overflow="fold")
            for check in question.checks:
                grid.add_row(*self._check(check, options))
            yield _indented(grid)
        for explanation in question.explanations:
            yield _indented(self._explanation(explanation, options))
        for sentence in question.evidence:
            yield _indented(Text(_plain(sentence, options)))

    def _check(self, check: Check, options: ConsoleOptions) -> tuple[Text, Text]:
        kind = check_mark(check)
        symbols = self.words.marks if _has_symbols(options) else self.words.verdicts
        mark = Text(symbols[kind], style=MARK_STYLES[kind])
        worth = f" ({points(check.score)}/{points(check.max_score)})" if check.max_score > 0 else ""
        sentence = Text(_plain(one_line(check.name) + worth, options), style="bold")
        return mark, sentence + Text(_plain(f": {check.message}" if check.message else "", options))

    def _explanation(self, explanation: Explanation, options: ConsoleOptions) -> Text:
        words = self.words
        text = Text(_plain(explanation.title, options), style="bold yellow")
        parts = (
            (words.what, explanation.what),
            (words.hint, explanation.hint),
            (words.lecture, explanation.lecture),
        )
        for label, content in parts:
            if content:
                text += Text(_plain(f"\n{label}: {content}", options), style="not bold default")
        if explanation.convention:
            text += Text(_plain(f"\n{words.convention}", options), style="not bold default")
        return text


def _indented(content: RenderableType) -> Padding:
    return Padding(content, (0, 0, 0, 2))


def _full_width(names: Sequence[str]) -> int:
    """Columns of a terminal that the table needs with unshortened names of questions."""
    return 24 + sum(len(name) + 1 for name in names) + 6 + 30


def _shortened_names(names: Sequence[str]) -> dict[str, str]:
    """The least number of first letters, 4 or more, that tells the names apart."""
    for size in range(4, max(map(len, names), default=4) + 1):
        short = {name: name[:size] for name in names}
        if len(set(short.values())) == len(names):
            return short
    return {name: name for name in names}


def _plain(text: str, options: ConsoleOptions) -> str:
    """The text without anything that this terminal would obey or could not show."""
    return visible(text).encode(options.encoding, "backslashreplace").decode(options.encoding)


def _has_symbols(options: ConsoleOptions) -> bool:
    return options.encoding.lower().startswith("utf")
