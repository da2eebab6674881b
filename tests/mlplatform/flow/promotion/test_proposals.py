"""What a command asks before it proposes anything."""

from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.flow.promotion.proposals import ProposalRequest, propose_deploy
from mlplatform.flow.workspace import Workspace
from tests.support.repository import good_repository
from tests.support.scratch import isolate, scratch


def test_a_deployment_beyond_the_first_environment_is_refused_before_its_registry_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, tmp_path / "home")
    made = scratch(tmp_path / "repository", good_repository())
    asked = ProposalRequest("production", "reading/recommender", "HEAD", "")
    with pytest.raises(Refusal, match="production takes only what integration pins") as refused:
        propose_deploy(Workspace.discover(made.root), asked, "9.9.9")
    assert "platform promote reading/recommender --to production" in refused.value.fix
