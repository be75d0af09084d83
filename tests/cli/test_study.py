"""``ferbench study`` as a person types it, over studies whose optimum is known."""

import json
import shutil
import sys
import tomllib
from dataclasses import dataclass

import pytest

from cli.main import main
from jobs.study import Choice, Numeric, Pruner, Sampler, Study
from jobs.study_objective import Told
from tests.jobs.studies import BASE, BOWL, RADIUS, Bowl, begun, home_in, worker_of

HFC = BASE | {"attention": "hfc"}


@dataclass(frozen=True)
class Seeds:
    """The bowl over three seeds that differ by a hundredth; radii from 0.8 on are pruned."""

    def __call__(self, trial, settings, stopping):
        told = Bowl()(trial, settings, stopping)
        trial.report(told.values[0], 0)
        if settings["attention.radius"] >= 0.8:
            return Told("pruned", reason="pruned by the test")
        scores = tuple(told.values[0] + difference for difference in (-0.01, 0.0, 0.01))
        return Told("complete", told.values, scores=scores)


@dataclass(frozen=True)
class Sizes:
    """Two objectives: the larger, the better and the dearer; radii from 0.5 on are only dear."""

    def __call__(self, trial, settings, stopping):
        radius = settings["attention.radius"]
        return Told("complete", (min(radius, 0.5), 1000 * radius))


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A folder with a study that is over, one of two objectives, and one that was only begun."""
    folder = tmp_path_factory.mktemp("known")
    home = home_in(folder)
    bowl = Study(
        name="bowl",
        title="Where is the bottom?",
        base=HFC | {"seed": 5},
        space=BOWL,
        trials=15,
        seeds=3,
        sampler=Sampler(name="grid"),
        pruner=Pruner(name="median"),
    )
    prepared = begun(bowl, home)
    worker_of(prepared, home, Seeds())()
    both = bowl.model_copy(
        update={
            "name": "sizes",
            "space": RADIUS,
            "objectives": ("balanced_accuracy", "parameters"),
            "pruner": Pruner(),
            "trials": 5,
        }
    )
    prepared = begun(both, home)
    worker_of(prepared, home, Sizes())()
    begun(bowl.model_copy(update={"name": "begun"}), home)
    return folder


@pytest.fixture
def ferbench(known, monkeypatch, capsys):
    """Type a command in this process; its code, what it printed and what it complained of."""
    monkeypatch.chdir(known)
    monkeypatch.setenv("COLUMNS", "200")

    def type_(*words):
        monkeypatch.setattr(sys, "argv", ["ferbench", "study", *words])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return type_


def asked(ferbench, *words):
    code, output, complaint = ferbench(*words, "--format", "json")
    assert code == 0, complaint
    return json.loads(output)


def test_list_has_every_study_with_its_best(ferbench):
    found = {row["name"]: row for row in asked(ferbench, "list")}
    assert set(found) == {"begun", "bowl", "sizes"}
    assert found["bowl"]["states"] == {"complete": 12, "pruned": 3}
    assert found["bowl"]["best"]["parameters"] == {
        "attention.profile": "gaussian",
        "attention.radius": 0.25,
    }
    assert found["begun"]["best"] is None
    output = ferbench("list")[1]
    assert all(name in output for name in found)


def test_show_has_every_trial(ferbench):
    found = asked(ferbench, "show", "bowl")
    rows = found["trials"]
    assert [row["number"] for row in rows] == list(range(15))
    for row in rows:
        drawn = row["parameters"]
        assert (row["state"] == "pruned") == (drawn["attention.radius"] >= 0.8)
        if row["state"] == "complete":
            worth = 1 - (drawn["attention.radius"] - 0.3) ** 2
            worth -= 0.2 * (drawn["attention.profile"] != "gaussian")
            assert row["values"] == {"balanced_accuracy": pytest.approx(worth)}
    assert sum(found["importances"].values()) == pytest.approx(1)
    assert set(found["importances"]) == {"attention.profile", "attention.radius"}
    assert found["definition"]["space"]["attention.radius"]["low"] == 0.02
    output = ferbench("show", "bowl")[1]
    assert "Importance" in output
    assert output.count("pruned by the test") == 3


def test_best_has_its_interval_over_seeds(ferbench):
    best = asked(ferbench, "best", "bowl")["best"]
    mean = 1 - 0.05**2
    assert best["interval"]["n"] == 3
    assert best["interval"]["mean"] == pytest.approx(mean)
    half = 4.302653 * 0.01 / 3**0.5  # Student's t, 97.5 %, two degrees of freedom
    assert best["interval"]["high"] == pytest.approx(mean + half, abs=1e-7)
    output = ferbench("best", "bowl")[1]
    assert "validation part 99.8 %, [97.3, 102.2] over 3 seeds" in output
    assert "expect less of fresh seeds" in output
    assert "No trial of begun is complete yet" in ferbench("best", "begun")[1]


def test_the_front_is_what_no_other_trial_beats(ferbench):
    found = asked(ferbench, "show", "sizes")
    on_front = [row for row in found["trials"] if row["number"] in found["front"]]
    assert sorted(row["parameters"]["attention.radius"] for row in on_front) == [0.02, 0.25, 0.5]
    assert "Pareto front" in ferbench("show", "sizes")[1]


class TestFigures:
    def test_pages_work_without_a_network(self, ferbench, known):
        assert ferbench("export", "bowl", "-o", "pages")[0] == 0
        names = {path.stem for path in (known / "pages").glob("*.html")}
        assert names == {
            "balanced_accuracy-against-attention.profile",
            "balanced_accuracy-against-attention.radius",
            "history",
            "importances",
            "parallel-coordinates",
            "reports",
        }
        text = (known / "pages" / "history.html").read_text()
        assert 'src="plotly.min.js"' in text
        assert "https://cdn" not in text
        assert ferbench("export", "sizes", "-o", "two")[0] == 0
        assert (known / "two" / "pareto-front.html").exists()

    def test_the_curve_is_that_of_the_trials(self, ferbench, known):
        from bench.study.figures import figures
        from jobs.study_asked import study_asked_for

        home = home_in(known)
        bowl = study_asked_for(home, "bowl")
        [points] = figures(bowl.stored, bowl.findings(home))[
            "balanced_accuracy-against-attention.radius"
        ].data
        rows = [row for row in asked(ferbench, "show", "bowl")["trials"] if row["values"]]
        assert list(points.x) == [row["parameters"]["attention.radius"] for row in rows]
        assert list(points.y) == [row["values"]["balanced_accuracy"] for row in rows]
        assert points.error_y.array[0] == pytest.approx(4.302653 * 0.01 / 3**0.5, abs=1e-7)

    def test_the_front_is_told_by_marks(self, known):
        from bench.study.figures import figures
        from jobs.study_asked import study_asked_for

        home = home_in(known)
        sizes = study_asked_for(home, "sizes")
        findings = sizes.findings(home)
        traces = {
            trace.name: trace for trace in figures(sizes.stored, findings)["pareto-front"].data
        }
        front, beaten = traces["on the front"], traces.get("beaten")
        assert len(front.x) == len(findings.front)
        assert front.marker.symbol == "diamond"
        assert not front.marker.showscale
        assert beaten is None or beaten.marker.symbol == "circle"

    @pytest.mark.slow
    @pytest.mark.parametrize(("form", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
    def test_images_where_there_is_a_browser(self, ferbench, known, form, magic):
        if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
            pytest.skip("Chromium is not installed; Debian's package is `chromium`")
        code, _, complaint = ferbench("export", "sizes", "--format", form, "-o", form)
        assert code == 0, complaint
        for path in (known / form).iterdir():
            assert path.read_bytes().startswith(magic)
            assert path.stat().st_size > 5000
        assert len(list((known / form).iterdir())) == 3

    def test_without_a_browser_the_answer_is_one_sentence(self, ferbench, monkeypatch):
        import plotly

        def no_browser(*_):
            raise RuntimeError("Kaleido requires Google Chrome\n to be installed.")

        monkeypatch.setattr(plotly.io, "write_images", no_browser)
        code, _, complaint = ferbench("export", "bowl", "--format", "png")
        assert code == 2
        assert "PNG needs an installed Chromium" in complaint

    def test_what_has_no_complete_trial_has_no_figure(self, ferbench, known):
        code, output, _ = ferbench("export", "begun", "-o", "nothing")
        assert code == 1
        assert "nothing to draw" in output
        assert not (known / "nothing").exists()


class TestApply:
    def test_the_winner_stands_beside_variants_and_controls_on_fresh_seeds(self, ferbench, known):
        assert ferbench("apply", "bowl", "-o", "winner.toml")[0] == 0
        matrix = tomllib.loads((known / "winner.toml").read_text())
        assert matrix["base"] == {k: v for k, v in HFC.items() if k != "attention"}
        assert matrix["sweep"]["attention"] == [
            *("none", "hfc", "lfc", "hfc_lfc", "hfc_lfc_hl", "hfc_mean", "hfc_random"),
            {"name": "hfc_mean", "profile": "gaussian", "radius": 0.25},
            {"name": "hfc_random", "profile": "gaussian", "radius": 0.25},
            {"name": "hfc", "profile": "gaussian", "radius": 0.25},
        ]
        assert matrix["sweep"]["seed"] == [8, 9, 10, 11, 12, 13]  # the study had 5, 6 and 7

    def test_a_radius_for_each_position_stays_one(self, known, ferbench):
        home = home_in(known)
        each = Study(
            name="each",
            base=HFC,
            space={"attention.radius": Numeric(low=0.1, high=0.9, positions=0)},
            trials=1,
        )

        @dataclass(frozen=True)
        class First:
            def __call__(self, trial, settings, stopping):
                return Told("complete", (settings["attention.radius"][0],))

        prepared = begun(each, home)
        worker_of(prepared, home, First())()
        assert ferbench("apply", "each", "-o", "each.toml")[0] == 0
        matrix = tomllib.loads((known / "each.toml").read_text())
        [radius] = matrix["sweep"]["attention"][-1]["radius"]
        assert 0.1 <= radius <= 0.9

    def test_an_attention_that_was_searched_over_keeps_its_own_parameters_only(
        self, known, ferbench
    ):
        home = home_in(known)
        which = Study(
            name="which",
            base=BASE,
            space=RADIUS | {"attention": Choice(choices=("hfc", "lfc"))},
            trials=1,
        )
        prepared = begun(which, home)
        worker_of(prepared, home, Bowl())()
        assert ferbench("apply", "which", "-o", "which.toml")[0] == 0
        matrix = tomllib.loads((known / "which.toml").read_text())
        winner = matrix["sweep"]["attention"][-1]
        assert set(winner) == {"name", "radius"}

    def test_a_study_with_no_winner_has_no_matrix(self, ferbench, known):
        code, _, complaint = ferbench("apply", "begun", "-o", "begun.toml")
        assert code == 2
        assert "no trial of study 'begun' is complete yet" in complaint
        assert not (known / "begun.toml").exists()


def test_an_unknown_study_is_told_with_the_nearest(ferbench):
    for command in (["show"], ["best"], ["export"], ["apply", "-o", "x.toml"]):
        code, _, complaint = ferbench(*command, "bowel")
        assert code == 2
        assert "did you mean 'bowl'" in complaint
