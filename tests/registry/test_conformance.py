"""What every component carries, and whether any goes untested.

A new component is tested by being registered: nothing here names one.
"""

import ast
import importlib
import json
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.component import Component, Search
from tests.registry import test_conformance_attention, test_conformance_backbone
from tests.registry.components import (
    REGISTRIES,
    every_component,
)


@every_component
def test_component_is_documented(component: Component) -> None:
    assert len(component.summary) > 20
    assert len(component.summary) < 100
    assert not component.summary.endswith(".")
    assert len(component.citation) > 20
    assert component.version >= 1


@every_component
def test_component_parameters_are_complete_and_plain(component: Component) -> None:
    defaults = component.parse({})
    assert defaults == component.parameters()
    plain = json.loads(json.dumps(defaults.model_dump(mode="json"), allow_nan=False))
    assert component.parse(plain) == defaults
    assert set(plain) == set(component.parameters.model_fields)
    hash(defaults)


@every_component
def test_component_parameters_say_where_to_search(component: Component) -> None:
    for name, field in component.parameters.model_fields.items():
        kinds = set(plain_types(field.annotation))
        searches = [entry for entry in field.metadata if isinstance(entry, Search)]
        if kinds & {int, float} and not name.endswith("seed"):
            assert len(searches) == 1, f"{name} has no default range"
            for end in (searches[0].low, searches[0].high):
                component.parse({name: type(field.default)(end)})
            assert searches[0].low <= field.default <= searches[0].high
        else:
            assert not searches


def plain_types(annotation: Any) -> Iterator[Any]:
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return
    if not arguments:
        yield annotation
    for argument in arguments:
        yield from plain_types(argument)


# --- is anything left out? ---


def declared(package: str, decorator: str) -> set[str]:
    """Names in ``@decorator("name", …)`` in the package's files, without importing them."""
    names: set[str] = set()
    (folder,) = importlib.import_module(package).__path__
    for path in Path(folder).glob("*.py"):
        if path.name == "__init__.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = {
            str(call.args[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            for call in node.decorator_list
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == decorator
            and isinstance(call.args[0], ast.Constant)
        }
        families = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "add_family"
        ]
        assert found or families, f"{path.name} registers nothing"
        names |= found
    return names


def covered_by(prefix: str) -> dict[str, set[str]]:
    """The components that each conformance test with that prefix is parametrised over."""
    tests = {}
    files = (test_conformance_attention, test_conformance_backbone, sys.modules[__name__])
    for name, test in (one for file in files for one in vars(file).items()):
        if name.startswith(prefix):
            (mark,) = [mark for mark in test.pytestmark if mark.args[0] == "component"]
            tests[name] = {component.name for component in mark.args[1]}
    return tests


#: How many tests there are of each kind at least, beside those of all components.
LEAST = {"attention": 12, "backbone": 3}


@pytest.mark.parametrize("kind", REGISTRIES)
def test_nothing_registered_goes_untested(kind: str) -> None:
    registry = REGISTRIES[kind]
    assert registry.problems == ()
    assert all(family.examples for family in registry.families)
    names = {
        *declared(registry.package, kind),
        *(component.name for component in registry),
        *(registry.get(name).name for family in registry.families for name in family.examples),
    }
    own, shared = covered_by(f"test_{kind}_"), covered_by("test_component_")
    assert len(own) >= LEAST[kind]
    assert len(shared) >= 3
    for test, covered in (own | shared).items():
        assert names <= covered, f"{test} leaves out {sorted(names - covered)}"
