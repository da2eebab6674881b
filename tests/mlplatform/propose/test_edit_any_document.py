"""Whatever a document looks like, an edit says what was asked and leaves everything else as it was."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplatform.propose.edit import edit
from mlplatform.propose.pinned import Pinned
from mlplatform.strict_yaml.parser import parse

PATH = "environments/production/clinic/tumour.yaml"
RUNNING = (
    "serving: { instances: 1,cpu: 1.50 , memoryGiB: 1.10, gpu: {count: 0} }",
    "serving:\n    instances: 1\n    cpu: 1.5e0\n    memoryGiB: 1\n    gpu:\n      count: 0",
    "rollout: {strategy: all}",
    "rollout:\n  strategy: canary\n  steps:\n  - 5\n  -   25\n\n  stepSeconds: 60",
    'experiment: {id: exp-7, challenger: {version: 1.5.0, digest: "sha256:5"}, percent: 10}',
)
DEEP = " " * 20
PLAIN = re.compile(r"(?!no$|null$)[a-z][a-z0-9:/]*[a-z0-9]|[0-9]+\.[0-9]+\.[0-9]+.*")

digests = st.integers(0, 99).map(lambda number: f"sha256:{number:064}")
data_sets = st.dictionaries(st.sampled_from(["clinic/biopsies", "clinic/scans", "postal/digits"]), digests)
metrics = st.dictionaries(
    st.sampled_from(["auc", "f1", "no", "null", "recall"]), st.floats(allow_nan=False, allow_infinity=False)
)
runs = st.none() | st.text("ab 01-_.:#'\"\\{}[],&*!|>%@`~é→", min_size=1, max_size=8)
pins = st.builds(
    Pinned,
    version=st.sampled_from(["1.0.0", "1.10.0", "2.0.0-rc.1"]),
    digest=digests,
    environment=st.none() | st.sampled_from(["development", "integration"]),
    run=runs,
    commit=st.none() | st.sampled_from(["c" * 40, "1" * 40, "1e" + "2" * 38]),
    data=data_sets,
    metrics=metrics,
)


@dataclass(frozen=True)
class Text:
    """A document's text, in the pieces that an edit must keep; between them lies what it may change."""

    text: str
    kept: list[str]


class Writer:
    """Writes documents as differently as people do."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.comments = 0

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def comment(self) -> str:
        self.comments += 1
        return f"# {self.comments}: a, b {{c}} 'd \"e"

    def above(self, indent: str) -> str:
        """Blank lines and comments on lines of their own."""
        lines = self.draw(st.lists(st.sampled_from(["", "#"]), max_size=2))
        return "".join(f"{indent}{self.comment()}\n" if line else "\n" for line in lines)

    def beside(self) -> str:
        return f"  {self.comment()}" if self.chance() else ""

    def scalar(self, value: str | float) -> str:
        if isinstance(value, float):
            return f"{value:.1e}" if value == float(f"{value:.1e}") and self.chance() else repr(value)
        ways = [
            "'" + value.replace("'", "''") + "'",
            double_quoted(value),
            *([value] if PLAIN.fullmatch(value) else []),
        ]
        return str(self.draw(st.sampled_from(ways)))

    def flow(self, value: Any, lines: bool) -> str:
        if not isinstance(value, dict):
            return self.scalar(value)
        said = [f"{self.scalar(key)}: {self.flow(item, lines)}" for key, item in value.items()]
        separators = [self.separator(lines) for _ in said]
        if separators and not (lines and self.chance()):
            separators[-1] = ""
        gap = " " if self.chance() else ""
        return "{" + gap + "".join(f"{a}{b}" for a, b in zip(said, separators, strict=True)) + gap + "}"

    def separator(self, lines: bool) -> str:
        return f",{self.beside()}\n{DEEP}" if lines else str(self.draw(st.sampled_from([", ", ",", " , "])))

    def entry(self, key: str, value: Any, indent: str) -> Iterator[str]:
        if isinstance(value, dict) and value and self.chance():
            inner = indent + self.draw(st.sampled_from([" ", "  ", "      "]))
            yield f"{indent}{self.scalar(key)}:{self.beside()}\n"
            for each in value.items():
                yield self.above(inner)
                yield from self.entry(*each, inner)
        else:
            said = self.flow(value, lines=self.chance()) if isinstance(value, dict) else self.scalar(value)
            yield f"{indent}{self.scalar(key)}: {said}{self.beside()}\n"


def double_quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def documents(draw: Any) -> Text:
    """Documents with comments, blank lines, odd indentation and odd flow mappings, keys in any order."""
    write = Writer(draw)
    pinned: Pinned = draw(pins)
    changing = pinned.as_document()
    entries: list[tuple[str, Any]] = [*changing.items(), *((line, None) for line in draw(running()))]
    kept, text = [f"schema: deployment/v1{write.beside()}\n"], ""
    for key, value in draw(st.permutations(entries)):
        kept[-1] += write.above("")
        if value is None:
            kept[-1] += f"{key}{write.beside()}\n"
        else:
            text += kept[-1] + "".join(write.entry(key, value, ""))
            kept.append("")
    kept[-1] += write.above("")
    return Text(text + kept[-1], kept)


@st.composite
def running(draw: Any) -> list[str]:
    lines: list[str] = draw(st.lists(st.sampled_from(RUNNING), unique_by=lambda line: line.split(":")[0]))
    return lines


@settings(max_examples=150, deadline=None)
@given(documents(), pins)
def test_an_edit_says_what_was_asked_and_keeps_the_rest(before: Text, wanted: Pinned) -> None:
    after = edit(before.text, wanted, PATH)
    was, now = parse(PATH, before.text.encode()), parse(PATH, after.encode())
    assert was.data is not None, was.findings
    assert now.data is not None, now.findings
    assert now.data == {**was.data, **wanted.as_document()}
    assert list(now.data) == list(was.data)
    between = "(?:.*\n)*?".join(re.escape(piece) for piece in before.kept)
    assert re.fullmatch(between, after), after


@pytest.mark.exhaustive
@settings(max_examples=100, deadline=None)
@given(documents(), pins, st.data())
def test_an_edit_and_its_reverse_give_the_same_bytes(
    before: Text, other: Pinned, data: st.DataObject
) -> None:
    was = parse(PATH, before.text.encode()).data
    assert was is not None
    version, digest = data.draw(st.sampled_from(["1.0.0", "3.1.4"])), data.draw(digests)
    origin = was["from"]
    present = Pinned(
        was["version"], was["digest"], origin.get("environment"), origin.get("run"), origin.get("commit"),
        origin.get("data", {}), was["metrics"],
    )  # fmt: skip
    same_keys = Pinned(
        version, digest, present.environment, present.run, present.commit,
        dict.fromkeys(present.data, other.digest), present.metrics,
    )  # fmt: skip
    assert edit(edit(before.text, same_keys, PATH), present, PATH) == before.text


@settings(max_examples=100, deadline=None)
@given(documents())
def test_every_comment_on_what_stays_survives_a_new_digest(before: Text) -> None:
    said = parse(PATH, before.text.encode()).data
    assert said is not None
    changed = before.text.replace(said["digest"], "sha256:" + "f" * 64)
    if before.text.count(said["digest"]) == 1:
        origin = said["from"]
        wanted = Pinned(
            said["version"], "sha256:" + "f" * 64, origin.get("environment"), origin.get("run"),
            origin.get("commit"), origin.get("data", {}), said["metrics"],
        )  # fmt: skip
        assert edit(before.text, wanted, PATH) == changed
