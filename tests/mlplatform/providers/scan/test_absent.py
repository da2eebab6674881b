"""Which blocks of Terraform may not be made, and what is judged without them."""

from pathlib import Path
from typing import Any

import pytest

from mlplatform.providers.scan.worker.absent import Key, absent_groups, lay_out_without

BUCKET: Key = ("main.tf", "resource", "aws_s3_bucket", "data")
RULE: Key = ("main.tf", "resource", "aws_s3_bucket_policy", "data")
OTHER: Key = ("main.tf", "resource", "aws_kms_key", "data")


def groups(written: dict[Key, dict[str, Any]], resolved: dict[Key, dict[str, Any]]) -> list[set[Key]]:
    return [set(group) for group in absent_groups(written, resolved)]


@pytest.mark.parametrize(
    "number",
    [
        {"count": [0]},
        {"count": ["0"]},
        {"for_each": [[]]},
        {"for_each": [{}]},
        {"for_each": ["${toset([])}"]},
        {"for_each": ["${{}}"]},
        {"count": ["${0}"]},
    ],
)
def test_what_is_written_as_nothing_is_never_made(number: dict[str, Any]) -> None:
    assert groups({BUCKET: {}, RULE: number}, {BUCKET: {}, RULE: number}) == [{RULE}]


def test_what_checkov_works_out_to_nothing_or_leaves_out_is_never_made() -> None:
    written = {RULE: {"count": ["${var.on ? 1 : 0}"]}}
    assert groups(written, {RULE: {"count": [0]}}) == [{RULE}]
    assert groups(written, {}) == [{RULE}]


def test_what_is_certainly_made_is_never_left_out() -> None:
    assert groups({BUCKET: {}, RULE: {"count": [2]}}, {BUCKET: {}, RULE: {"count": [2]}}) == []
    assert groups({RULE: {"count": ["${var.n}"]}}, {RULE: {"count": [1]}}) == []
    assert groups({RULE: {"for_each": ["${toset(var.a)}"]}}, {RULE: {"for_each": [["a"]]}}) == []


def test_blocks_of_one_unknown_expression_are_left_out_together_and_of_two_apart() -> None:
    same = {key: {"count": ["${var.on}"]} for key in (BUCKET, RULE)}
    assert groups(same, same) == [{BUCKET, RULE}]
    apart = {BUCKET: {"count": ["${var.a}"]}, RULE: {"count": ["${var.b}"]}}
    assert groups(apart, apart) == [{BUCKET}, {RULE}] or groups(apart, apart) == [{RULE}, {BUCKET}]


def test_what_goes_over_a_block_is_made_with_it() -> None:
    written: dict[Key, dict[str, Any]] = {
        BUCKET: {},
        RULE: {"for_each": ["${aws_s3_bucket.data}"]},
        OTHER: {},
    }
    assert groups(written, written) == []


def test_the_lines_of_what_is_left_out_are_empty_and_all_others_keep_theirs(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "main.tf").write_text("one\ntwo\nthree\nfour\n")
    lay_out_without(source, target, {RULE: {"__start_line__": 2, "__end_line__": 3}}, [RULE])
    assert (target / "main.tf").read_text() == "one\n\n\nfour\n"
