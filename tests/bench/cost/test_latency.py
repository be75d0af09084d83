"""Times are taken in turn, and count what was run."""

import gc
import time

import numpy as np

from bench.cost.latency import time_in_turn


def test_models_take_turns_after_a_warm_up():
    order: list[str] = []
    runs = {name: lambda name=name: order.append(name) for name in "ABC"}
    times = time_in_turn(runs, rounds=4, warm_up=2)
    assert "".join(order) == "ABC" * 6
    assert {name: len(values) for name, values in times.items()} == dict.fromkeys("ABC", 4)


def test_times_are_those_of_the_run():
    runs = {"short": lambda: time.sleep(0.001), "long": lambda: time.sleep(0.01)}
    times = time_in_turn(runs, rounds=5, warm_up=0)
    assert (times["short"] >= 0.001).all()
    assert (times["long"] >= 0.01).all()
    assert np.median(times["long"]) > 2 * np.median(times["short"])


def test_the_garbage_collector_runs_again_afterwards():
    seen: list[bool] = []
    time_in_turn({"one": lambda: seen.append(gc.isenabled())}, rounds=1, warm_up=0)
    assert seen == [False]
    assert gc.isenabled()
