"""What a package says of itself is complete, or the package is not asked and somebody hears of it."""

import pytest

from mlplatform.core.finding import Severity
from mlplatform.core.naming import Kind
from mlplatform.providers.policy.metadata import RESERVED, read_packages
from tests.support.repository import real_policies

PATH = "policies/rego/size.rego"
GOOD = """\
# A licence may stand here.

# METADATA
# title: Sizes
# custom:
#   kinds: [tenant, model]
#   asks: state
#   reads: [document, tenant]
package platform.size # the concern

# METADATA
# title: Nothing is too large
# description: |
#   Because large
#   things fall.
# custom:
#   id: size
#   severity: warning
#   soc2: [CC6.1, A1.2]
#   fix: Make it smaller.
#   passes: "size: 3"
#   fails: |
#     size: 4
satisfied contains "size" if true
"""


def test_a_package_and_its_rules_are_read() -> None:
    packages, flaws = read_packages({PATH: GOOD})
    assert flaws == ()
    (package,) = packages
    assert (package.name, package.path, package.title) == ("platform.size", PATH, "Sizes")
    assert (package.kinds, package.asks, package.reads) == (
        (Kind.TENANT, Kind.MODEL),
        "state",
        ("document", "tenant"),
    )
    rule = package.rules["size"]
    assert (rule.title, rule.description) == ("Nothing is too large", "Because large things fall.")
    assert (rule.severity, rule.soc2, rule.fix) == (Severity.WARNING, ("CC6.1", "A1.2"), "Make it smaller.")
    assert (rule.passes, rule.fails) == ("size: 3", "size: 4")
    assert (rule.asks, rule.is_waivable, rule.where) == ("state", False, f"{PATH}:11")


def test_a_package_may_be_about_changed_files_and_ask_for_a_review() -> None:
    text = GOOD.replace("[tenant, model]", "[path, tenant]").replace("asks: state", "asks: review")
    ((package,), flaws) = read_packages({PATH: text})
    assert flaws == ()
    assert package.kinds == ("path", Kind.TENANT)
    assert (package.asks, package.rules["size"].asks) == ("review", "review")


def test_a_rule_says_that_it_may_be_waived() -> None:
    ((package,), _) = read_packages({PATH: GOOD.replace("#   fix:", "#   waivable: true\n#   fix:")})
    assert package.rules["size"].is_waivable


@pytest.mark.parametrize("id_", [*(p for p in RESERVED if p.islower())])
def test_what_belongs_to_a_checker_in_python_is_reserved(id_: str) -> None:
    _, (flaw,) = read_packages({PATH: GOOD.replace("id: size", f"id: {id_.rstrip('-')}-size")})
    assert "begins like the rules of a checker" in flaw.message


def test_the_packages_of_this_repository_say_everything() -> None:
    texts = {path: text for path, text in real_policies().items() if not path.endswith("_test.rego")}
    packages, flaws = read_packages(texts)
    assert flaws == ()
    assert {package.name.removeprefix("platform.") for package in packages} >= {
        "encryption",
        "retention",
        "classification",
        "clearance",
        "promotion",
        "gates",
        "regression",
    }


FLAWS = {
    "no METADATA": (
        "# METADATA\n# title: Sizes",
        "# title: Sizes",
        1,
        "package platform.size has no METADATA",
    ),
    "no rule": (GOOD[GOOD.index("# METADATA\n# title: Nothing") :], "", 1, "declares no rule"),
    "no title": ("# title: Sizes\n", "", 3, "title: Field required"),
    "a key too many": ("# title: Sizes\n", "# title: Sizes\n# titel: Sizes\n", 3, "titel: Extra inputs"),
    "an unknown kind": (
        "[tenant, model]",
        "[tenants]",
        3,
        "custom.kinds.0: has to be one of platform, tenant,",
    ),
    "no kinds": ("#   kinds: [tenant, model]\n", "", 3, "custom.kinds: Field required"),
    "no parts": ("[document, tenant]", "[]", 3, "custom.reads"),
    "another question": ("asks: state", "asks: mood", 3, "custom.asks"),
    "a rule without id": ("#   id: size\n", "", 11, "custom.id: Field required"),
    "a rule without reason": (
        "# description: |\n#   Because large\n#   things fall.\n",
        "",
        11,
        "description: Field required",
    ),
    "a rule without fix": ("#   fix: Make it smaller.\n", "", 11, "custom.fix: Field required"),
    "a rule without criteria": ("[CC6.1, A1.2]", "[]", 11, "custom.soc2"),
    "a criterion that is none": ("[CC6.1, A1.2]", "[GDPR]", 11, "custom.soc2.0"),
    "a severity that is none": ("severity: warning", "severity: fatal", 11, "custom.severity"),
    "an id that is none": ("id: size", "id: Size Limit", 11, "custom.id"),
    "an id of a checker": ("id: size", "id: schema-size", 11, "begins like the rules of a checker"),
    "a rule without custom": (
        GOOD[GOOD.index("# custom:\n#   id: size") : GOOD.index("satisfied")],
        "",
        11,
        "custom: Field required",
    ),
    "a rule that shows nothing that passes": (
        '#   passes: "size: 3"\n',
        "",
        11,
        "custom.passes: Field required",
    ),
    "a rule that shows nothing that fails": ("#   fails: |\n#     size: 4\n", "", 11, "custom.fails: Field"),
    "an example that says nothing": ('passes: "size: 3"', 'passes: " "', 11, "custom.passes"),
    "a waiver that may be": (
        "#   fix: Make it smaller.",
        "#   fix: Make it.\n#   waivable: maybe",
        11,
        "custom.waivable",
    ),
    "a state package about changes": ("[tenant, model]", "[path]", 3, "cannot be about path"),
    "an id twice": ("#   id: size\n", "#   id: size\n#   id: other\n", 18, "is used twice"),
    "a number in another base": ("#   id: size\n", "#   id: size\n#   limit: 0x1f\n", 18, "in another base"),
    "no YAML": ("#   fix: Make it smaller.\n", "#   fix: [\n", 22, "is not YAML"),
    "another name than the path": (
        "package platform.size",
        "package platform.sizes",
        9,
        "does not belong into policies/rego/size.rego: declare package platform.size, or move the file",
    ),
    "a package on two lines": ("package platform.size", "package\nplatform.size", 9, "on a line of its own"),
}


