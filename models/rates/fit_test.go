package rates

import (
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"mcrisk/fmath"
	"mcrisk/param"
)

// studied are the processes whose fits are studied, with the numbers that are fitted, and how long their series
// are.
var studied = []struct {
	kind    string
	spacing time.Duration
	years   int
	rate    float64 // the token's own
	numbers param.Values
}{
	{"level", 24 * time.Hour, 6, 0.12, param.Values{"rate-sd": 0.09, "rate-floor": -0.05}},
	{"ou", 24 * time.Hour, 6, 0.055, param.Values{"rate-sd": 0.02, "rate-speed": 40, "rate-level-sd": 0.02,
		"rate-correlation": 0}},
	{"aave", 24 * time.Hour, 6, 0, param.Values{"utilisation": 0.8, "utilisation-sd": 0.5, "utilisation-speed": 40,
		"utilisation-level-sd": 0.4, "rate-correlation": 0.2}},
	{"funding-binance", 8 * time.Hour, 5, 0, param.Values{"premium-mean": 0.0004, "premium-sd": 0.0006,
		"premium-speed": 250, "premium-level-sd": 0.0003, "rate-correlation": 0.3}},
	{"funding-hyperliquid", time.Hour, 2, 0, param.Values{"premium-mean": 0.0004, "premium-sd": 0.0007,
		"premium-speed": 1200, "premium-level-sd": 0.0003, "rate-correlation": 0.1}},
}

var flat = Slopes{Kink: 0.9, Slope1: 0.065, Slope2: 0.4}

// recover counts in how many fits of simulated series each interval holds the truth.
func recoverNumbers(t *testing.T, i, fits int) (held map[string]int) {
	c := studied[i]
	law, err := Registry.Build(param.Part{Kind: c.kind, Values: c.numbers})
	if err != nil {
		t.Fatal(err)
	}
	own := func(string) float64 { return c.rate }
	p, err := law.Of(Token{Rates: []string{"funding", "borrow", "supply"}, Long: true, Value: own})
	if err != nil {
		t.Fatal(err)
	}
	held = map[string]int{}
	for seed := range fits {
		o := Sample(p, c.spacing, c.years, uint64(seed), i >= 3)
		f, err := FitKind(c.kind, o, func(time.Time) Slopes { return flat }, c.numbers["rate-floor"])
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range f.Numbers {
			truth, ok := c.numbers[n.Name]
			if n.Name == MeanRate {
				truth, ok = c.rate, true
			}
			if ok && n.Name != "rate-floor" && n.Lo <= truth && truth <= n.Hi {
				held[n.Name]++
			}
			if seed < 1 {
				t.Logf("%s: %s %.4g, fitted %.4g ± %.2g, %.4g to %.4g", c.kind, n.Name, truth, n.Value, n.SE, n.Lo,
					n.Hi)
			}
		}
	}
	return held
}

// Intervals of 95 % hold the truth of a simulated series in 180 to 198 of 200 fits, for each number: the study with
// MCRISK_SLOW, and of a few fits always, of which nearly all must.
func TestFitsHoldTheTruth(t *testing.T) {
	fits, least, most := 6, 4, 6
	if os.Getenv("MCRISK_SLOW") != "" {
		fits, least, most = 200, 180, 198
	}
	for i, c := range studied {
		t.Run(c.kind, func(t *testing.T) {
			if fits < 10 && i >= 3 {
				fits, least, most = 2, 1, 2 // a second each
			}
			held := recoverNumbers(t, i, fits)
			numbers := len(c.numbers)
			if c.rate == 0 {
				numbers--
			}
			for name, n := range held {
				t.Logf("%s holds the truth in %d of %d", name, n, fits)
				if n < least || n > most {
					t.Errorf("%s: %d of %d, want %d to %d", name, n, fits, least, most)
				}
			}
			if len(held) < numbers {
				t.Errorf("intervals of %v hold the truth, want those of all numbers of %v", held, c.numbers)
			}
		})
	}
}

