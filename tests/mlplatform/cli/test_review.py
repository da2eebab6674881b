"""platform review, merge and forge verdict: what they are asked, what they print, and how they end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlplatform.cli.main import main
from tests.support.reviewed import BRANCH, Reviewed, reviewed
from tests.support.scratch import isolate

NAME = 'it\'s-$(touch${IFS}pwned);"x"'


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    """A clone in which somebody works, with a branch by linus."""
    isolate(monkeypatch, tmp_path / "home")
    made = reviewed(tmp_path)
    made.change()
    monkeypatch.chdir(made.repo.root)
    return made


@pytest.fixture
def ended(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command, and returns its exit code with what it printed to stdout and stderr."""

    def run(*args: object) -> tuple[int, str, str]:
        code = 0
        try:
            main([str(arg) for arg in args])
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


Ended = Callable[..., tuple[int, str, str]]


def test_a_change_is_requested_reviewed_judged_and_merged(platform: Reviewed, ended: Ended) -> None:
    short = platform.pull().head[:12]
    for person, option, verb in (
        ("linus", "--request", "asks to merge"),
        ("ada", "--approve", "approved"),
        ("mary", "--approve", "approved"),
    ):
        code, out, _ = ended("review", BRANCH, option, "--key", platform.keys.key(person))
        assert (code, out) == (0, f"{person} {verb} {BRANCH} at {short}: describe the tenant anew\n")
    code, out, _ = ended("forge", "verdict", "--branch", BRANCH)
    assert (code, "approved by ada, mary" in out) == (0, True)
    platform.repo.run("config", "user.signingKey", str(platform.keys.key("grace")))
    code, out, _ = ended("merge", BRANCH)
    assert (code, out) == (
        0,
        f"{BRANCH} is merged as {platform.repo.head()[:12]} into main; approved by ada, mary\n",
    )


def test_whoever_approves_their_own_change_is_told_that_it_does_not_count(
    platform: Reviewed, ended: Ended
) -> None:
    platform.say("request", "linus")
    _, _, of_author = ended("review", BRANCH, "--approve", "--key", platform.keys.key("linus"))
    _, _, of_another = ended("review", BRANCH, "--approve", "--key", platform.keys.key("ada"))
    assert ("your own change" in of_author, of_another) == (True, "")


def test_a_branch_that_is_not_approved_ends_in_1_with_what_is_missing(
    platform: Reviewed, ended: Ended
) -> None:
    key = platform.keys.key("linus")
    for args in (["merge", BRANCH, "--key", key], ["forge", "verdict", "--branch", BRANCH]):
        code, out, _ = ended(*args)
        assert code == 1
        assert "approvals-quorum" in out
        assert f"{BRANCH} is stopped: " in out


def test_reviews_verdicts_and_merges_are_json_on_request(
    platform: Reviewed, ended: Ended, tmp_path: Path
) -> None:
    def said(*args: object) -> tuple[int, Any]:
        code, out, _ = ended(*args, "--json")
        return code, json.loads(out)

    key, head = platform.keys.key("linus"), platform.pull().head
    code, statement = said("review", BRANCH, "--comment", "why?", "--key", key)
    assert (code, statement["action"], statement["text"], statement["head"]) == (0, "comment", "why?", head)
    code, stopped = said("merge", BRANCH, "--key", key)
    assert (code, stopped["commit"], stopped["verdict"]["passes"]) == (1, None, False)
    platform.approve()
    out = tmp_path / "approvals.json"
    code, judged = said("forge", "verdict", "--branch", BRANCH, "--out", out)
    assert (code, [each["approvedBy"] for each in judged["verdicts"]]) == (0, [["ada", "mary"]])
    assert json.loads(out.read_text())["head"] == head
    assert ended("check", "--base", "main", "--head", BRANCH, "--approvals", out)[0] == 0
    code, merged = said("merge", BRANCH, "--key", key)
    assert (code, merged["commit"]) == (0, platform.repo.head())


def test_what_cannot_be_judged_ends_in_1_and_writes_no_approvals(
    platform: Reviewed, ended: Ended, tmp_path: Path
) -> None:
    out = tmp_path / "approvals.json"
    code, text, _ = ended("forge", "verdict", "--branch", BRANCH, "--out", out)
    assert (code, out.exists()) == (1, False)
    assert f"{BRANCH} cannot be judged, and is stopped: nobody has asked" in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["review", BRANCH], "say what you think of it"),
        (["review"], "Missing argument"),
        (["forge", "verdict"], "name one pull request"),
        (["forge", "verdict", "--branch", "a", "--pull", "1"], "name one pull request"),
        (["forge", "verdict", "--event", "e.json", "--out", "a.json"], "--out is for one pull request"),
    ],
)
def test_wrong_usage_is_exit_2(platform: Reviewed, ended: Ended, args: list[str], message: str) -> None:
    code, _, err = ended(*args)
    assert (code, message in err) == (2, True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["review", BRANCH, "--approve"], "which key to sign with is not known"),
        (["review", BRANCH, "--approve", "--key", "missing"], "there is no key missing"),
        (["review", "no\nbranch", "--approve"], "cannot be the name of a branch"),
        (["review", "nowhere", "--approve"], "there is no branch nowhere"),
        (["merge", "main"], "main contains main already"),
        (["merge", "--", "--force"], "there is no branch --force"),
        (["forge", "verdict", "--event", "missing.json"], "the event cannot be read"),
    ],
)
def test_a_refusal_is_exit_1_with_its_cause_on_stderr(
    platform: Reviewed, ended: Ended, args: list[str], message: str
) -> None:
    code, out, err = ended(*args)
    assert (code, out) == (1, "")
    assert message in err
    assert "Traceback" not in err


def test_there_is_nowhere_to_post_a_verdict(platform: Reviewed, ended: Ended) -> None:
    platform.approve()
    code, out, _ = ended("forge", "verdict", "--branch", BRANCH, "--post")
    assert (code, "cannot be judged, and is stopped: signed reviews have no page to post on" in out) == (
        1,
        True,
    )


def test_what_a_refusal_says_to_type_is_one_word_to_a_shell(platform: Reviewed, ended: Ended) -> None:
    platform.change(NAME)
    _, out, _ = ended("forge", "verdict", "--branch", NAME)
    assert "platform review 'it'\"'\"'s-$(touch${IFS}pwned);\"x\"' --request" in out


def test_a_title_of_several_lines_or_with_control_codes_is_printed_as_one(
    platform: Reviewed, ended: Ended
) -> None:
    platform.change(message="\x1b[2Japproved by ada\u202e\r\nx")
    code, out, _ = ended("review", BRANCH, "--comment", "?", "--key", platform.keys.key("ada"))
    assert (code, out.count("\n"), {*out} & {*"\x1b\r\u202e"}) == (0, 1, set())


def test_a_review_that_is_too_long_is_refused(platform: Reviewed, ended: Ended) -> None:
    code, _, err = ended("review", BRANCH, "--comment", "x" * 10_001, "--key", platform.keys.key("ada"))
    assert (code, "this cannot be signed: text: " in err) == (1, True)
    name = "/".join(["x" * 60] * 5)
    platform.change(name)
    code, _, err = ended("review", name, "--approve", "--key", platform.keys.key("ada"))
    assert (code, "this cannot be signed: branch: " in err) == (1, True)
