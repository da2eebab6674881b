"""Reviews with no Git host: statements signed with SSH keys, under refs/reviews/ of the repository itself."""

from mlplatform.providers.forge.signed.forge import SignedForge

__all__ = ["SignedForge"]
