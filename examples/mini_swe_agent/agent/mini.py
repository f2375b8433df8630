"""mini-swe-agent as an agent that can be evolved: `mini.py solve` or `mini.py improve`."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Read when they are imported: nothing is fetched, nothing is written beside the source.
os.environ["MSWEA_SILENT_STARTUP"] = "1"
os.environ["MSWEA_GLOBAL_CONFIG_DIR"] = "/tmp/mini"
os.environ["MSWEA_MODEL_RETRY_STOP_AFTER_ATTEMPT"] = "1"
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"


def work(role: str, folder: str, **known: str) -> str:
    """One conversation in `folder`, by the templates of `role`; returns what the agent said at its end."""
    import yaml
    from minisweagent.agents.default import DefaultAgent
    from minisweagent.environments.local import LocalEnvironment
    from minisweagent.models.litellm_model import LitellmModel

    config = yaml.safe_load((HERE / "config.yaml").read_text())
    gateway = {"api_base": os.environ["OPENAI_BASE_URL"], "api_key": os.environ["OPENAI_API_KEY"]}
    model = LitellmModel(
        model_name=f"openai/{role}",
        model_kwargs={**gateway, "max_retries": 0, **config["model"].pop("model_kwargs", {})},
        cost_tracking="ignore_errors",
        **config["model"],
    )
    environment = LocalEnvironment(cwd=str(folder), **config["environment"])
    agent = DefaultAgent(model, environment, **config["agent"], **config[role])
    ended = agent.run(**known)
    return ended.get("submission", "").strip() or last_words(agent.messages)


def last_words(messages: list) -> str:
    """What the model said last, also where it was no call of a tool."""
    for message in reversed(messages):
        response = message.get("extra", {}).get("response")
        if response:
            return response["choices"][0]["message"].get("content") or ""
    return ""


def solve() -> None:
    """Work on the repository by what the issue says."""
    issue = Path(os.environ["DGM_TASK"], "issue.md").read_text()
    print(work("solve", os.environ["DGM_WORKSPACE"], task=issue))


def improve() -> None:
    """Change this very folder, after a look at how its agent did."""
    evidence = Path(os.environ["DGM_EVIDENCE"])
    seen = [f"{path.name}:\n{path.read_text()[:2000]}" for path in sorted(evidence.glob("*.*"))]
    said = work("improve", os.environ["DGM_AGENT"], task="\n\n".join(seen), evidence=str(evidence))
    Path(os.environ["DGM_OUT"], "summary.md").write_text(said or "(nothing was said)")


if __name__ == "__main__":
    if "--help" in sys.argv:
        print(__doc__)
    else:
        {"solve": solve, "improve": improve}[sys.argv[1]]()
