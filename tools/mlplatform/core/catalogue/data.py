"""Rules about data files: their content is as declared. policies/rego/ decides how data may be used."""

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

RULES = (
    Rule(
        "data-columns",
        "A data set declares the columns that its file has",
        "A column that is not declared has no classification, so personal data in it would not be protected. Checked "
        "for data in this repository.",
        Severity.ERROR,
        ("CC6.1", "C1.1", "PI1.2"),
        fix="declare the columns of the file's first line, all of them and no others",
        passes="columns: {id: {…}, score: {…}} and the first line id,score",
        fails="columns: {id: {…}} and the first line id,score,email",
        where="tools/mlplatform/check/dataset_columns.py",
    ),
)
