"""Results in a terminal: a table of many grades, and what one student reads first.

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
from autograder.report.priority import first_to_fix
from autograder.report.statistics import (
    counts_and_average,
    misconception_counts,
    question_names,
    worth_of,
)
from autograder.report.text import one_line, visible
from autograder.report.words import WORDS, Words
from autograder.text import points

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
    ends: int | None = None
    """So many rows of the worst and of the best, the worst first; None: a row for everybody."""

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
        worst, between, best = self._shown()
        for grade in worst:
            table.add_row(*self._row(grade, names, options, has_final))
        if between:
            table.add_row(Text(words.terminal_between.format(count=between), style="dim"))
        for grade in best:
            table.add_row(*self._row(grade, names, options, has_final))
        yield table
        cut = (name for name in short if short[name] != name)
        pairs = ", ".join(words.terminal_short.format(short=short[n], name=n) for n in cut)
        if pairs:
            yield Text(plain(pairs, options), style="dim")
        yield Text(plain(counts_and_average(self.grades, words), options))

    def _shown(self) -> tuple[Sequence[Grade], int, Sequence[Grade]]:
        """The rows above, how many are left out, and the rows below."""
        if self.ends is None or len(self.grades) <= 2 * self.ends + 1:
            return self.grades, 0, ()
        ordered = sorted(
            self.grades, key=lambda grade: (grade.score is not None, grade.score or 0.0)
        )
        return ordered[: self.ends], len(ordered) - 2 * self.ends, ordered[-self.ends :]

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


@dataclass(frozen=True)
class Diagnosis:
    """What is found most often in many grades, and what a student with nothing else wrong reads."""

    grades: Sequence[Grade]
    words: Words = WORDS

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        counted = misconception_counts(self.grades)
        titles = {e.slug: e.title for g in self.grades for q in g.questions for e in q.explanations}
        found = [
            self.words.terminal_times.format(title=titles.get(one.slug, one.slug), count=one.count)
            for one in counted[:3]
        ]
        if found:
            text = self.words.terminal_commonest.format(found="; ".join(found))
            yield Text(plain(text, options))
        for one in counted:
            alone = [g for g in self.grades if _faults(g) == [(one.slug, one.question)]]
            if alone:
                yield from (Text(plain(line, options)) for line in self._of(alone[0]))
                return

    def _of(self, grade: Grade) -> Iterator[str]:
        words, first = self.words, first_to_fix(grade)
        if first is None:
            return
        score, most = points(grade.score), points(grade.max_score)
        student = one_line(grade.student, 60)
        yield ""
        yield words.terminal_first.format(student=student, score=score, max=most)
        yield words.terminal_fix.format(sentence=first.sentence, points=points(first.points))
        if first.explanation is not None:
            yield words.terminal_what.format(what=first.explanation.what)
            yield words.terminal_hint.format(hint=first.explanation.hint)


def _faults(grade: Grade) -> list[tuple[str, str]]:
    return [(slug, q.name) for q in grade.questions for slug in q.misconceptions]


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
