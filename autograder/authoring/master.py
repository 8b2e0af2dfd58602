"""Reading an assignment's master notebook, ``notebook.md``, without converting it.

The master is a Jupytext Markdown file in otter-assign form: text; code in fences opened by
three backticks and ``python``; and otter's block marks (``# BEGIN QUESTION`` and so on) in fences
opened by three backticks and ``otter``.  What students must not see stands

- in code between ``# BEGIN SOLUTION`` and ``# END SOLUTION``, or on a line ending in
  ``# SOLUTION`` (the same for ``IGNORE``);
- in the text of a SOLUTION block: the model answer to a written question, or why the code there is
  right;
- in a test cell that calls itself hidden, or a cell that begins with ``# ignore``.

Only the lines count here, so that each has its place in the file; the cells that students get are
made by ``otter assign`` (:mod:`autograder.authoring.release`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.course import NOTEBOOK
from autograder.errors import AssignmentError
from autograder.model import Cell, Submission

MASTER = NOTEBOOK


@dataclass(frozen=True)
class SourceLine:
    """A line of a file, with its place."""

    file: str
    """Path as a person would look for it, such as ``week_three/notebook.md``."""
    number: int
    """Counted from 1."""
    text: str


@dataclass(frozen=True)
class MasterQuestion:
    """One question as the master declares it."""

    name: str
    points: float
    manual: bool
    """True where a person grades it."""


@dataclass(frozen=True)
class Part:
    """One piece of the notebook that whoever may see the model answers reads."""

    kind: Literal["text", "code", "answer"]
    """``answer``: the text of a SOLUTION block."""
    source: str
    question: MasterQuestion | None = None
    """Of an ``answer``: to which question."""


@dataclass(frozen=True)
class Master:
    """What a master notebook holds."""

    title: str
    """Its first heading."""
    questions: tuple[MasterQuestion, ...]
    cells: tuple[Cell, ...]
    """The code cells with the model answers in place, without tests and otter's marks."""
    lines: tuple[tuple[SourceLine, ...], ...]
    """The lines of each of these cells, with their places in the file."""
    written: dict[str, str]
    """The model answers to written questions, by question name."""
    hidden: tuple[SourceLine, ...]
    """Every line that students must not see."""
    parts: tuple[Part, ...] = ()
    """The whole notebook in its order, with the answers, without tests and places to write in."""


@dataclass(frozen=True)
class _Block:
    """A fence, or the text between two of them."""

    kind: str  # "python", "otter" or "text"
    lines: tuple[SourceLine, ...]


def read_master(folder: Path) -> Master:
    """Read ``folder / "notebook.md"``.

    Raises AssignmentError where it is missing, or where a fence or a block is not closed.
    """
    path = folder / MASTER
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"Cannot read the master notebook {path}: {error}.") from error
    return _Reading(f"{folder.name}/{MASTER}").of(text)


def model_answers(assignment_folder: Path) -> Submission:
    """The master notebook's own answers, as a submission that can be graded like any other.

    Raises AssignmentError where the master cannot be read.
    """
    master = read_master(assignment_folder)
    return Submission(
        student="model_answers",
        file=f"{assignment_folder.name}/{MASTER}",
        cells=master.cells,
        written=master.written,
    )


