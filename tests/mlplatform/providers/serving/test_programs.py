"""What the servers are started with."""

from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.triton.programs import require_plain_path


@pytest.mark.parametrize("name", ["with space", "$(id)", "a'b", "a;b", "a*", "new\nline", "größe"])
def test_a_path_that_triton_would_misread_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="cannot serve models from a path") as refused:
        require_plain_path(EnvironmentPaths(Path("/home/ada") / name / ".platform" / "production"))
    assert refused.value.message.isprintable()


@pytest.mark.parametrize("name", ["plain", "a-b_c.d+e@f", "C=1%"])
def test_other_paths_are_taken(name: str) -> None:
    require_plain_path(EnvironmentPaths(Path("/home/ada") / name / ".platform" / "production"))
