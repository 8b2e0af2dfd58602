"""Tests keep what they compute for later in a folder of their own, shared by the processes of a
run and gone with it.  Examples that Hypothesis draws are the same in every run."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest
from hypothesis import settings

from autograder.kept.folder import FOLDER_VARIABLE

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    if FOLDER_VARIABLE not in os.environ:
        folder = os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="autograder-shelves-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
