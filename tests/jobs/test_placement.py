"""Where cells go: options over profiles, and what cannot be said."""

import os
import re
import shlex
from typing import Any

import pytest

from bench.specification import Frozen
from jobs import slurm
from jobs.placement import Placement
from registry.errors import RequestError

PROFILES = {
    "cluster": {
        "where": "slurm",
        "partition": "gpu",
        "gpus": 2,
        "mem": 16,
        "slurm": {"account": "physics", "exclusive": True, "nice": 5},
    },
    "mistyped": {"partion": "gpu"},
    "wrong": {"where": "slurm", "time": "long"},
    "list": {"slurm": ["account=physics"]},
    "number": 3,
}


def parse(profile: str | None = None, **typed: Any) -> Placement:
    return Placement.parse(typed, profile, PROFILES)


class TestProfile:
    def test_nothing_typed_is_this_machine(self):
        assert parse() == Placement()
        assert parse().where == "local"

    def test_says_what_was_not_typed(self):
        placement = parse("cluster", gpus=None, mem=None, slurm={})
        assert isinstance(placement, Frozen)
        assert (placement.where, placement.partition, placement.gpus, placement.mem) == (
            "slurm",
            "gpu",
            2,
            16,
        )
        assert placement.slurm == {"account": "physics", "exclusive": True, "nice": 5}
        assert placement.time == 240

    def test_gives_way_to_what_was_typed_option_by_option(self):
        placement = parse("cluster", gpus=1, slurm={"account": "biology", "qos": "high"})
        assert placement.gpus == 1
        assert placement.partition == "gpu"
        assert placement.slurm == {
            "account": "biology",
            "exclusive": True,
            "nice": 5,
            "qos": "high",
        }

    def test_does_not_change(self):
        parse("cluster", slurm={"account": "biology"})
        assert PROFILES["cluster"]["slurm"]["account"] == "physics"

    def test_of_a_cluster_can_be_left_for_this_machine(self):
        assert parse("cluster", where="local").where == "local"


@pytest.mark.parametrize(
    ("profile", "typed", "said"),
    [
        ("clustr", {}, "ferbench.toml has no profile 'clustr'; did you mean 'cluster'?"),
        ("mistyped", {}, "profile 'mistyped': there is no 'partion'; did you mean 'partition'?"),
        ("wrong", {}, "profile 'wrong': time = 'long': Input should be a valid integer"),
        ("list", {}, "ferbench.toml: profiles.list.slurm = ['account=physics'] is no table"),
        ("number", {}, "ferbench.toml: profiles.number = 3 is no table"),
        (None, {"where": "slrm"}, "options: where = 'slrm': Input should be 'local', 'slurm' or"),
        (None, {"where": "slurm", "time": 0}, "time = 0: Input should be greater than or equal"),
        (None, {"where": "slurm", "mem": -1.0}, "mem = -1.0: Input should be greater than 0"),
        (None, {"where": "slurm", "cells_per_job": 0}, "cells_per_job = 0: Input should be"),
        (None, {"slots": 0}, "slots = 0: Input should be greater than or equal to 1"),
        (None, {"where": "slurm", "slots": 2}, "--slots says nothing with --where slurm"),
        (None, {"gpus": 2}, "--gpus says nothing with --where local"),
        (None, {"cells_per_job": 2}, "--cells-per-job says nothing with --where local"),
        (None, {"slurm": {"account": "x"}}, "--slurm says nothing with --where local"),
        (None, {"where": "inline", "slots": 2}, "--slots says nothing with --where inline"),
        (None, {"where": "slurm", "slurm": {"mem": "4G"}}, "use --mem"),
        (None, {"where": "slurm", "slurm": {"array": "0-9"}}, "ferbench itself sets 'array'"),
        (None, {"where": "slurm", "slurm": {"wrap": "sh"}}, "ferbench itself sets 'wrap'"),
        (None, {"where": "slurm", "slurm": {"ntasks": "4"}}, "ferbench itself sets 'ntasks'"),
        (None, {"where": "slurm", "slurm": {"Account": "x"}}, "slurm.Account"),
        (None, {"where": "slurm", "slurm": {"com ment": "x"}}, "slurm.com ment"),
        (None, {"where": "slurm", "slurm": {"a=b\n#SBATCH --wrap": "x"}}, "should match"),
    ],
)
def test_what_cannot_be_is_one_sentence(profile, typed, said):
    with pytest.raises(RequestError) as error:
        parse(profile, **typed)
    assert said in str(error.value)


class TestScript:
    """What SLURM is given to read."""

    @pytest.fixture
    def script(self, tmp_path, monkeypatch) -> Any:
        """Submit to a SLURM that takes anything, and give the script that it got."""
        bin_ = tmp_path / "bin"
        bin_.mkdir()
        for name in ("sbatch", "srun", "scontrol"):
            (bin_ / name).write_text(f"#!/bin/sh\ncp $1 {bin_}/got; echo Submitted batch job 7\n")
            (bin_ / name).chmod(0o700)
        monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")

        def submit(workers: int = 2, **options: Any) -> str:
            placement = parse(where="slurm", **options)
            numbers = slurm.submit_array([bool] * workers, tmp_path, placement)
            assert numbers == [f"7_{i}" for i in range(workers)]
            return (bin_ / "got").read_text()

        return submit

    def test_has_what_was_asked_for(self, script):
        text = script(
            3, partition="gpu", gpus=2, cpus=4, mem=1.5, time=90, parallel=2, slurm={"nice": 5}
        )
        options = set(re.findall(r"^#SBATCH --(.*)$", text, re.MULTILINE))
        assert options >= {
            *("partition=gpu", "gpus-per-node=2", "cpus-per-task=4", "mem=1536MB", "time=90"),
            *("array=0-2%2", "ntasks-per-node=2", "nice=5", "nodes=1", "open-mode=append"),
        }
        assert any(re.fullmatch(r"signal=USR2@\d+", option) for option in options)

    def test_a_switch_stands_alone_or_not_at_all(self, script):
        text = script(slurm={"exclusive": True, "contiguous": False})
        assert "#SBATCH --exclusive\n" in text
        assert "contiguous" not in text

    @pytest.mark.parametrize("line", ["a\n#SBATCH --wrap=date", "a\r#SBATCH --wrap=date"])
    @pytest.mark.parametrize("where", ["partition", "slurm"])
    def test_a_value_cannot_bring_a_line_of_its_own(self, script, line, where):
        with pytest.raises(RequestError, match="must be one line"):
            script(**{where: line if where == "partition" else {"comment": line}})

    @pytest.mark.parametrize("value", ["a #SBATCH --wrap=date", "$(date)", "a; date", "a' --x='y"])
    def test_a_value_stays_one(self, script, value):
        lines = script(slurm={"comment": value}).splitlines()
        (line,) = (line for line in lines if "comment" in line)
        assert shlex.split(line.removeprefix("#SBATCH ")) == [f"--comment={value}"]


def test_an_array_that_is_too_long_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(slurm, "_ask", lambda *_: "Boot = x\nMaxArraySize            = 1001\n")
    with pytest.raises(RequestError, match=r"1002 jobs .* in an array \(1001\); .*--cells-per-job"):
        slurm.submit_array([bool] * 1002, tmp_path, parse(where="slurm"))


def test_without_slurm_another_place_is_offered(monkeypatch):
    monkeypatch.setattr(slurm.shutil, "which", lambda _: None)
    with pytest.raises(RequestError, match=r"there is no SLURM here .* try --where local"):
        slurm.check_available()
