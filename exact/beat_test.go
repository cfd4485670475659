package exact

import (
	"math"
	"testing"

	"mcrisk/models"
	"mcrisk/tokens"
)

// Cycles add steps of nearly one size to ln NAV. At the frequency of these steps the
// characteristic function is large again after it was negligible. Medians over more and
// more steps, of which the first are inverted from the series and the others along a
// contour, must go on smoothly.
func TestLawHasBeats(t *testing.T) {
	if testing.Short() {
		t.Skip("inverts four laws")
	}
	p := Problem{Token: band(3, .3, tokens.Target), Model: models.GBM{Mu: 8, Sigma: .8}, Step: hour}
	var medians []float64
	for steps := seriesSteps - 1; steps <= seriesSteps+2; steps++ {
		l, err := p.Law(float64(steps) * hour)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := l.Quantile(.5)
		medians = append(medians, x)
	}
	if third := medians[3] - 3*medians[2] + 3*medians[1] - medians[0]; !(math.Abs(third) < 1e-7) {
		t.Errorf("medians of ln NAV are %v, of third difference %.2g; want less than 1e-7", medians, third)
	}
}
