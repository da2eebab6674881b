"""The names of registered models: `<prefix><tenant>.<model>` for `tenant/model`."""

import re
from dataclasses import dataclass

from mlplatform.core.naming import NAME
from mlplatform.providers.registry.interface import RegistryError


@dataclass(frozen=True, slots=True)
class Names:
    """How one environment names its models in a registry that others may share."""

    prefix: str

    def registered(self, model: str) -> str:
        """The registered model of a `tenant/model`; RegistryError when it is no such name."""
        name = self.prefix + folder_name(model)
        if self.model(name) != model:
            raise RegistryError(f"{model} is no tenant/model")
        return name

    def model(self, registered: str) -> str | None:
        """The `tenant/model` of a registered model, or None when it is not ours."""
        match = re.fullmatch(rf"{re.escape(self.prefix)}({NAME})\.({NAME})", registered)
        return "/".join(match.groups()) if match else None

    @property
    def filter(self) -> str:
        """The search filter for everything of ours; `model` still has the last word."""
        return f"name LIKE '{self.prefix}%'"


def folder_name(model: str) -> str:
    """The folder of a model's payloads; a dot, so that it is no name of anything else there."""
    return model.replace("/", ".")
