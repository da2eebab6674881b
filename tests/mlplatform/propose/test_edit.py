"""Another version in a deployment document changes what it must and not a byte more."""

import difflib
import io
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Deployment
from mlplatform.propose.edit import edit, new_document
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.strict_yaml.parser import parse

PATH = "environments/production/clinic/tumour.yaml"
OLD, NEW, DATA = "sha256:" + "0" * 64, "sha256:" + "1" * 64, "sha256:" + "d" * 64
NEWER = Pinned(
    "1.10.0", NEW, "integration", "r2", "c" * 40, {"clinic/biopsies": DATA}, {"auc": 0.95, "f1": 0.9}
)

AS_DESIGNED = f"""\
# yaml-language-server: $schema=../../../policies/schemas/deployment.schema.json
# Ask oncall before you touch this.
schema: deployment/v1

version: 1.0.0        # the first
digest: "{OLD}"
from: {{ environment: integration,run: r1, data: {{clinic/biopsies: '{OLD}'}} }}   # by promotion
metrics: {{auc: 0.90}}   # measured on rows held out, which makes the line longer than a hundred

serving:
      instances: 1   # one
      cpu: 1.50
      memoryGiB: 1
      gpu: {{count: 0}}
rollout:
  strategy: canary
  steps:
  - 5
  - 25
  abortOn: {{errorRate: 1e-2}}
"""


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_only_the_lines_of_the_version_change() -> None:
    after = edit(AS_DESIGNED, NEWER, PATH)
    assert changed(AS_DESIGNED, after) == [
        "-version: 1.0.0        # the first",
        f'-digest: "{OLD}"',
        f"-from: {{ environment: integration,run: r1, data: {{clinic/biopsies: '{OLD}'}} }}   # by promotion",
        "-metrics: {auc: 0.90}   # measured on rows held out, which makes the line longer than a hundred",
        "+version: 1.10.0        # the first",
        f'+digest: "{NEW}"',
        f"+from: {{ environment: integration,run: r2, commit: {'c' * 40}, "
        f"data: {{clinic/biopsies: '{DATA}'}} }}   # by promotion",
        "+metrics: {auc: 0.95, f1: 0.9}   # measured on rows held out, which makes the line longer than a hundred",
    ]


def test_a_document_that_pins_the_same_already_stays_byte_for_byte() -> None:
    assert edit(AS_DESIGNED, read_pinned(AS_DESIGNED, PATH), PATH) == AS_DESIGNED


BLOCKS = f"""\
schema: deployment/v1
version: 1.0.0
digest: {OLD}
from:   # a run of our own
    # where it was trained
    run: r1   # by ada
    # what it was trained on
    data:
        clinic/biopsies: {OLD}
        # shared by postal
        postal/digits: {OLD}   # gone soon
metrics:

    # the one that counts
    auc: 0.90
    recall: 0.5
    # no more
serving: {{instances: 1, cpu: 1, memoryGiB: 1, gpu: {{count: 0}}}}
rollout: {{strategy: all}}"""


def test_keys_come_and_go_in_blocks_with_the_indentation_and_comments_that_are_there() -> None:
    after = edit(BLOCKS, NEWER, PATH)
    assert (
        after
        == f"""\
schema: deployment/v1
version: 1.10.0
digest: {NEW}
from:   # a run of our own
    environment: integration
    # where it was trained
    run: r2   # by ada
    commit: {"c" * 40}
    # what it was trained on
    data:
        clinic/biopsies: {DATA}
        # shared by postal
metrics:

    # the one that counts
    auc: 0.95
    f1: 0.9
    # no more
serving: {{instances: 1, cpu: 1, memoryGiB: 1, gpu: {{count: 0}}}}
rollout: {{strategy: all}}"""
    )


@pytest.mark.parametrize("text", [AS_DESIGNED, BLOCKS], ids=["as designed", "blocks"])
def test_ruamel_changes_lines_that_our_edit_leaves_alone(text: str) -> None:
    """Why the edit is ours: where this fails, ruamel.yaml can replace propose/yaml_edit.py."""
    ruamel = YAML()
    ruamel.preserve_quotes, ruamel.width = True, 4096
    document = ruamel.load(text)
    document["version"] = "1.10.0"
    written = io.StringIO()
    ruamel.dump(document, written)
    theirs = changed(text, written.getvalue())
    present = replace(read_pinned(text, PATH), version="1.10.0")
    ours = changed(text, edit(text, present, PATH))
    assert [line.split()[0] for line in ours] == ["-version:", "+version:"]
    assert len(theirs) > len(ours)


MANY_LINES = f"""\
schema: deployment/v1
version: 1.0.0
digest: {OLD}
from: {{
  run: r1,  # by ada
  data: {{
    clinic/biopsies: "{OLD}",
    postal/digits: "{OLD}", # a comment, with a comma
  }},
  }}
metrics: {{
  auc: 0.9,    # counts
  recall: 0.5  # does not, by now
  }}
serving: {{instances: 1, cpu: 1, memoryGiB: 1, gpu: {{count: 0}}}}
rollout: {{strategy: all}}
"""


def test_keys_come_and_go_in_flow_mappings_of_many_lines() -> None:
    after = edit(MANY_LINES, NEWER, PATH)
    assert (
        after
        == f"""\
schema: deployment/v1
version: 1.10.0
digest: {NEW}
from: {{
  environment: integration, run: r2, commit: {"c" * 40},  # by ada
  data: {{
    clinic/biopsies: "{DATA}",
  }},
  }}
metrics: {{
  auc: 0.95, f1: 0.9,    # counts
  }}
serving: {{instances: 1, cpu: 1, memoryGiB: 1, gpu: {{count: 0}}}}
rollout: {{strategy: all}}
"""
    )


