"""What a clone shows of the keys that signed its record, for somebody to compare."""

from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.flow.evidence.keys import claimed_roots, parse_time
from mlplatform.flow.evidence.roots import read_checkpoint, read_trust
from mlplatform.providers.signing.ssh import fingerprint, public_key
from mlplatform.report.evidence.verification import trust_text
from tests.support.evidence import LEDGER, recorded
from tests.support.scratch import isolate


def test_the_roots_that_a_record_claims_are_those_that_it_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path / "home")
    made = recorded(tmp_path / "platform", 1)
    claimed = claimed_roots(made.platform.workspace, LEDGER)
    assert [(key.name, key.key) for key in claimed.keys] == [("linus", public_key(made.key))]
    assert (claimed.repository, claimed.genesis) == (made.trust.repository, made.genesis)
    (tmp_path / "trust.yaml").write_text(trust_text(claimed))
    assert fingerprint(public_key(made.key)) in trust_text(claimed)
    assert made.problems(trust=read_trust(made.platform.workspace, tmp_path / "trust.yaml")) == []


def test_a_file_of_roots_that_lies_in_the_clone_vouches_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path / "home")
    made = recorded(tmp_path / "platform", 0)
    inside = made.platform.repo.root / "trust.yaml"
    inside.write_text("schema: trust/v1\n")
    with pytest.raises(Refusal, match="lies in the clone that it is to judge"):
        read_trust(made.platform.workspace, inside)
    outside = tmp_path / "trust.yaml"
    wrong = {
        "schema: trust/v1\n": "repository",
        "schema: trust/v2\n": "schema",
        "[": "this is not YAML",
    }
    for text, why in wrong.items():
        outside.write_text(text)
        with pytest.raises(Refusal, match=why):
            read_trust(made.platform.workspace, outside)
    with pytest.raises(Refusal, match="cannot be read"):
        read_checkpoint(tmp_path / "absent.json")


@pytest.mark.parametrize("text", ["tomorrow", "2027-12-31", "2027-12-31T00:00:00"])
def test_a_time_without_a_zone_is_none(text: str) -> None:
    with pytest.raises(Refusal, match="no time with a zone"):
        parse_time(text)
