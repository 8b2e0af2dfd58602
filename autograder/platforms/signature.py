"""What a platform wrote into the name of a file or folder that it lets a teacher download."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from autograder.model import Grade, Identity


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


Identities = Mapping[str, Sequence[Identity]]
"""By student: all that is known of them, from any system."""


def of_grade(grade: Grade, reader: Reader, known: Identities) -> Signature | None:
    """What the platform wrote into the path of a submission; None: it came another way.

    A name down in the path is the student's choice, and may be a classmate's: so it must be of whom
    the platform itself said that the file is.
    """
    whose = known.get(grade.student, ())
    numbers = {identity.number for identity in whose if identity.number}
    for part in grade.file.split("/"):
        signature = reader(part)
        if signature is None:
            continue
        names = (signature.name, f"{signature.name}_{signature.number}")
        if signature.number in numbers if numbers else grade.student in names:
            return signature
    return None
