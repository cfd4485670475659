package study

import (
	"fmt"
	"math"
	"slices"

	"mcrisk/models"
	"mcrisk/paths"
	"mcrisk/tokens"
)

// disturb lets a token's kernel have its keeper's outages and the realised variance that its stress
// follows. Tokens of one setting share it.
func (r *runner) disturb(s *Study, token int, k *tokens.Kernel) error {
	g, t := &r.generator, s.Token(token)
	variance := -1
	if t.Stress.Window > 0 {
		v := paths.Variance{Underlying: s.follow[token], Window: t.Stress.Window, Volatility: t.Stress.Volatility}
		if v.Volatility == 0 {
			var err error
			if v.Volatility, err = s.longRun(token); err != nil {
				return err
			}
		}
		variance = indexed(&g.Variances, v)
		k.Variance(variance)
	}
	o := paths.Outage{Rate: t.Keeper.Outage.Rate, Length: t.Keeper.Outage.Length}
	if t.Stress.Outs() {
		o.Stress = paths.OutageStress{Rate: t.Stress.OutageRate, Exponent: t.Stress.Outages, Cap: t.Stress.Cap,
			Variance: variance}
	}
	r.masks = append(r.masks, -1)
	if o.Rate > 0 || t.Stress.Outs() {
		r.masks[token] = indexed(&g.Outages, o)
		k.Outages(r.masks[token])
	}
	return nil
}

// indexed is where a list has a value, which is added if it is new.
func indexed[T comparable](list *[]T, v T) int {
	i := slices.Index(*list, v)
	if i < 0 {
		i = len(*list)
		*list = append(*list, v)
	}
	return i
}

// longRun is the volatility per √year of the steps of the price that a token follows, jumps included,
// in the long run: that of the first step of a price that starts from its long-run law.
func (s *Study) longRun(token int) (float64, error) {
	part, m := s.spec.Model, s.ModelOf(token)
	if u := s.follow[token]; u > 0 {
		part = s.spec.Others[u-1].Model
	}
	if models.HasStart(part.Kind) {
		part.Values = set(part.Values, "start", 0)
		started, err := models.Registry.Build(part)
		if err != nil {
			return 0, err
		}
		m = started
		if p, ok := s.ModelOf(token).(models.Preparer); ok {
			m = p.SharedWith(m)
		}
	}
	dt := s.StepYears()
	v := math.Sqrt(m.Moments(dt).Variance / dt)
	return v, normal(v, "the price model's")
}

// volatility is the realised one of a whole history, per √year, gaps included: of a part too, as a crash would
// else be measured against itself.
func volatility(h *paths.History) (float64, error) {
	h = h.Whole()
	bars, err := h.Steps()
	if err != nil {
		return 0, err
	}
	qv := 0.0
	for b := range bars {
		qv += float64(b.Close * b.Close)
	}
	v := math.Sqrt(qv / models.Years(h.Span()))
	return v, normal(v, "the history's")
}

// normal is the fault of a volatility that none can be measured against.
func normal(v float64, whose string) error {
	if !(v >= 1e-3 && v <= 100) {
		return fmt.Errorf("study: stress is measured against %s long-run volatility, which is %v; "+
			"want a stress-volatility from 0.001 to 100", whose, v)
	}
	return nil
}
