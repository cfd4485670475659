package tokens

import (
	"fmt"
	"testing"
)

// Ranges of Index Coop's leverage suite (docs.indexcoop.com): 1.74 to 2.30 for
// ETH2x and 1.82 to 2.20 for BTC2x; the lower edges to more digits are 4/2.30
// and 4/2.20. A band of T ± 10 % is not geometric.
func TestGeometric(t *testing.T) {
	rows := []struct{ target, high, low float64 }{
		{2, 2.30, 1.739130}, {2, 2.20, 1.818182}, {3, 3.3, 2.727273}, {-1, 1.1, 0.909091}, {2, 2, 2},
	}
	for _, r := range rows {
		t.Run(fmt.Sprint(r.target, r.high), func(t *testing.T) {
			g := Geometric{High: r.high}
			within(t, "low", g.Band(r.target).Low, r.low, 5e-7)
			// It lives as that band does.
			band := g.Band(r.target)
			for _, to := range []Destination{Edge, Target, Partial} {
				g, b := Geometric{r.high, to, 0.4}, Band{band.Low, r.high, to, 0.4}
				for _, p := range []Path{bars(day, 1.2, 0.9, 1.1), grid(day, 1.2, 0.9, 1.1)} {
					if got, want := live(t, free(r.target, g), p), live(t, free(r.target, b), p); !same(got, want) {
						t.Errorf("%+v\nlives as %+v\n%+v as\n%+v", g, got, b, want)
					}
				}
			}
		})
	}
	for _, high := range []float64{1.9, nan, inf, 5} { // 5: low would be .8
		if err := (Geometric{High: high}).Check(2); err == nil {
			t.Errorf("upper edge %v passes for a target of 2", high)
		}
	}
}
