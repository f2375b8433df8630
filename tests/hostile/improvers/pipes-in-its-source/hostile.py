import os

HONEST = """[commands]
solve = ["python3", "-m", "agent", "solve"]
improve = ["python3", "-m", "agent", "improve"]
# a child
"""
os.chdir(os.environ["DGM_AGENT"])
open("agent.toml", "w").write(HONEST)
os.mkfifo("agent/pipe")
