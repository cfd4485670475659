package models

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/param"
)

// A Fit is a model fitted to a history, with its errors and goodness of fit.
type Fit struct {
	Kind     string    // of Registry
	Method   string    // in a few words
	Names    []string  // parameters that were estimated, as registered
	Values   []float64 // estimates
	SE       []float64 // their standard errors, NaN where the data do not settle one
	Lo, Hi   []float64 // ends of intervals that cover the truth with Confidence, NaN where none was found
	Interval string    // how they were found, in a few words
	// how far estimates lie above the truth on average, by simulation; nil where it was not measured
	Bias          []float64
	Cov           [][]float64 // their covariance, nil if it is not known
	LogLikelihood float64     // natural log of the density of the returns, NaN if the method has none
	// Kolmogorov–Smirnov distance of the returns from the fitted law of one step, given those before
	KS   float64
	AD   float64 // Anderson–Darling distance A² from it
	N    int     // returns used
	Step float64 // years between observations

	Volatility float64 // of the fitted law: √(variance of a return / Step), in the long run
	Sample     float64 // of the returns, the same

	Warnings []string // reasons for caution, as sentences

	fixed param.Values // parameters that belong to the fit but were not estimated
}

// AIC is the Akaike information criterion, 2·(parameters) − 2·LogLikelihood: less is better.
func (f Fit) AIC() float64 { return 2*float64(len(f.Names)) - 2*f.LogLikelihood }

// BIC is Schwarz's criterion, ln N·(parameters) − 2·LogLikelihood: less is better.
func (f Fit) BIC() float64 {
	return math.Log(float64(f.N))*float64(len(f.Names)) - 2*f.LogLikelihood
}

// Part is the fitted model as a spec holds it.
func (f Fit) Part() param.Part {
	v := param.Values{}
	for name, x := range f.fixed {
		v[name] = x
	}
	for i, name := range f.Names {
		v[name] = f.Values[i]
	}
	return param.Part{Kind: f.Kind, Values: v}
}

// Model builds the fitted model.
func (f Fit) Model() (Model, error) {
	m, err := Registry.Build(f.Part())
	if err != nil {
		return nil, fmt.Errorf("models: fitted %s: %w", f.Kind, err)
	}
	if mu := f.value(Mu.Name); math.Abs(mu) > mostFittedMu {
		return nil, fmt.Errorf("models: fitted %s: mu = %v; want at most %v either way of a history", f.Kind, mu,
			float64(mostFittedMu))
	}
	return m, m.Check()
}

// mostFittedMu is the largest growth rate a year of a history whose prices are right: by a factor of e^10. A view of
// the next hours may have a larger one.
const mostFittedMu = 10

// value returns an estimate by name.
func (f Fit) value(name string) float64 {
	if i := slices.Index(f.Names, name); i >= 0 {
		return f.Values[i]
	}
	return f.fixed[name]
}

// params are the registered parameters that were estimated.
func (f Fit) params() ([]param.Param, error) {
	kind, err := Registry.Kind(f.Kind)
	if err != nil {
		return nil, err
	}
	params := make([]param.Param, len(f.Names))
	for i, name := range f.Names {
		params[i] = kind.Params[slices.IndexFunc(kind.Params, func(p param.Param) bool { return p.Name == name })]
	}
	return params, nil
}

func (f *Fit) warn(format string, args ...any) {
	f.Warnings = append(f.Warnings, fmt.Sprintf(format, args...))
}

// FitKind fits a kind of model to log-returns taken every dt years, and gives
// every estimate a standard error and an interval. garch and gjr keep the sample's
// variance in the long run. The intervals are those of the profile likelihood where
// the likelihood finds all numbers; those of garch, gjr, heston and bates are a
// jackknife's, corrected by histories that the fitted model makes.
func FitKind(kind string, returns []float64, dt float64) (Fit, error) {
	fit, ok := fitters[kind]
	if !ok {
		return Fit{}, fmt.Errorf("models: no way to fit %q; want %s", kind, strings.Join(Fittable(), ", "))
	}
	return fitKind(kind, returns, dt, fit.fit)
}

func fitKind(kind string, returns []float64, dt float64, fit func(sample) (Fit, func(*Fit), error)) (Fit, error) {
	s, err := newSample(returns, dt)
	if err != nil {
		return Fit{}, err
	}
	params := fitters[kind].params
	if want := 10 * params; len(returns) < want {
		return Fit{}, fmt.Errorf("models: %d returns for the %d parameters of %s; "+
			"want at least %d, and some hundreds for useful estimates", len(returns), params, kind, want)
	}
	if s.still && kind != "gbm" {
		return Fit{}, fmt.Errorf("models: %s: %s; leave the stretch out", kind, s.warnings[len(s.warnings)-1])
	}
	f, intervals, err := fit(s)
	if err != nil {
		return Fit{}, err
	}
	intervals(&f)
	f.finish(s)
	return f, nil
}

