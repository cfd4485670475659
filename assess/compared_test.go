package assess

import "testing"

// Few lifetimes are compared with as many of known parameters, many with half.
func TestComparedPaths(t *testing.T) {
	for paths, want := range map[int]int{1: 1, 4096: 4096, 5000: 4096, 8192: 4096, 10_000: 5000, 1 << 20: 1 << 19} {
		if got := comparedPaths(paths); got != want {
			t.Errorf("of %d paths %d are compared; want %d", paths, got, want)
		}
	}
}
