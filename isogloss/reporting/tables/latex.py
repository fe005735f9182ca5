"""Write tables as LaTeX that an article includes; it needs the packages booktabs and graphicx."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from isogloss.reporting.tables.display import Document, Entry, Grid, Group

SPECIALS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
    "−": "$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "†": r"\textdagger{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "→": r"$\to$",
    "…": r"\dots{}",
    # At the start of a line these two would belong to the row end before them.
    "[": "{[}",
    "*": "{*}",
    **{mark: "\\" + mark for mark in "&%$#_{}"},
}


def latex(document: Document, study: str = "xmrc") -> str:
    """Return one table environment per grid, each with its own caption, label and notes."""
    parts = ["% Needs \\usepackage{booktabs} and \\usepackage{graphicx}."]
    parts += [rf"\noindent {escape(paragraph)}\par" for paragraph in document.lead]
    parts += [_grid(document, grid, study) for grid in document.grids]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Make plain text safe in LaTeX."""
    return re.sub("|".join(map(re.escape, SPECIALS)), lambda mark: SPECIALS[mark.group()], text)


def _grid(document: Document, grid: Grid, study: str) -> str:
    # An article numbers its tables itself; the paper's number stays in the label.
    title = re.sub(r"^Table \d+\. ", "", document.title)
    if len(document.grids) > 1:
        title = f"{title}: {grid.title}"
    if not grid.groups:
        return rf"\noindent\textbf{{{escape(title)}.}} {escape(' '.join(grid.notes))}\par"
    kinds = ["l"] * grid.left + ["r"] * (len(grid.heads) - grid.left)
    if grid.wide is not None:
        kinds[grid.wide] = r"p{\linewidth}"
    columns = "".join(kinds)
    lines = [
        r"\begin{table}[htbp]",
        r"  \centering",
        rf"  \caption{{{escape(title)}}}",
        rf"  \label{{tab:{study}-{grid.name}}}",
        r"  \setlength{\tabcolsep}{3pt}",
        # Shrinks what is wider than the page and leaves the rest as it is.
        r"  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"  \begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"    \toprule",
        "    " + " & ".join(escape(head) for head in grid.heads) + r" \\",
        *(line for group in grid.groups for line in _group(group, len(grid.heads))),
        r"    \bottomrule",
        r"  \end{tabular}}",
        "",
        r"  \medskip",
        r"  \begin{minipage}{\linewidth}\footnotesize",
        *(f"    {escape(note)}" for note in [*grid.notes, *document.notes]),
        r"  \end{minipage}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def _group(group: Group, columns: int) -> list[str]:
    lines = [r"    \midrule"]
    if group.title:
        lines.append(
            rf"    \multicolumn{{{columns}}}{{@{{}}l}}{{\itshape {escape(group.title)}}} \\"
        )
    return lines + [line for row in group.rows for line in _row(row)]


def _row(row: Sequence[Entry]) -> list[str]:
    """Return the row's line and one more for each line of small print."""
    lines = ["    " + " & ".join(escape(entry.text) for entry in row)]
    for small in zip_longest(*(entry.small for entry in row), fillvalue=""):
        cells = (rf"{{\scriptsize {escape(text)}}}" if text else "" for text in small)
        lines.append("    " + " & ".join(cells))
    between = [line + r" \\[-0.7ex]" for line in lines[:-1]]
    return [*between, lines[-1] + r" \\[0.2ex]" if between else lines[-1] + r" \\"]