// FitGBM fits geometric Brownian motion to log-returns taken every dt years:
// Sigma is the returns' sample standard deviation over √dt, with standard
// error Sigma/√(2n); Mu is their mean per year plus Sigma²/2, with standard
// error √(Sigma²/(n·dt) + Sigma⁴/(2n)). The second depends on the length of
// the history alone: sampling more finely does not help.
func FitGBM(returns []float64, dt float64) (Fit, error) {
	s, err := newSample(returns, dt)
	if err != nil {
		return Fit{}, err
	}
	f := fitGBM(s)
	f.finish(s)
	return f, nil
}

// Fittable lists the kinds that FitKind knows, simplest first.
func Fittable() []string {
	var names []string
	for name := range fitters {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := fitters[a].order - fitters[b].order; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}

type fitter struct {
	order  int
	params int
	fit    func(sample) (f Fit, intervals func(*Fit), err error)
}

var fitters = map[string]fitter{
	"gbm":     {1, 2, func(s sample) (Fit, func(*Fit), error) { return fitGBM(s), func(*Fit) {}, nil }},
	"merton":  {2, 5, fitMerton},
	"kou":     {3, 6, fitKou},
	"regimes": {4, 5, fitRegimes},
	"garch":   {5, 5, fitGARCH},
	"gjr":     {6, 6, fitGJR},

	"component": {7, 6, fitComponent},
	"mcgarch":   {8, 11, func(s sample) (Fit, func(*Fit), error) { return fitMCGARCH(mcHistoryOf(s, nil, nil)) }},
	"heston":    {9, 5, fitHeston},
	"bates":     {10, 8, fitBates},
}

// A sample is a history that passed the checks, with what fits need of it.
type sample struct {
	r        []float64
	dt       float64
	mean, sd float64 // of a return
	largest  float64 // of their magnitudes
	still    bool    // the price stands still for so long that likelihoods are unbounded
	warnings []string
}

func newSample(returns []float64, dt float64) (sample, error) {
	s := sample{r: returns, dt: dt}
	n := float64(len(returns))
	if len(returns) < 3 {
		return s, fmt.Errorf("models: %d returns to fit; want at least 3", len(returns))
	}
	if !(dt > 0) || math.IsInf(dt, 0) {
		return s, fmt.Errorf("models: step of %v years; want a positive number", dt)
	}
	for i, r := range returns {
		if math.IsNaN(r) || math.IsInf(r, 0) {
			return s, fmt.Errorf("models: return %d is %v; want a finite number", i, r)
		}
		s.mean += r / n
		s.largest = max(s.largest, math.Abs(r))
	}
	squares := 0.0
	zeros, run, longest, longestEnd := 0, 0, 0, 0
	for i, r := range returns {
		squares += float64((r - s.mean) * (r - s.mean))
		if r != 0 {
			run = 0
			continue
		}
		zeros++
		if run++; run > longest {
			longest, longestEnd = run, i
		}
	}
	s.sd = math.Sqrt(squares / (n - 1))
	if !(s.sd > 1e-15) {
		if s.mean == 0 {
			return s, fmt.Errorf("models: the price never moves; want a history with changes")
		}
		return s, fmt.Errorf("models: every return is %.6g; want a history whose changes differ", s.mean)
	}
	note := func(format string, args ...any) { s.warnings = append(s.warnings, fmt.Sprintf(format, args...)) }
	if len(returns) < 250 {
		note("only %d returns: the estimates are not reliable", len(returns))
	}
	if at, share, doubtful := Outliers(returns); doubtful {
		note("returns %d and %d (%+.3g and %+.3g) make %.0f %% of the sum of squares: "+
			"wrong prices? They dominate the fit",
			at[0], at[1], returns[at[0]], returns[at[1]], 100*share)
	}
	if longest >= 12 || float64(zeros) > 0.1*n {
		s.still = longest >= 24 || float64(zeros) > 0.1*n
		note("the price stands still over %d of %d returns, at most %d in a row, ending at return %d: a closed market "+
			"or missing data, which models cannot tell from low volatility", zeros, len(returns), longest, longestEnd)
	}
	return s, nil
}

// Outliers finds the two returns farthest from the mean, the farther first, and the
// share of the sum of squares about it that they make. They are doubtful, as wrong
// prices or a split would make them, where that share is above 30 % of 20 returns or
// more, or where some price is above four times another one step away. Fewer than
// two finite returns are never doubtful.
func Outliers(returns []float64) (at [2]int, share float64, doubtful bool) {
	n := float64(len(returns))
	mean, squares, largest := 0.0, 0.0, 0.0
	for _, r := range returns {
		mean += r / n
		largest = max(largest, math.Abs(r))
	}
	var top [2]float64 // largest squares
	for i, r := range returns {
		d := float64((r - mean) * (r - mean))
		squares += d
		if d > top[0] {
			top[1], at[1] = top[0], at[0]
			top[0], at[0] = d, i
		} else if d > top[1] {
			top[1], at[1] = d, i
		}
	}
	share = (top[0] + top[1]) / squares
	return at, share, n >= 2 && (share > 0.3 && n >= 20 || largest > math.Log(4))
}

// volatility is the sample's, per √year.
func (s sample) volatility() float64 { return s.sd / math.Sqrt(s.dt) }

// every returns the sample of returns over so many steps.
func (s sample) every(steps int) sample {
	c := sample{dt: s.dt * float64(steps)}
	for i := 0; i+steps <= len(s.r); i += steps {
		sum := 0.0
		for _, r := range s.r[i : i+steps] {
			sum += r
		}
		c.r = append(c.r, sum)
		c.mean += sum
		c.largest = max(c.largest, math.Abs(sum))
	}
	n := float64(len(c.r))
	c.mean /= n
	for _, r := range c.r {
		c.sd += float64((r - c.mean) * (r - c.mean))
	}
	c.sd = math.Sqrt(c.sd / (n - 1))
	return c
}

// finish fills what every fit has in common and says what is doubtful.
func (f *Fit) finish(s sample) {
	f.N, f.Step, f.Sample = len(s.r), s.dt, s.volatility()
	if m, err := f.Model(); err != nil {
		f.warn("the fitted parameters are no valid model: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
		f.Volatility = math.NaN()
	} else {
		f.Volatility = longRunVolatility(m, s.dt)
		if r := f.Volatility / f.Sample; !(r > 0.85 && r < 1.15) {
			hint := ""
			if f.Kind == "garch" || f.Kind == "gjr" {
				hint = "; variance targeting would keep the sample's"
			}
			f.warn("the long-run volatility of the fit is %.3g per √year, that of the sample %.3g: "+
				"the likelihood weighs the shape of the returns more than their variance%s",
				f.Volatility, f.Sample, hint)
		}
	}
	params, _ := f.params()
	for i, p := range params {
		if v := f.Values[i]; p.Min <= v && v <= p.Max { // a model takes no more
			f.Lo[i], f.Hi[i] = max(f.Lo[i], p.Min), min(f.Hi[i], p.Max)
		}
	}
	var flat []string
	for i, name := range f.Names {
		switch se := f.SE[i]; {
		case math.IsNaN(se):
			flat = append(flat, name)
		case name == "mu" && se > math.Abs(f.Values[i]):
			f.warn("mu = %.3g is smaller than its standard error %.3g: %.3g years of history say little about growth",
				f.Values[i], se, float64(f.N)*f.Step)
		case name == "mu" || name == "jump-mean" || name == "rho" || name == "gjr-gamma":
			// zero is an ordinary value of these
		case se > math.Abs(f.Values[i]):
			f.warn("%s = %.3g is not identified: its standard error is %.3g", name, f.Values[i], se)
		}
	}
	if flat != nil {
		f.warn("%s: not identified, and without errors and intervals: the likelihood is flat in some direction",
			strings.Join(flat, ", "))
	}
	for i, b := range f.Bias {
		if math.Abs(b) > f.SE[i]/2 {
			f.warn("%s = %.3g is biased: fits to the fitted model's own histories are %+.3g off on average, "+
				"so %.3g may be nearer; its interval allows for that", f.Names[i], f.Values[i], b, f.Values[i]-b)
		}
	}
	f.Warnings = append(slices.Clone(s.warnings), f.Warnings...)
}

// longRunVolatility is the model's volatility seen in steps of dt, per √year.
func longRunVolatility(m Model, dt float64) float64 {
	switch m := m.(type) {
	case Heston:
		return math.Sqrt(m.Theta)
	case Bates:
		return math.Sqrt(m.Theta + m.jumps().Moments(1).Variance)
	case GARCH:
		return m.Sigma
	case GJR:
		return m.Sigma
	case MCGARCH:
		return m.Sigma
	}
	return math.Sqrt(m.Moments(dt).Variance / dt)
}
