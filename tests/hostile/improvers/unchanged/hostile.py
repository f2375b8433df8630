import os

HONEST = """[commands]
solve = ["python3", "-m", "agent", "solve"]
improve = ["python3", "-m", "agent", "improve"]
# a child
"""
os.chdir(os.environ["DGM_AGENT"])
os.makedirs("agent/__pycache__", exist_ok=True)
open("agent/__pycache__/solve.cpython-311.pyc", "wb").write(b"code that would run in place of the source")
open("agent/solve.py~", "w").close()
os.chmod("agent/solve.py", 0o600)
