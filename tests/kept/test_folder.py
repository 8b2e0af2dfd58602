"""Where the cache folder is, and that it is made for its user alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.kept.folder import FOLDER_VARIABLE, cache_folder, exchangeable, make_private


def test_the_folder_is_named_or_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "named"))
    assert cache_folder() == tmp_path / "named"
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert cache_folder() is None
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "autograder"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "autograder"


def test_links_above_it_are_followed_before_anything_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "link" / "cache"))
    assert cache_folder() == tmp_path / "real" / "cache"
    monkeypatch.chdir(tmp_path / "real")
    monkeypatch.setenv(FOLDER_VARIABLE, "cache")
    assert cache_folder() == tmp_path / "real" / "cache"


def test_missing_folders_are_made_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_private(tmp_path / "a" / "b")
        make_private(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert exchangeable(folder) is None


def test_a_sticky_folder_keeps_what_is_in_it_in_place(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    make_private(shared / "mine")
    shared.chmod(0o777)
    assert str(shared) in (exchangeable(shared / "mine") or "")
    shared.chmod(0o1777)
    assert exchangeable(shared / "mine") is None
