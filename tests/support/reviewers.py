"""People who sign reviews: a key for each, made at test time, and the file of signers that names them."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.review import Review

PEOPLE = ("ada", "grace", "mary", "linus", "margaret", "dennis")


@dataclass(frozen=True, slots=True)
class Reviewers:
    """The keys of some people, in a folder."""

    folder: Path
    people: tuple[str, ...] = PEOPLE

    def key(self, person: str) -> Path:
        """Return a person's private key, which is made when it is first asked for."""
        path = self.folder / person
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", str(path)]
            subprocess.run(command, check=True)
        return path

    def public(self, person: str) -> str:
        """Return the type and the base64 text of a person's public key."""
        return " ".join(self.key(person).with_name(f"{person}.pub").read_text().split()[:2])

    def signers(self, people: Iterable[str] | None = None) -> str:
        """Return the file of signers, with an email address for each."""
        named = self.people if people is None else people
        return "".join(f"{person},{person}@example.com {self.public(person)}\n" for person in named)


def approvers(review: Review) -> tuple[str, ...]:
    """Return who approved the head of a review, sorted: by the last review of each, and none who contributed to it."""
    authors = {name.lower() for name in (review.requester, *review.contributors, *review.pushers)}
    last: dict[str, tuple[str, bool]] = {}
    for given in review.reviews:
        if given.state != "commented":
            approves = given.state == "approved" and given.head == review.head
            last[given.user.lower()] = (given.user, approves)
    return tuple(sorted(user for name, (user, approves) in last.items() if approves and name not in authors))
