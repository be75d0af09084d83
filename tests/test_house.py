"""The house stands as it was drawn: imports point down, and no room holds two ideas."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: What each folder may know, from the ground up.
MAY_IMPORT = {
    "registry": {"registry"},
    "bench": {"registry", "bench"},
    "jobs": {"registry", "bench", "jobs"},
    "dashboard": {"registry", "bench", "dashboard"},
    "cli": {"registry", "bench", "jobs", "dashboard", "cli"},
}
FILES = sorted(path for room in MAY_IMPORT for path in (ROOT / room).rglob("*.py"))


def imported_by(path: Path) -> set[str]:
    """Full names of the modules of this project that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.partition(".")[0] in MAY_IMPORT}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down(path):
    room = path.relative_to(ROOT).parts[0]
    assert {name.partition(".")[0] for name in imported_by(path)} <= MAY_IMPORT[room]


def test_no_file_is_in_a_ring_of_imports():
    modules = {module_of(path): path for path in FILES}
    edges = {name: imported_by(path) & set(modules) - {name} for name, path in modules.items()}
    left = dict(edges)
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    assert not left, f"these import each other: {sorted(left)}"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_file_holds_two_ideas(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
