"""What every dataset and every protocol must do, whoever wrote it.

A new dataset needs a builder in `trees.BUILDERS`; the last tests fail until it has one. A new
protocol is tested by being registered.
"""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

import registry.dataset
import registry.protocol
from registry.catalog import DATASETS, PROTOCOLS, Dataset, Protocol
from registry.check import check
from registry.component import Component
from registry.errors import RequestError
from registry.leaks import find_leaks
from registry.samples import EXPRESSIONS, Samples
from registry.split import Split
from tests.registry.trees import BUILDERS

WITHOUT_FILES = [dataset.name for dataset in DATASETS if not dataset.needs_root]
LAYOUTS = [(name, layout) for name, layouts in BUILDERS.items() for layout in layouts]

every_layout = pytest.mark.parametrize(
    ("name", "layout"), [*LAYOUTS, *((name, "") for name in WITHOUT_FILES)]
)
every_protocol = pytest.mark.parametrize("protocol", list(PROTOCOLS), ids=lambda one: one.name)
every_component = pytest.mark.parametrize(
    "component", [*DATASETS, *PROTOCOLS], ids=lambda one: f"{one.kind}-{one.name}"
)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


@pytest.fixture
def samples(name: str, layout: str, roots: Path, monkeypatch: pytest.MonkeyPatch) -> Samples:
    return build(DATASETS.get(name), layout, roots, monkeypatch)


def build(dataset: Dataset, layout: str, roots: Path, patch: pytest.MonkeyPatch) -> Samples:
    if not dataset.needs_root:
        return dataset.build(
            None, dataset.parse({"subjects": 8} if dataset.name == "faces" else {})
        )
    root = roots / dataset.name / layout.replace(" ", "-")
    if root.exists() and dataset.name != "cifar100":
        return dataset.build(root, dataset.parse({}))
    number = len(list(root.parent.glob(f"{root.name}*"))) if root.parent.exists() else 0
    root = root.with_name(f"{root.name}{number or ''}")
    BUILDERS[dataset.name][layout](root, patch)
    return dataset.build(root, dataset.parse({}))


# --- datasets ------------------------------------------------------------------------------------


@every_layout
def test_dataset_is_in_order(samples: Samples) -> None:
    """What `Samples` cannot check itself."""
    assert samples.images.flags.c_contiguous
    assert samples.images.shape[1] in (1, 3)
    assert samples.labels.dtype == np.int64
    assert samples.layout
    for column in (samples.names, samples.subjects, samples.sequences, samples.parts):
        assert column is None or all(isinstance(entry, str) and entry for entry in column)
    assert not any("\\" in name or name.startswith("/") for name in samples.names)
    assert {name for name in samples.classes if name in EXPRESSIONS} <= set(EXPRESSIONS.values())
    if samples.subjects is not None and samples.sequences is not None:
        owners = set(zip(samples.sequences, samples.subjects, strict=True))
        assert len(owners) == len(set(samples.sequences)), "a sequence of two people"


