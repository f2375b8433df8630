package belltower

import "errors"

// Strokes tells how often the bell is struck.
func Strokes(hour int) (int, error) {
	if hour < 0 || hour > 23 {
		return 0, errors.New("no such hour")
	}
	return (hour+11)%12 + 1, nil
}
