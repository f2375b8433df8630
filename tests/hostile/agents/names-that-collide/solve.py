import os

os.chdir("/workspace")
for name in ("A/file", "a/file", "SUMS.PY", "Tests/test_old.py", "e\u0301.py", "\u00e9.py"):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w").write("pass\n")
