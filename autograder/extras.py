"""What a machine may lack, and how it is got: the one place that says so.

The program is installed from a clone.  Its distribution has a name of its own, since on the public
index the command's name is somebody else's package; so no message asks for either by name.
"""

from __future__ import annotations

from pathlib import Path

DISTRIBUTION = "update-rule-grader"
"""The name in ``pyproject.toml``."""

EXTRAS = {
    "authoring": "release: writing what students get",
    "cluster": "grade --scheduler: a Dask cluster",
    "desk": "desk: pages for marking",
    "metrics": "serve --metrics: counts for Prometheus",
    "portal": "serve: where students hand in",
    "postgres": "--store postgresql://...",
}
"""Each set of further packages, and what it is for."""

NEEDS = {
    "authoring": "otter",
    "cluster": "distributed",
    "desk": "starlette",
    "metrics": "prometheus_client",
    "portal": "sse_starlette",
    "postgres": "psycopg",
}
"""A module of each, by which is seen whether it is installed."""

_CLONE = Path(__file__).resolve().parents[1]


def how_to_get(extra: str) -> str:
    """What to type, and where, to get a set of packages: no end of a sentence, and no dot."""
    is_clone = (_CLONE / "pyproject.toml").is_file()
    place = str(_CLONE) if is_clone else "the folder of your clone of this program"
    return f"pip install -e '.[{extra}]' (in {place})"
