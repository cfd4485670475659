package study_test

import (
	"context"
	"math"
	"testing"

	"mcrisk/study"
)

// The three quarters are what they say: the expected price of a trend is 1.5,
// the median of chop is 1, and a crash is chop with a jump on 1 − 1/e of the
// paths. The mean of 20,000 paths at this volatility is off by five standard
// errors once in 1.7 million runs.
func TestScenarios(t *testing.T) {
	spec := threeX()
	spec.Model.Values = map[string]float64{"mu": 3, "sigma": 0.6}
	const n = 20_000
	lowest := map[string]int{}
	spec.Step = study.Quarter / 30
	scenarios, err := built(t, spec).Scenarios(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		es, err := study.Ensembles(context.Background(), s.Study, study.Options{}, []string{"underlying"})
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		mean, m2, below := 0.0, 0.0, 0
		for _, v := range es[0].Column("underlying") {
			mean += v / n
			m2 += v * v / n
			if v < 1 {
				below++
			}
			if v < 0.5 { // 2.3 deviations of chop
				lowest[s.Name]++
			}
		}
		se := math.Sqrt((m2 - mean*mean) / n)
		switch s.Name {
		case "trend":
			if math.Abs(mean-1.5) > 5*se {
				t.Errorf("mean price of a trend = %v ± %v; want 1.5", mean, se)
			}
		case "chop":
			if math.Abs(float64(below)-n/2) > 5*math.Sqrt(n)/2 {
				t.Errorf("%d of %d prices of chop are below 1; want half", below, n)
			}
		case "crash":
			// Compensated by design: chop's growth and the jumps' mean.
			years := study.Quarter.Hours() / 8760
			want := math.Exp(0.6*0.6/2*years + 0.65*math.Exp(0.005) - 1)
			if math.Abs(mean-want) > 5*se {
				t.Errorf("mean price of a crash = %v ± %v; want %v", mean, se, want)
			}
		}
	}
	if lowest["crash"] < 10*lowest["chop"] {
		t.Errorf("prices below half: %v; want many more in a crash", lowest)
	}
}
