"""`python -m dgm` is the command `dgm`."""

from dgm.cli import main

main()
