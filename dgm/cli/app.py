"""The commands and their help; each loads what it needs when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from dgm.cli.tasks import tasks_app

app = typer.Typer(
    name="dgm",
    help="Evolve coding agents that rewrite their own code; inspect the lineage; replay any agent.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(tasks_app)

Run = Annotated[Path, typer.Argument(help="The run's folder, such as runs/001.", show_default=False)]
Agent = Annotated[str, typer.Argument(help="Ordinal (0 is the seed), id prefix, or 'champion'.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a setting; may be repeated.")
]
Json = Annotated[bool, typer.Option("--json", help="Print facts for machines.")]


@app.command(epilog="Example: dgm run --set budget.evaluations=50 --set workers=1")
def run(
    folder: Annotated[
        Path | None, typer.Option("--run", help="Folder of the new run; the next free runs/NNN if absent.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="A run.toml to start from.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="A paper's settings, under those of --config: dgm or hgm.")
    ] = None,
    sets: Sets = None,
    policy: Annotated[str | None, typer.Option(help="Same as --set search.policy=.")] = None,
    model: Annotated[str | None, typer.Option(help="Model for both roles.")] = None,
    solve_model: Annotated[str | None, typer.Option(help="Model for `solve`, before --model.")] = None,
    improve_model: Annotated[str | None, typer.Option(help="Model for `improve`, before --model.")] = None,
    suite: Annotated[str | None, typer.Option(help="Same as --set suite.name=.")] = None,
    budget_usd: Annotated[
        float | None, typer.Option(min=0, help="Dollars that all model calls may cost: budget.usd.")
    ] = None,
    allow_unpriced: Annotated[
        bool, typer.Option("--allow-unpriced", help="Use models without a price; they count as free.")
    ] = False,
    seed_agent: Annotated[str | None, typer.Option(help="Folder of the seed agent.")] = None,
    cassette_from: Annotated[
        Path | None,
        typer.Option(help="A run to replay, with its settings: replies come from its cassette alone."),
    ] = None,
    playbook: Annotated[
        str | None, typer.Option(help="Suggestions shown to improve: none, titles or full.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what the run would cost and how long it would take.")
    ] = False,
    measure: Annotated[
        int | None,
        typer.Option(min=1, help="With --dry-run: from N real attempts and an expansion, paid for."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Start a run and carry it on until its budget is used. Ctrl-C stops in good order."""
    from dgm.cli.evolve import settings, start

    named = {
        "search.policy": policy,
        "model.solve": solve_model or model,
        "model.improve": improve_model or model,
        "model.allow_unpriced": allow_unpriced or None,
        "suite.name": suite,
        "budget.usd": budget_usd,
        "seed_agent": seed_agent,
        "evidence.playbook": playbook,
    }
    if measure is not None and not dry_run:
        raise typer.BadParameter("it goes with --dry-run", param_hint="--measure")
    wanted = settings(config, preset, named, sets or [], cassette_from)
    if dry_run:
        from dgm.cli.forecasting import tell_forecast

        return tell_forecast(wanted, measure, as_json=as_json)
    return start(folder, wanted, as_json=as_json)


@app.command(epilog="Example: dgm resume runs/001 --set budget.evaluations=400")
def resume(folder: Run, sets: Sets = None, as_json: Json = False) -> int:
    """Take a run up again where it ended, was stopped or was killed."""
    from dgm.cli.evolve import take_up

    return take_up(folder, sets or [], as_json=as_json)


@app.command(epilog="Example: dgm fork runs/001 --from champion --set seed=1")
def fork(
    origin: Annotated[Path, typer.Argument(help="The folder of the run to fork from.", show_default=False)],
    agent: Annotated[str, typer.Option("--from", help="The seed agent: ordinal, id prefix or 'champion'.")],
    folder: Annotated[
        Path | None, typer.Option("--run", help="Folder of the new run; the next free runs/NNN if absent.")
    ] = None,
    sets: Sets = None,
    as_json: Json = False,
) -> int:
    """Start another run, set up alike, from an agent of this one."""
    from dgm.cli.evolve import branch

    return branch(origin, agent, folder, sets or [], as_json=as_json)


