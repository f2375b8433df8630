import os

HONEST = """[commands]
solve = ["python3", "-m", "agent", "solve"]
improve = ["python3", "-m", "agent", "improve"]
# a child
"""
os.chdir(os.environ["DGM_AGENT"])
open("agent.toml", "w").write(HONEST)
open(os.environ["DGM_OUT"] + "/summary.md", "wb").write(b"\x1b[2J\xff\xed\xa0\x80\n" * 2_500_000)
