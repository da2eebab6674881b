"""git through the git program: plumbing only, so that what is read can never run anything."""

from mlplatform.providers.git.compare import Difference, Listing, PathEntry
from mlplatform.providers.git.git import Git, GitError, PathChange, TreeEntry

__all__ = ["Difference", "Git", "GitError", "Listing", "PathChange", "PathEntry", "TreeEntry"]
