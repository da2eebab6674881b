"""Plain tables: as wide as their words, the same on a terminal and in a log."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned on the left, two spaces apart, under an upper-case head."""
    cells = [[word.upper() for word in head], *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)
