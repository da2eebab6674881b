"""The sample: chosen by a seed that is written down, so that whoever has the population can choose it again."""

import hashlib
import random
from collections.abc import Sequence

from mlplatform.core.evidence.period import Period


def default_seed(period: Period, main: str) -> int:
    """Return the seed of a period and a tip of main: nobody chose it, and nobody can choose another one."""
    text = f"{period.first.isoformat()}/{period.last.isoformat()}/{main}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def sampled(commits: Sequence[str], size: int, seed: int) -> tuple[str, ...]:
    """Return some of the commits, in their order; all of them where there are no more."""
    chosen = set(random.Random(seed).sample(commits, min(size, len(commits))))  # noqa: S311, it is to be repeatable
    return tuple(commit for commit in commits if commit in chosen)
