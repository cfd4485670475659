package assess

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// A LiquidationCheck holds the liquidations that a model makes against those of the
// history that it was fitted to.
type LiquidationCheck struct {
	Windows   int           // of the history, one after the other
	Length    time.Duration // of a window
	Realised  int           // windows with a liquidation
	Simulated float64       // probability of one in a window
	// Chance is the probability of as many windows or more with a liquidation if each has
	// the simulated probability, independently. Of none simulated it counts half a path.
	Chance float64
}

// TooFew says that the model makes none of its own history's liquidations, or so few that
// the realised ones would be a chance below [FailsBelow].
func (c LiquidationCheck) TooFew() bool {
	return c.Realised > 0 && (c.Simulated == 0 || c.Chance < FailsBelow)
}

// String says in words what was found.
func (c LiquidationCheck) String() string {
	simulated := fmt.Sprintf("in %.2g %%", 100*c.Simulated)
	if c.Simulated == 0 {
		simulated = "in none"
	}
	return fmt.Sprintf("the token was liquidated in %d of %d windows of %s of the history that the model was "+
		"fitted to, and is so %s of those that it simulates", c.Realised, c.Windows,
		param.FormatSeconds(c.Length.Seconds()), simulated)
}

// withChance fills Chance; paths is how many were simulated.
func (c LiquidationCheck) withChance(paths int) LiquidationCheck {
	p := max(c.Simulated, 0.5/float64(paths))
	c.Chance = 1
	if c.Realised > 0 && p < 1 {
		c.Chance = fmath.BetaCDF(p, float64(c.Realised), float64(c.Windows-c.Realised+1))
	}
	return c
}

// What [OwnLiquidations] simulates: as many paths of windows of 30 days, or of ten
// steps of the history where they are longer.
const (
	ownPaths  = 2000
	ownWindow = 30 * 24 * time.Hour
)

// ErrNoWindow is the error of a history that is too short to hold liquidations against.
var ErrNoWindow = errors.New("assess: the history has no whole window")

// watched is the token whose liquidations [Calibrate] holds fitted models against: 3x, band
// 2.7 to 3.3 to the edge, on a loan with threshold 0.78.
var watched = study.TokenSpec{Name: "3x", Values: param.Values{"target": 3},
	Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
	Mechanism: param.Part{Kind: "loan", Values: param.Values{"liquidation-threshold": 0.78}}}

// fewLiquidations are the fits that make too few of the liquidations of their own history.
func (c *Calibration) fewLiquidations(ctx context.Context) (few []FewLiquidations, err error) {
	for _, f := range c.Valid() {
		spec, err := forecasting(study.Spec{Horizon: c.History.Step, Step: c.History.Step, Paths: 1,
			Tokens: []study.TokenSpec{watched}}, f.Part(), c.History)
		if err != nil {
			return nil, err
		}
		s, err := study.New(spec)
		if err != nil {
			return nil, err
		}
		check, err := OwnLiquidations(ctx, s, 0, c.History)
		if errors.Is(err, ErrNoWindow) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if check.TooFew() {
			few = append(few, FewLiquidations{f.Kind, check})
		}
	}
	return few, nil
}

// OwnLiquidations runs a study's token through windows of a history, at closes, and holds its
// liquidations against those that the study's model makes in as many steps, from its
// long-run law and with a price that is not expected to grow. A history without a whole
// window is an error.
func OwnLiquidations(ctx context.Context, s *study.Study, token int, h *paths.History) (LiquidationCheck, error) {
	c := LiquidationCheck{Length: max(10*h.Step, ownWindow/h.Step*h.Step)}
	windows, _, err := stretch{h, time.Time{}, h.Bars[0].Start.Add(h.Span())}.live(s.Token(token), 0, c.Length)
	if err != nil {
		return c, err
	}
	if c.Windows = len(windows); c.Windows == 0 {
		return c, fmt.Errorf("%w of %s", ErrNoWindow, param.FormatSeconds(c.Length.Seconds()))
	}
	for _, w := range windows {
		if w.Liquidated {
			c.Realised++
		}
	}
	alone := s.Alone(token).Spec()
	alone.Horizon, alone.Paths = c.Length, ownPaths
	spec, err := forecasting(alone, alone.Model, h)
	if err != nil {
		return c, err
	}
	simulated, err := study.New(spec)
	if err != nil {
		return c, err
	}
	law, err := simulatedOutcomes(ctx, simulated)
	if err != nil {
		return c, err
	}
	c.Simulated = law.liquidated
	return c.withChance(ownPaths), nil
}

// FewLiquidations is a model that makes too few of the liquidations of the years it was
// fitted to.
type FewLiquidations struct {
	Kind string
	LiquidationCheck
}

// warn finds the models that make too few of the liquidations of the fitted years.
func (r *validating) warn() {
	for _, m := range r.InSample {
		if m.Start != Stationary {
			continue
		}
		spec := r.Plan.Study.Spec()
		c := LiquidationCheck{Windows: len(r.Fitted), Length: spec.Horizon,
			Realised: m.Liquidation.Count, Simulated: m.Liquidation.Simulated}.withChance(spec.Paths)
		if c.TooFew() {
			r.Few = append(r.Few, FewLiquidations{m.Kind, c})
		}
	}
}
