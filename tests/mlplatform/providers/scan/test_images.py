"""As whom an image ends."""

import pytest

from mlplatform.providers.scan.checks.images import judge_dockerfile


def rules(text: str) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in judge_dockerfile("Dockerfile", text)]


@pytest.mark.parametrize(
    "user",
    ["root", "0", "0:0", "root:root", "00", "$NOBODY", "${NOBODY}", "${NOBODY:-0}", "$SUPER"],
)
def test_an_image_that_ends_as_root_is_refused_however_it_says_so(user: str) -> None:
    assert rules(f"FROM a\nARG SUPER=0\nUSER 10001\nUSER {user}\n") == [("CKV_MLP_20", 4)]


@pytest.mark.parametrize("user", ["10001", "10001:0", "app", "$ID", "${ID:-0}"])
def test_an_image_that_ends_as_somebody_passes(user: str) -> None:
    assert rules(f"FROM a\nARG ID=10001\nUSER root\nRUN make\nUSER {user}\n") == []


def test_the_last_stage_counts_with_what_it_is_built_on() -> None:
    assert rules("FROM a AS base\nUSER 0\nFROM base\nRUN ls\n") == [("CKV_MLP_20", 2)]
    assert rules("FROM a AS base\nUSER 0\nFROM b\nUSER app\n") == []


def test_a_download_into_a_shell_and_an_open_index_are_refused_over_lines() -> None:
    text = "FROM a\nRUN apt-get update && \\\n  curl -s https://a.example | sh\nRUN pip install --index-url http://a.example b\n"
    assert rules(text) == [("CKV_MLP_21", 2), ("CKV_MLP_21", 4)]
