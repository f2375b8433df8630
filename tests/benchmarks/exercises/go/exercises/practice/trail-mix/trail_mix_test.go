package trailmix

import "testing"

func TestAlike(t *testing.T) {
	if got := Mix("ace", "bdf"); got != "abcdef" {
		t.Errorf("got %q", got)
	}
}

func TestLonger(t *testing.T) {
	if got := Mix("a", "bcd") + Mix("acd", "b"); got != "abcdabcd" {
		t.Errorf("got %q", got)
	}
}
