"""The pages of an export: read in a browser, from a file or a server, with no script and no network."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mlplatform.record.export.contents import (
    EvidenceException,
    EvidenceExport,
    PeriodChange,
    PinnedVersion,
    SampledChange,
)
from mlplatform.report.evidence.harmless import visible
from mlplatform.report.evidence.reconciliation import totals_of
from mlplatform.report.evidence.tables import deployed_models, verdict_of
from mlplatform.report.evidence.words import verified_sentence

_TEMPLATES = files("mlplatform.report.evidence") / "templates"
_SCRIPT = (_TEMPLATES / "filter.js").read_text(encoding="utf-8").removesuffix("\n")  # as Jinja includes it
_SCRIPT_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self' file:; base-uri 'none'; form-action 'none'; "
    f"script-src 'sha256-{_SCRIPT_DIGEST}'"
)


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """One model of an apply; `commit` is the change that it came by."""

    record: str
    is_first: bool
    at: str
    environment: str
    model: str
    version: str
    result: str
    reason: str
    commit: str
    approvers: tuple[str, ...]
    identity: str


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A version that was trained on a data set, the digest of the data then, and the change that pins it."""

    pin: PinnedVersion
    digest: str
    change: PeriodChange


@dataclass(frozen=True, slots=True)
class UsedDataset:
    """A data set with the versions of the period that were trained on it."""

    name: str
    uses: tuple[DatasetUse, ...]


class Pages:
    """Renders the pages of an export."""

    def __init__(self, export: EvidenceExport) -> None:
        self._export = export
        self._by_commit = {change.id: change for change in export.changes}
        self._records = frozenset(each.record for each in export.applies)
        self._exceptions: dict[str, list[EvidenceException]] = {}
        for each in export.exceptions:
            self._exceptions.setdefault(each.commit, []).append(each)
        self._environment = _environment()
        self._change = self._environment.get_template("change.html")

    def render(self) -> Iterator[tuple[str, bytes]]:
        """Yield each page by its path."""
        rows = list(_deployment_rows(self._export))
        yield "style.css", (_TEMPLATES / "style.css").read_bytes()
        yield (
            "index.html",
            self._page(
                "index.html",
                totals=totals_of(self._export),
                verified=verified_sentence(self._export),
                filters=_filters(
                    *(
                        {name for change in self._export.changes for name in names(change)}
                        for names in (_tenants, _environments, _models, _approvers)
                    )
                ),
            ),
        )
        yield (
            "deployments.html",
            self._page(
                "deployments.html",
                rows=rows[::-1],
                filters=_filters(
                    {row.model.split("/")[0] for row in rows},
                    {row.environment for row in rows},
                    {row.model for row in rows},
                    {name for row in rows for name in row.approvers},
                ),
            ),
        )
        yield "datasets.html", self._page("datasets.html", datasets=_datasets(self._export))
        for change in self._export.changes:
            yield f"pages/{change.id}.html", self._change_page(change, "../")

    def sampled(self, sampled: SampledChange) -> bytes:
        """Return the page of a sampled change, with its diff."""
        return self._change_page(sampled.change, "../../", sampled)

    def _page(self, template: str, **values: object) -> bytes:
        page = self._environment.get_template(template)
        return page.render(export=self._export, root="", pages=self._by_commit, **values).encode()

    def _change_page(self, change: PeriodChange, root: str, sampled: SampledChange | None = None) -> bytes:
        text = self._change.render(
            change=change,
            root=root,
            exceptions=self._exceptions.get(change.id, ()),
            records=self._records,
            diffs=sampled.diffs if sampled else (),
        )
        return text.encode()


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mlplatform.report.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["policy"] = CONTENT_POLICY
    environment.filters.update(short=lambda oid: oid[:12], when=_when, anchor=_anchor, verdict=verdict_of)
    return environment


def _finalized(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _when(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment.tzinfo else text


def _anchor(name: str) -> str:
    return f"d{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:16]}"


def _tenants(change: PeriodChange) -> tuple[str, ...]:
    return change.tenants


def _environments(change: PeriodChange) -> tuple[str, ...]:
    return change.environments


def _models(change: PeriodChange) -> tuple[str, ...]:
    return change.models


def _approvers(change: PeriodChange) -> tuple[str, ...]:
    return change.approvers


def _filters(
    tenants: set[str], environments: set[str], models: set[str], approvers: set[str]
) -> list[tuple[str, str, list[str]]]:
    """Return the filters: the key of the rows' data, its label, and what can be chosen."""
    return [
        (name, label, sorted(values - {""}))
        for name, label, values in (
            ("tenant", "Tenant", tenants),
            ("environment", "Environment", environments),
            ("model", "Model", models),
            ("approver", "Approver", approvers),
        )
    ]


def _deployment_rows(export: EvidenceExport) -> Iterator[DeploymentRow]:
    answered = {
        (each.record, each.environment, model): change.id
        for change in export.changes
        for each in change.became
        if each.record
        for model in change.models
    }
    for recorded in export.applies:
        apply = recorded.apply
        for number, (model, version, _, result, _, reason) in enumerate(deployed_models(apply)):
            approval = apply.approvals.get(model)
            commit = answered.get((recorded.record, apply.environment, model))
            yield DeploymentRow(
                recorded.record,
                number == 0,
                apply.recordedAt,
                apply.environment,
                model,
                version,
                result,
                reason,
                commit or (approval.commit if approval else apply.commit),
                tuple(apply.approved_by(model)),
                apply.identity,
            )


def _datasets(export: EvidenceExport) -> list[UsedDataset]:
    uses: dict[str, list[DatasetUse]] = {}
    for change in export.changes:
        for pin in change.pins:
            for name, digest in pin.data.items():
                uses.setdefault(name, []).append(DatasetUse(pin, digest, change))
    return [UsedDataset(name, tuple(uses[name])) for name in sorted(uses)]
