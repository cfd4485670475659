package report

import (
	"errors"
	"strings"
	"testing"

	"mcrisk/analytics"
	"mcrisk/assess"
)

// Notes say which answers stop at a liquidation, and what is missing and why.
func TestExactNotes(t *testing.T) {
	answers := func(p float64) *analytics.Answers { return &analytics.Answers{Liquidated: p} }
	for _, tt := range []struct {
		name string
		of   assess.Exact
		want []string
	}{
		{"of a token that is never liquidated", assess.Exact{Token: "a", Answers: answers(0)}, nil},
		{"of one that stops", assess.Exact{Token: "a", Answers: answers(0.2), Stops: true}, nil},
		{"of one that goes on", assess.Exact{Token: "a", Answers: answers(0.2)},
			[]string{"a: liquidation has probability 0.2; these numbers stop the token there"}},
		{"without a law", assess.Exact{Token: "a", Answers: answers(0), NoLaw: errors.New("islands")},
			[]string{"estimates them. islands"}},
		{"of both", assess.Exact{Token: "a", Answers: answers(0.2), NoLaw: errors.New("x")}, []string{"0.2", "x"}},
	} {
		got := ExactNotes([]assess.Exact{tt.of})
		if len(got) != len(tt.want) {
			t.Errorf("%s: %q; want %d", tt.name, got, len(tt.want))
			continue
		}
		for i, w := range tt.want {
			if !strings.Contains(got[i], w) {
				t.Errorf("%s: %q; want %q in it", tt.name, got[i], w)
			}
		}
	}
}
