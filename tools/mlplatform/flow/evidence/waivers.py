"""The waivers of a period: those in force when it began or ended, and those that came and went in between."""

from collections.abc import Sequence

from pydantic import ValidationError

from mlplatform.core.evidence.period import Period
from mlplatform.core.kinds.waiver import Waiver
from mlplatform.core.naming import Kind
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git
from mlplatform.providers.git.main_history import MainCommit
from mlplatform.record.export.contents import PeriodWaiver

_FOLDER = Kind.WAIVER.entry.root


def waivers_in(
    git: Git, commits: Sequence[MainCommit], main: str, period: Period
) -> tuple[PeriodWaiver, ...]:
    """Return the waivers of a period's commits (oldest first) and of main before them, each version of each once."""
    start = commits[0].parents[0] if commits and commits[0].parents else None
    end = commits[-1].commit if commits else main
    start = start or (None if commits else main)
    ends = [commit for commit in (start, end) if commit]
    places = [(commit, path) for commit in ends for path in git.tree(commit, [_FOLDER])]
    places += [(commit.commit, path) for commit in commits for path in commit.paths]
    bodies: dict[tuple[str, str], Waiver] = {}
    for (commit, path), data in documents_at(git, filter(_is_waiver, places)).items():
        try:
            bodies[commit, path] = Waiver.model_validate(data)
        except ValidationError:
            continue  # it suspends nothing
    versions = {(path, body.model_dump_json()): body for (_, path), body in bodies.items()}
    return tuple(
        PeriodWaiver(
            path,
            body,
            start is not None and bodies.get((start, path)) == body and body.expires >= period.first,
            bodies.get((end, path)) == body and body.expires >= period.last,
        )
        for (path, _), body in sorted(versions.items())
    )


def _is_waiver(place: tuple[str, str]) -> bool:
    return place[1].startswith(_FOLDER)
