import os

HONEST = """[commands]
solve = ["python3", "-m", "agent", "solve"]
improve = ["python3", "-m", "agent", "improve"]
# a child
"""
os.chdir(os.environ["DGM_AGENT"])
open("agent.toml", "w").write(HONEST)
os.makedirs("agent/.git/hooks")
open("agent/.git/hooks/post-checkout", "w").write("#!/bin/sh\n")
open("agent/.gitattributes", "w").write("* export-ignore filter=evil\n")
