"""Whose key signs the records: a laptop's own for its own target, the reconciler's or a person's for shared ones."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.target import LocalTarget
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.signing.ssh import make_key

KEY = "PLATFORM_RECORDER_KEY"


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where the key is that signs the records of a ledger; `local` is the file of a laptop's own, made when needed.

    `chosen` is a key that somebody named for a shared ledger.
    A shared ledger is signed with the key in the variable PLATFORM_RECORDER_KEY (its text, or the path of its file), or
    else with the one that git signs with.
    """

    git: Git
    local: Path | None = None
    chosen: Path | None = None

    @contextmanager
    def key(self) -> Iterator[Path]:
        """Yield the file of the key; Refusal where there is none, as nothing is recorded unsigned."""
        configured = os.environ.get(KEY, "").strip()
        if self.local is not None:
            if not self.local.exists():
                make_key(self.local, "recorder of a local target")
            yield self.local
        elif self.chosen is not None:
            yield self.chosen
        elif configured.startswith("-----BEGIN"):
            with tempfile.TemporaryDirectory(prefix="platform-recorder-") as folder:
                file = Path(folder, "key")
                file.touch(mode=0o600)
                file.write_text(f"{configured}\n")
                yield file
        else:
            yield Path(configured or self._git_key()).expanduser()

    def _git_key(self) -> str:
        try:
            return self.git.run("config", "--type=path", "--get", "user.signingKey").decode().strip()
        except GitError:
            raise Refusal(
                "no key is known to sign the record with, and nothing is done that is not on record",
                fix=f"set {KEY} to the recorder's SSH key (its text or its file), or "
                "`git config user.signingKey ~/.ssh/id_ed25519`",
            ) from None


def local_recorder(git: Git) -> Recorder:
    """Return the recorder of a laptop's own target."""
    return Recorder(git, LocalTarget(git.root).folder / "recorder")