// The likelihood of hidden values is that of a fine sum over them: of a series of one hidden value between seen
// ones, and of two at the start.
func TestHiddenValues(t *testing.T) {
	l := likelihood{dt: 0.001}
	const low, high = -0.4, 0.6
	rule := hiding(low, high)
	l.nodes, l.weights = rule.X, rule.W
	mean, sd, speed := 0.1, 0.5, 300.0
	keep := math.Exp(-speed * l.dt)
	size := sd * math.Sqrt(1-keep*keep)
	density := func(x, m, s float64) float64 { return math.Exp(-(x-m)*(x-m)/(2*s*s)) / s }
	const cells = 2000
	d := (high - low) / cells
	one := 0.0
	for i := range cells {
		x := low + (float64(i)+0.5)*d
		one += d * density(x, mean+keep*(0.9-mean), size) * density(-0.7, mean+keep*(x-mean), size)
	}
	want := math.Log(one * density(0.9, mean, sd))
	y := span{low: []float64{0.9, low, -0.7}, high: []float64{0.9, high, -0.7}, gap: []float64{0, 1, 1}}
	if got := l.of(y, mean, sd, speed); math.Abs(got-want) > 1e-5 {
		t.Errorf("one hidden value: %v, want %v", got, want)
	}
	two := 0.0
	for i := 0; i < cells; i += 4 {
		for k := 0; k < cells; k += 4 {
			a, b := low+(float64(i)+2)*d, low+(float64(k)+2)*d
			two += 16 * d * d * density(a, mean, sd) * density(b, mean+keep*(a-mean), size)
		}
	}
	y = span{low: []float64{low, low}, high: []float64{high, high}, gap: []float64{0, 1}}
	if got := l.of(y, mean, sd, speed); math.Abs(got-math.Log(two)) > 1e-4 {
		t.Errorf("two hidden values: %v, want %v", got, math.Log(two))
	}
	// Values seen across a gap of three are a step of three.
	y = span{low: []float64{0.9, -0.7}, high: []float64{0.9, -0.7}, gap: []float64{0, 3}}
	keep = math.Pow(keep, 3)
	want = math.Log(density(0.9, mean, sd) * density(-0.7, mean+keep*(0.9-mean), sd*math.Sqrt(1-keep*keep)))
	if got := l.of(y, mean, sd, speed); math.Abs(got-want) > 1e-9 {
		t.Errorf("a gap of three: %v, want %v", got, want)
	}
}

// The law of a level's years is lognormal above the floor: PITs of a series drawn from it are what they should be.
func TestBelow(t *testing.T) {
	l := Lasting{Name: "funding", Mean: 0.1, Floor: -0.05, Spread: 0.6}
	means := yearMeans(l, time.Hour)
	for _, z := range []float64{-1, 0, 1.3} {
		if got, want := below(means, l.At(z)), fmath.NormCDF(z); math.Abs(got-want) > 0.04 {
			t.Errorf("share below the rate at %v: %v, want %v", z, got, want)
		}
		if got, want := l.Below(l.At(z)), fmath.NormCDF(z); math.Abs(got-want) > 1e-9 {
			t.Errorf("probability below the rate at %v: %v, want %v", z, got, want)
		}
	}
	if fmt.Sprint(below(means, -1), below(means, 100)) != "0 1" {
		t.Error("no rate is below −1, all are below 100")
	}
}

// Of a series without hidden values the fitted correlation is that of its shocks with the returns of the same steps,
// and where shocks are as the returns it is one.
func TestCorrelationOfShocks(t *testing.T) {
	for _, rho := range []float64{-0.9, 0, 0.35} {
		p := process(t, "ou", ofPerp, param.Values{"rate-sd": 0.03, "rate-speed": 40, "rate-correlation": rho})
		o := Sample(p, 24*time.Hour, 3, 9, false)
		f, err := FitKind("ou", o, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		numbers := map[string]FittedNumber{}
		for _, n := range f.Numbers {
			numbers[n.Name] = n
		}
		keep := fmath.Exp(-numbers["rate-speed"].Value / 365)
		var xy, x2, y2, n float64
		for i, r := range o.Returns {
			if i == 0 || o.Times[i].Year() != o.Times[i-1].Year() {
				continue
			}
			e := (o.Values[i] - 0.12) - keep*(o.Values[i-1]-0.12)
			xy, x2, y2, n = xy+e*r, x2+e*e, y2+r*r, n+1
		}
		want, got := xy/math.Sqrt(x2*y2), numbers["rate-correlation"]
		// Means of years and of returns are near, not equal: a few parts in 100.
		if math.Abs(got.Value-want) > 0.02 || f.Shocks != int(n) {
			t.Errorf("correlation %v of %d shocks; want %v of %v", got.Value, f.Shocks, want, n)
		}
		if se := (1 - want*want) / math.Sqrt(n); math.Abs(got.SE/se-1) > 0.2 {
			t.Errorf("at %v a standard error of %v, want about %v", rho, got.SE, se)
		}
		o.Returns = nil
		if f, err = FitKind("ou", o, nil, 0); err != nil || f.Shocks != 0 || len(f.Numbers) != 4 {
			t.Errorf("without returns: %d shocks, %d numbers, %v", f.Shocks, len(f.Numbers), err)
		}
	}
}
