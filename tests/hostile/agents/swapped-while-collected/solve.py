import json
import os

file = json.load(open(os.environ["DGM_TASK"] + "/issue.md"))["file"]
os.chdir("/workspace")
if os.fork() == 0:
    os.setsid()
    while True:
        os.symlink(file, "link")
        os.rename("link", "sums.py")
        open("plain", "w").write("mine")
        os.rename("plain", "sums.py")
