def strokes(hour):
    pass
