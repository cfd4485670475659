package study

import (
	"math"
	"slices"
	"time"

	"mcrisk/param"
)

// A Scenario is a quarter of a year of a certain kind, for a spec's tokens.
type Scenario struct {
	Name string
	Doc  string
	Spec Spec
}

// Quarter is the length of a scenario.
const Quarter = 90 * 24 * time.Hour

// Scenarios are the spec's tokens in a trend, in a market that goes nowhere, and
// in one that crashes, at the volatility of the spec's model if it has one and
// else at its own default. All tokens are on that one price. All have the spec's step and seed, so that their
// paths share their Brownian motion.
func (s Spec) Scenarios(paths int) []Scenario {
	sigma, ok := s.Model.Values["sigma"]
	if !ok {
		sigma = 0.8
	}
	s.Others, s.Tokens = nil, slices.Clone(s.Tokens)
	for i := range s.Tokens {
		s.Tokens[i].Underlying = ""
	}
	years := Quarter.Hours() / 8760
	s.Horizon, s.Paths, s.Marks = Quarter, paths, 0
	still := sigma * sigma / 2 // the median price stays where it is
	const (
		rise  = 1.5  // of the expected price, in a trend
		jump  = 0.65 // of the price, in a crash, the mean in logs
		width = 0.1  // of a jump's logarithm
	)
	rate := 1 / years
	of := func(name, doc, kind string, values param.Values) Scenario {
		t := s
		t.Model = param.Part{Kind: kind, Values: values}
		return Scenario{name, doc, t}
	}
	return []Scenario{
		of("trend", "the expected price rises by half", "gbm",
			param.Values{"mu": math.Log(rise) / years, "sigma": sigma}),
		of("chop", "the median price stays where it is", "gbm",
			param.Values{"mu": still, "sigma": sigma}),
		of("crash", "the same, and one jump is expected, of about −35 %", "merton",
			param.Values{"mu": still + float64(rate*(float64(jump*math.Exp(width*width/2))-1)), "sigma": sigma,
				"jump-rate": rate, "jump-mean": math.Log(jump), "jump-sd": width}),
	}
}
