"""git through the git program: plumbing only, so that what is read can never run anything."""

from mlplatform.providers.git.compare import Difference, Entry, Listing
from mlplatform.providers.git.git import Git, GitError, PathChange, TreeEntry

__all__ = ["Difference", "Entry", "Git", "GitError", "Listing", "PathChange", "TreeEntry"]
