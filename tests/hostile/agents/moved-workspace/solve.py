import os
import shutil

for act in (
    lambda: shutil.rmtree("/workspace", ignore_errors=True),
    lambda: os.rmdir("/workspace"),
    lambda: os.rename("/workspace", "/tmp/workspace"),
    lambda: os.symlink("/", "/workspace"),
):
    try:
        act()
    except OSError as error:
        print(error)