@app.command(epilog="Example: dgm study --policy hgm,phylo --seeds 0-9 --set budget.evaluations=100")
def study(
    folder: Annotated[Path, typer.Option("--folder", help="Where the runs are kept.")] = Path("runs/study"),
    seeds: Annotated[str, typer.Option(help="Run seeds, such as 0-4.")] = "0-4",
    policy: Annotated[
        str | None,
        typer.Option(help="Policies by name, or all: held against the first, by their champions alone."),
    ] = None,
    sets: Sets = None,
    as_json: Json = False,
) -> int:
    """Run policies under several seeds and compare their champions on held-out tasks.

    Without --policy: `phylo`, beside `uniform`, the seed agent and an agent drawn at random. Runs are kept,
    so that the command can be stopped and given again, with more seeds or policies too.
    """
    from dgm.cli.studying import study as carry_out

    return carry_out(folder, seeds, policy, sets or [], as_json=as_json)


@app.command(epilog="Example: dgm bench seed runs/001 --suite kata --repeat 3")
def bench(
    agents: Annotated[
        list[str],
        typer.Argument(
            metavar="AGENT...",
            help="seed, a folder with an agent.toml, a run (its champion), or RUN:AGENT.",
            show_default=False,
        ),
    ],
    suite: Annotated[str, typer.Option(help="Suites, such as kata,my-tasks.")] = "kata",
    model: Annotated[
        str, typer.Option(help="Models that answer to `solve`, with commas between.")
    ] = "offline",
    split: Annotated[
        str | None, typer.Option(help="search, held_out or sealed; held_out if absent, where there is one.")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Attempts at each task.")] = 1,
    folder: Annotated[Path, typer.Option("--folder", help="Where what was measured is kept.")] = Path(
        "runs/bench"
    ),
    budget_usd: Annotated[
        float | None,
        typer.Option(min=0, help="Dollars that all of it may cost, what was spent before included."),
    ] = None,
    sets: Sets = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a line an attempt to this file.")] = None,
    as_json: Json = False,
) -> int:
    """Score agents without evolving them: every task, pass@k, cost, and agents against the first named.

    What was measured is kept, so that the command can be stopped and given again.
    """
    from dgm.cli.benching import bench as carry_out

    return carry_out(
        agents, suite, model, split, repeat, folder, budget_usd, sets or [], csv, as_json=as_json
    )


@app.command(epilog="Example: dgm simulate --policy hgm,phylo --worlds papers --seeds 8")
def simulate(
    policy: Annotated[str, typer.Option(help="Policies by name, or all.")] = "phylo,hgm",
    worlds: Annotated[str, typer.Option(help="Families of worlds by name, or all.")] = "all",
    split: Annotated[str, typer.Option(help="Which worlds: tuning or reporting.")] = "tuning",
    seeds: Annotated[int, typer.Option(min=1, help="Worlds of each family.")] = 8,
    evaluations: Annotated[int, typer.Option(help="Budget of each play.")] = 800,
    workers: Annotated[int, typer.Option(min=1, help="Workers of each play, by a simulated clock.")] = 1,
    merge_share: Annotated[float, typer.Option(min=0, max=1, help="Share of expansions that merge.")] = 0.0,
    plot: Annotated[Path | None, typer.Option(help="Draw quality against evaluations to this SVG.")] = None,
    as_json: Json = False,
) -> int:
    """Compare policies in worlds whose truth is known: no model, no sandbox, no cost."""
    from dgm.cli.simulating import simulate as carry_out

    return carry_out(policy, worlds, split, seeds, evaluations, workers, merge_share, plot, as_json=as_json)


@app.command(epilog="Example: dgm tree runs/001")
def tree(folder: Run, as_json: Json = False) -> int:
    """Draw the lineage: score, interval, clade score and children of every agent."""
    from dgm.cli.inspect import draw_tree

    return draw_tree(folder, as_json=as_json)


@app.command(epilog="Example: dgm show runs/001 champion")
def show(folder: Run, agent: Agent = "champion", as_json: Json = False) -> int:
    """Show an agent's card: where it came from, what it changed, how it did."""
    from dgm.cli.inspect import show_agent

    return show_agent(folder, agent, as_json=as_json)


@app.command(epilog="Example: dgm diff runs/001 0 champion")
def diff(
    folder: Run,
    agent: Agent = "champion",
    other: Annotated[
        str | None, typer.Argument(help="The other agent; the first one's parent if absent.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Show what changed between two agents, or between an agent's parent and it."""
    from dgm.cli.inspect import show_diff

    return show_diff(folder, agent, other, as_json=as_json)


@app.command(epilog="Example: dgm log runs/001 --agent champion -n 20")
def log(
    folder: Run,
    agent: Annotated[
        str | None, typer.Option(help="Only what is about this agent: ordinal, id prefix or 'champion'.")
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(help="Only these kinds, such as born,scored; all but those of calls if absent."),
    ] = None,
    last: Annotated[int | None, typer.Option("-n", min=0, help="Only the last N lines.")] = None,
    as_json: Json = False,
) -> int:
    """Tell what happened in a run, a line an event, newest last."""
    from dgm.cli.explain import show_log

    return show_log(folder, agent, event, last, as_json=as_json)


@app.command(epilog="Example: dgm why runs/001 41")
def why(
    folder: Run,
    ticket: Annotated[int, typer.Argument(help="A ticket's number, as `dgm show` and `dgm log` tell it.")],
    as_json: Json = False,
) -> int:
    """Explain a ticket: what was asked and why, what it took, how it ended."""
    from dgm.cli.explain import explain_ticket

    return explain_ticket(folder, ticket, as_json=as_json)


@app.command(epilog="Example: dgm compare runs/001:champion runs/001:0")
def compare(
    a: Annotated[str, typer.Argument(help="RUN:AGENT, or RUN alone for the whole run.", show_default=False)],
    b: Annotated[str, typer.Argument(help="The same; :AGENT is of the run of A.", show_default=False)],
    split: Annotated[str, typer.Option(help="Tasks to compare on: held_out or search.")] = "held_out",
    as_json: Json = False,
) -> int:
    """Compare two agents, or two runs by their champions, on the tasks that both met: A less B."""
    from dgm.cli.comparing import compare as carry_out

    return carry_out(a, b, split, as_json=as_json)


@app.command(epilog="Example: dgm monitor runs/001")
def monitor(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders of runs; with several, intervals.", show_default=False)
    ],
    as_json: Json = False,
) -> int:
    """Tell how a search explored and exploited, and whether its estimates foretold its clades."""
    from dgm.cli.monitoring import monitor as carry_out

    return carry_out(folders, as_json=as_json)


@app.command(epilog="Example: dgm replay runs/001 champion")
def replay(
    folder: Run,
    agent: Agent = "champion",
    task: Annotated[
        str | None, typer.Argument(help="One task; every one the agent attempted if absent.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Run an agent again in a fresh sandbox on the recorded model replies, and compare."""
    from dgm.cli.replaying import replay_agent

    return replay_agent(folder, agent, task, as_json=as_json)


@app.command(epilog="Example: dgm solve runs/001 champion --repo ../project --issue bug.md")
def solve(
    folder: Run,
    agent: Agent,
    repo: Annotated[Path, typer.Option("--repo", help="Root of a git repository without changes.")],
    issue: Annotated[Path, typer.Option("--issue", help="A text file that says what is wrong.")],
    model: Annotated[
        str | None, typer.Option(help="Another model than the run's, which answers to `solve`.")
    ] = None,
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap; process protects nothing.")
    ] = "auto",
    calls: Annotated[
        int | None, typer.Option(min=1, help="Model calls it may make; the run's [solve] calls if not given.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply the change without asking.")] = False,
    as_json: Json = False,
) -> int:
    """Let an agent mend a repository of yours; shows the diff, and asks before it applies it."""
    from dgm.cli.solving import solve_issue

    return solve_issue(
        folder, agent, repo, issue, model=model, sandbox=sandbox, calls=calls, yes=yes, as_json=as_json
    )


@app.command("check-agent", epilog="Example: dgm check-agent my-agent")
def check_agent(
    folder: Annotated[Path, typer.Argument(help="A folder with an agent.toml.", show_default=False)],
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap; process protects nothing.")
    ] = "auto",
    as_json: Json = False,
) -> int:
    """Try what a run demands of a seed agent, and tell the mend of each thing that is missing.

    The exit code is 1 if a run would not take it. Nothing is paid for: the offline model answers.
    """
    from dgm.cli.checking import check_agent as carry_out

    return carry_out(folder, sandbox, as_json=as_json)


@app.command(epilog="Example: dgm check runs/001")
def check(
    folder: Run,
    repair: Annotated[
        bool, typer.Option("--repair", help="Write the journal's good part to a new file beside it.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Recompute everything a run claims, and name each thing that does not hold."""
    from dgm.cli.inspect import check_run

    return check_run(folder, repair=repair, as_json=as_json)


@app.command(epilog="Example: dgm pause runs/001")
def pause(folder: Run, as_json: Json = False) -> int:
    """Stop a run in good order, from another terminal; `dgm resume` goes on."""
    from dgm.cli.steering import pause_run

    return pause_run(folder, as_json=as_json)


@app.command(epilog="Example: dgm veto runs/001 17")
def veto(
    folder: Run,
    agent: Annotated[str, typer.Argument(help="Ordinal or id prefix of the agent whose clade ends here.")],
    as_json: Json = False,
) -> int:
    """Expand nobody of an agent's clade any more, whether the run is going on or not."""
    from dgm.cli.steering import veto_agent

    return veto_agent(folder, agent, as_json=as_json)


export = typer.Typer(help="Write what a run holds for other programs.", no_args_is_help=True)
app.add_typer(export, name="export")


@export.command("predictions", epilog="Example: dgm export predictions runs/001 champion --to preds.jsonl")
def export_predictions(
    run: Run,
    agent: Agent = "champion",
    to: Annotated[Path, typer.Option("--to", help="A .jsonl file.")] = Path("preds.jsonl"),
    split: Annotated[str | None, typer.Option(help="Only this one: search, held_out or sealed.")] = None,
    as_json: Json = False,
) -> int:
    """Write an agent's patches as `swebench eval` and `sb-cli` take them: the first attempt at each task."""
    from dgm.cli.exporting import predictions

    return predictions(run, agent, to, split, as_json=as_json)


image = typer.Typer(
    help="Make and list the images that a container engine starts agents from.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(image, name="image")


@image.command("build", epilog="Example: dgm image build --from-debian")
def image_build(
    from_debian: Annotated[
        bool, typer.Option("--from-debian", help="From Debian's packages, as root; needs no image registry.")
    ] = False,
    requirements: Annotated[
        Path | None,
        typer.Option(help="A hash-pinned list of packages, for agents that need more than Python."),
    ] = None,
    tag: Annotated[
        str | None, typer.Option(help="With --requirements: the name that an agent.toml has for the image.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Make the image: a Python with pytest, and git, over python:3.12-slim.

    With --requirements, another one over it that has packages of the index, unless it is there already.
    """
    from dgm.cli.images import build

    return build(requirements, tag, from_debian=from_debian, as_json=as_json)


@image.command("list", epilog="Example: dgm image list")
def image_list(as_json: Json = False) -> int:
    """List the images, newest first, and which of them runs would use."""
    from dgm.cli.images import show

    return show(as_json=as_json)


@app.command(epilog="Example: dgm doctor")
def doctor(as_json: Json = False) -> int:
    """Try what this machine can do: programs, disk, and every promise of every sandbox."""
    from dgm.cli.doctor import examine

    return examine(as_json=as_json)


@image.command("remove-pulled", epilog="Example: dgm image remove-pulled")
def image_remove_pulled(as_json: Json = False) -> int:
    """Remove the images that were pulled for tasks, and no other; one that was pulled anew since stays."""
    from dgm.cli.images import remove_pulled

    return remove_pulled(as_json=as_json)