@pytest.mark.parametrize(
    "text", [AS_DESIGNED, BLOCKS, MANY_LINES], ids=["as designed", "blocks", "many lines"]
)
def test_metrics_and_origin_can_become_empty(text: str) -> None:
    after = edit(text, Pinned("2.0.0", NEW), PATH)
    said = parse(PATH, after.encode())
    assert not said.findings
    assert said.data is not None
    assert (said.data["from"], said.data["metrics"]) == ({}, {})


def test_a_value_in_a_block_of_its_own_takes_no_more_than_its_lines() -> None:
    text = f"schema: deployment/v1\nversion: 1.0.0\ndigest: {OLD}\nfrom:\n  run: >-\n    r1\n    by ada\n\n# end\n"
    after = edit(text, Pinned("1.0.0", OLD, run="r2", commit="c" * 40), PATH)
    assert after == text.replace(">-\n    r1\n    by ada", f"r2\n  commit: {'c' * 40}")


def test_a_missing_key_is_written_where_it_belongs() -> None:
    without = AS_DESIGNED.split("from:")[0] + "from: {}   # unknown\nserving: {}\n"
    after = edit(without, Pinned("1.0.1", NEW, run="r1", metrics={"auc": 0.5}), PATH)
    assert after.splitlines()[-3:-1] == ["from: {run: r1}   # unknown", "metrics: {auc: 0.5}"]


@pytest.mark.parametrize(
    "run",
    ["012", "1e5", "true", "null", "1:30", "2026-01-01", "~", "no", "a: b", "#x", 'a"b\\', "é", " x "],
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_run_with_any_name_is_read_back_as_that_name(run: str, quote: str) -> None:
    text = AS_DESIGNED.replace("run: r1", f"run: {quote}r1{quote}")
    after = edit(text, Pinned("1.0.0", OLD, run=run), PATH)
    assert read_pinned(after, PATH).run == run


def test_a_run_whose_name_cannot_be_seen_is_refused() -> None:
    with pytest.raises(Refusal, match="RIGHT-TO-LEFT OVERRIDE"):
        edit(AS_DESIGNED, Pinned("1.0.0", OLD, run="r\u202e"), PATH)


@pytest.mark.parametrize(
    "value", [0.1, 1.0, 1e-7, 1.5e-30, 1e17, 1.7e308, 123456789.123456789, 0.9300000000000001]
)
def test_a_metric_is_read_back_as_that_number(value: float) -> None:
    after = edit(AS_DESIGNED, Pinned("1.0.0", OLD, metrics={"auc": value}), PATH)
    said = parse(PATH, after.encode())
    assert said.data is not None, said.findings
    assert said.data["metrics"] == {"auc": value}


def test_a_metric_that_is_no_number_is_refused() -> None:
    with pytest.raises(Refusal, match="nan is not a number"):
        edit(AS_DESIGNED, Pinned("1.0.0", OLD, metrics={"auc": float("nan")}), PATH)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("schema: deployment/v1\nversion: 1.0.0\nversion: 1.0.0\n", "is used twice"),
        ("schema: deployment/v1\nfrom: &a {}\nmetrics: *a\n", "anchor"),
        ("schema: [deployment/v1\n", "not YAML"),
        ("- schema\n", "not a mapping"),
        ("", "is empty"),
        ("schema: model/v1\n", "not a deployment document"),
        ("schema: deployment/v1\nmetrics: {auc: 0x1f}\n", "0x1f is a number in another base"),
        ("schema: deployment/v1\nmetrics: {auc: 012}\n", "012 is a number with a leading zero"),
        ("schema: deployment/v1\nmetrics: {auc: .inf}\n", ".inf is not a finite number"),
        ("schema: deployment/v1\nversion: {}\n", "cannot be changed automatically"),
        ("schema: deployment/v1\nversion: 1.0.0\nfrom: here\n", "cannot be changed automatically"),
    ],
)
def test_a_text_that_cannot_be_edited_safely_is_refused_with_its_path(text: str, why: str) -> None:
    with pytest.raises(Refusal, match=why) as refused:
        edit(text, NEWER, PATH)
    assert refused.value.where.partition(":")[0] == PATH
    assert refused.value.fix


def test_a_new_document_runs_as_the_one_it_is_promoted_from() -> None:
    text = new_document(NEWER, PATH, running_from=AS_DESIGNED)
    assert (
        text
        == f"""\
# yaml-language-server: $schema=../../../policies/schemas/deployment.schema.json
schema: deployment/v1
version: 1.10.0
digest: {NEW}
from:
  environment: integration
  run: r2
  commit: {"c" * 40}
  data: {{clinic/biopsies: "{DATA}"}}
metrics: {{auc: 0.95, f1: 0.9}}
serving:
      instances: 1   # one
      cpu: 1.50
      memoryGiB: 1
      gpu: {{count: 0}}
rollout:
  strategy: canary
  steps:
  - 5
  - 25
  abortOn: {{errorRate: 1e-2}}
"""
    )


def test_a_new_document_runs_small_when_there_is_nothing_to_copy_from() -> None:
    said = parse(PATH, new_document(NEWER, PATH).encode())
    assert said.data is not None
    body = Deployment.model_validate(dict(said.data))
    assert (body.serving.instances, body.rollout.strategy) == (1, "all")
