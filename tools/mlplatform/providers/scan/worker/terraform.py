"""Terraform: what Checkov finds, what our own checks find, and proof that every block was looked at."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlplatform.providers.scan.checks import terraform as own
from mlplatform.providers.scan.checks.blocks import KINDS, Block
from mlplatform.providers.scan.checks.terraform_scope import out_of_scope
from mlplatform.providers.scan.worker import limits, registries
from mlplatform.providers.scan.worker.absent import Key, absent_groups, lay_out_without, numbers_of

MISSHAPEN = "is not written as Terraform wants it"
VARIABLES_FILES = 8
INDEX = re.compile(r"\[[^\]]*\]")


class _Run:
    """One run of Checkov's Terraform framework: its report and the blocks, variables resolved, that it judged.

    `numbers` are the count and for_each of each block, as far as Checkov worked them out.
    """

    def __init__(self, report: Any, blocks: list[Block], numbers: dict[Key, dict[str, Any]]) -> None:
        self.report = report
        self.blocks = blocks
        self.numbers = numbers


def judge(runner: Any, root: Path, answer: dict[str, Any]) -> None:
    """Judge the whole folder; the blocks that Checkov leaves out (`count = 0`) are judged as they are written."""
    declared = _declared(root, answer)
    for path, why in limits.endless_calls(declared).items():
        answer["broken"][path] = why
        (root / path).unlink()
        declared = {key: body for key, body in declared.items() if key[0] != path}
    limits.copy_few(root, answer["broken"])
    first = _run(runner, root, expands=True)
    left_out = set(declared) - {block.key for block in first.blocks}
    runs = [(first, set(declared))]
    if left_out:
        runs.append((_run(runner, root, expands=False), left_out))
    seen: set[tuple[str, str, str, str]] = set()
    for run, keys in runs:
        _keep(run, keys, root, answer, is_whole=run is first)
        seen |= {block.key for block in run.blocks}
    for key in sorted(set(declared) - seen):
        answer["broken"].setdefault(key[0], f"Checkov did not look at {' '.join(key[1:])}")
    answer["seen"]["terraform"] = sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()
    )
    blocks = [block for run, keys in runs for block in run.blocks if block.key in keys]
    for block in blocks:
        block.source = declared.get(block.key, {})
        for name in _unresolved(block.source, is_top=True):
            message = f"what the dynamic block {name} of {block.address} makes, Checkov does not work out: write it out"
            answer["broken"].setdefault(block.path, message)
    _judge_own(blocks, answer)
    for absent in absent_groups(declared, first.numbers):
        _judge_without(runner, root, declared, absent, answer)
    for variables in _variables_files(root, answer):
        _judge_with(runner, root, declared, variables, answer)
    _pass_resource_policies(blocks, answer)


def _judge_own(blocks: list[Block], answer: dict[str, Any]) -> None:
    for block in blocks:
        try:
            answer["failed"] += [failure.as_record() for failure in own.judge(block, blocks)]
        except (AttributeError, TypeError):  # a text where the provider wants a block
            answer["broken"].setdefault(block.path, f"{block.address} {MISSHAPEN}")


def _judge_without(
    runner: Any,
    root: Path,
    declared: dict[Key, dict[str, Any]],
    left_out: frozenset[Key],
    answer: dict[str, Any],
    variables: str = "",
) -> None:
    """Add what is wrong when some blocks are not made."""
    rest = root.with_name(f"{root.name}-without")
    lay_out_without(root, rest, declared, left_out)
    try:
        kept = {key: body for key, body in declared.items() if key not in left_out}
        _judge_once_more(runner, rest, kept, variables, answer)
    finally:
        shutil.rmtree(rest)


def _variables_files(root: Path, answer: dict[str, Any]) -> list[str]:
    """The .tfvars files that Terraform only reads when it is told to: one for each environment, as a rule."""
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*.tfvars") if path.is_file())
    told = [
        path for path in files if not path.endswith(".auto.tfvars") and Path(path).name != "terraform.tfvars"
    ]
    for path in told[VARIABLES_FILES:]:
        answer["broken"][path] = (
            f"there are more than {VARIABLES_FILES} files of variables: Checkov runs once with each"
        )
    return [path for path in told[:VARIABLES_FILES] if path not in answer["broken"]]


def _judge_with(
    runner: Any, root: Path, declared: dict[Key, dict[str, Any]], variables: str, answer: dict[str, Any]
) -> None:
    """Add what is wrong with the values of a file of variables."""
    run = _judge_once_more(runner, root, declared, variables, answer)
    for left_out in absent_groups(declared, run.numbers):
        _judge_without(runner, root, declared, left_out, answer, variables)


def _judge_once_more(
    runner: Any, root: Path, declared: dict[Key, dict[str, Any]], variables: str, answer: dict[str, Any]
) -> _Run:
    run = _run(runner, root, expands=True, variables=variables)
    _keep(run, set(declared), root, answer, is_whole=False)
    blocks = [block for block in run.blocks if block.key in declared]
    for block in blocks:
        block.source = declared[block.key]
    _judge_own(blocks, answer)
    return run


def _run(runner: Any, root: Path, *, expands: bool, variables: str = "") -> _Run:
    from mlplatform.providers.scan.worker.frameworks import only

    os.environ["CHECKOV_ENABLE_FOREACH_HANDLING"] = str(expands)
    numbers: dict[Key, dict[str, Any]] = {}
    running = _uncounted(runner, root, numbers)()
    report = running.run(root_folder=str(root), runner_filter=only("terraform", variables))
    blocks = [
        block
        for key, definition in running.definitions.items()
        for block in _blocks(str(Path(key.file_path).relative_to(root)), definition)
    ]
    return _Run(report, blocks, numbers)


def _uncounted(runner: Any, root: Path, numbers: dict[Key, dict[str, Any]]) -> Any:
    """Checkov's checks pass over what has `count = 0`; what a variable turns off today it turns on tomorrow.

    `numbers` is filled with the count and for_each of each block.
    """

    class Uncounted(runner):  # type: ignore[misc]
        def _update_definitions_and_breadcrumbs(self, *given: Any) -> None:
            super()._update_definitions_and_breadcrumbs(*given)
            for key, definition in self.definitions.items():
                for block in _blocks(str(Path(key.file_path).relative_to(root)), definition):
                    numbers[block.key] = numbers_of(block.body)
                    block.body.pop("count", None)

    return Uncounted


def _keep(
    run: _Run, keys: set[tuple[str, str, str, str]], root: Path, answer: dict[str, Any], *, is_whole: bool
) -> None:
    from mlplatform.providers.scan.worker.frameworks import collect, record_of

    if is_whole:
        collect(run.report, root, answer)
        for path in run.report.parsing_errors:
            answer["broken"][str(Path(path).relative_to(root))] = "Checkov cannot parse it"
        return
    names = {(path, ".".join(filter(None, (type_, name)))) for path, _, type_, name in keys}
    for record in run.report.failed_checks:
        kept = record_of(record, root)
        if any(kept["path"] == path and kept["resource"].endswith(name) for path, name in names):
            answer["failed"].append(kept)


def _pass_resource_policies(blocks: list[Block], answer: dict[str, Any]) -> None:
    """Drop what is asked of policies of people and roles, where a document is the policy of a resource.

    Every statement of such a document names principals, and `*` stands for the resource that it is the policy of.
    """
    passed = [(block.path, f"{block.type}.{block.name}") for block in blocks if _is_resource_policy(block)]
    answer["failed"] = [
        record
        for record in answer["failed"]
        if record["check"] not in own.OF_IDENTITIES or not _is_about(record, passed)
    ]


def _is_resource_policy(block: Block) -> bool:
    try:
        return own.is_resource_policy(block)
    except (AttributeError, TypeError):  # a text where the provider wants a block
        return False


def _is_about(record: dict[str, Any], blocks: Iterable[tuple[str, str]]) -> bool:
    """True when a record is about one of some blocks, given by path and by type and name."""
    return any(
        record["path"] == path and f".{record['resource']}".endswith(f".{name}") for path, name in blocks
    )


def _declared(root: Path, answer: dict[str, Any]) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    """Every block that the files hold, as written, by its key; a file that does not parse is broken."""
    import hcl2

    bodies: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    known = registries.known_types("terraform")
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".tf", ".tfvars", ".hcl") or not path.is_file():
            continue
        relative = str(path.relative_to(root))
        try:
            with path.open(encoding="utf-8") as file:
                content = hcl2.load(file)  # type: ignore[attr-defined]
        except Exception as why:  # lark raises many kinds of exception, and some of its own making
            answer["broken"][relative] = f"it is not HCL: {' '.join(str(why).split())[:160]}"
            continue
        if path.suffix != ".tf":
            continue
        answer["failed"] += _out_of_scope(relative, content, known)
        blocks = _sound_blocks(relative, content)
        if blocks is None:
            answer["broken"][relative] = f"a block {MISSHAPEN}"
            path.unlink()  # Checkov would end here, and judge no other file
        for block in blocks or ():
            if block.key in bodies:
                answer["broken"][relative] = f"{' '.join(block.key[1:])} is written twice"
            bodies[block.key] = block.body
    return bodies


def _out_of_scope(path: str, content: dict[str, Any], known: frozenset[str]) -> list[dict[str, Any]]:
    try:
        return [failure.as_record() for failure in out_of_scope(path, content, known)]
    except (AttributeError, TypeError):  # more or fewer labels than a block has, which is a finding already
        return []


def _unresolved(body: Any, *, is_top: bool) -> Iterator[str]:
    """The dynamic blocks whose content depends on the element; deeper ones Checkov leaves as they are."""
    if isinstance(body, list):
        for item in body:
            yield from _unresolved(item, is_top=is_top)
    if not isinstance(body, dict):
        return
    for key, value in body.items():
        for name, dynamic in (item for entry in value for item in entry.items()) if key == "dynamic" else ():
            iterator = str((dynamic.get("iterator") or [name])[0]).strip("${}")
            content = str(dynamic.get("content"))
            if not is_top or re.search(rf"\b{re.escape(iterator)}\s*(?:\.|\[)|\bdynamic\b", content):
                yield name
        if key != "dynamic":
            yield from _unresolved(value, is_top=False)


def _sound_blocks(path: str, content: dict[str, Any]) -> list[Block] | None:
    """The blocks of a file; None when one has more or fewer labels than its kind, or is none."""
    try:
        blocks = list(_blocks(path, content))
    except AttributeError:
        return None
    written = sum(len(content.get(kind) or ()) for kind in KINDS)
    return blocks if len(blocks) == written and all(map(_is_sound, blocks)) else None


def _is_sound(block: Block) -> bool:
    # The values of attributes and blocks are lists: what is a mapping itself stands behind one more label.
    if not isinstance(block.body, dict) or any(isinstance(value, dict) for value in block.body.values()):
        return False
    return block.kind != "module" or all(isinstance(source, str) for source in block.body.get("source", ()))


def _blocks(path: str, definition: dict[str, Any]) -> Iterator[Block]:
    for kind in KINDS:
        for entry in definition.get(kind) or ():
            for type_, named in entry.items():
                if kind in ("resource", "data"):
                    for name, body in named.items():
                        yield Block(path, kind, type_, INDEX.sub("", name), body)
                else:
                    yield Block(path, kind, "", INDEX.sub("", type_), named)
