"""Checkov's registries: the organisation's policies go in, every rule comes out."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ID = re.compile(r"CKV2?_[A-Z]{2,20}_[0-9]{1,6}")
_NAMED = 6
FRAMEWORKS = {
    "terraform": "Terraform",
    "kubernetes": "Kubernetes manifests",
    "github_actions": "GitHub workflows",
    "dockerfile": "Dockerfiles",
}


def add_policies(runners: dict[str, Any], folder: Path) -> dict[str, str]:
    """Add the YAML policies in a folder to every framework; says which cannot be used, by path, and why."""
    import yaml

    broken: dict[str, str] = {}
    taken = {rule["id"] for rule in rules(runners)} if folder.is_dir() else set()
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_file():
            continue
        relative = str(path.relative_to(folder))
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
            identifier = _identifier(raw, taken)
            for name in runners:
                _add(_graph_registry(name), raw)
            taken.add(identifier)
        except Exception as why:  # Checkov's parser of policies raises whatever it stumbles over
            broken[relative] = " ".join(f"{why or type(why).__name__}".split())[:200]
    return broken


def rules(runners: dict[str, Any]) -> list[dict[str, str]]:
    """Every check that the frameworks can answer with: id, name, what it judges and looks at, and its guideline."""
    by_id: dict[str, dict[str, str]] = {}
    for framework in runners:
        for check in (*_python_checks(framework), *_graph_checks(framework)):
            entry = {"id": check.id, "name": check.name, "about": FRAMEWORKS[framework]}
            entry |= {"looksAt": _looks_at(check), "guideline": getattr(check, "guideline", None) or ""}
            by_id.setdefault(check.id, entry)
    from checkov.secrets.runner import RANDOM_HIGH_ENTROPY_CHECK_ID, SECRET_TYPE_TO_ID

    for name, identifier in (
        *SECRET_TYPE_TO_ID.items(),
        ("Random High Entropy String", RANDOM_HIGH_ENTROPY_CHECK_ID),
    ):
        by_id[identifier] = {
            "id": identifier,
            "name": name,
            "about": "secrets",
            "looksAt": "the text of every file",
            "guideline": "",
        }
    return [by_id[identifier] for identifier in sorted(by_id)]


def known_types(framework: str) -> frozenset[str]:
    """The types of resources that some check of a framework is about, those of the organisation's policies included."""
    checks = (*_python_checks(framework), *_graph_checks(framework))
    return frozenset(
        str(kind) for check in checks for part in (check, *_below(check)) for kind in _kinds(part)
    )


def _looks_at(check: Any) -> str:
    """The resources that a check is about, and the attributes of them that it names; some name none."""
    parts = [check, *_below(check)]
    kinds = {str(kind) for part in parts for kind in _kinds(part)} - {"*", "all"}
    keys = (
        {str(part.attribute) for part in parts if getattr(part, "attribute", None)}
        - kinds
        - {"resource_type"}
    )
    keys.add(_inspected(check))
    about = ", ".join(sorted(kinds)[:_NAMED]) + (", …" if len(kinds) > _NAMED else "")
    return ": ".join(filter(None, (about, ", ".join(sorted(keys - {""})[:_NAMED]))))


def _inspected(check: Any) -> str:
    try:
        key = str(check.get_inspected_key() or "")
    except Exception:  # few checks have one, and some need a resource to tell it: it only describes them
        return ""
    return re.sub(r"/?\[[0-9*]*\]", "", key).strip("/").replace("/", ".")


def _below(check: Any) -> Iterator[Any]:
    for part in getattr(check, "sub_checks", ()):
        yield part
        yield from _below(part)


def _kinds(part: Any) -> Iterable[Any]:
    if entities := getattr(part, "supported_entities", None):
        return list(entities)
    return [
        *(getattr(part, "resource_types", None) or ()),
        *(getattr(part, "connected_resources_types", None) or ()),
    ]


def _identifier(raw: Any, taken: set[str]) -> str:
    if not isinstance(raw, dict) or not isinstance(raw.get("metadata"), dict):
        raise ValueError("it is not a Checkov policy: it has no metadata")
    missing = {"id", "name", "category"} - set(raw["metadata"])
    if missing or "definition" not in raw:
        raise ValueError(f"it lacks {', '.join(sorted(missing) or ['definition'])}")
    identifier = str(raw["metadata"]["id"])
    if not ID.fullmatch(identifier):
        raise ValueError(f"its id {identifier} is not like CKV_ORG_1")
    if identifier in taken or identifier.startswith("CKV_MLP_"):
        raise ValueError(f"its id {identifier} is taken")
    return identifier


def _add(registry: Any, raw: dict[str, Any]) -> None:
    from checkov.runner_filter import RunnerFilter

    registry.load_checks()
    check = registry.parser.parse_raw_check(raw, resources_types=registry._get_resource_types(raw))
    RunnerFilter.notify_external_check(check.id)
    registry.checks.append(check)


def _graph_registry(framework: str) -> Any:
    from checkov.common.checks_infra.registry import get_graph_checks_registry

    return get_graph_checks_registry(framework)


def _graph_checks(framework: str) -> list[Any]:
    registry = _graph_registry(framework)
    registry.load_checks()
    return list(registry.checks)


def _python_checks(framework: str) -> list[Any]:
    if framework == "terraform":
        from checkov.terraform.base_runner import BaseTerraformRunner

        registries = list(BaseTerraformRunner.block_type_registries.values())
    elif framework == "kubernetes":
        from checkov.kubernetes.checks.resource.registry import registry as kubernetes

        registries = [kubernetes]
    elif framework == "github_actions":
        from checkov.github_actions.checks.registry import registry as workflows

        registries = [workflows]
    else:
        from checkov.dockerfile.registry import registry as dockerfiles

        registries = [dockerfiles]
    return [check for registry in registries for _, check in registry.all_checks()]
