"""What was champion in an environment is what the ledger says was made so there."""

from mlplatform.core.champions import champions, recorded_aliases
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.statement import Statement
from tests.support.records import apply_record
from tests.support.values import digest

TUMOUR = "clinic/tumour"


def made(
    version: str,
    result: Result = Result.APPLIED,
    environment: str = "production",
    *,
    gone: bool = False,
    late: bool = False,
) -> Statement:
    after = None if gone else {"champion": version, "previous": None, "digest": digest(version)}
    outcome = Outcome(Change(Action.CHAMPION, "mlflow", TUMOUR, None, after), result)
    return apply_record(environment, [outcome], late=late)


def test_every_version_that_became_champion_here_is_known() -> None:
    known = champions([made("1.0.0"), made("1.1.0"), made("1.0.0", gone=True)], "production")
    assert known == {TUMOUR: (digest("1.0.0"), digest("1.1.0"))}


def test_the_one_made_last_is_last_and_a_record_that_came_late_is_not() -> None:
    known = champions([made("1.1.0"), made("1.0.0"), made("1.2.0", late=True)], "production")
    assert known[TUMOUR][-1] == digest("1.0.0")


def test_what_failed_was_put_back_or_happened_elsewhere_is_not() -> None:
    statements = [
        made("1.0.0", Result.FAILED),
        made("1.1.0", Result.RESTORED),
        made("1.2.0", Result.NOT_ATTEMPTED),
        made("1.3.0", environment="integration"),
    ]
    assert champions(statements, "production") == {}


def test_what_an_apply_left_the_aliases_at_is_known_until_the_model_is_removed() -> None:
    statements = [made("1.0.0"), made("1.1.0"), made("1.2.0", Result.FAILED), made("0.9.0", late=True)]
    assert recorded_aliases(statements, "production") == {TUMOUR: {"champion": "1.1.0", "previous": None}}
    assert recorded_aliases([*statements, made("1.1.0", gone=True)], "production") == {TUMOUR: {}}