@pytest.mark.parametrize(("old", "new", "line", "why"), FLAWS.values(), ids=FLAWS)
def test_a_flaw_is_found_at_its_line(old: str, new: str, line: int, why: str) -> None:
    assert GOOD.count(old) == 1
    packages, (flaw,) = read_packages({PATH: GOOD.replace(old, new)})
    assert packages == ()
    assert (flaw.path, flaw.line) == (PATH, line)
    assert why in flaw.message


def test_a_rule_declared_twice_in_a_package_is_found() -> None:
    rule = GOOD[GOOD.index("# METADATA\n# title: Nothing") :]
    _, (flaw,) = read_packages({PATH: GOOD + "\n" + rule})
    assert flaw.message == "the rule size is declared twice"


def test_a_rule_of_two_packages_is_found() -> None:
    other = GOOD.replace("platform.size", "platform.weight")
    packages, (flaw,) = read_packages({PATH: GOOD, "policies/rego/weight.rego": other})
    assert len(packages) == 2
    assert (flaw.path, flaw.line) == ("policies/rego/weight.rego", 11)
    assert flaw.message == f"the rule size is declared at {PATH}:11 already"


def test_a_package_may_not_say_its_metadata_twice() -> None:
    head = GOOD[GOOD.index("# METADATA") : GOOD.index("package")]
    _, (flaw,) = read_packages({PATH: head + "\n" + GOOD})
    assert flaw.message == "the package has METADATA twice"


@pytest.mark.parametrize(
    "body",
    [
        "input.platform.team",
        'input["platform"]',
        'object.get(input, "platform", {})',
        'object.get(input, ["platform"], 1)',
    ],
)
def test_a_part_of_the_input_that_is_read_and_not_named_is_found(body: str) -> None:
    text = f"{GOOD}\nother := {body}\n"
    packages, (flaw,) = read_packages({PATH: text})
    assert packages == ()
    assert (flaw.path, flaw.line) == (PATH, text.count("\n"))
    assert flaw.message == "input.platform is read and not sent: add platform to `reads` in the METADATA"
    named = text.replace("[document, tenant]", "[document, tenant, platform]")
    assert read_packages({PATH: named})[1] == ()


@pytest.mark.parametrize(
    "line",
    [
        "# input.platform",
        'other := "see input.platform"',
        "other := `input.platform`",
        "other := data.lib.input.x",
        "other := input.name",
    ],
)
def test_words_about_the_input_read_nothing(line: str) -> None:
    assert read_packages({PATH: f"{GOOD}\n{line}\n"})[1] == ()


def test_a_library_needs_no_metadata_and_is_not_asked() -> None:
    assert read_packages({"policies/rego/lib/words.rego": "package lib.words\nx := 1\n"}) == ((), ())


def test_a_rule_that_hides_in_a_library_is_found() -> None:
    text = GOOD.replace("package platform.size", "package lib.size")
    packages, (flaw,) = read_packages({"policies/rego/lib/size.rego": text})
    assert packages == ()
    assert "never asked" in flaw.message


def test_a_package_that_becomes_a_library_is_found() -> None:
    head = GOOD[: GOOD.index("# METADATA\n# title: Nothing")]
    packages, (flaw,) = read_packages(
        {"policies/rego/lib/size.rego": head.replace("platform.size", "lib.size")}
    )
    assert packages == ()
    assert "never asked" in flaw.message
