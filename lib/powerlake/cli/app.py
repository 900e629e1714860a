"""The commands and their options."""

# ruff: noqa: PLC0415 - commands import what they need when they run, so that `powerlake --help` is there at once

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

import powerlake
from powerlake.errors import ConfigurationError, PowerlakeError, without_values

app = typer.Typer(
    name="powerlake",
    help="A Delta lakehouse for an electric utility: from landing files to gold tables.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

Env = Annotated[str | None, typer.Option(help="Environment: conf/ENV.yaml; POWERLAKE_ENV, else local.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Pipeline = Annotated[str, typer.Argument(metavar="PIPELINE", help="A pipeline of pipelines.yaml, such as daily.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="JOB", help="This job alone; may be repeated.")]
FromJob = Annotated[str | None, typer.Option(metavar="JOB", help="This job and those that wait for it.")]
Force = Annotated[bool, typer.Option("--force", help="Do also what is up to date.")]
Day = Annotated[str | None, typer.Option("--date", metavar="DAY", help="Make this local date again (YYYY-MM-DD).")]
Start = Annotated[str | None, typer.Option(metavar="DAY", help="First local date to make again.")]
End = Annotated[str | None, typer.Option(metavar="DAY", help="Last local date to make again.")]


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; anywhere in the line.")
    ] = False,
) -> None:
    if version:
        typer.echo(f"powerlake {powerlake.__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def run(
    pipeline: Pipeline,
    *,
    env: Env = None,
    day: Day = None,
    start: Start = None,
    end: End = None,
    from_job: FromJob = None,
    only: Only = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run that failed or was killed.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Run a pipeline.

    Each job runs after those it needs, and only where its inputs, its code or its settings changed.
    """
    from powerlake.cli import dates, running

    request = running.Request(pipeline, env, dates.window(day, start, end), from_job, tuple(only or ()), force)
    raise typer.Exit(running.run(request, resume=resume, as_json=as_json))


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Load-curve files; else a small synthetic set.")
    ] = None,
) -> None:
    """Run the daily pipeline on a folder of readings and say where the results are."""
    from powerlake.cli import demo as demonstration

    raise typer.Exit(demonstration.demo(data))


@app.command()
def plan(
    pipeline: Pipeline,
    *,
    env: Env = None,
    day: Day = None,
    start: Start = None,
    end: End = None,
    from_job: FromJob = None,
    only: Only = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Show what a run would do, and why."""
    from powerlake.cli import dates, running

    request = running.Request(pipeline, env, dates.window(day, start, end), from_job, tuple(only or ()), force)
    typer.echo(running.plan(request, as_json=as_json))


@app.command()
def check(as_json: Json = False) -> None:
    """See whether pipelines, tables, conf and jobs agree."""
    from powerlake.cli import checking

    findings = checking.check()
    typer.echo(checking.told(findings, as_json=as_json))
    if any(finding.problem for finding in findings):
        raise typer.Exit(ConfigurationError.exit_code)


@app.command()
def tables(
    name: Annotated[str | None, typer.Argument(help="A table, such as gold.customer_segments.")] = None,
    as_json: Json = False,
) -> None:
    """List the tables, or show one.

    Of one: its columns with type, unit and comment.
    """
    from powerlake.cli import showing

    typer.echo(showing.tables(name, as_json=as_json))


@app.command()
def status(env: Env = None, as_json: Json = False) -> None:
    """Show last runs, tables, quarantine and broken rules.

    Of each table its version, rows and freshness; of quarantine rows and readings by reason; of each job the rules that
    did not hold when it last judged them.
    """
    from powerlake.cli import showing

    typer.echo(showing.status(env, as_json=as_json))


@app.command(context_settings={"ignore_unknown_options": True})  # SQL may begin with a comment, --
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; tables as gold.customer_segments.")],
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Ask the tables something in SQL.

    DuckDB's dialect, read only. --json prints a list of row objects and nothing else.
    """
    from powerlake.cli import asking

    typer.echo(asking.query(sql, env, as_json=as_json))


feeds_app = typer.Typer(rich_markup_mode=None)
app.add_typer(feeds_app, name="feeds")


@feeds_app.callback(invoke_without_command=True)
def feeds(context: typer.Context, env: Env = None, as_json: Json = False) -> None:
    """Show what each department has delivered.

    Of each feed its last delivery, files, rows, quarantine and lateness.
    """
    from powerlake.cli import feeding

    if context.invoked_subcommand is None:
        typer.echo(feeding.feeds(env, as_json=as_json))


@feeds_app.command("check")
def check_feeds(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Files, laid out as below landing/ or loose.")],
    as_json: Json = False,
) -> None:
    """See whether files would be taken, before they are sent.

    Exit code 1 where one would be refused as a whole.
    """
    from powerlake.cli import feeding

    told, is_well = feeding.check(folder, as_json=as_json)
    typer.echo(told)
    if not is_well:
        raise typer.Exit(1)


quality_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Show what the rules of tables found.")
app.add_typer(quality_app, name="quality")


@quality_app.callback()
def _quality() -> None:
    """Show what the rules of tables found."""


@quality_app.command("docs")
def quality_docs(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Replaced as a whole; else report/quality below the home.")
    ] = None,
    env: Env = None,
) -> None:
    """Write Data Docs of the latest verdicts.

    A site that opens offline; no pass over the data.
    """
    from powerlake.cli import judging

    typer.echo(judging.docs(env, out))


@app.command("simulate")
def simulate_utility(
    *,
    customers: Annotated[int, typer.Option(help="How many; a feeder has 250.")],
    days: Annotated[int, typer.Option(help="Local days from --start on.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="An empty folder, or one to make.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 0,
    start: Annotated[str | None, typer.Option(metavar="DAY", help="First local date; else 2024-01-01.")] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="Without dirt, gaps, theft, faulty meters, conflicts.")
    ] = False,
    env: Env = None,
) -> None:
    """Make the files of a synthetic utility.

    Every department's feeds in DIR/landing, what comes late in DIR/later by day, and the planted truth in DIR/truth.
    """
    from powerlake.cli import dates, simulating

    typer.echo(simulating.run(customers, days, seed, dates.day_of("--start", start), out, env, is_clean=clean))


@app.command()
def adapt(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A public data set, such as lcl_london.")],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The folder it lies in.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where its feeds are written.")],
) -> None:
    """Put public data into the form of the feed contract.

    The feeds go to DIR/landing, what a model is to find to DIR/truth.
    """
    from powerlake.cli import adapting

    typer.echo(adapting.run(name, source, out))


@app.command()
def fetch(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A source of conf; else all.")] = None,
    env: Env = None,
) -> None:
    """Bring external feeds into landing.

    The sources are in conf under external_sources. A content that landing has is not written again.
    """
    from powerlake.cli import fetching

    raise typer.Exit(fetching.run(name, env))


@app.command("calendar")
def write_calendar(
    country: Annotated[str, typer.Option(metavar="CODE", help="ISO code, such as CN or DE-BY.")],
    years: Annotated[str, typer.Option(metavar="YEARS", help="Such as 2024,2025.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The feed is written below DIR/landing.")],
) -> None:
    """Write working days and public holidays.

    China's make-up working days are among them.
    """
    from powerlake.cli import fetching

    typer.echo(fetching.write_calendar(country, years, out))


@app.command()
def report(
    env: Env = None,
    day: Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Nothing after this local date.")] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = False,
) -> None:
    """Write the page and print where it is."""
    from powerlake.cli import dates, reporting

    page = reporting.report(env, dates.day_of("--as-of", day))
    typer.echo(page)
    if show:
        typer.launch(page.as_uri())


@app.command()
def evaluate(
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="What to evaluate, such as segments, or all.")],
    train: Annotated[
        list[Path],
        typer.Option(metavar="DIR", help="Files to fit on; cross-validated without --test. Several for all."),
    ],
    test: Annotated[Path | None, typer.Option(metavar="DIR", help="Files to score once.")] = None,
    seed: Annotated[int, typer.Option(help="Of every random choice.")] = 0,
    page: Annotated[Path | None, typer.Option(metavar="FILE", help="With all: a page to put the figures on.")] = None,
    as_json: Json = False,
) -> None:
    """Score models on public data, or on utilities that `simulate` made.

    Runs the code that production runs, beside a baseline, with 95 % intervals. `all` is every suite that can judge
    simulated utilities, on each of several.
    """
    from powerlake.cli import evaluating

    evaluating.refuse_unused(suite, test, page)
    if suite == evaluating.ALL:
        typer.echo(evaluating.evaluate_all(train, seed, page, as_json=as_json))
    else:
        typer.echo(evaluating.evaluate(suite, train, test, seed, as_json=as_json))


@app.command()
def catalogue(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where a page is not up to date.")] = False,
) -> None:
    """Write docs/catalogue from the declarations."""
    from powerlake.cli import cataloguing

    typer.echo(cataloguing.check() if check else cataloguing.write())


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of `powerlake`. Exits with 0 ok, 1 a job failed, 2 configuration, 3 environment."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    sys.exit(_called([argument for argument in given if argument != "--debug"], debug))


def _called(arguments: list[str], debug: bool) -> int:
    try:
        code = get_command(app).main(args=arguments, prog_name="powerlake", standalone_mode=False)
    except Exception as error:
        if debug:
            raise
        return _told(error, arguments)
    return code if isinstance(code, int) else 0


def _told(error: Exception, arguments: Sequence[str]) -> int:
    """Puts an error on stderr in one line. Returns the exit code."""
    if isinstance(error, PowerlakeError):
        return _say(str(error), error.exit_code)
    if isinstance(error, TyperException):
        known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
        command = " ".join(["powerlake", *(name for name in arguments[:1] if name in known)])
        words = error.format_message().rstrip(".")
        return _say(f"{words}{'' if words.endswith('?') else ';'} `{command} --help` shows the options", 2)
    text = without_values(" ".join(str(error).split()))
    kind = type(error).__name__
    return _say(
        f"{kind}: {text[:300]}; --debug shows the traceback" if text else f"{kind}; --debug shows the traceback", 1
    )


def _say(problem: str, code: int) -> int:
    typer.echo(f"error: {problem}", err=True)
    return code
