"""Rules about policy, schema and data files: they can be read."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(Rule, severity=Severity.ERROR, soc2=("CC8.1", "PI1.2"), where="tools/mlplatform/load/")

RULES = (
    _rule(
        "file-encoding",
        "Policies, schemas and data are UTF-8",
        "In another encoding the same bytes are different characters to different readers, and personal data in them "
        "is not detected.",
        fix="save the file as UTF-8",
        passes="name\nJosé (saved as UTF-8)",
        fails="name\nJosé (saved as Latin-1)",
    ),
    _rule(
        "file-size",
        "Policies are under 1 MiB and data in this repository under 64 MiB",
        "A file that is too large to be read would not be checked.",
        fix="make it smaller, or keep large data elsewhere",
        passes="examples/data/clinic/biopsies.csv of 130 KiB",
        fails="examples/data/clinic/biopsies.csv of 100 MiB",
    ),
    _rule(
        "file-table",
        "Data in this repository is a CSV table",
        "Its cells are searched for personal data and its header is compared with the document. Neither works for a "
        "file that is not a table with a header of distinct names and the same number of cells in every row.",
        fix="write it as RFC 4180 says, with a header, and one cell for each column in every row",
        passes="id,score\n1,0.5",
        fails="id,score\n1,0.5,ada@example.com",
    ),
)
