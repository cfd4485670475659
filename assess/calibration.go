package assess

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/paths"
	"mcrisk/study"
)

// Fittable are the kinds of price model that [Calibrate] fits.
func Fittable() []string { return models.Fittable() }

// Targeted are the kinds whose long-run volatility is held at the sample's.
func Targeted() []string { return []string{"garch", "gjr"} }

// FitConfidence is the confidence level of the intervals of fitted parameters.
const FitConfidence = models.Confidence

// A Calibration is price models fitted to the returns of one history.
type Calibration struct {
	History  *paths.History
	Returns  []float64 // as [paths.History.Returns] gives them
	Jumps    models.JumpTest
	Fits     []models.Fit // in the order of the kinds
	Unfitted []Unfitted   // kinds that could not be fitted
	// models that make too few of the liquidations that a 3x token had in the history
	Few []FewLiquidations
}

// An Unfitted is a kind of model that could not be fitted, and the reason.
type Unfitted struct {
	Kind string
	Err  error
}

// Calibrate fits kinds of price model to a history. [Targeted] kinds keep the sample's
// volatility in the long run, unless untargeted, by likelihood alone. It is an error if kinds are not
// among [Fittable], or if none can be fitted; that one of several cannot is said in
// the result. When ctx is done, so are the fits.
func Calibrate(ctx context.Context, h *paths.History, kinds []string, untargeted bool) (*Calibration, error) {
	for _, kind := range kinds {
		if !slices.Contains(Fittable(), kind) {
			return nil, fmt.Errorf("assess: kind %q; want some of %s", kind, strings.Join(Fittable(), ", "))
		}
	}
	returns, stepYears := h.Returns()
	c := &Calibration{History: h, Returns: returns}
	c.Jumps = models.Bipower(c.Returns)
	for _, kind := range kinds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var fit models.Fit
		var err error
		if untargeted && slices.Contains(Targeted(), kind) {
			fit, err = models.FitUntargeted(kind, c.Returns, stepYears)
		} else {
			fit, err = fitHistory(kind, h)
		}
		if err != nil {
			c.Unfitted = append(c.Unfitted, Unfitted{kind, err})
			continue
		}
		c.Fits = append(c.Fits, fit)
	}
	switch {
	case len(c.Fits) > 0:
		var err error
		c.Few, err = c.fewLiquidations(ctx)
		return c, err
	case len(c.Unfitted) == 1:
		return nil, c.Unfitted[0].Err
	}
	faults := []error{errors.New("no model could be fitted")}
	for _, u := range c.Unfitted {
		faults = append(faults, fmt.Errorf("%s: %w", u.Kind, u.Err))
	}
	return nil, errors.Join(faults...)
}

// Last is the volatility that a fitted model sees at the end of the history; nil for a model
// without one of its own.
func (c *Calibration) Last(f models.Fit) (*study.LastVolatility, error) {
	if !models.HasStart(f.Kind) {
		return nil, nil
	}
	series, err := c.History.Series()
	if err != nil {
		return nil, err
	}
	v, err := models.Filtered(f.Part(), series)
	return &study.LastVolatility{Volatility: v, At: series.Time(len(series.Bars))}, err
}

// Valid are the fits that a model can be made of.
func (c *Calibration) Valid() (fits []models.Fit) {
	for _, f := range c.Fits {
		if _, err := f.Model(); err == nil {
			fits = append(fits, f)
		}
	}
	return fits
}

// Likeness compares simulations of fitted models with the history's returns: quantiles
// of returns and the autocorrelation of their squares.
type Likeness struct {
	Levels  []float64            // shares below each quantile
	History []analytics.Estimate // the history's quantiles, by level
	Lags    []int                // steps
	// the autocorrelation of the history's squared returns, by lag; intervals are around zero
	Squares []analytics.Estimate

	Laws  []SimulatedLaw
	Steps int    // simulated of each law
	Seed  uint64 //
}

// A SimulatedLaw is the distribution of a fitted model's returns.
type SimulatedLaw struct {
	Kind      string
	Quantiles []float64 // by level
	Squares   []float64 // autocorrelation of squared returns, by lag
}

// likenessSeed is the seed of the simulated laws.
const likenessSeed = 1

// Likeness simulates the fits that a model can be made of, each for as many steps as
// the history has, at most 2¹⁵, on 16 paths. It is nil if there
// is no such fit.
func (c *Calibration) Likeness(ctx context.Context) (*Likeness, error) {
	fits := c.Valid()
	if len(fits) == 0 {
		return nil, nil
	}
	steps := min(len(c.Returns), 1<<15)
	l := &Likeness{Seed: likenessSeed, Levels: levelsOf(len(c.Returns))}
	for _, lag := range []int{1, 2, 3, 6, 12, 24, 48, 96, 168} {
		if lag < steps/4 {
			l.Lags = append(l.Lags, lag)
		}
	}
	l.History = analytics.Quantiles(analytics.Sample{X: c.Returns}, l.Levels, Confidence)
	l.Squares = analytics.Autocorrelation(squared(c.Returns), l.Lags, Confidence)
	for _, f := range fits {
		m, err := f.Model()
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		lanes := paths.Generator{Model: m,
			Grid: paths.Grid{Step: c.History.Step, Steps: steps}, Seed: l.Seed}.Returns(0)
		l.Steps = len(lanes) * steps
		l.Laws = append(l.Laws, l.lawOf(f.Kind, lanes[:]))
	}
	return l, nil
}

// lawOf is the SimulatedLaw of paths of a model's returns.
func (l *Likeness) lawOf(kind string, lanes [][]float64) SimulatedLaw {
	law := SimulatedLaw{Kind: kind, Squares: make([]float64, len(l.Lags))}
	var all []float64
	for _, lane := range lanes {
		all = append(all, lane...)
		for i, e := range analytics.Autocorrelation(squared(lane), l.Lags, Confidence) {
			law.Squares[i] += e.Value / float64(len(lanes))
		}
	}
	for _, e := range analytics.Quantiles(analytics.Sample{X: all}, l.Levels, Confidence) {
		law.Quantiles = append(law.Quantiles, e.Value)
	}
	return law
}

// levelsOf are the levels of quantiles that n returns determine: those with five returns
// or more beyond them.
func levelsOf(n int) (levels []float64) {
	for _, p := range []float64{0.0001, 0.001, 0.01, 0.05, 0.25, 0.5} {
		if p*float64(n) >= 5 {
			levels = append(levels, p)
		}
	}
	for _, p := range slices.Backward(slices.Clone(levels)) {
		if p < 0.5 {
			levels = append(levels, 1-p)
		}
	}
	return levels
}

func squared(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = float64(x * x)
	}
	return out
}
