"""The lines of a student's code to which a verdict points: where it stopped, and where what is
wrong is written, as far as evidence and syntax tree agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.judging import lines, words
from autograder.judging.question import Answers, Verdict, WrongPart
from autograder.judging.stopped import Cause
from autograder.model import Fault, Mark, NotebookRun, Place

MOST = 8
"""Marks of one question."""
BEFORE, AFTER = 12, 5
"""Lines of a file that are shown around an error."""


def located(functions: Iterable[str], run: NotebookRun) -> tuple[str, tuple[Place, ...]]:
    """The source of a question's functions, one below the other, and where each stands."""
    source, places = "", list[Place]()
    for function in functions:
        if function not in run.sources:
            continue
        source += "\n\n" if source else ""
        if function in run.places:
            cell, first = run.places[function]
            place = Place(function, source.count("\n") + 1, cell or None, first)
            places.append(place)
        source += run.sources[function]
    return source, tuple(places)


def around(cause: Cause) -> tuple[str, tuple[Place, ...], tuple[Mark, ...]]:
    """The cell in which an error stopped what was to be defined, and the error's line in it; of a
    whole file, what lies around that line."""
    lines, at = cause.cell.source.split("\n"), cause.fault.line or 1
    first = 1 if cause.cell.number else max(1, at - BEFORE)
    shown = lines[first - 1 :] if cause.cell.number else lines[first - 1 : at + AFTER]
    place = Place("", 1, cause.cell.number or None, first)
    known = cause.fault.line is not None and first <= at < first + len(shown)
    says = _says_that_it_stops(cause.fault)
    return "\n".join(shown), (place,), (Mark(at - first + 1, says, True),) if known else ()


def _says_that_it_stops(fault: Fault) -> str:
    return words.LINE_STOPS.format(kind=fault.kind, message=fault.message).rstrip(": ")


def marks(places: Iterable[Place], verdict: Verdict, answers: Answers) -> tuple[Mark, ...]:
    """What is known of lines, in the order of the source."""
    found: dict[int, Mark] = {}
    by_function = {place.function: place for place in places}
    for mark in _stops(by_function, answers):
        found.setdefault(mark.line, mark)
    for part in verdict.wrong:
        place = by_function.get(part.function)
        if place is None:
            continue
        reading = lines.read(answers.run.sources[part.function])
        for line, says in _says(part, reading) if reading else ():
            at = place.line + line - 1
            found.setdefault(at, Mark(at, says))
    return tuple(found[line] for line in sorted(found))[:MOST]


def _stops(places: Mapping[str, Place], answers: Answers) -> Iterable[Mark]:
    """The line in which the first call that raised was stopped, if it is one of the functions'."""
    for trace in answers.traces.values():
        fault = trace.fault
        if fault is None or fault.line is None:
            continue
        for place in places.values():
            height = answers.run.sources[place.function].count("\n")
            if place.cell == fault.cell and 0 <= fault.line - place.first <= height:
                line = place.line + fault.line - place.first
                yield Mark(line, _says_that_it_stops(fault), stopped=True)
                return


def _says(part: WrongPart, reading: lines.Reading) -> Iterable[tuple[int, str]]:
    if part.argument:
        line = reading.given(part.argument)
        if line is not None:
            yield line, words.LINE_GIVES.format(name=part.argument)
        return
    for parameter in part.parameters:
        line = _line(part.part, parameter, reading)
        root = reading.root(parameter) if part.part == "step" else None
        if root is not None:
            yield root, words.LINE_ROOT.format(parameter=parameter)
        if line is not None:
            yield line, words.LINE_SAYS[part.part].format(parameter=parameter)
        elif part.part == "bias correction":
            yield from _corrections(parameter, reading)


def _line(part: str, parameter: str, reading: lines.Reading) -> int | None:
    if part == "gradient":
        return reading.gradient(parameter)
    if part == "step":
        return reading.step(parameter)
    if part in ("first moment", "velocity"):
        return reading.moment(parameter, divides=False)
    if part == "second moment":
        return reading.moment(parameter, divides=True)
    return None


def _corrections(parameter: str, reading: lines.Reading) -> Iterable[tuple[int, str]]:
    both = [reading.correction(parameter, divides=divides) for divides in (False, True)]
    for line in both:
        if line is not None:
            yield line, words.LINE_SAYS["bias correction"].format(parameter=parameter)
    step = reading.step(parameter)
    if both == [None, None] and step is not None:
        yield step, words.LINE_SAYS["step"].format(parameter=parameter)
