"""What a document may not hold. Each case says the rule and the exact place."""

import pytest

from mlplatform.core.finding import Finding
from mlplatform.strict_yaml.builder import MAX_DEPTH, MAX_SCALAR
from mlplatform.strict_yaml.characters import MAX_BYTES, MAX_FINDINGS
from mlplatform.strict_yaml.parser import parse

PATH = "tenants/reading/tenant.yaml"


def findings(text: str | bytes) -> tuple[Finding, ...]:
    parsed = parse(PATH, text if isinstance(text, bytes) else text.encode())
    assert (parsed.data is None) == bool(parsed.findings), "a value exactly when nothing is wrong"
    for finding in parsed.findings:
        assert finding.is_error
        assert finding.path == PATH
        assert finding.fix
        assert len(finding.message) < 200
    return parsed.findings


def told(text: str | bytes) -> list[tuple[str, int, int]]:
    return [(finding.rule, finding.line, finding.column) for finding in findings(text)]


REFUSED = {
    "a duplicate key": ("a: 1\nb: 2\na: 3\n", ("yaml-duplicate-key", 3, 1)),
    "a duplicate key below": ("a:\n  b: 1\n  c: {d: 1, d: 2}\n", ("yaml-duplicate-key", 3, 13)),
    "a duplicate key in quotes": ('a: 1\n"a": 2\n', ("yaml-duplicate-key", 2, 1)),
    "a duplicate key by escape": ('pii: 1\n"\\u0070ii": 2\n', ("yaml-duplicate-key", 2, 1)),
    "a duplicate key by explicit syntax": ("a: 1\n? a\n: 2\n", ("yaml-duplicate-key", 2, 3)),
    "an anchor": ("a: &x 1\n", ("yaml-anchor", 1, 4)),
    "an anchor on a mapping": ("a: &x\n  b: 1\n", ("yaml-anchor", 1, 4)),
    "an anchor on a list": ("a: &x [1]\n", ("yaml-anchor", 1, 4)),
    "an anchor on a key": ("&x a: 1\n", ("yaml-anchor", 1, 1)),
    "an alias to nothing": ("a: *x\n", ("yaml-alias", 1, 4)),
    "a tag": ("a: !!str 1\n", ("yaml-tag", 1, 4)),
    "a tag that would run Python": ("a: !!python/object/apply:os.system [ls]\n", ("yaml-tag", 1, 4)),
    "a tag of one's own": ("a: !secret x\n", ("yaml-tag", 1, 4)),
    "a tag that says nothing": ("a: ! 12\n", ("yaml-tag", 1, 4)),
    "a tag on the document": ("!!map\na: 1\n", ("yaml-tag", 1, 1)),
    "a tag on a key": ("!!str a: 1\n", ("yaml-tag", 1, 1)),
    "a binary value": ("a: !!binary aGk=\n", ("yaml-tag", 1, 4)),
    "a merge key": ("a: 1\n<<: {b: 1}\n", ("yaml-merge-key", 2, 1)),
    "a merge key in quotes": ('"<<": {b: 1}\n', ("yaml-merge-key", 1, 1)),
    "a second document": ("a: 1\n---\nb: 1\n", ("yaml-documents", 2, 1)),
    "a second, empty document": ("a: 1\n---\n", ("yaml-documents", 2, 1)),
    "a document after an end": ("a: 1\n...\n---\nb: 1\n", ("yaml-documents", 3, 1)),
    "an empty file": ("", ("yaml-empty", 1, 1)),
    "only comments": ("# nothing\n", ("yaml-empty", 2, 1)),
    "an empty document": ("---\n", ("yaml-empty", 2, 1)),
    "a list": ("- a: 1\n", ("yaml-root", 1, 1)),
    "a text": ("hello\n", ("yaml-root", 1, 1)),
    "a quoted nothing": ('""\n', ("yaml-empty", 1, 1)),
    "a number": ("12\n", ("yaml-root", 1, 1)),
    "a version directive": ("%YAML 1.1\n---\na: 1\n", ("yaml-directive", 1, 1)),
    "a tag directive": ("%TAG ! tag:x,2026:\n---\na: 1\n", ("yaml-directive", 1, 1)),
    "an integer as a key": ("1: a\n", ("yaml-key", 1, 1)),
    "a boolean as a key": ("a:\n  true: b\n", ("yaml-key", 2, 3)),
    "a null as a key": ("~: a\n", ("yaml-key", 1, 1)),
    "nothing as a key": ("?\n: a\n", ("yaml-key", 1, 2)),
    "a float as a key": ("{1.5: a}\n", ("yaml-key", 1, 2)),
    "a list as a key": ("? [a, b]\n: c\n", ("yaml-key", 1, 3)),
    "a mapping as a key": ("{a: b}: c\n", ("yaml-key", 1, 1)),
    "a homoglyph in a key": ("cl\u0430ssification: pii\n", ("yaml-key", 1, 1)),
    "a letter with an accent in a key": ("caf\u00e9: 1\n", ("yaml-key", 1, 1)),
    "a line feed in a key": ('"a\\nb": 1\n', ("yaml-key", 1, 1)),
    "a key behind a question mark": ("{?a: 1}\n", ("yaml-key", 1, 3)),
    "an item behind a question mark": ("a: [b, ?c]\n", ("yaml-key", 1, 9)),
    "a comment right behind a quote": ('a: "b"#c\n', ("yaml-comment", 1, 4)),
    "a comment right behind a bracket": ("a: {b: 1}#c\n", ("yaml-comment", 1, 9)),
    "a comment right behind a block sign": ("a: >-#b\n  c\n", ("yaml-comment", 1, 4)),
    "a quote around the next key": ('a: "b\nencryption: none"\n', ("yaml-indentation", 1, 4)),
    "a quote around the next key, below": ("a:\n  b: 'c\n\n  d: e'\n", ("yaml-indentation", 2, 6)),
    "a quote around the next item": ("a:\n- 'b\n- c'\n", ("yaml-indentation", 2, 3)),
    "a bracket around the next key": ("a: {b: 1,\nc: 2}\n", ("yaml-indentation", 1, 4)),
    "an alias as a key": ("*x : 1\n", ("yaml-key", 1, 1)),
    "a leading zero": ("a: 1\nb: [1, 012]\n", ("yaml-number", 2, 8)),
    "a hexadecimal number": ("a: 0x1F\n", ("yaml-number", 1, 4)),
    "infinity": ("a: .inf\n", ("yaml-number", 1, 4)),
    "an integer that JSON cannot hold": ("a: 9007199254740992\n", ("yaml-number", 1, 4)),
    "a tab as indentation": ("a:\n\tb: 1\n", ("yaml-tab", 2, 1)),
    "a tab in a comment": ("a: 1 #\tx\n", ("yaml-tab", 1, 7)),
    "a carriage return": ("a: 1\r\nb: 2\r\n", ("yaml-line-end", 1, 5)),
    "a lone carriage return": ("a: 1 # x\rb: 2\n", ("yaml-line-end", 1, 9)),
    "a null character": ("a: b\0c\n", ("yaml-control-character", 1, 5)),
    "an escape character": ("a: 1\n# \x1b[2K\n", ("yaml-control-character", 2, 3)),
    "a delete character": ("a: \x7f\n", ("yaml-control-character", 1, 4)),
    "a C1 control, a line break of YAML 1.1": ("a: 1 # x\u0085b: 2\n", ("yaml-control-character", 1, 9)),
    "a line separator, a line break of YAML 1.1": ("a: 1 # x\u2028b: 2\n", ("yaml-invisible", 1, 9)),
    "a bidi override": ("a: 1 # \u202e\n", ("yaml-invisible", 1, 8)),
    "a bidi isolate": ("a: x\u2066y\n", ("yaml-invisible", 1, 5)),
    "a zero-width space": ("a: re\u200bading\n", ("yaml-invisible", 1, 6)),
    "a zero-width joiner": ("a: x\u200dy\n", ("yaml-invisible", 1, 5)),
    "a byte order mark inside": ("a: x\ufeffy\n", ("yaml-invisible", 1, 5)),
    "a soft hyphen": ("a: x\u00ady\n", ("yaml-invisible", 1, 5)),
    "a no-break space": ("a:\u00a01\n", ("yaml-invisible", 1, 3)),
    "a Hangul filler": ("a: x\u3164y\n", ("yaml-invisible", 1, 5)),
    "a variation selector": ("a: x\ufe0fy\n", ("yaml-invisible", 1, 5)),
    "a tag character": ("a: x\U000e0041y\n", ("yaml-invisible", 1, 5)),
    "a private character": ("a: x\ue000y\n", ("yaml-invisible", 1, 5)),
    "an unassigned character": ("a: x\U000e0fffy\n", ("yaml-invisible", 1, 5)),
    "an override by escape": ('a: 1\nb: "x\\u202ey"\n', ("yaml-invisible", 2, 4)),
    "a null by escape": ('a: "\\0"\n', ("yaml-invisible", 1, 4)),
    "a tag character by escape": ('a: "\\U000E0041"\n', ("yaml-invisible", 1, 4)),
    "marks without end on one letter": (
        "a: 1\nb: x" + "\u0300\u0316" * 60_000 + "\n",
        ("yaml-not-composed", 2, 5),
    ),
    "a decomposed letter": ("a: 1\nb: cafe\u0301\n", ("yaml-not-composed", 2, 7)),
    "a decomposed letter by escape": ('a: "e\\u0301"\n', ("yaml-invisible", 1, 4)),
    "a byte order mark": (b"\xef\xbb\xbfa: 1\n", ("yaml-encoding", 1, 1)),
    "UTF-16": ("a: 1\n".encode("utf-16"), ("yaml-encoding", 1, 1)),
    "Latin-1": (b"a: 1\nb: caf\xe9\n", ("yaml-encoding", 2, 7)),
    "an encoded surrogate": (b"a: \xed\xa0\x80\n", ("yaml-encoding", 1, 4)),
    "an overlong encoding": (b"a: \xc0\xaf\n", ("yaml-encoding", 1, 4)),
    "a bracket that stays open": ("a: [1, 2\n", ("yaml-syntax", 2, 1)),
    "a wrong indentation": ("a: 1\n  b: 2\n", ("yaml-syntax", 2, 4)),
    "two colons": ("a: b: c\n", ("yaml-syntax", 1, 5)),
    "a quote that stays open": ('a: "b\n', ("yaml-syntax", 2, 1)),
    "a template": ("a: {{ name }}\n", ("yaml-key", 1, 5)),
    "a file that is too large": ("# " + "x" * MAX_BYTES, ("yaml-size", 1, 1)),
    "a text that is too long": (f"a: 1\nb: {'x' * (MAX_SCALAR + 1)}\n", ("yaml-scalar-size", 2, 4)),
    "a value that is too deep": ("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, ("yaml-depth", 1, 3 + MAX_DEPTH)),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_at_its_place(text: str | bytes, expected: tuple[str, int, int]) -> None:
    assert told(text)[0] == expected


def test_several_faults_of_one_file_are_all_told() -> None:
    text = "a: &x 1\nb: *x\na: !!str 2\nc: 012\n<<: {d: 1}\n"
    assert told(text) == [
        ("yaml-anchor", 1, 4),
        ("yaml-alias", 2, 4),
        ("yaml-duplicate-key", 3, 1),
        ("yaml-tag", 3, 4),
        ("yaml-number", 4, 4),
        ("yaml-merge-key", 5, 1),
    ]


def test_a_duplicate_key_names_the_line_of_the_first() -> None:
    text = "x: {a: 1}\ny:\n  b: {c: [1, {d: 2}], c: 1}\n  e: 1\n  b: {c: 1}\n  e: 2\n"
    assert [finding.message for finding in findings(text)] == [
        "the key c is used twice, first on line 3",
        "the key b is used twice, first on line 3",
        "the key e is used twice, first on line 4",
    ]


def test_each_bad_character_is_told_once_and_only_so_many_of_them() -> None:
    assert told("a: 1\t\r\n\tb: 1\r\n") == [("yaml-tab", 1, 5), ("yaml-line-end", 1, 6)]
    assert len(told("".join(map(chr, range(0x80, 0x100))))) == MAX_FINDINGS


def test_an_alias_bomb_is_stopped_without_being_built() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    rules = {rule for rule, _, _ in told(bomb)}
    assert rules == {"yaml-anchor", "yaml-alias"}


def test_the_deepest_value_that_is_allowed_is_read() -> None:
    deep = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert not findings(deep)


@pytest.mark.parametrize("opening", ["[", "{", "{a: ", "- ", "? ", "[{", "- ? ", "!!x [", "&a ["])
def test_a_document_of_nothing_but_depth_does_not_crash(opening: str) -> None:
    text = "a:\n " + opening * ((MAX_BYTES - 4) // len(opening))
    assert {rule for rule, _, _ in told(text)} & {
        "yaml-depth",
        "yaml-key",
        "yaml-tag",
        "yaml-anchor",
        "yaml-syntax",
    }


def test_faults_at_every_level_of_a_deep_document_do_not_add_up_to_a_deeper_one() -> None:
    assert told("{a: 1, a: " * 5000)[-1][0] in ("yaml-depth", "yaml-duplicate-key")
    assert told("{? " * 5000)[-1][0] in ("yaml-depth", "yaml-key")
