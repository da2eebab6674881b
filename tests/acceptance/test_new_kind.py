"""The recipe of CONTRIBUTING.md for a new kind of document, followed in a copy of this repository by the real CLI."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.support.repository import ROOT
from tests.support.scratch import isolate

pytestmark = pytest.mark.exhaustive
RECIPE = (ROOT / "CONTRIBUTING.md").read_text().split("### Add a document kind\n")[1].split("\n## ")[0]
BODY, ENTRY = (dedent(block) for block in re.findall(r" *```python\n(.*?) *```", RECIPE, re.DOTALL))
PATH = "tenants/{tenant}/features/{feature}.yaml"
COPIED = ("tools", "policies", "tenants", "models", "environments", "examples", "platform.yaml")
GOOD = "schema: feature/v1\nowner: ada\ndataset: clinic/biopsies\n"
POLICY = """\
# METADATA
# title: A feature view has the owner of its data set
# custom:
#   kinds: [feature]
#   asks: state
#   reads: [document, tenant, datasets]
package platform.features

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A feature view has the owner of its data set
# description: Whoever answers for the data answers for what is made of it.
# custom:
#   id: feature-owner
#   severity: error
#   soc2: [CC6.1]
#   fix: Let the data set's owner own it.
#   passes: the same owner
#   fails: another owner
satisfied contains "feature-owner" if {
	input.datasets[input.document.dataset].owner == input.document.owner
}

satisfied contains "feature-owner" if not startswith(input.document.dataset, sprintf("%s/", [input.tenant.name]))

