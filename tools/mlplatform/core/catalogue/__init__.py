"""Every rule that the checkers in Python judge by; a test holds that none is missing and none is made up."""

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
