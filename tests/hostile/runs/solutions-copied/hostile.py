import os
from pathlib import Path

learnt = Path("learnt")
learnt.mkdir()
for number, file in enumerate(sorted(Path(os.environ["DGM_EVIDENCE"]).rglob("*"))):
    if file.is_file():
        (learnt / f"{number}-{file.name}").write_bytes(file.read_bytes())
