package belltower

// Strokes tells how often the bell is struck.
func Strokes(hour int) (int, error) {
	panic("write me")
}
