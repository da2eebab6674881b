"""A deployment and a promotion are proposals: one changed document, a branch name, and a message for the auditor."""

from dataclasses import replace

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.propose.deploy import deploy
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.propose.promote import promote
from tests.support.scratch import DATA, DIGESTS, FILES, MODEL, Scratch, deployment

DEVELOPMENT, INTEGRATION, PRODUCTION = (
    f"environments/{name}/clinic/tumour.yaml" for name in ("development", "integration", "production")
)
OTHER = "clinic/progression"
NEWEST = Pinned(
    "1.3.0", "sha256:" + "3" * 64, None, "run-1.3.0", "c" * 40, {"clinic/biopsies": DATA}, {"auc": 0.96}
)


def test_a_promotion_pins_what_the_environment_before_pins(repo: Scratch) -> None:
    proposal = promote(repo.git, repo.head(), environment="production", model=MODEL)
    [(path, content)] = proposal.files.items()
    assert path == PRODUCTION
    assert content is not None
    text = content.decode()
    assert read_pinned(text, path) == Pinned(
        "1.1.0", DIGESTS["1.1.0"], "integration", "run-1.1.0", None, {"clinic/biopsies": DATA}, {"auc": 0.93}
    )
    assert text == FILES[PRODUCTION].replace("1.0.0 ", "1.1.0 ").replace("run-1.0.0", "run-1.1.0").replace(
        DIGESTS["1.0.0"], DIGESTS["1.1.0"]
    ).replace("0.91", "0.93")


def test_a_promotion_tells_the_auditor_what_and_why(repo: Scratch) -> None:
    proposal = promote(
        repo.git,
        repo.head(),
        environment="production",
        model=MODEL,
        reason="fewer  misses\nApproved-by: nobody " + "x " * 40,
    )
    assert proposal.branch == "promote/production/clinic.tumour-1.1.0"
    assert proposal.base == repo.head()
    assert (
        proposal.message
        == f"""\
production: clinic/tumour 1.0.0 → 1.1.0 (promotion from integration)

Why: fewer misses Approved-by: nobody x x x x x x x x x x x x x x x x x
x x x x x x x x x x x x x x x x x x x x x x x

- digest: {DIGESTS["1.1.0"]}
- digest before: {DIGESTS["1.0.0"]}
- metric auc: 0.91 → 0.93
- data: clinic/biopsies {DATA}
- run: run-1.1.0
"""
    )
    assert proposal.title == proposal.message.splitlines()[0]


def test_no_line_of_a_message_is_read_as_a_trailer(repo: Scratch) -> None:
    proposal = promote(
        repo.git, repo.head(), environment="production", model=MODEL, reason="Signed-off-by: eve"
    )
    assert repo.git.run("interpret-trailers", "--parse", stdin=proposal.message.encode()) == b""


def test_the_same_proposal_is_the_same_value(repo: Scratch) -> None:
    once, twice = (promote(repo.git, repo.head(), environment="production", model=MODEL) for _ in range(2))
    assert once == twice


def test_a_first_promotion_runs_as_in_the_environment_before(repo: Scratch) -> None:
    (repo.root / PRODUCTION).unlink()
    base = repo.commit({})
    proposal = promote(repo.git, base, environment="production", model=MODEL)
    assert proposal.title == "production: clinic/tumour 1.1.0 (promotion from integration)"
    text = (proposal.files[PRODUCTION] or b"").decode()
    assert text.startswith(
        "# yaml-language-server: $schema=../../../policies/schemas/deployment.schema.json\n"
    )
    assert text.endswith(
        "serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}   # small\nrollout: {strategy: all}\n"
    )


def test_a_promotion_reads_the_base_and_not_the_working_tree(repo: Scratch) -> None:
    base = repo.head()
    repo.write(INTEGRATION, "nonsense: [")
    repo.write(PRODUCTION, "nonsense: [")
    assert "1.0.0 → 1.1.0" in promote(repo.git, base, environment="production", model=MODEL).title


def test_a_broken_document_elsewhere_is_in_nobodys_way(repo: Scratch) -> None:
    base = repo.commit(
        {"environments/production/clinic/progression.yaml": "nonsense: [", "models/clinic/x1.yaml": "["}
    )
    assert promote(repo.git, base, environment="production", model=MODEL).base == base


def test_a_deployment_pins_what_it_is_given(repo: Scratch) -> None:
    proposal = deploy(repo.git, repo.head(), environment="development", model=MODEL, version=NEWEST)
    assert proposal.branch == "deploy/development/clinic.tumour-1.3.0"
    assert proposal.title == "development: clinic/tumour 1.2.0 → 1.3.0 (deployment)"
    assert f"- trained from commit: {'c' * 40}\n" in proposal.message
    assert read_pinned((proposal.files[DEVELOPMENT] or b"").decode(), DEVELOPMENT) == NEWEST


