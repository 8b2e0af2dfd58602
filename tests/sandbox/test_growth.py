"""What looks through a source takes twice as long for one that is twice as long, not four times."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from autograder.model import Cell
from autograder.sandbox.faults import Faults
from autograder.sandbox.inside import statements, transform
from autograder.sandbox.inside.notebook import _LINES
from autograder.sandbox.protocol import RawFault
from autograder.sandbox.runner import packages_mentioned

SOURCES = {
    "blank lines": "\n",
    "spaces": " ",
    "tabs and lines": "\t\n",
    "percent signs": "%%time\n",
    "questions": "?",
    "equals": "= ",
    "carriage returns": "\r",
    "installs": "pip ",
    "classes": "class ",
}
LOOKS: dict[str, Callable[[str], object]] = {
    "packages": packages_mentioned,
    "installs": lambda source: transform._INSTALL.sub("", source),
    "cell magics": transform._without_cell_magic,
    "classes": lambda source: Faults([Cell(1, source)])._classes,
    "statements": lambda source: len(statements._MAY_HANG.findall(source)),
    "lines": lambda source: len(_LINES.findall(source)),
}
N = 20_000


def _seconds(look: Callable[[str], object], source: str) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        look(source)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("source", SOURCES)
def test_time_grows_as_the_source_does(look: str, source: str) -> None:
    part = SOURCES[source]
    once, often = (_seconds(LOOKS[look], part * n + "x = 1") for n in (N, 4 * N))
    assert often < 8 * once + 0.005, "four times the source takes sixteen times as long"


def test_a_source_is_split_once_however_many_faults_it_has() -> None:
    source = "undefined\n" * N
    faults = Faults([Cell(1, source)])

    def tell(count: int) -> float:
        began = time.process_time()
        for line in range(1, count):
            faults.of_cell(RawFault("NameError", "undefined", 0, line))
        return time.process_time() - began

    tell(2)
    assert tell(800) < 8 * tell(200) + 0.005
    assert tell(200) < 0.2
