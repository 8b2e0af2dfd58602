"""What a downloaded file is called: of what it is, then whose, then which, so that names sort."""

from __future__ import annotations

from datetime import datetime, tzinfo
from urllib.parse import quote

from autograder.submission import safe_name

_LONGEST = 80


def attached(*parts: str, suffix: str) -> dict[str, str]:
    """Headers that say to save an answer under a name made of these parts, whatever is in them."""
    name = "-".join(safe_name(part)[:_LONGEST] for part in parts) + suffix
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    said = f'attachment; filename="{plain}"'
    if plain != name:
        said += f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"content-disposition": said}


def table(*parts: str, zone: tzinfo | None) -> dict[str, str]:
    """The same of a CSV as it is today."""
    return attached(*parts, f"{datetime.now(zone):%Y-%m-%d}", suffix=".csv")
