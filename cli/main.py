"""The command ``ferbench``."""

import sys

import typer

from cli import (
    audit,
    compare,
    control,
    cost,
    dashboard,
    data,
    database,
    figure,
    listing,
    perf,
    reading,
    report,
    running,
    study,
    table,
    tune,
)

app = typer.Typer(
    name="ferbench",
    help="Benchmark attention modules for facial expression recognition, fairly and cheaply.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("run")(running.run)
app.command("retry")(running.retry)
app.command("status")(control.status)
app.command("logs")(control.logs)
app.command("cancel")(control.cancel)
app.command("show")(reading.show)
app.command("leaderboard")(reading.leaderboard)
app.command("audit")(audit.audit)
app.command("compare")(compare.compare)
app.command("claim")(compare.claim)
app.command("ladder")(compare.ladder)
app.command("verdict")(compare.verdict)
app.command("power")(compare.power)
app.command("cost")(cost.cost)
app.command("perf")(perf.perf)
app.command("table")(table.table)
app.command("figure")(figure.figure)
app.command("report")(report.report)
app.command("dashboard")(dashboard.dashboard)
app.command("tune")(tune.tune)
app.command("list")(listing.list_components)
app.add_typer(data.app, name="data")
app.add_typer(database.app, name="db")
app.add_typer(study.app, name="study")


def main() -> None:
    """Run the command; what a person got wrong is one sentence and exit code 2."""
    from bench.memory import look_for_garbage_seldom
    from registry.errors import RequestError

    look_for_garbage_seldom()
    try:
        app()
    except RequestError as error:
        print(f"ferbench: {error}", file=sys.stderr)  # noqa: T201  (the terminal is what this is for)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
