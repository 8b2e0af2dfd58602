"""The report of ``autograder check`` on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.public import words
from autograder.public.run import Report, TriedQuestion
from autograder.report.terminal import plain
from autograder.report.text import one_line
from autograder.report.words import WORDS


@dataclass(frozen=True)
class PlainAnswers:
    """What is printed; colours only where the terminal wants them, nothing by colour alone."""

    report: Report

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        report = self.report
        yield _text(f"{one_line(report.file)}: {report.title}", options, "bold")
        if report.problem is not None:
            for sentence in (report.problem, WORDS.unreadable_help[0], WORDS.unreadable_help[1]):
                yield _text(sentence, options)
            return
        for notice in report.notices:
            yield _text(notice, options, "yellow")
        for question in report.questions:
            yield Text("")
            yield from _question(question, options)
        for title, sentence in report.written:
            yield Text("")
            yield _text(title, options, "bold")
            yield Padding(_text(sentence, options), (0, 0, 0, 2))
        yield Text("")
        yield _text(words.CLOSING, options)


def as_json(report: Report) -> dict[str, object]:
    """For scripts: the same, with every sentence."""
    return {
        "assignment": report.assignment,
        "file": report.file,
        "problem": report.problem,
        "notices": list(report.notices),
        "without_sandbox": report.without_sandbox,
        "passed": sum(question.passed for question in report.questions),
        "of": sum(len(question.tried) for question in report.questions),
        "questions": [
            {
                "name": question.name,
                "title": question.title,
                "passed": question.passed,
                "of": len(question.tried),
                "says": list(question.says),
                "checks": [
                    {
                        "name": tried.name,
                        "asks": tried.asks,
                        "passed": tried.passed,
                        "open": tried.is_open,
                        "messages": list(tried.complaints),
                    }
                    for tried in question.tried
                ],
            }
            for question in report.questions
        ],
        "note": words.CLOSING,
    }


def _question(question: TriedQuestion, options: ConsoleOptions) -> Iterator[RenderableType]:
    every = question.passed == len(question.tried)
    count = words.COUNT.format(passed=question.passed, all=len(question.tried))
    head = _text(f"{question.title}  ", options, "bold")
    yield head + Text(count, style="not bold green" if every else "not bold yellow")
    for sentence in question.says:
        yield Padding(_text(sentence, options), (0, 0, 0, 2))
    symbols = WORDS.marks if options.encoding.lower().startswith("utf") else WORDS.verdicts
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    shown = [tried for tried in question.tried if not tried.is_open]
    following = [*(tried.complaints for tried in shown[1:]), ()]
    for tried, after in zip(shown, following, strict=False):
        key, style = ("ok", "green") if tried.passed else ("missed", "red")
        # What several in a row have in common is said once, below the last of them.
        said = () if tried.complaints == after else tried.complaints
        text = _text("\n".join([tried.asks, *said]), options)
        grid.add_row(Text(symbols[key], style=style), text)
    if shown:
        yield Padding(grid, (0, 0, 0, 2))


def _text(text: str, options: ConsoleOptions, style: str = "") -> Text:
    return Text(plain(text, options), style=style)
