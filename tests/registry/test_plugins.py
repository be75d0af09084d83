"""Where components come from: a module dropped in, an installed package, and what is broken."""

import itertools
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import registry.catalog
from registry.catalog import ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS, Attention
from registry.component import Registry
from registry.errors import RequestError

GOOD = '''
from torch import nn
from registry.catalog import attention

@attention("{name}", citation="Her paper, 2030", count=lambda site, _: 0, aliases={aliases})
def build(site, parameters):
    """Nothing at all, for a test."""
    return nn.Identity()
'''
numbers = itertools.count()


def module(name: str, aliases: tuple[str, ...] = ()) -> str:
    return GOOD.format(name=name, aliases=aliases)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is imported from, and a registry of its own for what is found there."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def tree(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package with one attention, `plain`; `ATTENTIONS` is read from it."""
    name = f"tree{next(numbers)}"
    folder = place / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "plain.py").write_text(module("plain", ("simple",)))
    monkeypatch.setattr(registry.catalog, "ATTENTIONS", Registry[Attention]("attention", name))
    return folder


def attentions() -> Registry[Attention]:
    return registry.catalog.ATTENTIONS


def install(place: Path, package: str, code: str | None, group: str = "ferbench.attention") -> str:
    """What pip leaves behind of a package with one module and one entry point."""
    name = f"{package.replace('-', '_')}{next(numbers)}"
    if code is not None:
        (place / f"{name}.py").write_text(code)
    info = place / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nhers = {name}\n")
    return name


def names() -> list[str]:
    return [component.name for component in attentions()]


def test_a_module_dropped_in_is_found(tree: Path) -> None:
    (tree / "hers.py").write_text(module("hers"))
    assert names() == ["hers", "plain"]
    assert attentions().get("simple").name == "plain"
    assert attentions().problems == ()


def test_a_package_that_is_installed_is_found(tree: Path, place: Path) -> None:
    install(place, "her-attention", module("hers"))
    assert names() == ["hers", "plain"]
    assert attentions().get("hers").summary == "Nothing at all, for a test"
    assert attentions().problems == ()


def test_each_kind_has_its_entry_point(tree: Path, place: Path) -> None:
    install(place, "her-backbone", module("hers"), group="ferbench.backbone")
    assert names() == ["plain"]
    assert len(entry_points(group="ferbench.backbone")) > 0


BROKEN = {
    "does not import": ("import no_such_thing\n", "ModuleNotFoundError.*no_such_thing"),
    "is no Python": ("def def\n", "SyntaxError"),
    "is not there": (None, "ModuleNotFoundError"),
    "ends Python": ("import sys; sys.exit(3)\n", r"SystemExit\(3\)"),
    "fails": ("raise RuntimeError('no GPU')\n", "RuntimeError.*no GPU"),
    "takes a name": (module("plain"), "two attention components are called 'plain': tree.*plain"),
    "takes an alias": (
        module("other", ("simple",)),
        "two attention components are called 'simple'",
    ),
    "has no citation": (
        module("other").replace("Her paper, 2030", ""),
        "component 'other' in .* has no citation",
    ),
    "names no citation": (
        module("other").replace('citation="Her paper, 2030", ', ""),
        "missing 1 required keyword-only argument: 'citation'",
    ),
    "has no docstring": (
        module("other").replace('"""Nothing at all, for a test."""', ""),
        "component 'other' in .* has no docstring",
    ),
    "is half well": (module("half") + "\nimport no_such_thing\n", "no_such_thing"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_package_is_named_and_harms_no_other(fault: str, tree: Path, place: Path) -> None:
    code, message = BROKEN[fault]
    broken = install(place, "a-broken-one", code)
    install(place, "a-good-one", module("hers"))
    assert names() == ["hers", "plain"]
    (problem,) = attentions().problems
    assert problem.startswith(
        f"the package 'a-broken-one' (ferbench.attention: hers = {broken}) is left out: "
    )
    with pytest.raises(RequestError, match=rf"(?s)no attention 'half'.*{message}"):
        attentions().get("half")
    assert attentions().get("hers").name == "hers"


def test_a_package_that_gives_nothing_is_told(tree: Path, place: Path) -> None:
    install(place, "an-empty-one", "")
    (problem,) = attentions().problems
    assert problem.startswith("the package 'an-empty-one'")
    assert problem.endswith("registers no attention")


def test_a_class_without_a_docstring_has_not_that_of_its_parent(tree: Path) -> None:
    code = module("other").partition("def build")[0] + "class Build(nn.Module):\n    pass\n"
    (tree / "other.py").write_text(code)
    (problem,) = attentions().problems
    assert f"the module {tree.name}.other is left out: component 'other' in" in problem
    assert problem.endswith("has no docstring")
    assert names() == ["plain"]


def test_of_two_packages_with_one_name_the_first_by_name_has_it(tree: Path, place: Path) -> None:
    install(place, "b-package", module("hers"))
    first = install(place, "a-package", module("hers"))
    assert attentions().get("hers").build.__module__ == first
    (problem,) = attentions().problems
    assert "'b-package'" in problem


def test_a_package_that_is_imported_first_takes_no_name_of_ours(tree: Path, place: Path) -> None:
    name = install(place, "an-eager-one", module("plain"))
    with pytest.raises(RequestError, match="two attention components are called 'plain'"):
        __import__(name)
    assert attentions().get("plain").build.__module__ == f"{tree.name}.plain"


@pytest.mark.parametrize("known", [ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS])
def test_every_module_of_ours_is_read(known: Registry[Any]) -> None:
    assert known.problems == ()
