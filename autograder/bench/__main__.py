"""``python -m autograder.bench``: run it on a machine that does nothing else."""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median

from autograder.batch.order import cores
from autograder.bench.diagnosis import diagnosis_table
from autograder.bench.floor import floor_of
from autograder.bench.machine import machine
from autograder.bench.measured import Measured, in_fresh_processes, measure, table
from autograder.bench.others import as_notebook, nbgrader_autograde, otter_run
from autograder.bench.stages import prepared_seconds, stage_seconds
from autograder.bench.yardstick import COMMIT, earlier_seconds
from autograder.course import Assignment, Course
from autograder.errors import AutograderError
from autograder.platforms import find


@dataclass(frozen=True)
class Way:
    """One way of grading, per submission."""

    name: str
    count: int
    wall: float
    """Seconds."""
    cpu: float
    """Seconds, of all processes."""
    memory: int = 0
    """Bytes at most in one process; 0: not measured."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and keep what was printed if asked to."""
    options = _options().parse_args(arguments)
    try:
        course = Course.find(None)
        assignment = course.load(options.assignment or course.assignments()[0])
    except AutograderError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_status
    said: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        for line in _report(options, course, assignment, Path(scratch)):
            print(line, flush=True)
            said.append(line)
    if options.keep:
        options.keep.parent.mkdir(parents=True, exist_ok=True)
        options.keep.write_text("\n".join(said) + "\n", encoding="utf-8")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m autograder.bench", description="How fast grading is, and what it could be."
    )
    parser.add_argument("--assignment", metavar="SLUG", help="default: the first")
    parser.add_argument("--count", type=int, default=200, help="right notebooks (200)")
    parser.add_argument("--workers", type=int, default=cores(), help="worker processes (a core)")
    parser.add_argument("--otter", type=int, default=10, help="notebooks for otter run (10)")
    parser.add_argument("--nbgrader", type=int, default=20, help="for nbgrader autograde (20)")
    parser.add_argument("--samples", type=int, help="sample submissions to diagnose (all)")
    parser.add_argument(
        "--sizes", type=_sizes, default=(), metavar="N,N", help="also batches of these sizes"
    )
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the report here, too")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _report(
    options: argparse.Namespace, course: Course, assignment: Assignment, scratch: Path
) -> Iterator[str]:
    yield f"# Grading {assignment.slug}, {datetime.now(UTC):%Y-%m-%d}"
    yield ""
    yield machine()
    yield ""
    # In a process of its own: what we hold in memory would count as that of every command we run.
    (prepared,) = in_fresh_processes(1, prepared_seconds, course, assignment.slug)
    yield (
        "Not counted below: what is computed once for a version of the assignment and then kept, "
        f"{prepared:.1f} s of processor time in this run."
    )
    yield ""
    notebooks = _right_notebooks(assignment, options.count, scratch / "in")
    found = find([scratch / "in"], scratch=scratch)
    bare, paged, floor, apart = _ours(options, course, assignment, scratch)
    earlier = earlier_seconds(max(1, options.workers))
    fixed = Way(f"yardstick: {COMMIT}, no pages, by a fixed work", 1, earlier, earlier)
    lines = [floor, apart, fixed, bare, paged]
    few = notebooks[: options.otter]
    if options.otter and (otter := otter_run(few, assignment.folder, scratch)):
        lines.append(_line("otter run, one after the other", len(few), otter))
    some = notebooks[: options.nbgrader]
    tests = [f"assert callable({name})" for name in assignment.functions]
    if options.nbgrader and (nbgrader := nbgrader_autograde(some, assignment.slug, tests, scratch)):
        lines.append(_line("nbgrader autograde, one process", len(some), nbgrader))
    head = " | notebooks | s each | CPU s each | CPU / floor | s / ours with pages | peak MB"
    yield from table(head, (_row(line, floor, paged) for line in lines))
    yield (
        f"Without pages: {bare.cpu / floor.cpu:.2f} times the CPU of the floor, "
        f"{bare.cpu / earlier:.2f} times that of {COMMIT}."
    )
    yield ""
    stages = stage_seconds(course, assignment, found[:50], scratch)
    rows = ((stage, f"{seconds * 1e3:.1f}") for stage, seconds in stages.items())
    yield from table("stage, one process | ms CPU a submission", rows)
    if options.samples != 0:
        yield from diagnosis_table(course, assignment.slug, options.samples)
    if options.sizes:
        yield from _scaling(options, course, notebooks, scratch)


