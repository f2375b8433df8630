def strokes(hour):
    if not 0 <= hour <= 23:
        raise ValueError("no such hour")
    return hour % 12 or 12
