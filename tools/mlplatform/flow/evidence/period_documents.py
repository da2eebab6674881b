"""The incidents and the access reviews of a period, as main's documents say."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from mlplatform.core.evidence.period import Period
from mlplatform.core.incident import RecordedIncident
from mlplatform.core.kinds.access_review import AccessReview
from mlplatform.core.kinds.incident import Incident
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.core.quarter import next_quarter, quarter_of
from mlplatform.load.history import documents_at, merged_at
from mlplatform.providers.git import Git
from mlplatform.record.export.contents import EvidenceException, QuarterReview


def incidents_in(
    git: Git, main: str, period: Period
) -> tuple[tuple[RecordedIncident, ...], tuple[EvidenceException, ...]]:
    """Return the incidents that ran in a period, earliest first, and an exception for each that cannot be read."""
    paths = [path for path in git.tree(main, [Kind.INCIDENT.entry.root]) if _is_incident(path)]
    documents = documents_at(git, [(main, path) for path in paths])
    incidents: list[RecordedIncident] = []
    unreadable: list[EvidenceException] = []
    for path in sorted(paths):
        identity = parse_path(path)
        try:
            body = Incident.model_validate(documents.get((main, path)))
        except ValidationError:
            sentence = f"{path} is no incident that can be read"
            unreadable.append(EvidenceException("unreadable-document", main, "", sentence))
            continue
        ended = body.resolved or period.ends
        if body.detected <= period.ends and ended >= period.begins:
            incidents.append(RecordedIncident(identity.name if identity else path, path, body))
    incidents.sort(key=lambda each: (each.body.detected, each.name))
    return tuple(incidents), tuple(unreadable)


def access_reviews_in(git: Git, main: str, period: Period) -> tuple[QuarterReview, ...]:
    """Return the quarters that a period touches, each with its review, if main has one."""
    paths = {name: path_of(Kind.ACCESS_REVIEW, name) for name in _quarters(period)}
    documents = documents_at(git, [(main, path) for path in paths.values()])
    merged = merged_at(git, main, paths.values())
    return tuple(
        QuarterReview(name, _review(documents.get((main, path))), _text(merged.get(path)))
        for name, path in paths.items()
    )


def _quarters(period: Period) -> Iterator[str]:
    quarter, last = quarter_of(period.begins), quarter_of(period.ends)
    while quarter != last:
        yield quarter
        quarter = next_quarter(quarter)
    yield last


def _review(data: object) -> AccessReview | None:
    try:
        return AccessReview.model_validate(data)
    except ValidationError:
        return None


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _is_incident(path: str) -> bool:
    identity = parse_path(path)
    return identity is not None and identity.kind is Kind.INCIDENT
