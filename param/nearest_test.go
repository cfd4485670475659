package param

import (
	"slices"
	"testing"
)

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0},
		// Wikipedia, Levenshtein distance
		{"kitten", "sitting", 3}, {"saturday", "sunday", 3}, {"flaw", "lawn", 2}, {"ab", "ba", 2},
	} {
		if got, back := distance(tt.a, tt.b), distance(tt.b, tt.a); got != tt.want || back != tt.want {
			t.Errorf("from %q to %q %d, and back %d; want %d", tt.a, tt.b, got, back, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"ABCDEF", "ABCDEX", "ABCDZZ", "ABCZZZ", "ABZZZZ"}
	if got, want := Nearest("ABCDEX", names), []string{"ABCDEX", "ABCDEF", "ABCDZZ"}; !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
	if got := Nearest("ABCDEF", []string{"ABCZZZ", "ABZZZZ"}); !slices.Equal(got, []string{"ABCZZZ"}) {
		t.Errorf("got %v; want the one that has half in common", got)
	}
}
