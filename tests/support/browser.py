"""A real Chromium, which is on this machine or comes with apt (`chromium`) or with GitHub's runners."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def browser_page() -> Iterator[Page]:
    """Yield a page that fails the test where a script or the policy of a page makes an error."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root it has none
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=sandbox)
        page = browser.new_page(locale="en-GB", timezone_id="Asia/Tokyo")
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: errors.append(f"a dialog: {dialog.message}"))
        yield page
        browser.close()
    assert errors == []
