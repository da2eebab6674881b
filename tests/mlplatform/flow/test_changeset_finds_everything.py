"""A change judged with only what it is about has every finding that it brings, and none that is not so."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mlplatform.check.check import CheckContext, check
from mlplatform.core.check_result import CheckResult
from mlplatform.core.naming import printable
from mlplatform.flow.check.changeset import ChangeSet, changeset
from mlplatform.load.load import load
from mlplatform.load.source import Commit
from tests.support.scratch import Scratch, scratch
from tests.support.spy import Spy, policies
from tests.support.zoo import (
    DATASETS,
    DIGESTS,
    LOCATIONS,
    MODELS,
    PLACES,
    SCRIPTS,
    TENANTS,
    Files,
    dataset,
    deployment,
    environment,
    good,
    model,
    tenant,
    waiver,
)

NOW = CheckContext(datetime(2026, 11, 1, tzinfo=UTC))
SPY = Spy(policies())


def spelled(name: str, how: int) -> str:
    """A name as YAML can write it: the reader of bytes must not miss one."""
    slash = "\\x2f" if how == 2 else "\\/"
    return (name, f"'{name}'", f'"{name.replace("/", slash)}"', f'"{name.replace("/", slash)}"')[how]


people = st.sampled_from(("ada", "grace", "linus"))
names = st.tuples(st.sampled_from(DATASETS), st.integers(0, 3)).map(lambda one: spelled(*one))
document = {
    "tenant": st.builds(tenant, people, st.sampled_from(("pii", "public"))),
    "dataset": st.builds(
        dataset,
        people,
        st.sampled_from(LOCATIONS),
        st.sampled_from(DIGESTS).flatmap(
            lambda d: st.sampled_from((d, f'"{d}"', f'"{d[:-1]}\\x{ord(d[-1]):02x}"'))
        ),
        st.lists(st.sampled_from(TENANTS), max_size=2, unique=True),
    ),
    "model": st.builds(
        model, people, st.lists(names, min_size=1, max_size=2, unique=True), st.sampled_from(SCRIPTS)
    ),
    "deployment": st.builds(
        deployment,
        st.sampled_from(("1.0.0", "1.1.0", "2.0.0")),
        st.sampled_from(("", "environment: dev, ")),
        st.lists(st.sampled_from(DATASETS), min_size=1, max_size=1),
    ),
    "environment": st.builds(
        environment,
        st.integers(1, 2),
        st.sampled_from(("", "promotesFrom: dev\n", "promotesFrom: nowhere\n")),
    ),
    "waiver": st.builds(
        waiver,
        st.sampled_from([f"tenants/{t}/tenant.yaml" for t in TENANTS] + [f"models/{m}.yaml" for m in MODELS]),
        st.sampled_from(("spy-state-tenant-deployments", "spy-state-model-datasets", "link-owner")),
    ),
    "data": st.sampled_from(("word\napple\n", "word\npear\n", "no,table\n1\n")),
    "script": st.just("print()\n"),
    "broken": st.sampled_from(("", "schema: [\n", "schema: tenant/v1\nschema: tenant/v1\n", "text\n")),
}
RARE = {
    "platform.yaml": "platform",
    "environments/dev/environment.yaml": "environment",
    "environments/prod/environment.yaml": "environment",
    "environments/new/environment.yaml": "environment",
    "environments/new/ant/guess.yaml": "deployment",
    "Models/ant/guess.yaml": "model",
    "models/ant/Guess.yaml": "model",
    "tenants/ant": "data",
    "tenants/dog/tenant.yaml": "tenant",
    "README.md": "data",
    "odd\nname\t.yaml": "data",
}
document["platform"] = st.sampled_from(
    (
        "schema: platform/v1\nteam: [ada, dennis]\nownedPaths: [policies/]\n",
        "schema: platform/v1\nteam: [ada]\n",
    )
)


@st.composite
def repositories(draw: st.DrawFn) -> Files:
    found = {path: text for path, text in good().items() if path not in PLACES}
    for path, kind in PLACES.items():
        if draw(st.integers(0, 4)):
            found[path] = draw(document[kind])
    return found


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, str | None]]:
    """What becomes of some paths: another document of the kind, any text, or nothing."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        places = RARE if draw(st.integers(0, 9)) == 0 else PLACES
        path = draw(st.sampled_from(sorted(places)))
        kind = draw(st.sampled_from((places[path], places[path], places[path], "broken", "gone")))
        made.append((path, None if kind == "gone" else draw(document[kind])))
    return made


@contextmanager
def repository(files: Files) -> Iterator[Scratch]:
    folder = tempfile.mkdtemp()
    try:
        yield scratch(Path(folder, "repo"), files)
    finally:
        shutil.rmtree(folder)


def change(repo: Scratch, edits: list[tuple[str, str | None]]) -> None:
    for path, text in edits:
        file = repo.root / path
        if file.is_dir():
            shutil.rmtree(file)
        if (repo.root / "tenants/ant").is_file() and path.startswith("tenants/ant/"):
            continue
        if text is None:
            file.unlink(missing_ok=True)
        else:
            repo.write(path, text)


def found(checked: CheckResult) -> set[tuple[str, ...]]:
    """The findings, and those that were waived, without what they advise: that may name a document of anybody's."""
    waived = (one.finding for one in checked.waived)
    return {(one.rule, one.where, one.message) for one in (*checked.findings, *waived)}


def judged(changed: ChangeSet) -> CheckResult:
    return check(changed.head, SPY, NOW, base=changed.base)


@pytest.mark.exhaustive
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(repositories(), changes(), st.booleans())
def test_a_scoped_check_finds_all_that_is_new_and_nothing_that_is_not_there(
    files: Files, edits: list[tuple[str, str | None]], is_committed: bool
) -> None:
    with repository(files) as repo:
        change(repo, edits)
        head = None
        if is_committed:
            repo.run("add", "--all")
            repo.run("commit", "--quiet", "--allow-empty", "--message", "change")
            head = "HEAD"
        base = "HEAD^" if is_committed else "HEAD"
        before = found(check(load(Commit(repo.git, base)), SPY, NOW))
        whole, scoped = changeset(repo.git, base, head, everything=True), changeset(repo.git, base, head)
        of_whole, of_scoped = judged(whole), judged(scoped)
        after, seen = found(of_whole), found(of_scoped)
        event("everything" if scoped.base.everything else "a part")
        assert after - before <= seen, "something that the change brings was not found"
        assert seen <= after, "something was found that is not so"
        touched = {printable(file.path) for file in whole.base.files}
        assert {one for one in after if one[1].partition(":")[0] in touched} <= seen, (
            "a touched file is judged whole"
        )
        assert of_scoped.changes == of_whole.changes
        assert of_scoped.missing_approvals == of_whole.missing_approvals
        assert scoped.base.files == whole.base.files
        assert scoped.base.deployments == whole.base.deployments
