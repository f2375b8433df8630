def mix(first, second):
    pass
