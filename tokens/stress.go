package tokens

import (
	"errors"
	"fmt"
	"time"

	"mcrisk/block"
	"mcrisk/param"
)

// Stress makes a crash cost what crashes cost: gas, impact and outages of the keeper follow the
// realised variance of the last hours over its long-run level,
//
//	x = min(variance/Volatility², Cap),
//
// the return of the step at work included. A trade's gas is multiplied by x^Gas, and ImpactBase and
// Impact by x^Impact. Besides the keeper's own outages there are OutageRate·x^Outages a year of
// service, of the same length. Fees, and what the side of a trade adds, do not follow it.
//
// The zero Stress is none.
type Stress struct {
	// Window is how long a return counts: its weight falls by a factor e in that time. Zero: there
	// is no stress.
	Window     time.Duration
	Volatility float64 // in the long run, 1/√year; zero: that of the price model, or of the history replayed
	Cap        float64 // of x, at least 1

	Gas, Impact         float64 // exponents, from 0 to 4; zero: it does not follow x
	OutageRate, Outages float64 // 1/year of service at the long-run variance; exponent, from 0 to 4
}

// Outs reports whether the keeper has outages that follow the variance.
func (s *Stress) Outs() bool { return s.Window > 0 && s.OutageRate > 0 }

// check reports what is wrong with stress, and with costs under it.
func (s *Stress) check(c Cost, o Outage) error {
	if *s == (Stress{}) {
		return nil
	}
	var faults []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("tokens: "+format, args...))
		}
	}
	want(span(s.Window), "window of stress = %v; want at least 1s and at most 50 years", s.Window)
	want(s.Volatility == 0 || s.Volatility >= 1e-3 && s.Volatility <= 100,
		"volatility of stress = %v; want 0 or 0.001 to 100", s.Volatility)
	want(s.Cap >= 1 && s.Cap <= 1e6, "cap of stress = %v; want 1 to 1e6", s.Cap)
	for _, e := range []struct {
		name string
		of   float64
	}{{"gas", s.Gas}, {"impact", s.Impact}, {"outages", s.Outages}} {
		want(e.of >= 0 && e.of <= 4, "exponent of %s under stress = %v; want 0 to 4", e.name, e.of)
	}
	want(s.OutageRate >= 0 && s.OutageRate <= 1e5, "outages under stress = %v a year; want 0 to 1e5", s.OutageRate)
	want(s.OutageRate == 0 || span(o.Length), "length of outages = %v; want at least 1s and at most 50 years", o.Length)
	if err := errors.Join(faults...); err != nil {
		return err
	}
	most := s.cost(c, s.Cap)
	most.Gas = c.Gas // whatever it is, a vault cannot pay more than it has
	most.Impact = c.Impact
	if err := most.check(); err != nil {
		return fmt.Errorf("tokens: at the cap of stress, %v times the variance: %w", s.Cap, err)
	}
	return nil
}

// cost is what trades cost at a realised variance of x times the long-run one.
func (s *Stress) cost(c Cost, x float64) Cost {
	gas, impact := s.times(x)
	c.Gas = float64(c.Gas * gas)
	c.ImpactBase, c.Impact = float64(c.ImpactBase*impact), float64(c.Impact*impact)
	return c
}

// times are what gas and impact are multiplied by at a realised variance of x times the long-run one.
func (s *Stress) times(x float64) (gas, impact float64) {
	x = min(x, s.Cap)
	return block.Power(x, s.Gas), block.Power(x, s.Impact)
}

// stressTimes are such numbers, of gas and of impact, by step and lane. The vector code reads a step more than
// a block has.
type stressTimes [2][block.Steps + 1][block.Lanes]float64

// fill takes them from the track of a block's variance.
func (t *stressTimes) fill(s *Stress, variance *block.Track, from, to int) {
	for i := from; i < to; i++ {
		block.Powers(t[0][i][:], variance[i][:], s.Cap, s.Gas)
		block.Powers(t[1][i][:], variance[i][:], s.Cap, s.Impact)
	}
}

// stressed is on for a token whose costs and outages follow the variance; the numbers beside it
// count only then.
const stressed = "stressed"

var stressParams = []param.Param{
	{Name: stressed, Unit: param.Choice, Max: 1, Choices: []string{"no", "yes"}, With: stressed,
		Doc: "gas, impact and keeper outages rise with the realised variance of the last hours"},
	{Name: "stress-window", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 4 * 3600, With: stressed,
		Doc: "with stressed: time over which realised variance is measured; weights fall by a factor e in it"},
	{Name: "stress-volatility", Unit: param.Sigma, Min: 0.001, Max: 100, Word: "long-run", With: stressed,
		Doc: "with stressed: normal volatility; long-run: that of the price model, or of the history replayed"},
	{Name: "stress-cap", Unit: param.Plain, Min: 1, Max: 1e6, Default: 1000, With: stressed,
		Doc: "with stressed: largest ratio of realised to normal variance that counts"},
	{Name: "stress-gas", Unit: param.Plain, Min: 0, Max: 4, Default: 1, With: stressed,
		Doc: "with stressed: gas grows as the ratio to this power; 0: it does not"},
	{Name: "stress-impact", Unit: param.Plain, Min: 0, Max: 4, Default: 0.5, With: stressed,
		Doc: "with stressed: price impact grows as the ratio to this power; 0: it does not"},
	{Name: "stress-outage-rate", Unit: param.PerYear, Min: 0, Max: 1e5, Default: 12, With: stressed,
		Doc: "with stressed: further keeper outages per year at normal variance, of outage-length"},
	{Name: "stress-outages", Unit: param.Plain, Min: 0, Max: 4, Default: 1, With: stressed,
		Doc: "with stressed: their rate grows as the ratio to this power"},
}

func makeStress(v param.Values) Stress {
	if v[stressed] == 0 {
		return Stress{}
	}
	return Stress{Window: Duration(v["stress-window"]), Volatility: v["stress-volatility"], Cap: v["stress-cap"],
		Gas: v["stress-gas"], Impact: v["stress-impact"],
		OutageRate: v["stress-outage-rate"], Outages: v["stress-outages"]}
}
