"""`dgm tasks`: its commands and their help; each loads what it needs when it is called."""

from pathlib import Path
from typing import Annotated

import typer

tasks_app = typer.Typer(
    name="tasks",
    help="List, verify and split tasks; make them of your own repository; import and export them.",
    no_args_is_help=True,
)

Suite = Annotated[
    str,
    typer.Argument(
        help="kata, sealed, polyglot:PATH, swebench:FILE, swebench:hub:OWNER/NAME, or a folder of tasks.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print facts for machines.")]
To = Annotated[
    Path, typer.Option("--to", help="Folder of the suite that gets them; made if it is not there.")
]
Count = Annotated[int, typer.Option("--count", min=1, help="At most so many tasks.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="At a time; one a core if absent.")]
Backend = Annotated[str, typer.Option("--sandbox", help="Where their code runs; auto takes the best.")]
Rewrite = Annotated[
    str | None, typer.Option("--rewrite", help="A model that puts issues into its own words.")
]

make_app = typer.Typer(
    name="make",
    help="Make verified tasks of your own code: of its history, of releases, or with defects put in.",
    no_args_is_help=True,
)
tasks_app.add_typer(make_app)


@tasks_app.command("list", epilog="Example: dgm tasks list kata --split search")
def list_(
    suite: Suite,
    split: Annotated[str | None, typer.Option(help="Only this one: search, held_out or sealed.")] = None,
    as_json: Json = False,
) -> int:
    """List the tasks of a suite with split, language, difficulty and number of tests."""
    from dgm.cli.task_suites import list_tasks

    return list_tasks(suite, split, as_json=as_json)


@tasks_app.command(epilog="Example: dgm tasks show kata daybook-exact-fit --patch")
def show(
    suite: Suite,
    task: Annotated[str, typer.Argument(help="The task's id.", show_default=False)],
    patch: Annotated[bool, typer.Option("--patch", help="The repair and the hidden tests too.")] = False,
    as_json: Json = False,
) -> int:
    """Show a task: its issue, its tests, where it comes from."""
    from dgm.cli.task_suites import show_task

    return show_task(suite, task, patch=patch, as_json=as_json)


@tasks_app.command(epilog="Example: dgm tasks prepare swebench:rows.jsonl")
def prepare(
    suite: Suite,
    registry: Annotated[
        str | None, typer.Option("--registry", help="Goes before the names of images, as mirror:5000 does.")
    ] = None,
    backend: Backend = "auto",
    as_json: Json = False,
) -> int:
    """Pull the images that a suite's tasks run in, and take the repositories out of them, without history."""
    from dgm.cli.task_suites import prepare_tasks

    return prepare_tasks(suite, registry, backend, as_json=as_json)


@tasks_app.command(epilog="Example: dgm tasks verify my-tasks --workers 2")
def verify(
    suite: Suite,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was found out earlier.")] = False,
    workers: Workers = None,
    backend: Backend = "auto",
    as_json: Json = False,
) -> int:
    """Try each task three times without and with its repair, and with cheats; set aside what fails.

    The exit code is 1 if a task can't be trusted. In a folder of tasks these are noted in dgm.json, and runs
    leave them out.
    """
    from dgm.cli.task_suites import verify_tasks

    return verify_tasks(suite, workers, backend, fresh=fresh, as_json=as_json)


@tasks_app.command(epilog="Example: dgm tasks split my-tasks --seed 1 --share search=2 --share held_out=1")
def split(
    suite: Suite,
    seed: Annotated[int, typer.Option(help="Draws who goes where.")] = 0,
    share: Annotated[
        list[str] | None,
        typer.Option("--share", metavar="SPLIT=PART", help="Parts; two equal ones if absent."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Draw splits by a seed, each with its share of every repository and difficulty; kept in dgm.json."""
    from dgm.cli.task_suites import split_tasks

    return split_tasks(suite, seed, share or ["search=1", "held_out=1"], as_json=as_json)


@tasks_app.command("import", epilog="Example: dgm tasks import rows.jsonl --repo ../clone --to my-tasks")
def import_(
    source: Annotated[
        str, typer.Argument(help="A suite, or rows in .json, .jsonl or .parquet.", show_default=False)
    ],
    to: To,
    repo: Annotated[
        Path | None, typer.Option("--repo", help="For rows: a clone that has their base commits.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Write the tasks of a suite, or of rows in SWE-bench's form, into a folder of tasks."""
    from dgm.cli.task_suites import import_tasks

    return import_tasks(source, to, repo, as_json=as_json)


@tasks_app.command(epilog="Example: dgm tasks export my-tasks --to rows.jsonl")
def export(
    suite: Suite,
    to: Annotated[Path, typer.Option("--to", help="A .jsonl file for rows in swebench 5's form.")],
    as_json: Json = False,
) -> int:
    """Write a suite's tasks as rows that swebench's own loaders take."""
    from dgm.cli.task_suites import export_tasks

    return export_tasks(suite, to, as_json=as_json)


@make_app.command("from-history", epilog="Example: dgm tasks make from-history --repo . --to my-tasks")
def from_history(
    to: To,
    repo: Annotated[Path, typer.Option("--repo", help="Root of a git repository.")] = Path(),
    count: Count = 20,
    last: Annotated[int, typer.Option("--last", min=1, help="How many commits to look at.")] = 200,
    workers: Workers = None,
    backend: Backend = "auto",
    rewrite: Rewrite = None,
    as_json: Json = False,
) -> int:
    """Make a task of each commit that changes source and tests, if its tests fail before and pass after."""
    from dgm.cli.task_making import of_history

    return of_history(repo, to, count, last, workers, backend, rewrite, as_json=as_json)


@make_app.command(
    "from-releases", epilog="Example: dgm tasks make from-releases parse 1.20.0 1.20.1 --to mine"
)
def from_releases(
    package: Annotated[str, typer.Argument(help="A package of the index.", show_default=False)],
    versions: Annotated[list[str], typer.Argument(help="Two or more versions, oldest first.")],
    to: To,
    workers: Workers = None,
    backend: Backend = "auto",
    rewrite: Rewrite = None,
    as_json: Json = False,
) -> int:
    """Make a task of each two adjacent releases; their archives are fetched by pip, their hashes kept."""
    from dgm.cli.task_making import of_releases

    return of_releases(package, versions, to, workers, backend, rewrite, as_json=as_json)


@make_app.command(epilog="Example: dgm tasks make inject --repo ../mine --count 50 --seed 1 --to my-tasks")
def inject(
    to: To,
    repo: Annotated[
        str, typer.Option("--repo", help="A folder, or a package of the index such as semver==3.1.1.")
    ] = ".",
    count: Count = 20,
    seed: Annotated[int, typer.Option(help="Draws the defects.")] = 0,
    workers: Workers = None,
    backend: Backend = "auto",
    rewrite: Rewrite = None,
    as_json: Json = False,
) -> int:
    """Put defects into code whose tests pass: one or two places, several kinds, told by what goes wrong."""
    from dgm.cli.task_making import of_defects

    return of_defects(repo, to, count, seed, workers, backend, rewrite, as_json=as_json)
