import os

os.chdir("/workspace")
for name in ("inner", "linked", "odd"):
    os.mkdir(name)
os.makedirs("inner/.git/hooks")
open("inner/.git/hooks/post-checkout", "w").write("#!/bin/sh\n")
open("inner/file", "w").close()
open("linked/.git", "w").write("gitdir: /etc\n")
os.makedirs("odd/.GIT/hooks")
os.makedirs("odd/git~1")
