"""Keeps compiled templates from one run to the next: compiling takes longer than many a page.

What is kept is code, so it is taken only from a folder and a file that nobody else can write to,
and only if this package and Jinja are the ones it was compiled with.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from autograder.kept.folder import cache_folder

_DIGEST = 16


class CompiledTemplates(BytecodeCache):
    """One file for each template; Jinja itself sees whether it is that of the present source."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is kept, unless it is torn; nothing where it cannot be read or trusted."""
        with contextlib.suppress(OSError):
            path = _file(bucket)
            data = path.read_bytes() if _is_ours(path.parent) and _is_ours(path) else b""
            if _digest(data[_DIGEST:]) == data[:_DIGEST]:
                bucket.bytecode_from_string(data[_DIGEST:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, whole or not at all; not where that is impossible."""
        code = bucket.bytecode_to_string()
        with contextlib.suppress(OSError):
            path = _file(bucket)
            for folder in (path.parent.parent, path.parent):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(_digest(code) + code)
                os.replace(name, path)
            except BaseException:
                os.unlink(name)
                raise


def _file(bucket: Bucket) -> Path:
    folder = cache_folder()
    if folder is None:
        raise FileNotFoundError("there is no cache folder")
    return folder / "templates" / f"{bucket.key}-{_compiled_by()}"


def _is_ours(path: Path) -> bool:
    """Whether nobody but this user can have written it."""
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's folder is that user's
    found = path.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


@cache
def _compiled_by() -> str:
    """Digest of what the compiled form depends on besides the template."""
    digest = hashlib.blake2b(jinja2.__version__.encode(), digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
