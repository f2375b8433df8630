import os

open("/workspace/sums.py", "w").write("def add(a, b):\n    return a + b\n")
os.makedirs("/workspace/closed/inner")
open("/workspace/closed/inner/file", "w").close()
for path in ("closed/inner/file", "closed/inner", "closed", "sums.py"):
    os.chmod("/workspace/" + path, 0)
