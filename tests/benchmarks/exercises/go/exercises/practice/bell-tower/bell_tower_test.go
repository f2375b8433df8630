package belltower

import "testing"

func TestStrokes(t *testing.T) {
	for hour, want := range map[int]int{9: 9, 12: 12, 0: 12, 13: 1} {
		if got, err := Strokes(hour); got != want || err != nil {
			t.Errorf("Strokes(%d) = %d, %v; want %d", hour, got, err, want)
		}
	}
}

func TestNoSuchHour(t *testing.T) {
	t.Skip("later")
	if _, err := Strokes(24); err == nil {
		t.Error("an hour too many")
	}
}
