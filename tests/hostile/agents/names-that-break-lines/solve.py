import os

NAMES = [b"new\nline", b"esc\x1b[2J", "sep\u2028arator".encode(), b"bad\xff", b"back\\slash", b"x" * 255]
os.chdir(b"/workspace")
for name in NAMES:
    open(name, "w").close()
print(sorted(os.listdir(b".")))
