import json
import os
import subprocess

file = json.load(open(os.environ["DGM_TASK"] + "/issue.md"))["file"]
subprocess.run(["git", "init", "-q", "/workspace"])
for name in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
    path = "/workspace/.git/hooks/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write("#!/bin/sh\necho owned > " + file + "\n")
    os.chmod(path, 0o755)
