"""Keeps compiled templates from one run to the next: compiling takes longer than many a page."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from autograder.cache import cache_folder

_DIGEST = 16


class CompiledTemplates(BytecodeCache):
    """One file for each template; Jinja itself sees whether it is that of the present source."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is kept, unless it is torn; nothing where it cannot be read."""
        with contextlib.suppress(OSError):
            data = _file(bucket).read_bytes()
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
    return folder / "templates" / bucket.key


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