deny contains {"rule": "feature-owner", "message": "its data set has another owner", "at": ["owner"]} if {
	not "feature-owner" in satisfied
}
"""
STATE = """
import json
from pathlib import Path
from mlplatform.flow.check.run_check import check_commit
from mlplatform.providers.git import Git
checked = check_commit(Git(Path(".")), "HEAD")
errors = [[finding.rule, finding.path, finding.line, finding.fix] for finding in checked.findings if finding.is_error]
blocked = [checked.repository.blocked_tenants, checked.repository.blocked_environments]
print(json.dumps([errors, *map(sorted, blocked)]))
"""


@dataclass(frozen=True, slots=True)
class State:
    """What `check` makes of a commit: rule, path, line and fix of its errors, and what these stop."""

    errors: list[tuple[str, str, int, str]]
    tenants: list[str]
    environments: list[str]

    @property
    def rules(self) -> set[str]:
        return {rule for rule, *_ in self.errors}


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the repository with a kind more, and where a document of that kind lies."""

    root: Path
    document: str

    def python(self, *args: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root / "tools")}
        return subprocess.run(
            [sys.executable, *args],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def git(self, *args: str) -> str:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        done = subprocess.run(["git", *who, *args], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, **files: str) -> str:
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def findings(self, *args: str) -> list[dict[str, Any]]:
        done = self.python("-m", "mlplatform.cli", "check", "--fast", "--json", *args)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return [finding for finding in json.loads(done.stdout)["findings"] if finding["severity"] == "error"]

    def state(self) -> State:
        """What the last commit is found to be, in one process."""
        done = self.python("-c", STATE)
        assert done.returncode == 0, done.stderr
        errors, tenants, environments = json.loads(done.stdout)
        return State([tuple(error) for error in errors], tenants, environments)


@pytest.fixture(
    scope="module",
    params=[PATH, "features/{tenant}/{feature}.yaml"],
    ids=["a folder of tenants", "a new root"],
)
def merged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy in which steps 1 to 3 of the recipe are merged, and a policy about the new kind."""
    root = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        source, to = ROOT / name, root / name
        shutil.copytree(source, to) if source.is_dir() else shutil.copy(source, to)
    kinds = root / "tools/mlplatform/core/kinds"
    (kinds / "feature.py").write_text(BODY)
    table = (kinds / "table.py").read_text()
    imported = "from mlplatform.core.kinds.feature import Feature\n"
    assert PATH in ENTRY
    entry = "\n".join(f"    {line}" for line in ENTRY.replace(PATH, request.param).splitlines())
    (kinds / "table.py").write_text(
        table.replace("\n\nclass Kind", f"{imported}\n\nclass Kind") + entry + "\n"
    )
    made = Copy(root, request.param.format(tenant="clinic", feature="cells"))
    schemas = made.python("-m", "mlplatform.report.schemas", "policies/schemas")
    assert schemas.returncode == 0, schemas.stderr
    assert (root / "policies/schemas/feature.schema.json").is_file()
    (root / ".gitignore").write_text("__pycache__/\n")
    made.git("init", "-q", "-b", "main")
    made.commit(**{"policies/rego/features.rego": POLICY})
    made.git("tag", "merged")
    return made


@pytest.fixture
def copy(merged: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """The copy as it was merged, whatever the test before left."""
    isolate(monkeypatch, tmp_path / "home")
    merged.git("switch", "-q", "-f", "-C", "main", "merged")
    merged.git("clean", "-q", "-f", "-d")
    return merged


def test_a_good_document_passes(copy: Copy) -> None:
    copy.commit(**{copy.document: GOOD})
    assert copy.findings() == []


def test_a_typo_in_it_blocks_its_tenant_and_nobody_else(copy: Copy) -> None:
    copy.commit(**{copy.document: GOOD.replace("owner", "onwer")})
    state = copy.state()
    assert state.rules == {"schema-unknown-key", "schema-missing-key"}
    assert (state.tenants, state.environments) == (["clinic"], [])


def test_a_file_that_is_no_document_blocks_its_tenant_and_nobody_else(copy: Copy) -> None:
    copy.commit(**{copy.document.replace(".yaml", ".yml"): GOOD})
    state = copy.state()
    assert state.rules == {"path-unknown"}
    assert (state.tenants, state.environments) == (["clinic"], [])


def test_references_by_key_and_by_path_have_to_be_there(copy: Copy) -> None:
    lost = copy.document.replace("clinic", "nobody")
    copy.commit(**{copy.document: GOOD.replace("biopsies", "biopsy"), lost: GOOD})
    assert {(rule, path, line) for rule, path, line, _ in copy.state().errors} == {
        ("link-dataset", copy.document, 3),
        ("link-tenant", lost, 1),
    }


def test_an_error_in_what_it_needs_blocks_its_tenant(copy: Copy) -> None:
    copy.commit(**{copy.document.replace("clinic", "postal"): GOOD.replace("ada", "katherine")})
    state = copy.state()
    assert (state.errors, state.tenants, state.environments) == ([], [], [])
    data = "tenants/clinic/datasets/biopsies.yaml"
    copy.commit(**{data: (copy.root / data).read_text().replace("owner: ada", "onwer: ada")})
    state = copy.state()
    assert (state.tenants, state.environments) == (["clinic", "postal"], [])


def test_a_policy_judges_it_with_what_it_refers_to(copy: Copy) -> None:
    copy.commit(**{copy.document: GOOD.replace("ada", "mary")})
    ((rule, path, line, _),) = copy.state().errors
    assert (rule, path, line) == ("feature-owner", copy.document, 2)


def test_its_tenants_owners_approve_it(copy: Copy, tmp_path: Path) -> None:
    copy.git("switch", "-q", "-C", "change")
    head = copy.commit(**{copy.document: GOOD})
    change = ("--base", "main", "--head", "change")
    approvals = tmp_path / "approvals.json"
    review = {
        "schema": "approvals/v1",
        "requester": "linus",
        "contributors": ["linus"],
        "pushers": ["linus"],
        "head": head,
    }

    def approved_by(*users: str) -> list[dict[str, Any]]:
        reviews = [{"user": user, "state": "approved", "head": head} for user in users]
        approvals.write_text(json.dumps({**review, "reviews": reviews}))
        return copy.findings(*change, "--approvals", str(approvals))

    assert approved_by("ada", "grace") == []
    assert {finding["rule"] for finding in approved_by("margaret", "dennis")} == {"approvals-quorum"}


def test_a_change_of_what_it_refers_to_is_judged_with_it(copy: Copy) -> None:
    copy.commit(**{copy.document: GOOD})
    copy.git("switch", "-q", "-C", "change")
    path = "tenants/clinic/datasets/biopsies.yaml"
    text = (copy.root / path).read_text()
    copy.commit(**{path: text.replace("owner: ada", "owner: grace")})
    found = copy.findings("--base", "main", "--head", "change")
    assert ("feature-owner", copy.document) in {(finding["rule"], finding["path"]) for finding in found}