@every_layout
def test_dataset_is_the_same_each_time(
    name: str, layout: str, samples: Samples, roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = build(DATASETS.get(name), layout, roots, monkeypatch)
    assert again.fingerprint == samples.fingerprint
    assert again.layout == samples.layout


@every_layout
def test_dataset_can_be_checked(name: str, samples: Samples) -> None:
    found = check(samples, DATASETS.get(name).expected)
    assert found.images == sum(found.counts.values()) == len(samples)
    assert found.copies == 0
    expected = DATASETS.get(name).expected
    if expected is not None:
        meant = expected.of(samples.layout)
        assert meant is not None
        assert found.differences, "a small copy is not a complete one"
        assert set(meant.counts) == set(samples.classes)
        if meant.parts is not None:
            assert set(meant.parts) == set(found.parts or {})


def attempt(protocol: Protocol, samples: Samples, fold: int) -> Split | RequestError:
    try:
        return protocol.build(samples, 0, fold, protocol.parse({}))
    except RequestError as error:
        return error


# --- protocols -----------------------------------------------------------------------------------


@every_layout
@every_protocol
def test_protocol_parts_the_images_or_says_why_not(
    protocol: Protocol, name: str, layout: str, samples: Samples
) -> None:
    parameters = protocol.parse({})
    for fold in range(protocol.folds(parameters)):
        split = attempt(protocol, samples, fold)
        if isinstance(split, RequestError):
            assert f"'{protocol.name}'" in str(split)
            return
        together = np.concatenate(list(split.parts.values()))
        assert sorted(together.tolist()) == list(range(len(samples)))
        assert all(len(part) for part in split.parts.values())
        assert all((np.diff(part) > 0).all() for part in split.parts.values())
        assert split.monitored == protocol.monitored
        assert split.monitored in split.parts
        assert set(samples.labels[split.train].tolist()) == set(range(len(samples.classes)))
        again = protocol.build(samples, 0, fold, parameters)
        assert again.fingerprint == split.fingerprint
        leaks = find_leaks(samples, split)
        assert leaks.parts == {part: len(indices) for part, indices in split.parts.items()}


@every_protocol
def test_protocol_refuses_a_fold_that_it_does_not_have(protocol: Protocol) -> None:
    faces = DATASETS.get("faces")
    samples = faces.build(None, faces.parse({"subjects": 8}))
    parameters = protocol.parse({})
    for fold in (-1, protocol.folds(parameters)):
        with pytest.raises(RequestError):
            protocol.build(samples, 0, fold, parameters)


@every_protocol
def test_protocol_is_used_by_some_dataset(
    protocol: Protocol, roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, layout in [*((name, "") for name in WITHOUT_FILES), *LAYOUTS]:
        samples = build(DATASETS.get(name), layout, roots, monkeypatch)
        if isinstance(attempt(protocol, samples, 0), Split):
            return
    pytest.fail(f"every dataset refuses protocol '{protocol.name}'")


# --- what a component carries --------------------------------------------------------------------


@every_component
def test_component_is_documented(component: Component) -> None:
    assert 20 < len(component.summary) < 100
    assert not component.summary.endswith(".")
    assert len(component.citation) > 20
    assert component.version >= 1


@every_component
def test_component_parameters_are_complete_and_plain(component: Component) -> None:
    defaults = component.parse({})
    plain = json.loads(json.dumps(defaults.model_dump(mode="json"), allow_nan=False))
    assert component.parse(plain) == defaults
    assert set(plain) == set(component.parameters.model_fields)


# --- is anything left out? -----------------------------------------------------------------------


def declared(package: str, decorator: str) -> set[str]:
    """Names in ``@decorator("name", …)`` in the package's files, without importing them."""
    names = set()
    for path in Path(package).glob("[!_]*.py"):
        found = {
            str(call.args[0].value)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
            for call in node.decorator_list
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == decorator
            and isinstance(call.args[0], ast.Constant)
        }
        assert found, f"{path.name} registers nothing"
        names |= found
    return names


def test_no_dataset_goes_untested() -> None:
    names = declared(registry.dataset.__path__[0], "dataset")
    missing = names - {*BUILDERS, *WITHOUT_FILES}
    assert not missing, f"no builder in trees.BUILDERS for {sorted(missing)}"
    assert names <= {dataset.name for dataset in DATASETS}
    assert set(BUILDERS) <= names


def test_no_protocol_goes_untested() -> None:
    names = declared(registry.protocol.__path__[0], "protocol")
    assert names <= {protocol.name for protocol in PROTOCOLS}


def test_docs_tell_of_every_dataset_and_protocol() -> None:
    text = Path(__file__).parents[2].joinpath("docs", "datasets.md").read_text(encoding="utf-8")
    for component in (*DATASETS, *PROTOCOLS):
        assert f"`{component.name}`" in text
    for dataset in DATASETS:
        for name, count in (dataset.expected.counts if dataset.expected else {}).items():
            assert f"{count:,}" in text, f"{dataset.name}: {name} {count:,}"
