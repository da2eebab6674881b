"""What the stand-in for GitHub knows: accounts, pull requests, reviews; its commits are a bare repository's."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.github_controls import RepositoryControls

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
WEB_FLOW = 19864447


@dataclass
class Account:
    """An account; `emails` are the addresses by which GitHub knows it in commits."""

    login: str
    id: int
    type: str = "User"
    emails: tuple[str, ...] = ()


@dataclass
class Pull:
    """A pull request; of a fork `fork` names the fork's repository."""

    number: int
    title: str
    body: str | None
    author: Account
    branch: str
    created: str
    fork: str | None = None
    base: str = "main"
    state: str = "open"
    head: str = ""
    merged_at: str | None = None
    merge_commit: str | None = None
    merged_by: Account | None = None


@dataclass
class GitHubState:
    """All of it; time is a second later with everything that happens."""

    bare: Path
    repository: str = "acme/ml"
    accounts: dict[str, Account] = field(default_factory=dict)
    apps: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # to the login of who they are
    pulls: dict[int, Pull] = field(default_factory=dict)
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    events: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    activity: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hidden_activity: int | None = None  # the status in its place
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    check_runs: list[dict[str, Any]] = field(default_factory=list)
    verified: set[str] = field(default_factory=set)  # commits whose signature GitHub verified
    commit_counts: dict[int, int] = field(default_factory=dict)  # where it says another one than it lists
    controls: RepositoryControls = field(default_factory=RepositoryControls)
    ticks: int = 0

    def now(self) -> str:
        """Return a time after all that came before it."""
        self.ticks += 1
        return (START + timedelta(seconds=self.ticks)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def number(self) -> int:
        """Return a number that nothing has yet."""
        self.ticks += 1
        return self.ticks

    def account(self, login: str, type: str = "User", emails: tuple[str, ...] = ()) -> Account:
        """Make an account, whose address is `login@example.com`."""
        made = Account(login, 1000 + len(self.accounts), type, (*emails, f"{login.lower()}@example.com"))
        self.accounts[login] = made
        return made

    def app(self, slug: str, number: int) -> Account:
        """Make a GitHub App, and its bot."""
        self.apps[slug] = number
        return self.account(f"{slug}[bot]", "Bot")

    def by_email(self, email: str) -> Account | None:
        """Return the account of an address."""
        return next((a for a in self.accounts.values() if email.lower() in a.emails), None)

    def git(self, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
        """Return what git says in the bare repository."""
        command = ["git", "-C", str(self.bare), *args]
        done = subprocess.run(
            command, env={**os.environ, **(env or {})}, input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def commit(
        self,
        parents: list[str],
        author: str = "ada",
        message: str = "a change",
        committer: str | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Make a commit by somebody with an address, or with a whole one (it has an `@`); it says a time of its own."""
        when = f"{int(START.timestamp()) + self.number()} +0000"
        env = {
            f"GIT_{who}_{what}": value
            for who, name in (("AUTHOR", author), ("COMMITTER", committer or author))
            for what, value in (
                ("NAME", name),
                ("EMAIL", name if "@" in name else f"{name}@example.com"),
                ("DATE", when),
            )
        }
        blobs = {
            path: self.git("hash-object", "-w", "--stdin", stdin=text.encode())
            for path, text in (files or {}).items()
        }
        entries = "".join(f"100644 blob {blob}\t{path}\n" for path, blob in blobs.items())
        tree = self.git("mktree", stdin=entries.encode())
        words = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", tree, *words, "-F", "-", env=env, stdin=message.encode())

    def push(self, branch: str, commit: str, by: Account | None, kind: str = "push") -> None:
        """Move a branch of this repository, as somebody."""
        self.git("update-ref", f"refs/heads/{branch}", commit)
        self.log(self.repository, branch, commit, by, kind)

    def log(self, repository: str, branch: str, commit: str, by: Account | None, kind: str) -> None:
        """Note what happened to a branch."""
        entries = self.activity.setdefault(f"{repository} refs/heads/{branch}", [])
        before = entries[0]["after"] if entries else "0" * 40
        entry = {
            "before": before,
            "after": commit,
            "actor": by,
            "activity_type": kind,
            "timestamp": self.now(),
        }
        entries.insert(0, entry)

    def open(self, branch: str, author: Account, title: str = "A change", body: str | None = None) -> Pull:
        """Open a pull request of a branch of this repository."""
        number = 1 + max([*self.pulls, *(issue["number"] for issue in self.issues)], default=10)
        pull = Pull(number, title, body, author, branch, self.now())
        self.pulls[number] = pull
        self.synchronise(pull)
        return pull

    def open_from_fork(self, owner: Account, branch: str, commit: str, author: Account | None = None) -> Pull:
        """Open a pull request of a fork's branch, as its owner unless it is said."""
        number = 90 + len(self.pulls)
        pull = Pull(
            number, "A fork's", None, author or owner, branch, self.now(), f"{owner.login}/ml", head=commit
        )
        self.pulls[pull.number] = pull
        self.git("update-ref", f"refs/pull/{pull.number}/head", commit)
        return pull

    def synchronise(self, pull: Pull) -> None:
        """Have an open pull request follow its branch."""
        if pull.fork is None and pull.state == "open":
            pull.head = self.git("rev-parse", f"refs/heads/{pull.branch}")
            self.git("update-ref", f"refs/pull/{pull.number}/head", pull.head)

    def review(
        self, pull: Pull, by: Account | None, state: str = "APPROVED", commit: str | None = None
    ) -> dict[str, Any]:
        """Give a review, of the present head unless it is said."""
        self.synchronise(pull)
        given = {
            "id": self.number(),
            "user": by,
            "state": state,
            "commit_id": commit or pull.head,
            "submitted_at": self.now(),
        }
        self.reviews.setdefault(pull.number, []).append(given)
        return given

    def change_base(self, pull: Pull, base: str, kind: str = "base_ref_changed") -> None:
        """Have a pull request go into another branch."""
        pull.base = base
        event = {"id": self.number(), "event": kind, "created_at": self.now()}
        self.events.setdefault(pull.number, []).append(event)

    def merge(self, pull: Pull, commit: str, by: Account) -> None:
        """Have a pull request merged as this commit of main."""
        self.synchronise(pull)
        self.git("update-ref", "refs/heads/main", commit)
        pull.state, pull.merged_at, pull.merge_commit, pull.merged_by = "closed", self.now(), commit, by

    def commits_of(self, pull: Pull) -> list[str]:
        """Return the commits of a pull request, the first one first."""
        base = f"{pull.merge_commit}^1" if pull.merge_commit else "refs/heads/main"
        return self.git("rev-list", "--reverse", "--topo-order", f"{base}..{pull.head}").split()
