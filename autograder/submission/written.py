"""Finds the answers to written questions among the cells of a notebook.

``otter assign`` gives students, for a question that a person grades::

    <!-- BEGIN QUESTION -->          a locked cell: the marker, then the question
    _Type your answer here, ..._     a cell tagged as the place for the answer
    <!-- END QUESTION -->            at the start of the next cell, or a cell of its own

The question's name is not in there by itself.  It is looked for, best evidence first, as a tag of
the answer's cell, in the question's text (``<!-- question: explanation -->``, a heading such as
"Question 6: `explanation`", the bare word), and by the question's place in the order.  Of a torn
template what survives is used: where the markers are gone, the answer's tag; where that is gone
too, a heading that names the question.

An answer may stand in the question's own cell: below it, or between its lines.  Which words there
are the student's is told by the notebook that they were given (:mod:`.given`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from autograder.submission.given import NOTHING, PLACEHOLDER, Given
from autograder.submission.notebook import ANSWER_TAG, NotebookCell

LONGEST_ANSWER = 50_000
"""Characters kept of an answer; a person reads it."""

# All patterns take time in proportion to the text, whatever a student writes there.
_MARKER = re.compile(r"<!--\s*(BEGIN|END) QUESTION\b[^>\n]{0,200}?-->", re.IGNORECASE)
_NAME_IN_COMMENT = re.compile(
    r"<!--\s*(?:BEGIN )?(?:question|name)[\s:=]\s*(?:name\s*[:=]\s*)?([a-z_][\w.-]*?)\s*-->",
    re.IGNORECASE,
)
_NAME_IN_HEADING = re.compile(r"^ {0,3}#{1,6}\s[^`\n]*`([A-Za-z_][\w.-]*)`[^`\n]*$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(?:#{1,6}\s+(.*)|\*\*(.+)\*\*.*)$", re.MULTILINE)
_Places: TypeAlias = dict[str, list[NotebookCell]]
"""Cells by question."""


@dataclass
class _Block:
    """What stands between BEGIN and END."""

    prompt: NotebookCell
    """The cell that begins it, from the marker on; where it is locked, the cells' metadata
    survived."""
    cells: list[NotebookCell] = field(default_factory=list)
    is_closed: bool = False

    def answer_cells(self) -> list[NotebookCell]:
        if self.prompt.is_locked:
            chosen = [cell for cell in self.cells if ANSWER_TAG in cell.tags or not cell.is_locked]
        else:
            places = [i for i, cell in enumerate(self.cells) if _is_place(cell)]
            chosen = self.cells[places[0] if places else 0 :]
        return chosen if self.is_closed else chosen[:1]  # without an end: not the rest of the file

    def question_cells(self) -> list[NotebookCell]:
        answers = {cell.number for cell in self.answer_cells()}
        return [self.prompt, *(cell for cell in self.cells if cell.number not in answers)]

    def added_to(self, given: Given) -> list[NotebookCell]:
        """What of the question's own cells is the student's."""
        texts = ((cell, given.added(cell.source)) for cell in self.question_cells())
        return [_with_text(cell, text) for cell, text in texts if text]


def find_answers(
    cells: Sequence[NotebookCell], questions: Sequence[str] = (), given: Given = NOTHING
) -> Mapping[str, str]:
    """The answers by question name; ``""`` where the place for it was left as it was.

    ``questions`` are the names of the written questions in the template's order; without them,
    a question that does not say its name is called ``written_1``, ``written_2`` and so on.
    ``given``: what students were given to read.
    """
    places = find_places(cells, questions, given)
    return {name: _shortened(_text(cells)) for name, cells in places.items()}


def find_places(
    cells: Sequence[NotebookCell], questions: Sequence[str] = (), given: Given = NOTHING
) -> Mapping[str, Sequence[NotebookCell]]:
    """The cells of each answer, of which one may be but a part: what stands before a marker in it,
    or what was added to what was given."""
    texts = [cell for cell in cells if cell.kind != "code"]
    blocks = [block for block in _blocks(texts) if block.answer_cells() or block.added_to(given)]
    found: _Places = {}
    for block, name in zip(blocks, _names_of(blocks, questions), strict=True):
        _add(found, name, [*block.added_to(given), *block.answer_cells()])
    used = {cell.number for block in blocks for cell in block.cells}
    _add_tagged(found, [cell for cell in texts if cell.number not in used], questions)
    _add_below_headings(found, cells, questions, given)
    return found


# ------------------------------------------------------------------ between the markers


def _blocks(cells: Sequence[NotebookCell]) -> Iterator[_Block]:
    block: _Block | None = None
    for cell in cells:
        before, *marked = _MARKER.split(cell.source)  # text, then BEGIN or END, text, ...
        if block is not None and before.strip():
            block.cells.append(_with_text(cell, before))
        if not marked:
            continue
        if block is not None:
            block.is_closed = True
            yield block
        # Of several markers in one cell only the last can leave a question open.
        block = None
        if marked[-2].upper() == "BEGIN":
            marker = list(_MARKER.finditer(cell.source))[-1].group()
            block = _Block(_with_text(cell, marker + marked[-1]))
    if block is not None:
        yield block


def _with_text(cell: NotebookCell, text: str) -> NotebookCell:
    return NotebookCell(cell.number, cell.kind, text, cell.tags, cell.is_locked)


def _is_place(cell: NotebookCell) -> bool:
    return ANSWER_TAG in cell.tags or PLACEHOLDER.search(cell.source) is not None


def _names_of(blocks: Sequence[_Block], questions: Sequence[str]) -> list[str]:
    names = [_said_name(block, questions) for block in blocks]
    left = [question for question in questions if question not in names]
    unnamed = [i for i, name in enumerate(names) if name is None]
    fallback = left if len(left) == len(unnamed) else [f"written_{i + 1}" for i in unnamed]
    for i, name in zip(unnamed, fallback, strict=True):
        names[i] = name
    return [name or "" for name in names]


def _said_name(block: _Block, questions: Sequence[str]) -> str | None:
    """The name that the template gives the question; None: it gives none that is clear."""
    tags = {tag for cell in block.answer_cells() for tag in cell.tags}
    tagged = [question for question in questions if question in tags]
    if len(tagged) == 1:
        return tagged[0]
    text = "\n".join(cell.source for cell in block.question_cells())
    for pattern in (_NAME_IN_COMMENT, _NAME_IN_HEADING):
        if (found := pattern.search(text)) is not None:
            return found.group(1)
    said = [question for question in questions if _mentions(text, question)]
    return said[0] if len(said) == 1 else None


def _mentions(text: str, question: str) -> bool:
    words = r"[\s_-]+".join(map(re.escape, question.split("_")))
    return re.search(rf"\b{words}\b", text, re.IGNORECASE) is not None


# ------------------------------------------------------------------ where the markers are gone


def _add_tagged(found: _Places, cells: Sequence[NotebookCell], questions: Sequence[str]) -> None:
    """Answers that lie outside their question: moved, or their markers were deleted."""
    nameless = []
    for cell in cells:
        names = [question for question in questions if question in cell.tags]
        if names:
            _add(found, names[0], [cell])
        elif ANSWER_TAG in cell.tags:
            nameless.append(cell)
    open_questions = [name for name in questions if not _text(found.get(name, ()))]
    if len(nameless) == len(open_questions):
        for name, cell in zip(open_questions, nameless, strict=True):
            _add(found, name, [cell])


def _add_below_headings(
    found: _Places, cells: Sequence[NotebookCell], questions: Sequence[str], given: Given
) -> None:
    """For questions still without a place: what follows the headings that name them, in their own
    cells, too; where these are the template's they hold the question, and what was added to it."""
    for question in [name for name in questions if name not in found]:
        for i, cell in enumerate(cells):
            heading = None if cell.kind == "code" else _heading_of(cell, question)
            if heading is None:
                continue
            below = []
            for follower in cells[i + 1 :]:
                if follower.kind == "code" or _HEADING.search(follower.source):
                    break
                below.append(follower)
            is_ours = cell.is_locked or _NAME_IN_HEADING.search(cell.source) is not None
            end = _MARKER.search(cell.source, heading)
            asked = cell.source[: end.start()] if end is not None else cell.source
            own = given.added(asked) if is_ours else asked[heading:]
            if own.strip():
                _add(found, question, [_with_text(cell, own)])
            if below:
                _add(found, question, below)
            if is_ours and (own or below):
                break


def _heading_of(cell: NotebookCell, question: str) -> int | None:
    """Where the heading ends that names the question; None: none in this cell does."""
    for heading in _HEADING.finditer(cell.source):
        if _mentions("".join(filter(None, heading.groups())), question):
            return heading.end(1) if heading.group(1) is not None else heading.end(2) + len("**")
    return None


# ------------------------------------------------------------------ the text of an answer


def _add(found: _Places, name: str, cells: Sequence[NotebookCell]) -> None:
    found.setdefault(name, []).extend(cells)


def _text(cells: Iterable[NotebookCell]) -> str:
    parts = (PLACEHOLDER.sub("", cell.source).strip() for cell in cells)
    return "\n\n".join(part for part in parts if part)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_ANSWER:
        return text
    return text[:LONGEST_ANSWER] + f"\n[cut after {LONGEST_ANSWER} characters]"
