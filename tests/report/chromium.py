"""Chromium for tests, driven by playwright: the one that is installed, none is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--hide-scrollbars")


def program() -> str:
    """Where Chromium is; without it tests are passed over, but not in continuous integration."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        absent("Chromium is not installed, so pages are not looked at in a browser")
    return str(path)


def absent(sentence: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, closed at the end."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed, so pages are not looked at in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that ask what colour something has."""


def axe_finds(page: Any, colours_only: bool = False) -> list[dict[str, Any]]:
    """What axe-core says against a page; or against its colours alone."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        absent("axe-playwright-python is not installed, so axe-core does not look at pages")
    # To describe every element that nothing is said against takes as long again.
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if colours_only:
        options["runOnly"] = {"type": "rule", "values": list(COLOURS)}
    said = Axe().run(page, options=options).response
    assert len(said["passes"]) > (0 if colours_only else 10), "it looked"
    violations: list[dict[str, Any]] = said["violations"]
    return violations


@contextmanager
def shown(browser: Any, html: str, **context: Any) -> Iterator[Any]:
    """A page of a browser with this document, asking for nothing else."""
    opened = browser.new_context(**context)
    try:
        page = opened.new_page()
        page.route(
            "http://page.test/**",
            lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
        )
        page.goto("http://page.test/")
        yield page
    finally:
        opened.close()
