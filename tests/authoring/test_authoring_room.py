"""Who only grades never opens the room where assignments are written."""

from __future__ import annotations

import subprocess
import sys

import pytest

GRADING = """
import sys
import autograder.batch.order, autograder.batch.marking, autograder.cli.grading, autograder.grading
import autograder.cli.results, autograder.cli.trying, autograder.report.page
from autograder.course import Course
Course.find().load("adaptive_learning_rates")
print(*sorted(name for name in sys.modules if name.startswith("autograder.authoring")))
"""
AUTHORING = "import sys, autograder.cli.authoring; print('autograder.authoring' in sys.modules)"


@pytest.mark.parametrize(("program", "opened"), [(GRADING, ""), (AUTHORING, "True")])
def test_only_an_authors_commands_open_it(program: str, opened: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == (opened, "")
