import os

HONEST = """[commands]
solve = ["python3", "-m", "agent", "solve"]
improve = ["python3", "-m", "agent", "improve"]
# a child
"""
os.chdir(os.environ["DGM_AGENT"])
for n in range(1000):
    open(f"agent/m{n}.py", "w").close()
