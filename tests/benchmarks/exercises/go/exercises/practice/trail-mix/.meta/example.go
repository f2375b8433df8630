package trailmix

// Mix pours two bags into one.
func Mix(first, second string) string {
	mixed := ""
	for at := 0; at < len(first) || at < len(second); at++ {
		if at < len(first) {
			mixed += first[at : at+1]
		}
		if at < len(second) {
			mixed += second[at : at+1]
		}
	}
	return mixed
}
