package analytics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"mcrisk/analytics"
)

// Means by hand, without scatter or with it; on a line where nothing else is said.
func TestBreakEvenByHand(t *testing.T) {
	inf := math.Inf(1)
	spread := func(means ...float64) func(int) []float64 { // standard errors of 1, neighbours moving together
		return func(i int) []float64 { return []float64{means[i] - 1, means[i] + 1, inf, means[i]} }
	}
	still := func(means ...float64) func(int) []float64 {
		return func(i int) []float64 { return []float64{means[i], means[i]} }
	}
	half := 1.959964 / math.Sqrt(3) // of ±1 and 0: variance 1 over 3 paths
	xs := []float64{1, 2, 4, 8}
	for _, tt := range []struct {
		name string
		at   func(int) []float64
		want []analytics.Crossing
	}{
		{"between two", still(-1, -0.5, 0.5, 2.5), []analytics.Crossing{{At: analytics.Estimate{Value: 3, Lo: 3, Hi: 3},
			Rising: true}}},
		{"at one of them", still(2, 0, -1, -2), []analytics.Crossing{{At: analytics.Estimate{Value: 2, Lo: 2, Hi: 2}}}},
		{"touches", still(2, 0, 1, 2), nil},
		{"never", still(1, 2, 3, 4), nil},
		{"twice", still(1, -1, 1, 3), []analytics.Crossing{
			{At: analytics.Estimate{Value: 1.5, Lo: parabola(1, 1, 2, -1, 4, 1, 1), Hi: 1.5}},
			{At: analytics.Estimate{Value: 3, Lo: parabola(2, -1, 4, 1, 8, 3, 2), Hi: parabola(1, 1, 2, -1, 4, 1, 2)},
				Rising: true}}},
		{"parallel paths", spread(-10, -5, 5, 25),
			[]analytics.Crossing{{At: analytics.Estimate{Value: 3, Lo: 3 - half/5, Hi: 3 + half/5}, Rising: true}}},
		{"over a point", spread(-10, -0.5, 5, 10),
			[]analytics.Crossing{{At: analytics.Estimate{Value: 2 + 1/5.5,
				Lo: 2 - (half-0.5)/9.5 + parabola(1, -10, 2, -0.5, 4, 5, 2) - (2 + 1/5.5),
				Hi: 2 + (half+0.5)/2.75}, Rising: true}}},
		{"open to the right", spread(-10, -5, -1, 0.5),
			[]analytics.Crossing{{At: analytics.Estimate{Value: 4 + 4/1.5,
				Lo: 4 - (half-1)/2 + parabola(2, -5, 4, -1, 8, 0.5, 4) - (4 + 4/1.5), Hi: inf},
				Rising: true}}},
		{"open to the left", spread(0.5, -1, -5, -10),
			[]analytics.Crossing{{At: analytics.Estimate{Value: 1 + 0.5/1.5, Lo: -inf,
				Hi: 2 + (half-1)/2 + parabola(1, 0.5, 2, -1, 4, -5, 1) - (1 + 0.5/1.5)}}}},
	} {
		got := analytics.BreakEven(xs, samples(tt.at), 0.95)
		ok := len(got) == len(tt.want)
		for i := range got {
			near := func(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-5 }
			g, w := got[i], tt.want[min(i, max(len(tt.want)-1, 0)):]
			ok = ok && near(g.At.Value, w[0].At.Value) && near(g.At.Lo, w[0].At.Lo) && near(g.At.Hi, w[0].At.Hi) &&
				g.Rising == w[0].Rising
		}
		if !ok {
			t.Errorf("%s: %+v; want %+v", tt.name, got, tt.want)
		}
	}
}

// parabola is the first zero beyond after of the parabola through three points.
func parabola(x0, y0, x1, y1, x2, y2, after float64) float64 {
	l0, l1, l2 := y0/((x0-x1)*(x0-x2)), y1/((x1-x0)*(x1-x2)), y2/((x2-x0)*(x2-x1))
	a, b, c := l0+l1+l2, -(l0*(x1+x2) + l1*(x0+x2) + l2*(x0+x1)), l0*x1*x2+l1*x0*x2+l2*x0*x1
	root := math.Sqrt(b*b - 4*a*c)
	low, high := min((-b-root)/(2*a), (-b+root)/(2*a)), max((-b-root)/(2*a), (-b+root)/(2*a))
	if low > after {
		return low
	}
	return high
}

// Over 4,000 samples of differences that rise by path at a rate of its own, one of
// whose means is zero at 2.5, the interval around the crossing holds 2.5 in 95 %,
// standard error 0.35 %; within 4.5 of them a correct program fails once in 150,000
// runs. Samples without just one crossing count as failures.
func TestBreakEvenCoverage(t *testing.T) {
	const repeats, paths = 4000, 100
	rng := rand.New(rand.NewPCG(13, 14))
	xs := []float64{1, 2, 3, 4}
	held := 0.0
	for range repeats {
		ds := make([][]float64, len(xs))
		for range paths {
			level, rate := rng.NormFloat64(), 1+rng.NormFloat64()
			for i, x := range xs {
				ds[i] = append(ds[i], level+rate*(x-2.5)+0.3*rng.NormFloat64())
			}
		}
		c := analytics.BreakEven(xs, samples(of(ds)), 0.95)
		if len(c) == 1 && c[0].Rising && c[0].At.Lo <= 2.5 && 2.5 <= c[0].At.Hi {
			held += 1.0 / repeats
		}
	}
	if math.Abs(held-0.95) > 4.5*0.0035 {
		t.Errorf("the interval held the truth in %.2f %% of samples", 100*held)
	}
}

// Where differences bend, the interval holds the crossing all the same, which between
// points far apart the line alone would not, and says that interpolation decides; of
// two points it always does. 99 % of 400 samples have a standard error of 0.5 %.
func TestBreakEvenBends(t *testing.T) {
	const repeats, paths = 400, 400
	rng := rand.New(rand.NewPCG(15, 16))
	truth := math.Sqrt(2) * 2 // of x² = 8
	for _, tt := range []struct {
		xs     []float64
		warned bool
	}{{[]float64{1, 2, 4, 6}, true}, {[]float64{2, 4}, true}, {[]float64{2.6, 2.7, 2.8, 2.9, 3}, false}} {
		held, warned := 0, 0
		for range repeats {
			ds := make([][]float64, len(tt.xs))
			for range paths {
				level := rng.NormFloat64()
				for i, x := range tt.xs {
					ds[i] = append(ds[i], x*x-8+level)
				}
			}
			c := analytics.BreakEven(tt.xs, samples(of(ds)), 0.95)[0].At
			if c.Lo <= truth && truth <= c.Hi {
				held++
			}
			if c.Warning == analytics.Interpolated {
				warned++
			}
		}
		if len(tt.xs) > 2 && float64(held)/repeats < 0.93-4.5*0.011 || (warned > repeats/2) != tt.warned {
			t.Errorf("%v: held %d of %d, warned of %d", tt.xs, held, repeats, warned)
		}
	}
}
