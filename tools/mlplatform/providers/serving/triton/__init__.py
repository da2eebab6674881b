"""The serving provider `triton`: Triton behind the gateway, on this machine."""

from mlplatform.providers.serving.triton.serving import TritonServing

__all__ = ["TritonServing"]
