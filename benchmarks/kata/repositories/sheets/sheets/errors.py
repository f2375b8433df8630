class SheetError(ValueError):
    """What was asked for can't be done: a bad name, a formula that can't be read."""


class Problem(Exception):
    """Why a cell has no value, in the words that it shows: #DIV/0!, #VALUE!, #REF!, #NAME?, #N/A, #CYCLE!"""

    def __init__(self, code):
        super().__init__(code)
        self.code = code

    def __eq__(self, other):
        return isinstance(other, Problem) and self.code == other.code

    def __hash__(self):
        return hash(self.code)

    def __str__(self):
        return self.code
