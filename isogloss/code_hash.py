"""A hash over a script and all of this package that it imports, for the rerun contract.

Snakemake sees edits of a rule's command, not of what the command imports. Rules carry this hash
as a parameter, so that a job runs again when, and only when, code that it uses has changed.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "isogloss"


def code_hash(script: Path, root: Path) -> str:
    """Return a hash over the code of `script` and of every module under `root` it imports.

    Imports are followed transitively and also inside functions. Comments, docstrings and layout
    do not count. Raises SyntaxError for code that cannot be parsed.
    """
    seen: dict[str, str] = {}
    waiting = [script]
    while waiting:
        path = waiting.pop()
        name = path.relative_to(root).as_posix()
        if name not in seen:
            digest, imports = _parsed(path, root)
            seen[name] = digest
            waiting += imports
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(seen.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _parsed(path: Path, root: Path) -> tuple[str, tuple[Path, ...]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    files: list[Path] = []
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            # `from isogloss.x import y`: y may be a module or a name inside x.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                _drop_docstring(node)
            continue
        for name in names:
            if name.split(".")[0] == PACKAGE:
                files += _files_of(name, root)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), tuple(files)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and the statements in it, but no expressions, which are most of a tree.

    Imports and docstrings are not inside expressions, and Snakemake computes these hashes at
    every start, on a cluster twice for each job.
    """
    yield tree
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for node in getattr(tree, field, ()):
            yield from _statements(node)


def _files_of(module: str, root: Path) -> list[Path]:
    """Return the files that importing `module` runs: its own and its parents' __init__."""
    parts = module.split(".")
    parents = [root.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    own = root.joinpath(*parts).with_suffix(".py")
    return [path for path in (*parents, own) if path.is_file()]


def _drop_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    first = node.body[0] if node.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        node.body = node.body[1:]
