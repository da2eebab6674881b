"""Records are signed: by a laptop's own key for its own ledger, by the recorder's for the company's."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.records.base import Predicate
from mlplatform.providers.git import Git
from mlplatform.providers.signing.envelope import unseal
from mlplatform.providers.signing.ssh import make_key, public_key
from mlplatform.record.ledger import ENVELOPE, Ledger, Record, local_ledger, shared_ledger
from mlplatform.record.recorder import KEY
from tests.support.records import registration_record
from tests.support.scratch import isolate

STATEMENT = registration_record("clinic/tumour", "1.0.0")


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    isolate(monkeypatch, tmp_path / "home")
    monkeypatch.delenv(KEY, raising=False)
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote"], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path / "clone"], check=True)
    subprocess.run(
        ["git", "-C", tmp_path / "clone", "remote", "add", "origin", tmp_path / "remote"], check=True
    )
    return Git(tmp_path / "clone")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "recorder", "a recorder")
    return tmp_path / "recorder"


def signer(ledger: Ledger) -> str:
    """Whose key signed the newest record."""
    return unseal(ledger.git.run("show", f"{ledger.tip()}:{ENVELOPE}")).key


def test_a_laptop_signs_its_own_records_with_a_key_of_its_own(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    for _ in range(2):
        ledger.append(STATEMENT)
        assert signer(ledger) == public_key(git.root / ".platform" / "recorder")


@pytest.mark.parametrize("configured", ["text", "file", "git"])
def test_the_shared_ledger_is_signed_with_the_recorders_key(
    git: Git, key: Path, monkeypatch: pytest.MonkeyPatch, configured: str
) -> None:
    if configured == "git":
        git.run("config", "user.signingKey", str(key))
    else:
        monkeypatch.setenv(KEY, key.read_text() if configured == "text" else str(key))
    ledger = shared_ledger(git, "origin")
    ledger.append(STATEMENT)
    assert signer(ledger) == public_key(key)


def test_nothing_is_recorded_on_the_shared_ledger_unsigned(git: Git) -> None:
    ledger = shared_ledger(git, "origin")
    with pytest.raises(Refusal, match="no key is known to sign the record with") as refused:
        ledger.append(STATEMENT)
    assert KEY in str(refused.value.fix)
    assert ledger.tip() is None


def previous(record: Record) -> str | None:
    predicate = record.statement.predicate
    assert isinstance(predicate, Predicate)
    return predicate.previous


def test_each_record_names_the_one_before_it_under_its_signature(git: Git) -> None:
    ledger = local_ledger(git, "0123456789ab")
    first = ledger.append(STATEMENT)
    ledger.append(STATEMENT)
    newest, oldest = ledger.newest_first()
    envelope = git.run("show", f"{first}:{ENVELOPE}")
    assert previous(newest) == f"sha256:{hashlib.sha256(envelope).hexdigest()}"
    assert previous(oldest) is None
