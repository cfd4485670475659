package study

import (
	"fmt"
	"time"

	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
)

// A Scenario is a quarter of a year of a certain kind, for a study's tokens.
type Scenario struct {
	Name  string
	Doc   string
	Study *Study
	Sigma float64 // volatility of the diffusion, 1/√year
}

// Quarter is the length of a scenario.
const Quarter = 90 * 24 * time.Hour

// Scenarios are the study's tokens in three markets: a trend, a sideways market and a
// crash. Their volatility is the sigma of the first underlying's model, or the default
// sigma if that model has none. All tokens follow one price. The scenarios have the
// study's step, which must divide a quarter, and its seed, so that they share their
// Brownian motion.
func (s *Study) Scenarios(paths int) ([]Scenario, error) {
	sigma, ok := s.spec.Model.Values[models.Sigma.Name]
	if !ok {
		sigma = models.Sigma.Default
	}
	years := models.Years(Quarter)
	still := float64(float64(sigma*sigma) / 2) // the median price stays where it is
	const (
		rise  = 1.5  // of the expected price, in a trend
		jump  = 0.65 // of the price, in a crash, the mean in logs
		width = 0.1  // of a jump's logarithm
	)
	rate := 1 / years
	var all []Scenario
	for _, x := range []struct {
		name, doc, kind string
		values          param.Values
	}{
		{"trend", "the expected price rises by half", "gbm",
			param.Values{"mu": fmath.Log(rise) / years, "sigma": sigma}},
		{"chop", "the median price does not change", "gbm",
			param.Values{"mu": still, "sigma": sigma}},
		{"crash", "no drift of the median price, and one expected jump of about −35 %", "merton",
			param.Values{"mu": still + float64(rate*(float64(jump*fmath.Exp(width*width/2))-1)), "sigma": sigma,
				"jump-rate": rate, "jump-mean": fmath.Log(jump), "jump-sd": width}},
	} {
		t, err := s.onModel(param.Part{Kind: x.kind, Values: x.values}, Quarter, paths)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", x.name, err)
		}
		all = append(all, Scenario{x.name, x.doc, t, sigma})
	}
	return all, nil
}

// onModel is the study's tokens on one price of another model, over another horizon.
func (s *Study) onModel(model param.Part, horizon time.Duration, paths int) (*Study, error) {
	t := &Study{spec: s.spec, laws: make([]law, 1), tokens: s.tokens, follow: make([]int, len(s.tokens)),
		rates: s.rates}
	t.spec.Others, t.spec.CommonJumps = nil, false
	t.spec.Tokens = append([]TokenSpec{}, s.spec.Tokens...)
	for i := range t.spec.Tokens {
		t.spec.Tokens[i].Underlying = ""
	}
	t.spec.Horizon, t.spec.Paths, t.spec.Marks = horizon, paths, 0
	if err := t.spec.checkSize(); err != nil {
		return nil, err
	}
	part, built, err := models.Registry.Make(model)
	if err == nil {
		t.spec.Model = part
		t.laws[0], err = lawOf(t.spec, built)
	}
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return t, nil
}

// AtVolatility is the study's tokens on geometric Brownian motion of a volatility, 1/√year, whose mean does not grow.
func (s *Study) AtVolatility(sigma float64, horizon time.Duration, paths int) (*Study, error) {
	return s.onModel(param.Part{Kind: "gbm", Values: param.Values{"mu": 0, models.Sigma.Name: sigma}}, horizon, paths)
}
