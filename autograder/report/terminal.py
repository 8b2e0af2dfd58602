"""Results in a terminal: a table of many grades.

Colours go only to terminals that want them (rich looks at the terminal and at NO_COLOR); nothing
is told by colour alone.  Names and messages of strangers cannot steer the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.model import Grade, QuestionGrade, QuestionStatus
from autograder.report.marks import found, seen, shows_final
from autograder.report.statistics import counts_and_average, question_names, worth_of
from autograder.report.text import one_line, points, visible
from autograder.report.words import WORDS, Words

STYLES: Mapping[QuestionStatus, str] = {
    QuestionStatus.FULL: "green",
    QuestionStatus.PARTIAL: "yellow",
    QuestionStatus.NONE: "red",
    QuestionStatus.PENDING: "dim",
    QuestionStatus.TIMEOUT: "red",
    QuestionStatus.ERROR: "red",
}


@dataclass(frozen=True)
class ResultTable:
    """A row a student, a column a question; names of questions are shortened where it is narrow."""

    grades: Sequence[Grade]
    words: Words = WORDS

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        words, names = self.words, question_names(self.grades)
        short = _shortened_names(names) if _full_width(names) > options.max_width else {}
        table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
        table.add_column(words.terminal_student, overflow="fold", max_width=20 if short else None)
        for name in names:
            heading = f"{short.get(name, name)}\n/{points(worth_of(name, self.grades))}"
            table.add_column(Text(plain(heading, options)), justify="right", no_wrap=True)
        table.add_column(words.terminal_total, justify="right", no_wrap=True)
        has_final = shows_final(self.grades)
        if has_final:
            table.add_column(words.terminal_final, justify="right", no_wrap=True)
            table.add_column(words.terminal_seen, no_wrap=True)
        table.add_column(words.terminal_found, overflow="fold", min_width=20)
        for grade in self.grades:
            table.add_row(*self._row(grade, names, options, has_final))
        yield table
        cut = (name for name in short if short[name] != name)
        pairs = ", ".join(words.terminal_short.format(short=short[n], name=n) for n in cut)
        if pairs:
            yield Text(plain(pairs, options), style="dim")
        yield Text(plain(counts_and_average(self.grades, words), options))

    def _row(
        self, grade: Grade, names: Sequence[str], options: ConsoleOptions, has_final: bool
    ) -> list[Text]:
        by_name = {question.name: question for question in grade.questions}
        row = [Text(plain(one_line(grade.student, 60), options))]
        for name in names:
            question = by_name.get(name)
            style = STYLES[question.status] if question else "dim"
            row.append(Text(plain(self._score(question), options), style=style))
        row.append(Text(plain(points(grade.score), options), style="bold"))
        if has_final:
            final = grade.final.score if grade.final is not None else None
            row.append(Text(plain(points(final), options), style="bold"))
            row.append(Text(plain(self.words.seen[seen(grade)], options)))
        row.append(Text(plain(found(grade, self.words), options)))
        return row

    def _score(self, question: QuestionGrade | None) -> str:
        if question is not None and question.status is QuestionStatus.PENDING:
            return self.words.terminal_pending
        return points(question.score if question else None)


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


def plain(text: str, options: ConsoleOptions) -> str:
    """The text without anything that this terminal would obey or could not show."""
    return visible(text).encode(options.encoding, "backslashreplace").decode(options.encoding)