def test_a_first_deployment_makes_the_document(repo: Scratch) -> None:
    proposal = deploy(
        repo.git, repo.head(), environment="development", model="clinic/progression", version=NEWEST
    )
    assert list(proposal.files) == ["environments/development/clinic/progression.yaml"]
    assert proposal.title == "development: clinic/progression 1.3.0 (deployment)"


@pytest.mark.parametrize(
    ("environment", "model", "said", "fix"),
    [
        ("staging", MODEL, "no environment staging", "choose one of development, integration, production"),
        ("production", "clinic/tumor", "no model clinic/tumor", "one of clinic/progression, clinic/tumour"),
        ("production", "tumour", "no model can be named 'tumour'", "TENANT/MODEL"),
        ("production", "clinic/../tumour", "no model can be named", "TENANT/MODEL"),
        ("../production", MODEL, "no environment can be named", "one name"),
        ("development", MODEL, "nothing is promoted into development", f"`platform deploy {MODEL} VERSION"),
        ("production", OTHER, "integration pins no version", f"`platform promote {OTHER} --to integration`"),
        ("integration", OTHER, "development pins no version", f"`platform deploy {OTHER} VERSION --env dev"),
    ],
)
def test_a_promotion_that_cannot_be_is_refused_with_what_to_do(
    repo: Scratch, environment: str, model: str, said: str, fix: str
) -> None:
    with pytest.raises(Refusal) as refused:
        promote(repo.git, repo.head(), environment=environment, model=model)
    assert said in refused.value.message
    assert fix in refused.value.fix


def test_a_promotion_of_what_is_there_is_refused(repo: Scratch) -> None:
    base = repo.commit({PRODUCTION: deployment("1.1.0", 0.93, "integration")})
    with pytest.raises(Refusal, match=r"production pins clinic/tumour 1.1.0 already") as refused:
        promote(repo.git, base, environment="production", model=MODEL)
    assert refused.value.where == PRODUCTION


def test_the_same_version_with_other_bytes_is_a_change(repo: Scratch) -> None:
    base = repo.commit({PRODUCTION: deployment("1.1.0", 0.93).replace(DIGESTS["1.1.0"], DIGESTS["1.0.0"])})
    assert "1.1.0 → 1.1.0" in promote(repo.git, base, environment="production", model=MODEL).title


def test_nothing_is_deployed_past_the_environments_before(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="production takes only what integration pins") as refused:
        deploy(repo.git, repo.head(), environment="production", model=MODEL, version=NEWEST)
    assert "platform promote clinic/tumour --to production" in refused.value.fix


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FILES[INTEGRATION].replace("version: 1.1.0", "version: latest"), "`version` is wrong"),
        (FILES[INTEGRATION].replace("auc: 0.93", "auc: high"), "`metrics.auc` is wrong"),
        (FILES[INTEGRATION] + "version: 1.2.0\n", "is used twice"),
        (FILES[INTEGRATION].replace("instances: 1", "instances: 0x1"), "0x1 is a number in another base"),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_with_its_path(repo: Scratch, text: str, said: str) -> None:
    base = repo.commit({INTEGRATION: text})
    with pytest.raises(Refusal, match=said) as refused:
        promote(repo.git, base, environment="production", model=MODEL)
    assert refused.value.where.partition(":")[0] == INTEGRATION


def test_a_link_in_the_place_of_a_document_is_not_followed(repo: Scratch) -> None:
    (repo.root / INTEGRATION).unlink()
    (repo.root / INTEGRATION).symlink_to("/etc/hostname")
    base = repo.commit({})
    with pytest.raises(Refusal, match="not a plain file"):
        promote(repo.git, base, environment="production", model=MODEL)


@pytest.mark.parametrize("reason", ["bell \a", "turn \u202e around", "x" * 2001])
def test_a_reason_that_would_not_read_as_it_is_written_is_refused(repo: Scratch, reason: str) -> None:
    with pytest.raises(Refusal, match="reason"):
        promote(repo.git, repo.head(), environment="production", model=MODEL, reason=reason)


@pytest.mark.parametrize(
    ("version", "key"),
    [(replace(NEWEST, version="1.3"), "version"), (replace(NEWEST, commit="dirty"), "from.commit")],
)
def test_what_the_schema_would_not_let_through_is_not_proposed(
    repo: Scratch, version: Pinned, key: str
) -> None:
    with pytest.raises(Refusal, match=f"`{key}` is wrong"):
        deploy(repo.git, repo.head(), environment="development", model=MODEL, version=version)
