"""The rules that a check asks of every document, of the modules that declare them."""

from mlplatform.check import (
    access_reviews,
    broken_reference,
    capabilities,
    codeowners,
    custom_schemas,
    dataset_columns,
    held_out_rows,
    policies,
    policy_loosening,
    probe_inputs,
    promotion_chain,
    references,
    requirements,
    schema,
    schema_errors,
    script_data,
    tenant_resources,
    validation_sample,
    waivers,
)
from mlplatform.core.naming import Kind
from mlplatform.core.rule import Rule, declared_rules
from mlplatform.providers.policy import metadata

JUDGING_RULES: tuple[Rule, ...] = (
    *declared_rules(schema_errors, schema, custom_schemas, references),
    *broken_reference.RULE_BY_KIND.values(),
    *declared_rules(
        validation_sample,
        probe_inputs,
        promotion_chain,
        dataset_columns,
        capabilities,
        codeowners,
        requirements,
    ),
    *declared_rules(script_data, tenant_resources, held_out_rows, access_reviews),
    *dict.fromkeys(gap.rule for kind in Kind for gap in kind.entry.not_yet),
    *declared_rules(policies, policy_loosening, metadata, waivers),
)
