import os

os.chdir("/workspace")
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
open("f", "w").close()
