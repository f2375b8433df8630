import os

os.chdir("/workspace")
open("sums.py", "w").write("def add(a, b):\n    return a + b\n")
open("tool", "wb").write(bytes(range(256)))
os.chmod("tool", 0o6777)
os.chmod("sums.py", 0o1666)
