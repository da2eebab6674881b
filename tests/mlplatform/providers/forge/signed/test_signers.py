"""The file of signers says whose a key is, to one person each; what it says otherwise is refused by its line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.signed.signers import Signers, read_signers
from tests.support.reviewers import Reviewers
from tests.support.scratch import isolate, scratch

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch, tmp_path / "home")


def read(folder: Path, text: str, now: datetime = NOW) -> Signers:
    repo = scratch(folder / "clone", {"keys/signers": text})
    return read_signers(repo.git, repo.head(), "keys/signers", now)


def test_a_person_may_have_several_keys_and_addresses_beside_comments(
    tmp_path: Path, keys: Reviewers
) -> None:
    one, other = keys.public("ada"), keys.public("ada-laptop")
    signers = read(
        tmp_path, f"# whose\n\n  # keys\nada,Ada@Example.com,ada@home {one} her desk\nada {other}\n"
    )
    assert signers.keys == {one: "ada", other: "ada"}
    assert {email: signers.person_of_email(email) for email in ("ADA@example.com", "ada@home", "ada")} == {
        "ADA@example.com": "ada",
        "ada@home": "ada",
        "ada": None,
    }


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ('namespaces="platform-review"', True),
        ('namespaces="git,platform-review"', True),
        ('namespaces="git"', False),
        ('valid-before="20260701"', False),
        ('valid-before="20260701120001Z"', True),
        ('valid-before="202607011200"', False),
        ('valid-after="20260702"', False),
        ('valid-after="20260701",valid-before="20260702"', True),
    ],
)
def test_a_key_counts_in_its_namespaces_and_while_it_is_valid(
    tmp_path: Path, keys: Reviewers, options: str, counts: bool
) -> None:
    key = keys.public("ada")
    assert read(tmp_path, f"ada,ada@example.com {options} {key}\n") == Signers(
        {key: "ada"} if counts else {}, {"ada@example.com": "ada"}
    )


def test_a_key_without_an_end_is_valid_for_ever(tmp_path: Path, keys: Reviewers) -> None:
    assert read(tmp_path, f"ada {keys.public('ada')}\n", NOW + timedelta(days=36500)).keys


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ada", "this is no signer"),
        ("ada ssh-ed25519 AAAA", "this is no signer"),
        ("ada ssh-ed25519 not+base64", "this is no signer"),
        ("ada ssh-rsa {grace_base64}", "this is no signer"),
        ("ada ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=", "not supported"),
        ("ada cert-authority {grace}", "`cert-authority` is not supported"),
        ('ada valid-before="tomorrow" {grace}', "tomorrow is no time"),
        ("* {grace}", "not a pattern"),
        ("a?a {grace}", "not a pattern"),
        ("*@example.com,ada {grace}", "not a pattern"),
        ("ada@example.com {grace}", "ada@example.com is no name that documents use"),
        ("grace {ada}", "this key is ada's as well"),
        ("grace,ada@example.com {grace}", "ada@example.com is ada's as well"),
    ],
)
def test_a_line_that_names_nobody_or_two_people_is_refused(
    tmp_path: Path, keys: Reviewers, line: str, message: str
) -> None:
    grace = keys.public("grace")
    text = line.format(ada=keys.public("ada"), grace=grace, grace_base64=grace.split()[1])
    with pytest.raises(Refusal, match=message) as refused:
        read(tmp_path, f"{keys.signers(['ada'])}{text}\n")
    assert refused.value.where == "keys/signers:2:1"
    assert refused.value.fix


def test_without_the_file_nobodys_key_is_known(tmp_path: Path, keys: Reviewers) -> None:
    repo = scratch(tmp_path / "clone", {"keys/signers": keys.signers(["ada"])})
    (repo.root / "link").symlink_to("keys/signers")
    repo.commit({})
    for path in ("signers", "keys", "link"):
        with pytest.raises(Refusal, match="nobody's key is known: there is no file") as refused:
            read_signers(repo.git, repo.head(), path)
        assert refused.value.where == path


def test_the_file_is_plain_text(tmp_path: Path, keys: Reviewers) -> None:
    with pytest.raises(Refusal, match="not plain text"):
        read(tmp_path, f"ådå {keys.public('ada')}\n")
