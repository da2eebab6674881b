"""A held-out sample for the good repository, and a model that is validated with it."""

from mlplatform.core.payload import digest_of_bytes
from tests.support.repository import good_repository, with_change

MODEL = "models/reading/recommender.yaml"
DATASET, CSV = "tenants/reading/datasets/held-out.yaml", "examples/data/reading/held-out.csv"
ROWS = "score,level,outcome\n1,2,0\n3,4,1\n5,6,0\n"
HELD_OUT = f"""\
schema: dataset/v1
owner: linus
location: {CSV}
region: us-east-1
format: csv
digest: {digest_of_bytes(ROWS.encode())}
classification: public
columns:
  score: {{type: float, classification: public}}
  level: {{type: integer, classification: public}}
  outcome: {{type: integer, classification: public}}
"""
VALIDATION = "{dataset: reading/held-out, task: classification, target: outcome, inputs: [score, level]}"


def with_held_out(more: str, rows: str = ROWS) -> dict[str, str]:
    """The good repository with the sample, whose model takes two columns and says this too."""
    files = with_change(good_repository(), MODEL, "[-1, 30]", "[-1, 2]")
    return {**files, MODEL: files[MODEL] + more, DATASET: HELD_OUT, CSV: rows}
