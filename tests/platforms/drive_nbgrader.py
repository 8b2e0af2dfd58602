"""Run by its path with a Python that has nbgrader: does with its gradebook, in one process, what a
course does with it in weeks.  Prints JSON.

Arguments: the folder of a first export, that of a second one.
"""

from __future__ import annotations

import csv
import json
import runpy
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins.export import CsvExportPlugin

DB = "sqlite:///gradebook.db"
SLUG = "adaptive_learning_rates"


def into_gradebook(folder: str, *more: str) -> str:
    """What the program ends with: nothing, or why it refused."""
    sys.argv = ["into_gradebook.py", *more]
    try:
        runpy.run_path(str(Path(folder) / "into_gradebook.py"), run_name="__main__")
    except SystemExit as end:
        return str(end.code)
    return ""


def exported() -> dict[str, Any]:
    """What nbgrader itself exports, by student."""
    with Gradebook(DB) as book:
        CsvExportPlugin(to="out.csv").export(book)
    with open("out.csv", encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file) if row["assignment"] == SLUG}


def main() -> None:
    first, second = sys.argv[1:]
    seen: dict[str, Any] = {"refused": into_gradebook(first), "first": exported()}
    with Gradebook(DB) as book:
        grade = book.find_grade("explanation", "autograder", SLUG, "alice")
        seen["waits"] = grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 9.0, False
        book.db.commit()
    into_gradebook(second)
    seen["second"] = exported()
    with Gradebook(DB) as book:
        book.add_assignment("theirs")
        book.add_notebook("p1", "theirs")
        book.add_grade_cell("c", "p1", "theirs", max_score=5, cell_type="code")
    seen["beside"] = into_gradebook(second, "--assignment", "theirs")
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
