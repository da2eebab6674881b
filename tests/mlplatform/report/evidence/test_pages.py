"""People read an export in a browser: from a file and from `platform evidence serve`, with and without scripts."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.audited import Audited, audited
from tests.support.browser import browser_page
from tests.support.evidence import LEDGER
from tests.support.scratch import isolate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("audited")
        isolate(patch, folder / "home")
        yield audited(folder)


@pytest.fixture(scope="module")
def pages(made: Audited, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.written(tmp_path_factory.mktemp("exports") / "2026Q4")


def shown(page: Page) -> list[str]:
    """Return the titles of the changes that the index shows."""
    return page.locator("tr[data-date]:visible td.title").all_inner_texts()


def test_the_index_filters_and_leads_from_a_deployment_to_its_data_sets_in_two_clicks(
    made: Audited, pages: Path
) -> None:
    with browser_page() as page:
        page.goto((pages / "index.html").as_uri())
        assert len(shown(page)) == 3
        page.get_by_label("Approver").select_option("ada")
        assert shown(page) == ["describe change-0"]
        page.get_by_role("button", name="Show all").click()
        page.get_by_label("Environment").select_option("production")
        assert "pin recommender 1.1.0" in shown(page)
        assert page.get_by_role("status").inner_text() == "2 of 4 shown"
        page.get_by_label("From").fill("2100-01-01")
        assert shown(page) == []
        page.get_by_role("link", name="Deployments").click()
        page.get_by_role("link", name="pin recommender 1.1.0").click()
        assert page.get_by_role("heading", name="Reviews").is_visible()
        page.get_by_role("link", name="reading/events").click()
        assert page.get_by_role("heading", name="reading/events").is_visible()


def test_a_page_is_read_without_scripts_and_asks_nothing_of_the_network(pages: Path) -> None:
    for file in (pages / "index.html", pages / "deployments.html", *sorted((pages / "pages").iterdir())):
        text = file.read_text()
        assert "<main>" in text
        assert '<html lang="en">' in text
        assert not re.findall(r"""(?:src|href)=["'](?:https?:|//)""", text)
        assert len(re.findall("<script", text)) == (0 if file.parent.name == "pages" else 1)
        for head in re.findall(r"<th\b[^>]*>", text):
            assert "scope=" in head


def test_hostile_titles_do_nothing_in_a_browser(made: Audited, pages: Path) -> None:
    with browser_page() as page:
        page.goto((pages / f"pages/{made.hostile}.html").as_uri())
        assert "<script>alert(1)</script>" in page.get_by_role("heading", level=1).inner_text()
        assert "{{ 7*7 }}" in page.title()


def test_serve_shows_the_same_pages_until_it_is_interrupted(made: Audited, pages: Path) -> None:
    first, last = made.period.first.isoformat(), made.period.last.isoformat()
    served = subprocess.Popen(
        [
            *(sys.executable, "-m", "mlplatform.cli", "evidence", "serve", "--from", first, "--to", last),
            *("--trust", str(made.trust_file), "--ledger", LEDGER),
        ],
        cwd=made.made.git.root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert served.stdout is not None
    url = next(match[0] for line in served.stdout if (match := re.search(r"http://\S+", line)))
    with browser_page() as page:
        page.goto(url)
        page.get_by_label("Approver").select_option("ada")
        assert shown(page) == ["describe change-0"]
        page.get_by_role("link", name="describe change-0").click()
        assert page.content().replace("\n", "") == _rendered(page, (pages / f"pages/{made.reviewed}.html"))
    served.send_signal(signal.SIGINT)
    assert served.wait(timeout=60) == 130


def _rendered(page: Page, file: Path) -> str:
    page.goto(file.as_uri())
    return page.content().replace("\n", "")
