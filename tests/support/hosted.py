"""This repository on a small GitHub, with a runner's folder: everything a workflow needs to run for real."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mlplatform.record.recorder import KEY
from tests.support.act import WorkflowRun, run_workflow
from tests.support.github import GitHubServer, running_github
from tests.support.github_state import Account, Pull

ROOT = Path(__file__).parents[2]
PLATFORM = str(ROOT / ".venv/bin/platform")
PEOPLE = ("ada", "grace", "mary", "linus", "margaret", "dennis")
VERDICT_APP, RECONCILER_APP, CONTROLS_APP = 4242, 4243, 4244
TOKEN = "ghs_" + "16C7e42F292c6912E7710c838347Ae178B4a"
RECONCILER_TOKEN = "ghs_" + "a8d1e42F292c6912E7710c838347Ae178B4a"
_LINKS = (".venv", ".venv-uv", ".venv-serving")
_CHECKOUT = """\
name: checkout
inputs:
  ref: {required: false, default: ""}
  fetch-depth: {required: false, default: "1"}
  persist-credentials: {required: false, default: "true"}
  token: {required: false, default: ""}
  clean: {required: false, default: "true"}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        REF: ${{ inputs.ref }}
      run: |
        git -C "$TEST_RUNNER" worktree add --quiet --force --detach "$PWD/fresh" HEAD
        mv fresh/.git . && rm -rf fresh
        git fetch --quiet origin "+refs/heads/*:refs/remotes/origin/*" "+refs/pull/*:refs/pull/*"
        git checkout --quiet --force --detach "${REF:+origin/}${REF:-$TEST_HEAD}"
        ln -s "$TEST_RUNNER"/.venv "$TEST_RUNNER"/.venv-uv "$TEST_RUNNER"/.venv-serving "$TEST_RUNNER"/.platform .
        touch -d 2000-01-01 requirements/* pyproject.toml tools/bootstrap.py
"""
_OF_AN_APP = """\
name: token
inputs:
  app-id: {required: true}
  private-key: {required: true}
  permission-contents: {required: false}
  permission-pull-requests: {required: false}
outputs: {token: {value: "${{ steps.token.outputs.token }}"}}
runs:
  using: composite
  steps:
    - id: token
      shell: bash
      env: {ID: "${{ inputs.app-id }}", TOKEN: "${{ inputs.private-key }}"}
      run: test -n "$ID" && echo "token=$TOKEN" >> "$GITHUB_OUTPUT"
"""
_UPLOAD = """\
name: upload
inputs: {name: {required: true}, path: {required: true}, if-no-files-found: {required: false}}
runs:
  using: composite
  steps: [{shell: bash, run: "cp check.sarif check.xml $TEST_RUNNER/.."}]
"""
_UNUSED = """\
name: a role in the cloud
inputs: {role-to-assume: {required: true}, aws-region: {required: true}}
runs: {using: composite, steps: [{shell: bash, run: "false"}]}
"""


@dataclass(frozen=True, slots=True)
class Hosted:
    """The repository `acme/ml` with its pull requests, and `runner`, a clone where workflows find what is set up."""

    github: GitHubServer
    runner: Path
    actions: Mapping[str, Path]
    key: str

    @property
    def origin(self) -> Path:
        return self.github.state.bare

    def person(self, login: str) -> Account:
        return self.github.state.accounts[login]

    def git(self, *args: str) -> str:
        """Return what git says in the runner's clone."""
        done = subprocess.run(
            ["git", "-C", str(self.runner), *args], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def platform(self, *args: str, code: int | None = 0) -> str:
        """Run a command in the runner's clone as somebody on a laptop does; `code` None: however it ends."""
        done = subprocess.run([PLATFORM, *args], cwd=self.runner, capture_output=True, text=True)
        assert code in (None, done.returncode), done.stdout + done.stderr
        return done.stdout + done.stderr

    def propose(
        self, branch: str, files: Mapping[str, str], by: str = "linus", title: str = "A change"
    ) -> Pull:
        """Push a branch off main that writes files, and open its pull request."""
        self.git("fetch", "-q", "origin", "main")
        self.git("checkout", "-q", "-B", branch, "origin/main")
        for path, text in files.items():
            (self.runner / path).parent.mkdir(parents=True, exist_ok=True)
            (self.runner / path).write_text(text)
        self.git("add", "-A")
        self.git(*_by(by), "commit", "-q", "--allow-empty", "-m", title)
        return self.open(branch, by, title)

    def open(self, branch: str, by: str = "linus", title: str = "A change") -> Pull:
        """Push a local branch as somebody, and open its pull request."""
        self.git("push", "-q", "--force", "origin", f"refs/heads/{branch}")
        head = self.git("rev-parse", f"refs/heads/{branch}")
        self.git("checkout", "-q", "main")
        self.github.state.push(branch, head, self.person(by), "branch_creation")
        return self.github.state.open(branch, self.person(by), title)

    def merge(self, pull: Pull, by: str = "linus") -> str:
        """Merge a pull request as GitHub's button does, and return the commit."""
        self.git("fetch", "-q", "origin", "main")
        self.git("checkout", "-q", "--detach", "origin/main")
        title = f"Merge pull request #{pull.number} from acme/{pull.branch}"
        self.git(*_by(by), "merge", "-q", "--no-ff", "-m", title, pull.head)
        commit = self.git("rev-parse", "HEAD")
        self.git("push", "-q", "origin", "HEAD:refs/heads/main")
        self.git("checkout", "-q", "-B", "main", commit)
        self.github.state.merge(pull, commit, self.person(by))
        return commit

    def run(
        self, workflow: str, event: str, payload: Mapping[str, Any], *, head: str = "main", **variables: str
    ) -> WorkflowRun:
        """Run a workflow of main, or of a head for those that GitHub runs from the branch."""
        self.git("checkout", "-q", "--detach", head if head != "main" else "origin/main")
        try:
            return run_workflow(
                self.runner,
                workflow,
                event,
                payload,
                actions=self.actions,
                env={
                    "TEST_RUNNER": str(self.runner),
                    "TEST_HEAD": self.git("rev-parse", "HEAD"),
                    "GIT_TERMINAL_PROMPT": "0",
                },
                variables={
                    "VERDICT_APP_ID": str(VERDICT_APP),
                    "RECONCILER_APP_ID": str(RECONCILER_APP),
                    "CONTROLS_APP_ID": str(CONTROLS_APP),
                    **variables,
                },
                secrets={
                    "VERDICT_APP_KEY": self.key,
                    "CONTROLS_APP_KEY": self.key,
                    "RECONCILER_APP_KEY": RECONCILER_TOKEN,
                    "RECORDER_KEY": os.environ[KEY],
                    "GITHUB_TOKEN": TOKEN,
                },
            )
        finally:
            self.git("checkout", "-q", "main")

    def verdict(self, pull: Pull) -> tuple[str, str] | None:
        """Return the state and the description of the newest verdict on a pull request's present head."""
        found = [
            (status["state"], status["description"])
            for status in self.github.state.statuses
            if (status["sha"], status["context"]) == (pull.head, "platform/verdict")
        ]
        return found[0] if found else None  # the newest comes first


@contextmanager
def hosted(root: Path) -> Iterator[Hosted]:
    """Put this repository's commit on a small GitHub; platform.yaml names it, and nothing else differs."""
    origin, runner = root / "origin.git", root / "runner"
    subprocess.run(["git", "clone", "-q", "--bare", "--single-branch", str(ROOT), str(origin)], check=True)
    _git(origin, "update-ref", "refs/heads/main", "HEAD")
    _git(origin, "symbolic-ref", "HEAD", "refs/heads/main")
    with running_github(origin) as github:
        for person in PEOPLE:
            github.state.account(person)
        github.state.app("platform-verdict", VERDICT_APP)
        github.state.account("github-actions[bot]", "Bot")
        github.state.tokens[TOKEN] = "github-actions[bot]"
        for slug, number in (("platform-reconciler", RECONCILER_APP), ("platform-controls", CONTROLS_APP)):
            github.state.app(slug, number)
        github.state.tokens[RECONCILER_TOKEN] = "platform-reconciler[bot]"
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        github.public_key = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        subprocess.run(["git", "clone", "-q", str(origin), str(runner)], check=True)
        for link in _LINKS:
            (runner / link).symlink_to(ROOT / link)
        with (runner / ".git/info/exclude").open("a") as exclude:
            exclude.write("".join(f"/{link}\n" for link in _LINKS))
        made = Hosted(github, runner, _actions(root), pem.decode())
        made.git("config", "user.name", "Linus")
        made.git("config", "user.email", "linus@example.com")
        with (runner / "platform.yaml").open("a") as document:
            document.write(yaml.safe_dump({"gitHost": _settings(github)}))
        made.git("commit", "-q", "-am", "This repository is on GitHub")
        made.git("push", "-q", "origin", "HEAD:main")
        yield made


def _settings(github: GitHubServer) -> dict[str, Any]:
    return {
        "provider": "github",
        "repository": github.state.repository,
        "api": github.url,
        "verdictApp": VERDICT_APP,
        "ledgerApp": RECONCILER_APP,
    }


def _actions(root: Path) -> dict[str, Path]:
    """Make stand-ins for the actions that the workflows use, by what they say after `uses:`."""
    texts = {
        "actions/checkout@": _CHECKOUT,
        "actions/upload-artifact@": _UPLOAD,
        "actions/create-github-app-token@": _OF_AN_APP,
        "aws-actions/": _UNUSED,
    }
    actions = {}
    for use in sorted(_uses()):
        folder = root / "actions" / use.replace("/", "-")
        folder.mkdir(parents=True)
        (text,) = (text for start, text in texts.items() if use.startswith(start))
        (folder / "action.yml").write_text(text)
        actions[use] = folder
    return actions


def _uses() -> set[str]:
    workflows = (yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml"))
    steps = (step for flow in workflows for job in flow["jobs"].values() for step in job["steps"])
    return {step["uses"] for step in steps if "uses" in step}


def _by(person: str) -> tuple[str, ...]:
    return ("-c", f"user.name={person}", "-c", f"user.email={person}@example.com")


def _git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", str(folder), *args], check=True, env={**os.environ}, capture_output=True)
