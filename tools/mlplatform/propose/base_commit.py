"""The commit that a proposal is built on: only the documents that the proposal is about are read."""

from dataclasses import dataclass
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.propose.yaml_edit import read_mapping
from mlplatform.providers.git import Git


@dataclass(frozen=True, slots=True)
class BaseCommit:
    """A commit to build on."""

    git: Git
    commit: str

    def text(self, path: str) -> str | None:
        """The text of a file, or None where there is none; Refusal for a link or for bytes that are not UTF-8."""
        entry = self.git.tree(self.commit, [path]).get(path)
        if entry is None:
            return None
        if not entry.mode.startswith("100"):
            raise Refusal("this is not a plain file", where=path, fix="replace it by a document")
        try:
            return self.git.blobs([entry.oid])[entry.oid].decode()
        except UnicodeDecodeError:
            raise Refusal("the document is not UTF-8", where=path, fix="save it as UTF-8 first") from None

    def deployment_path(self, environment: str, model: str) -> str:
        """Return the path of a model's deployment document; Refusal unless both the environment and the model exist."""
        self.environment(environment)
        model_path = document_path(Kind.MODEL, model)
        if self.text(model_path) is None:
            models = self.names(Kind.MODEL)
            raise Refusal(
                f"there is no model {model} at {self._at}", fix=_choose(models, "add its document first")
            )
        return path_of(Kind.DEPLOYMENT, f"{environment}/{model}")

    def environment(self, name: str) -> dict[str, Any]:
        """An environment document's plain values."""
        path = document_path(Kind.ENVIRONMENT, name)
        text = self.text(path)
        if text is None:
            environments = self.names(Kind.ENVIRONMENT)
            raise Refusal(
                f"there is no environment {name} at {self._at}", fix=_choose(environments, "add one first")
            )
        return dict(read_mapping(text, path))

    def promotes_from(self, name: str) -> str | None:
        """The environment before this one, or None for the first."""
        source = self.environment(name).get("promotesFrom")
        if source is not None and not isinstance(source, str):
            where = path_of(Kind.ENVIRONMENT, name)
            raise Refusal(
                "`promotesFrom` does not name an environment", where=where, fix="run `platform check`"
            )
        return source

    def names(self, kind: Kind) -> list[str]:
        """Return the names of all documents of a kind, sorted."""
        identities = (parse_path(path) for path in self.git.tree(self.commit, [kind.entry.root]))
        return sorted(identity.name for identity in identities if identity and identity.kind is kind)

    @property
    def _at(self) -> str:
        return f"commit {self.commit[:12]}"


def document_path(kind: Kind, name: str) -> str:
    """Return the path of a document of that name; Refusal when nothing can have the name."""
    try:
        path = path_of(kind, name)
    except ValueError:
        path = ""
    identity = parse_path(path)
    if identity is None or (identity.kind, identity.name) != (kind, name):
        raise Refusal(
            f"no {kind.value} can be named {name!r}",
            fix=f"{kind.entry.name_form}; a name is {kind.entry.name_words}",
        )
    return path


def _choose(names: list[str], otherwise: str) -> str:
    return (
        f"choose one of {', '.join(names[:10])}" + (", …" if len(names) > 10 else "") if names else otherwise
    )
