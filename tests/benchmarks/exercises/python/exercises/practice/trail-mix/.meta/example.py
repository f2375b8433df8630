from itertools import zip_longest


def mix(first, second):
    return "".join(a + b for a, b in zip_longest(first, second, fillvalue=""))
