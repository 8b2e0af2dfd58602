"""Which edits are tried: as many as are wanted, of all kinds, in programs of all styles."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle

from autograder.authoring.mutants.edits import Edit, Mutant, applied, edits_of
from autograder.authoring.mutants.habits import Arguments, habits_of
from autograder.authoring.mutants.programs import RightProgram

EACH = 6
"""Mutants of one program at least, where fewer are wanted than all programs would give."""


def programs_for(
    programs: Sequence[RightProgram], count: int, chance: random.Random
) -> list[RightProgram]:
    """The programs that ``count`` mutants are made of, the model answers always among them."""
    others = list(programs[1:])
    chance.shuffle(others)
    return [programs[0], *others][: max(1, count // EACH)]


def chosen(
    programs: Sequence[RightProgram],
    arguments: Mapping[str, Arguments],
    count: int,
    chance: random.Random,
) -> list[Mutant]:
    """Up to ``count`` unlike mutants, the kinds of edits in turn; fewer where there are no more.

    ``arguments`` says what the functions' arguments hold, by function.
    """
    found: list[Mutant] = []
    known = {program.source for program in programs}
    for program, edit in _in_turn(programs, arguments, chance):
        if len(found) == count:
            break
        mutant = applied(program, edit)
        if mutant.source not in known and _compiles(mutant.source):
            known.add(mutant.source)
            found.append(mutant)
    return found


def _in_turn(
    programs: Sequence[RightProgram],
    arguments: Mapping[str, Arguments],
    chance: random.Random,
) -> Iterator[tuple[RightProgram, Edit]]:
    by_kind: dict[str, list[tuple[RightProgram, Edit]]] = {}
    for program in programs:
        for edit in (*edits_of(program), *habits_of(program, arguments, chance)):
            by_kind.setdefault(edit.kind, []).append((program, edit))
    for edits in by_kind.values():
        chance.shuffle(edits)
    kinds = sorted(by_kind)
    chance.shuffle(kinds)
    left = sum(map(len, by_kind.values()))
    for kind in cycle(kinds):
        if not left:
            return
        if by_kind[kind]:
            left -= 1
            yield by_kind[kind].pop()


def _compiles(source: str) -> bool:
    try:
        compile(source, "an edited program", "exec")
    except (SyntaxError, ValueError):
        return False
    return True
