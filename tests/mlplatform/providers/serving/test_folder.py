"""The folder of a version in Triton's model repository, without a Triton."""

from pathlib import Path

import pytest

from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.triton import folder
from tests.support.stack import candidate, scaling_model


@pytest.mark.parametrize("added", ["2", "1/__init__.py", "labels.txt"])
def test_a_folder_that_something_was_added_to_is_not_restored_and_is_made_anew(
    tmp_path: Path, added: str
) -> None:
    paths = EnvironmentPaths(tmp_path / "production")
    wanted = candidate(tmp_path / "store", "lab/scaler", "1.0.0", scaling_model(1.0))
    folder.put(paths, wanted, serving=False)
    (held,) = folder.identities(paths).values()
    assert folder.restore(paths, held) is None

    (paths.model_repository / held.upstream / added).mkdir()
    reason = folder.restore(paths, held)
    assert reason is not None
    assert f"{Path(added).name} was added to {held.upstream}" in reason

    folder.put(paths, wanted, serving=False)
    assert folder.restore(paths, held) is None
