"""Which packages a script can come to import, by reading its code and the library's.

An import inside a function counts where the function can be reached from the script by name:
called, passed on or stored anywhere in code that is reached itself. A class is reached as a whole;
type annotations reach nothing.
"""

import ast
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = "isogloss"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Names:
    """What imports bind: names of modules of the package, and names taken out of them."""

    modules: dict[str, str] = field(default_factory=dict)
    members: dict[str, tuple[str, str]] = field(default_factory=dict)


class Reach:
    """Follows one script; `statements` are the imports of other packages that it can reach."""

    def __init__(self, script: Path, root: Path):
        self.root = root
        self.statements: set[str] = set()
        self._loaded: dict[str, tuple[dict[str, ast.AST], Names]] = {}
        self._reached: set[tuple[str, str]] = set()
        self._load(script.stem, script)

    @property
    def packages(self) -> set[str]:
        """The top names of the packages, such as `polars`."""
        return {statement.split()[1].split(".")[0] for statement in self.statements}

    def _load(self, module: str, path: Path | None = None) -> None:
        """Follow what importing the module runs."""
        if module in self._loaded:
            return
        for parent in module.split(".")[:-1]:
            top = module[: module.index(parent) + len(parent)]
            if top != module:
                self._load(top)
        path = path or self._file(module)
        tree = _parsed(path)
        definitions: dict[str, ast.AST] = {}
        names = Names()
        self._loaded[module] = definitions, names
        for node in tree.body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                definitions[node.name] = node
        top_level = [node for node in tree.body if node not in definitions.values()]
        for node in top_level:
            self._bind(node, names)
        for node in tree.body:
            # Decorators, base classes and class bodies run, too; functions do not.
            parts = [node] if node in top_level else _run_when_defined(node)
            for part in parts:
                self._follow(part, module, names)

    def _follow(self, node: ast.AST, module: str, names: Names) -> None:
        """Follow every name that the code uses."""
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                if target := names.modules.get(part.value.id):
                    self._reach(target, part.attr)
            elif isinstance(part, ast.Name):
                if part.id in names.members:
                    self._reach(*names.members[part.id])
                else:
                    self._reach(module, part.id)

    def _reach(self, module: str, name: str) -> None:
        self._load(module)
        if (module, name) in self._reached:
            return
        self._reached.add((module, name))
        definitions, names = self._loaded[module]
        if name in definitions:
            local = Names(dict(names.modules), dict(names.members))
            self._bind(definitions[name], local)
            self._follow(definitions[name], module, local)
        elif name in names.members:
            self._reach(*names.members[name])

    def _bind(self, node: ast.AST, names: Names) -> None:
        """Note the imports in the code, and load what they name of the package."""
        for part in ast.walk(node):
            if isinstance(part, ast.Import):
                for alias in part.names:
                    if self._other(alias.name, f"import {alias.name}"):
                        continue
                    self._load(alias.name)
                    names.modules[alias.asname or alias.name] = alias.name
            elif isinstance(part, ast.ImportFrom):
                assert part.module, ast.unparse(part)
                for alias in part.names:
                    if self._other(part.module, f"from {part.module} import {alias.name}"):
                        continue
                    inner = f"{part.module}.{alias.name}"
                    name = alias.asname or alias.name
                    if self._exists(inner):
                        self._load(inner)
                        names.modules[name] = inner
                    else:
                        self._load(part.module)
                        names.members[name] = (part.module, alias.name)

    def _other(self, module: str, statement: str) -> bool:
        top = module.split(".")[0]
        if top == PACKAGE:
            return False
        if top not in sys.stdlib_module_names:
            self.statements.add(statement)
        return True

    def _file(self, module: str) -> Path:
        path = self.root.joinpath(*module.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _exists(self, module: str) -> bool:
        return self._file(module).is_file()


@cache
def _parsed(path: Path) -> ast.Module:
    tree: ast.Module = _Plain().visit(ast.parse(path.read_text(encoding="utf-8")))
    return tree


class _Plain(ast.NodeTransformer):
    """Leaves out annotations, and what only a type checker runs."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.AST]:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return [self.visit(part) for part in node.orelse]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


def _run_when_defined(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, FUNCTIONS):
        return [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    assert isinstance(node, ast.ClassDef)
    body = [part for part in node.body if not isinstance(part, FUNCTIONS)]
    return [*node.decorator_list, *node.bases, *body]


def all_packages(path: Path) -> set[str]:
    """Return the top names of all other packages that a file imports anywhere."""
    found: set[str] = set()
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {PACKAGE}
