"""An entry of the table of kinds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from mlplatform.core.kinds.base import DocumentModel
from mlplatform.core.names import NAME, NAME_WORDS
from mlplatform.core.rule import Rule

KeyPath = tuple[str | int, ...]
Stops = Literal["tenant", "environment", "everything", "nothing"]
ChangeFact = Literal["pins", "past", "counts", "pinned", "named", "signedOff"]
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A key whose value names a document of another kind.

    `key` is written `promotesFrom`, `data.datasets[]` (each entry of a list) or `quotas{}` (each key of a mapping).
    `part` is the part of the policy input that holds the documents it names, by name. `is_needed`: what stops the named
    document stops the tenant of the one that names it as well.
    """

    key: str
    kind: str
    part: str = ""
    is_needed: bool = False

    def names(self, data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
        """Yield each name with where it stands, whatever the shape of the document: before a check, nothing is sure."""
        return ((at, name) for at, name in values_at(data, self.key) if isinstance(name, str))


@dataclass(frozen=True, slots=True)
class NotYet:
    """A key that nothing heeds yet, so that a document with it is refused by a rule of its own.

    With `value` only that value is refused, otherwise every one but an empty list.
    """

    key: str
    rule: Rule
    message: str
    fix: str = "remove it: nothing heeds it yet"
    value: str = ""

    def places(self, data: Mapping[str, Any]) -> Iterator[KeyPath]:
        """Yield where a document asks for it."""
        for at, value in values_at(data, self.key):
            if value == self.value if self.value else value != []:
                yield at


@dataclass(frozen=True)
class DocumentKind:
    """One kind of document.

    `path` says where its documents lie, with the names that people choose in braces; the last one is called like the
    kind if other documents refer to it. A path with `{tenant}` belongs to that tenant, any other to the platform team.
    A document refers to all that its path names (a deployment to its environment, tenant and model), and by its keys
    to what `refers_to` lists.

    `stops` says what an error in a document stops. Policies may read the document, platform.yaml, what it refers to by
    its path, and the `part` of its references; about the state of the repository also `state_parts`, and of these those
    in `parts_at_base` when they judge a change. `change_facts` are the facts that they get about a change of it.
    `not_yet` are the keys that are refused until something heeds them, `for_people` those that no program needs, with
    who does. `files` are keys that name a file of this repository. `pins`: it pins a version of a model in an
    environment; `describes_data`: it says where data lies and what its digest is; `has_free_text`: people write
    sentences into it, which are searched for personal data; `concerns`: the key that lists the tenants whose owners may
    approve it beside the platform team; `links`: the key that names commits of main. `template` is what `platform new`
    starts from. `names` is the pattern of the last name in its path where that is no ordinary one, and `name_words`
    says it to people.
    """

    body: type[DocumentModel]
    path: str
    stops: Stops
    words: str
    refers_to: tuple[Reference, ...] = ()
    files: tuple[str, ...] = ()
    not_yet: tuple[NotYet, ...] = ()
    for_people: Mapping[str, str] = field(default_factory=dict)
    state_parts: frozenset[str] = frozenset()
    parts_at_base: tuple[str, ...] = ()
    change_facts: tuple[ChangeFact, ...] = ()
    pins: bool = False
    describes_data: bool = False
    has_free_text: bool = False
    concerns: str = ""
    links: str = ""
    template: str = ""
    names: str = NAME
    name_words: str = NAME_WORDS

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The names in its path, in order: `environment`, `tenant`, `model`."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the paths of its documents; each placeholder is a group."""
        steps = _PLACEHOLDER.split(self.path)
        names = [NAME] * (len(self.placeholders) - 1) + [self.names]
        pattern = (f"({names[n // 2]})" if n % 2 else re.escape(step) for n, step in enumerate(steps))
        return re.compile("".join(pattern))

    @cached_property
    def root(self) -> str:
        """The folder (`tenants/`, `policies/waivers/`) or the file (`platform.yaml`) in which they all lie."""
        literal = _PLACEHOLDER.split(self.path)[0]
        return literal if literal == self.path else literal[: literal.rfind("/") + 1]

    @cached_property
    def folder(self) -> tuple[str, ...]:
        """The steps of the folder that a document lies in, with placeholders in braces."""
        return tuple(self.path.split("/")[:-1])

    @property
    def is_of_tenant(self) -> bool:
        """True when its documents belong to a tenant, False when they are the platform team's."""
        return "tenant" in self.placeholders

    @cached_property
    def name_form(self) -> str:
        """How its documents are named, as a sentence says it: `a model is named TENANT/MODEL`."""
        article = "an" if self.words[0] in "aeiou" else "a"
        if len(self.placeholders) < 2:
            return f"{article} {self.words} has one name"
        return f"{article} {self.words} is named {'/'.join(self.placeholders).upper()}"


def values_at(data: Mapping[str, Any], key: str) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the values at a key as `Reference` writes it, each with its place; nothing where the shape is another."""
    *parents, last = key.removesuffix("[]").removesuffix("{}").split(".")
    inner: Any = data
    for step in (*parents, last):
        inner = inner.get(step) if isinstance(inner, Mapping) else None
    at: KeyPath = (*parents, last)
    if key.endswith("[]"):
        yield from (
            ((*at, place), value) for place, value in enumerate(inner if isinstance(inner, list) else [])
        )
    elif key.endswith("{}"):
        yield from (((*at, name), name) for name in (inner if isinstance(inner, Mapping) else {}))
    elif inner is not None:
        yield at, inner
