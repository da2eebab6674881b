"""Pull requests on GitHub, by its REST API."""

from mlplatform.providers.forge.github.forge import connect

__all__ = ["connect"]
