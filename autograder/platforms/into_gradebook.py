"""Puts the grades beside this file into nbgrader's gradebook.

In a course's folder, with the Python that nbgrader is installed for:

    python into_gradebook.py [--db sqlite:///gradebook.db] [--assignment NAME]

Each question becomes a cell of a notebook "autograder" of the assignment: formgrader shows it,
`nbgrader export` exports it, and a question that waits for a person waits in formgrader.  Running
it again with newer grades replaces them; what a person gave in formgrader counts before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook

NOTEBOOK = "autograder"


def put(document: dict[str, Any], gradebook: Gradebook, name: str) -> int:
    """Every submission of the document; how many."""
    assignment = gradebook.update_or_create_assignment(name)
    theirs = [n.name for n in assignment.notebooks if n.name != NOTEBOOK and n.max_score]
    if theirs:
        raise SystemExit(
            f'The assignment "{name}" has points of nbgrader\'s own in {", ".join(theirs)}: both '
            "would count. Give another name with --assignment."
        )
    notebook = gradebook.update_or_create_notebook(NOTEBOOK, name)
    cells = {}
    for question in document["questions"]:
        kind = "markdown" if question["by_person"] else "code"
        cells[question["name"]] = gradebook.update_or_create_grade_cell(
            question["name"], NOTEBOOK, name, max_score=question["max_score"], cell_type=kind
        )
    for row in document["submissions"]:
        gradebook.update_or_create_student(row["student"])
        when = {"timestamp": row["handed_in"]} if row["handed_in"] else {}
        submission = gradebook.update_or_create_submission(name, row["student"], **when)
        try:
            submitted = gradebook.find_submission_notebook(NOTEBOOK, name, row["student"])
        except MissingEntry:
            submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
            gradebook.db.add(submitted)
        submitted.late_submission_penalty = row["late_submission_penalty"]
        grades = {grade.name: grade for grade in submitted.grades}
        for question, cell in cells.items():
            grade = grades.get(question)
            if grade is None:
                grade = Grade(cell_id=cell.id, notebook=submitted)
                gradebook.db.add(grade)
            grade.auto_score = row["scores"].get(question)
            grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
    gradebook.db.commit()
    return len(document["submissions"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--db", default="sqlite:///gradebook.db", help="nbgrader's database")
    parser.add_argument("--assignment", help="its name in nbgrader; default: as it was graded")
    parser.add_argument(
        "grades", nargs="?", default=str(Path(__file__).with_name("nbgrader.json")), help="the file"
    )
    asked = parser.parse_args()
    document = json.loads(Path(asked.grades).read_text("utf-8"))
    name = asked.assignment or document["assignment"]
    # nbgrader calls alembic by its name, which lies beside this Python.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with Gradebook(asked.db) as gradebook:
        count = put(document, gradebook, name)
    print(f"{count} submissions of {name} in {asked.db}")


if __name__ == "__main__":
    main()
