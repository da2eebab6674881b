"""Tables: as wide as their words in a pipe or a log, folded to the width of a terminal."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Columns aligned on the left, two spaces apart, under an upper-case head.

    Cells are folded onto further lines where the table would be wider than `width` (in characters; None: any).
    """
    cells = [[word.upper() for word in head], *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    if width is not None and sum(widths) + 2 * (len(widths) - 1) > width:
        return _folded(cells, width)
    lines = ("  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def _folded(cells: Sequence[Sequence[str]], width: int) -> str:
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    folded = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in cells[0]:
        folded.add_column(overflow="fold")
    for row in cells:
        folded.add_row(*map(Text, row))
    out = StringIO()
    Console(file=out, width=width, color_system=None, force_terminal=False).print(folded)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
