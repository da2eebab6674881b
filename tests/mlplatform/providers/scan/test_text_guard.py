"""What is given is read the way every parser reads it, or not at all."""

import pytest

from mlplatform.providers.scan.text_guard import FILE_BYTES, read

PATH = "infrastructure/main.tf"


@pytest.mark.parametrize(
    "data",
    [
        "# checkov:skip=CKV_AWS_1".encode("utf-16"),
        b"\xff\xfe",
        b"a\x00b",
        b"a\rb",
        "a\u2028b".encode(),
        "a\u202eb".encode(),
        "\ufeffa".encode(),
        "a\x85b".encode(),
        b"#" * (FILE_BYTES + 1),
    ],
    ids=["UTF-16", "not UTF-8", "NUL", "lone CR", "line separator", "bidi", "BOM", "NEL", "huge"],
)
def test_bytes_that_programs_read_in_different_ways_are_refused(data: bytes) -> None:
    text, findings = read(PATH, data)
    assert text is None
    assert [finding.rule for finding in findings] == ["checkov-failed"]


@pytest.mark.parametrize(
    "path",
    ["../a.tf", "/etc/a.tf", "a//b.tf", "a/./b.tf", "a\nb.tf", "a\\b.tf", "a\u202eb.tf", "", "a" * 300],
)
def test_a_path_that_is_not_plain_is_refused(path: str) -> None:
    text, findings = read(path, b"")
    assert text is None
    assert [finding.rule for finding in findings] == ["checkov-failed"]


def test_a_plain_file_is_left_as_it_is() -> None:
    assert read("infrastructure/ä b.tf", "# ü\r\na\t= 1\n".encode()) == ("# ü\na\t= 1\n", [])


@pytest.mark.parametrize(
    "comment",
    [
        "# checkov:skip=CKV_AWS_18:no",
        "#checkov:skip= CKV_AWS_18",
        "// bridgecrew:skip=BC_AWS_1",
        "cortex:skip=CKV_AWS_18,CKV_AWS_19",
        "# Checkov : SKIP=CKV_AWS_18",
        "checkov.io/skip1: CKV_K8S_1=no",
        "bridgecrew.io/skip#2",
        "cortex.io/skip",
        "# pragma: allowlist secret",
        "# pragma: whitelist nextline secret",
    ],
)
def test_a_skip_comment_is_found_and_made_harmless_in_place(comment: str) -> None:
    text, findings = read(PATH, f"a = 1\n  {comment}\nb = 2\n".encode())
    assert [(finding.rule, finding.line) for finding in findings] == [("checkov-skip", 2)]
    assert text is not None
    assert len(text.splitlines()[1]) == len(f"  {comment}")
    assert text.splitlines()[::2] == ["a = 1", "b = 2"]
    assert "skip" not in text.lower()
    assert "list" not in text.lower()


def test_what_only_mentions_checkov_is_no_skip_comment() -> None:
    text = "# Checkov skips nothing here; a waiver says why\n"
    assert read(PATH, text.encode()) == (text, [])
