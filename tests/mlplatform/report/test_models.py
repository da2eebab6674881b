"""What `platform models` prints."""

from mlplatform.observe.models import EnvironmentVersion
from mlplatform.providers.registry.interface import Lineage
from mlplatform.report.models import models_json, models_text
from tests.support.values import digest


def version(number: str, environment: str, *aliases: str, percent: int = 0) -> EnvironmentVersion:
    lineage = Lineage("run-1", "f" * 40, {}, {"auc": 0.95})
    pinned = percent > 0
    return EnvironmentVersion(
        environment, "lab/scaler", number, digest(number), True, pinned, aliases, percent, lineage
    )


VERSIONS = [
    version("1.9.0", "development"),
    version("1.10.0", "development", "champion", percent=100),
    version("1.9.0", "production", "champion", percent=100),
]


def test_the_newest_version_comes_first_and_each_row_says_where_it_is_and_what_for() -> None:
    rows = [line.split("  ") for line in models_text(VERSIONS, {}).split("\n")[1:]]
    assert [[cell.strip() for cell in row if cell] for row in rows] == [
        [
            "lab/scaler",
            "1.10.0",
            "000000000000",
            "development",
            "champion, pinned, answers 100 %",
            "auc 0.95",
        ],
        ["lab/scaler", "1.9.0", "000000000000", "development", "registered", "auc 0.95"],
        ["lab/scaler", "1.9.0", "000000000000", "production", "champion, pinned, answers 100 %", "auc 0.95"],
    ]


def test_what_could_not_be_read_is_said_by_name() -> None:
    text = models_text([], {"the registry of production": "no answer"})
    assert text.split("\n") == [
        "no version of any model",
        "the registry of production cannot be read: no answer",
    ]
    assert models_json([], {"the registry of production": "no answer"})["unreadable"] == {
        "the registry of production": "no answer"
    }
