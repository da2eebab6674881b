import pytest

from mlplatform.strict_yaml.scalars import MAX_INTEGER, NotAScalar, resolve


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null_has_five_spellings(text: str) -> None:
    assert resolve(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("True", True), ("TRUE", True), ("false", False)]
)
def test_only_true_and_false_are_booleans(text: str, value: bool) -> None:
    assert resolve(text) is value


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "NO", "yes", "on", "off", "y", "n", "tRUE", "nULL", "none", "None"),
        *(
            "1:30",
            "12:30:00",
            "1_000",
            "0b101",
            "+0x1F",
            "1,5",
            "1.2.3",
            "2026-08-15",
            "2026-08-15T00:00:00Z",
        ),
        *(
            "nan",
            "inf",
            "NaN",
            "-",
            "+",
            ".",
            "..",
            "-.",
            "e3",
            "1e",
            "1e+",
            "--1",
            "+-1",
            "0o8",
            "0xg",
            "=",
            "<<",
        ),
        *("\u0663", "\uff11\uff12", "¹", "1 2", "1\n2", "deadbeef", "sha256:12"),
    ],
)
def test_what_only_looks_like_a_value_of_another_type_is_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("+1", 1),
        ("-17", -17),
        (str(MAX_INTEGER), 2**53 - 1),
        (str(-MAX_INTEGER), 1 - 2**53),
    ],
)
def test_an_integer_is_decimal(text: str, value: int) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is int


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), (".5", 0.5), ("-1.", -1.0), ("1e3", 1000.0), ("+1.5E-3", 0.0015), ("0.0", 0.0)],
)
def test_a_float_stays_a_float_even_when_it_is_whole(text: str, value: float) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is float


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *(
            (text, "leading zero")
            for text in ("012", "-012", "+00", "01.5", "007e2", "012345678901", "0" * 70_000)
        ),
        *((text, "another base") for text in ("0o17", "0x1F", "0xdeadbeef")),
        *((text, "not a finite number") for text in (".inf", "-.INF", "+.Inf", ".nan", ".NaN", ".NAN")),
        *((text, "beyond") for text in (str(MAX_INTEGER + 1), str(-MAX_INTEGER - 1), "9" * 5000)),
        ("1e999", "too large"),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotAScalar, match=why) as refused:
        resolve(text)
    assert len(str(refused.value)) < 100
    assert refused.value.fix