def _right_notebooks(assignment: Assignment, count: int, folder: Path) -> list[Path]:
    """Right programs of unlike style, as notebooks, over and over."""
    folder.mkdir()
    right = sorted((assignment.folder / "right_variants").glob("*.py"))
    programs = itertools.islice(itertools.cycle(right), count)
    return [as_notebook(path, folder / f"s{n:05}.ipynb") for n, path in enumerate(programs)]


def _ours(
    options: argparse.Namespace,
    course: Course,
    assignment: Assignment,
    scratch: Path,
) -> tuple[Way, Way, Way, Way]:
    """Us without pages (the middle of three runs) and with, and the floors, measured between."""

    def graded(out: str, *how: str) -> Measured:
        return _grade(course, scratch / "in", scratch / out, options.workers, *how)

    runs = [graded("first", "--no-feedback")]
    floor = floor_of(course, assignment.slug, scratch / "in", max(1, options.workers))
    runs += [graded("second", "--no-feedback"), graded("third", "--no-feedback")]
    bare = sorted(runs, key=lambda run: run.cpu_seconds)[1]
    paged = graded("paged")
    count = options.count
    together, apart = fmean(floor.together), fmean(floor.apart)
    return (
        _line(f"autograder, {options.workers} workers, no pages", count, bare),
        _line(f"autograder, {options.workers} workers, with pages", count, paged),
        Way("floor: the student's own computation", count, together, together),
        Way("the same, a forked process each", count, apart, apart),
    )


def _grade(course: Course, folder: Path, out: Path, workers: int, *options: str) -> Measured:
    command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", str(out)]
    command += ["--course", str(course.folder), "--workers", str(workers), "--quiet", *options]
    measured = measure(command, course.folder)
    if measured.status != 0:
        raise SystemExit(f"autograder grade ended with status {measured.status}: {measured.said}")
    return measured


def _line(name: str, count: int, measured: Measured) -> Way:
    if measured.status != 0:
        name += f" (FAILED with status {measured.status})"
    wall, cpu = measured.wall_seconds / count, measured.cpu_seconds / count
    return Way(name, count, wall, cpu, measured.peak_memory)


def _row(line: Way, floor: Way, ours: Way) -> tuple[object, ...]:
    each = (f"{line.wall:.4f}", f"{line.cpu:.4f}")
    ratios = (f"{line.cpu / floor.cpu:.2f}", f"{line.wall / ours.wall:.1f}")
    return (
        line.name,
        line.count,
        *each,
        *ratios,
        f"{line.memory / 1e6:.0f}" if line.memory else "",
    )


def _scaling(
    options: argparse.Namespace, course: Course, notebooks: Sequence[Path], scratch: Path
) -> Iterator[str]:
    yield ""
    one = _copies(notebooks, 1, scratch / "one")
    runs = [_grade(course, one, scratch / f"one{n}", 1, "--no-feedback") for n in range(3)]
    start = median(run.wall_seconds for run in runs)
    yield f"To start and to grade one submission takes {start:.2f} s; each further one, less:"
    yield ""

    def row(size: int) -> tuple[object, ...]:
        folder, out = _copies(notebooks, size, scratch / f"in{size}"), scratch / f"out{size}"
        first = _grade(course, folder, out, options.workers, "--no-feedback")
        again = _grade(course, folder, out, options.workers, "--no-feedback")
        each = (first.wall_seconds / size, (first.wall_seconds - start) / max(size - 1, 1))
        seconds = (f"{number:.4f}" for number in (*each, first.cpu_seconds / size))
        return (size, *seconds, f"{first.peak_memory / 1e6:.0f}", f"{again.wall_seconds:.1f}")

    head = "submissions | s each | each further one | CPU s each | peak MB | run again, s"
    yield from table(head, map(row, options.sizes))


def _copies(notebooks: Sequence[Path], count: int, folder: Path) -> Path:
    """A new folder with so many of them, over and over."""
    folder.mkdir()
    for number, path in enumerate(itertools.islice(itertools.cycle(notebooks), count)):
        shutil.copy(path, folder / f"s{number:05}.ipynb")
    return folder


if __name__ == "__main__":
    sys.exit(main())