class _Reading:
    """One pass over the blocks of a master; remembers which otter blocks are open."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.open: list[str] = []  # such as ["QUESTION", "SOLUTION"]
        self.questions: list[MasterQuestion] = []
        self.cells: list[Cell] = []
        self.lines: list[tuple[SourceLine, ...]] = []
        self.written: dict[str, str] = {}
        self.hidden: list[SourceLine] = []
        self.parts: list[Part] = []

    def of(self, text: str) -> Master:
        title = ""
        for number, block in enumerate(_blocks(self.file, text), start=1):
            if block.kind == "otter":
                self._mark(block)
            elif block.kind == "python":
                self._code(block, number)
            elif "SOLUTION" in self.open:
                self._answer(block)
            elif "PROMPT" not in self.open:
                title = title or _heading(block)
                self._part("text", block.lines)
        if self.open:
            raise AssignmentError(f"{self.file}: the last {self.open[-1]} block is never ended.")
        return Master(
            title=title or self.file,
            questions=tuple(self.questions),
            cells=tuple(self.cells),
            lines=tuple(self.lines),
            written=self.written,
            hidden=tuple(line for line in self.hidden if line.text.strip()),
            parts=tuple(self.parts),
        )

    def _part(self, kind: Literal["text", "code", "answer"], lines: Iterable[SourceLine]) -> None:
        source = "\n".join(line.text for line in lines).strip()
        question = self.questions[-1] if kind == "answer" else None
        if source:
            self.parts.append(Part(kind, source, question))

    def _mark(self, block: _Block) -> None:
        first = block.lines[0]
        match = re.match(r"#\s+(BEGIN|END)\s+(\w+)", first.text, flags=re.IGNORECASE)
        if match is None:
            return  # the configuration of the whole assignment
        kind = match[2].upper()
        if match[1].upper() == "BEGIN":
            self.open.append(kind)
            if kind == "QUESTION":
                self.questions.append(_question(block))
        elif not self.open or self.open.pop() != kind:
            raise AssignmentError(
                f"{first.file}, line {first.number}: END {kind} ends no open {kind} block."
            )

    def _code(self, block: _Block, number: int) -> None:
        lines = block.lines
        if "TESTS" in self.open:
            if _is_hidden_test(lines):
                self.hidden.extend(lines)
            return
        if lines and re.match(r"##?\s*ignore\b", lines[0].text, flags=re.IGNORECASE):
            self.hidden.extend(lines)
            return
        kept, hidden = _split(lines)
        self.hidden.extend(hidden)
        self.cells.append(Cell(number, "\n".join(line.text for line in kept) + "\n"))
        self.lines.append(tuple(kept))
        self._part("code", kept)

    def _answer(self, block: _Block) -> None:
        for (
            line
        ) in block.lines:  # a paragraph is one long line: its sentences are hidden one by one
            sentences = re.split(r"(?<=[.!?;:])\s+", line.text)
            self.hidden.extend(SourceLine(line.file, line.number, part) for part in sentences)
        text = "\n".join(line.text for line in block.lines).strip()
        if not text or not self.questions:
            return
        self._part("answer", block.lines)
        if self.questions[-1].manual:
            name = self.questions[-1].name
            self.written[name] = f"{self.written.get(name, '')}\n\n{text}".strip()


def _blocks(file: str, text: str) -> Iterator[_Block]:
    """Cut a file at its fences; a fence of another language is text."""
    lines = [SourceLine(file, n, line) for n, line in enumerate(text.splitlines(), start=1)]
    gathered: list[SourceLine] = []
    position = _after_front_matter(lines)
    while position < len(lines):
        fence = re.match(r"(`{3,})(python|otter)\b", lines[position].text)
        if fence is None:
            gathered.append(lines[position])
            position += 1
            continue
        if gathered:
            yield _Block("text", tuple(gathered))
            gathered = []
        end = position + 1
        while end < len(lines) and lines[end].text.rstrip() != fence[1]:
            end += 1
        if end == len(lines):
            raise AssignmentError(f"{file}, line {position + 1}: this fence is never closed.")
        if fence[2] == "otter" and end == position + 1:
            raise AssignmentError(f"{file}, line {position + 1}: this otter fence is empty.")
        yield _Block(fence[2], tuple(lines[position + 1 : end]))
        position = end + 1
    if gathered:
        yield _Block("text", tuple(gathered))


def _after_front_matter(lines: list[SourceLine]) -> int:
    """Index of the first line after Jupytext's YAML header; 0 where there is none."""
    if lines and lines[0].text == "---":
        for index, line in enumerate(lines[1:], start=1):
            if line.text == "---":
                return index + 1
    return 0


def _question(block: _Block) -> MasterQuestion:
    """Name, points and manual of a question; otter reads the rest of its configuration."""
    first = block.lines[0]
    pairs = (line.text.partition(":") for line in block.lines if not line.text.startswith(" "))
    config = {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    try:
        points = float(config["points"])
    except (KeyError, ValueError):
        points = -1.0
    if points < 0 or not config.get("name"):
        raise AssignmentError(
            f"{first.file}, line {first.number}: a question needs a line 'name: ...' and a line "
            "'points: ...' with a number."
        )
    return MasterQuestion(config["name"], points, config.get("manual", "").lower() == "true")


def _heading(block: _Block) -> str:
    """The first heading of a text, or nothing."""
    titles = (line.text[2:].strip() for line in block.lines if line.text.startswith("# "))
    return next(titles, "")


def _is_hidden_test(lines: tuple[SourceLine, ...]) -> bool:
    """Otter's two ways to say so: a first comment with the word, or the test's configuration."""
    if lines and re.match(r"\s*#.*\bhidden\b", lines[0].text, flags=re.IGNORECASE):
        return True
    return any(re.match(r"hidden:\s*true", line.text, flags=re.IGNORECASE) for line in lines)


def _split(lines: tuple[SourceLine, ...]) -> tuple[list[SourceLine], list[SourceLine]]:
    """The cell as the model answer has it, and those of its lines that students do not get."""
    kept: list[SourceLine] = []
    hidden: list[SourceLine] = []
    inside = ""
    began = 0
    for line in lines:
        mark = re.match(r"\s*#\s*(BEGIN|END) (SOLUTION|IGNORE)\b", line.text)
        if mark is not None:
            inside, began = (mark[2], line.number) if mark[1] == "BEGIN" else ("", 0)
            continue
        marked = re.search(r"#\s*(SOLUTION|SOLUTION NO PROMPT|IGNORE|SEED)\s*$", line.text)
        if inside or marked is not None:
            hidden.append(line)
        if inside != "IGNORE":
            kept.append(line)
    if inside:
        raise AssignmentError(
            f"{lines[0].file}, line {began}: BEGIN {inside} is never ended in this cell."
        )
    return kept, hidden
