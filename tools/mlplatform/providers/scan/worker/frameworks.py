"""Which of Checkov's frameworks run, each over a folder of its own, and what all of them answer."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlplatform.providers.scan.worker import kubernetes, limits, secrets, terraform

# The names are Checkov's, and those of the folders in the scratch folder. Helm and Kustomize would start
# programs, and are not among them.
NAMES = ("terraform", "kubernetes", "github_actions", "dockerfile")


def load(names: Iterable[str]) -> dict[str, Any]:
    """Checkov's runners by framework; importing them is most of the time that a scan takes."""
    loaded = {name: importlib.import_module(f"checkov.{name}.runner").Runner for name in names}
    if "github_actions" in loaded:
        loaded["github_actions"] = _any_workflow(loaded["github_actions"])
    importlib.import_module("checkov.secrets.runner")
    return loaded


def judge(runners: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Everything that failed, was skipped, was broken, and which files each framework really looked at."""
    answer: dict[str, Any] = {"failed": [], "skipped": [], "broken": {}, "seen": {}, "unjudged": []}
    for name, runner in runners.items():
        with limits.bounded(scratch / name, answer["broken"], name):
            _judge(name, runner, scratch / name, answer)
    for folder in (*runners, "other"):
        with limits.bounded(scratch / folder, answer["broken"], "secrets"):
            secrets.judge(scratch / folder, answer)
    return answer


def _judge(name: str, runner: Any, root: Path, answer: dict[str, Any]) -> None:
    if name == "terraform":
        terraform.judge(runner, root, answer)
        return
    running = runner()
    report = running.run(root_folder=str(root), runner_filter=only(name))
    collect(report, root, answer)
    if name == "kubernetes":
        kubernetes.cover(running, report, root, answer)
    else:
        answer["seen"][name] = sorted(_relative(path, root) for path in running.definitions)


def only(framework: str, variables: str = "") -> Any:
    """The explicit configuration of a run: one framework, no downloads, every check; `variables` is a .tfvars file."""
    from checkov.runner_filter import RunnerFilter

    return RunnerFilter(
        framework=[framework],
        download_external_modules=False,
        run_image_referencer=False,
        show_progress_bar=False,
        var_files=[variables] if variables else None,
    )


def collect(report: Any, root: Path, answer: dict[str, Any]) -> None:
    """Put a report's failed and skipped checks into the answer."""
    for record in report.failed_checks:
        answer["failed"].append(record_of(record, root))
    for record in report.skipped_checks:
        answer["skipped"].append(record_of(record, root))


def record_of(record: Any, root: Path) -> dict[str, Any]:
    """Return the fields that we keep of one of Checkov's records."""
    return {
        "check": record.check_id,
        "name": record.check_name,
        "path": _relative(record.file_abs_path, root),
        "lines": [int(line) for line in record.file_line_range],
        "resource": str(record.resource),
        "keys": [str(key) for key in record.check_result.get("evaluated_keys") or ()],
    }


def _relative(path: str, root: Path) -> str:
    place = str(path)
    return place.removeprefix(str(root)).lstrip("/")


def _any_workflow(runner: Any) -> Any:
    """Checkov drops, without a word, the workflows that its old copy of GitHub's schema does not know."""
    from checkov.yaml_doc.runner import Runner as YamlRunner

    class AnyWorkflow(runner):  # type: ignore[misc]
        _parse_file = staticmethod(YamlRunner._parse_file)

    return AnyWorkflow
