"""The catalogue of rules in Python; a test keeps it equal to the rules that the checkers emit."""

from mlplatform.core.catalogue import capability, data, file, judging, link, path, schema, waiver, yaml
from mlplatform.core.rule import Rule

CATALOGUE: tuple[Rule, ...] = (
    *yaml.RULES,
    *path.RULES,
    *file.RULES,
    *schema.RULES,
    *link.RULES,
    *data.RULES,
    *capability.RULES,
    *waiver.RULES,
    *judging.RULES,
)
