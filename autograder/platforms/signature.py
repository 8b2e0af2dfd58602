"""What a platform wrote into the name of a file or folder that it lets a teacher download."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.model import Grade


@dataclass(frozen=True)
class Signature:
    """Who handed in a file, by its name."""

    name: str
    """As the platform spells it."""
    number: str
    """The platform's own for the person."""
    before: str
    """What stands before the student's own name of the file."""
    file: str
    """The name of the file as the student had it; empty where the name is a folder's."""
    attachment: int = 0
    """The upload's number, later ones are larger; 0: none."""
    is_late: bool | None = None
    """None: the platform does not say."""


Reader = Callable[[str], Signature | None]
"""Of a name; None: this platform did not write it."""


def of_grade(grade: Grade, reader: Reader) -> Signature | None:
    """What the platform wrote into the path of a submission; None: it came another way."""
    for part in grade.file.split("/"):
        signature = reader(part)
        if signature is not None and grade.student in (
            signature.name,
            f"{signature.name}_{signature.number}",
        ):
            return signature
    return None
