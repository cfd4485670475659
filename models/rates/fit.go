package rates

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/quad"
	"mcrisk/random"
)

// Confidence is how often the intervals of fitted numbers should cover the truth, were the process right.
const Confidence = models.Confidence

// Observed is a series of rates: per year, or payments, fractions of notional, that are made whole.
type Observed struct {
	Times  []time.Time // rising
	Values []float64
	Whole  bool

	// Returns are the log-returns of the underlying's price from the time of the value before to that of each; NaN
	// where they are not known; nil: none is.
	Returns []float64
}

// A FittedNumber is a number of a law with its standard error and interval; NaN where there is none.
type FittedNumber struct {
	Name              string
	Value, SE, Lo, Hi float64
}

// A YearMean is the mean rate of a calendar year on file, per year, and the probability of a lower one under
// the fitted law.
type YearMean struct {
	Year      int
	Mean, PIT float64
	Level     float64 // of what reverts, in the year
}

// A Fit is a law fitted to a series.
type Fit struct {
	Kind     string
	Rate     float64 // the token's own number, where it is the mean of the law; NaN: it has none
	Numbers  []FittedNumber
	Years    []YearMean
	Values   int     // of the series
	Atom     float64 // share of values at which what reverts is only known to lie in an interval
	Shocks   int     // of which the correlation with returns is fitted; 0: none
	Spacing  time.Duration
	Method   string
	Warnings []string
}

// Part is the fitted law. Numbers that are the token's own are not in it.
func (f Fit) Part() param.Part {
	kind, _ := Registry.Kind(f.Kind)
	p := param.Part{Kind: f.Kind, Values: param.Values{}}
	for _, n := range f.Numbers {
		for _, q := range kind.Params {
			if q.Name == n.Name {
				p.Values[n.Name] = n.Value
			}
		}
	}
	return p
}

func (f *Fit) warn(format string, args ...any) {
	f.Warnings = append(f.Warnings, fmt.Sprintf(format, args...))
}

// MeanRate is the name of the fitted number that is the token's own rate.
const MeanRate = "mean rate"

// Fittable are the kinds that [FitKind] fits to payments, or to rates per year.
func Fittable(whole bool, spacing time.Duration) []string {
	switch {
	case whole && spacing == hyperliquid.Period:
		return []string{"funding-hyperliquid", "level", "ou"}
	case whole && spacing == binance.Period:
		return []string{"funding-binance", "level", "ou"}
	case whole:
		return []string{"level", "ou"}
	}
	return []string{"aave", "level", "ou"}
}

// Unfittable is an error that says which numbers of a kind no series of rates tells; nil: one may.
func Unfittable(kind string) error {
	if kind != "gmx" {
		return nil
	}
	return errors.New("gmx cannot be fitted to rates: its skew and usage (skew-sd, skew-speed, usage-sd and others) " +
		"are those of open interest, which a series of rates does not have; want level or ou")
}

// Spacing is the most common time between values.
func (o Observed) Spacing() time.Duration {
	counts := map[time.Duration]int{}
	var best time.Duration
	for i := 1; i < len(o.Times); i++ {
		d := o.Times[i].Sub(o.Times[i-1])
		counts[d]++
		if c := counts[d]; c > counts[best] || c == counts[best] && d < best {
			best = d
		}
	}
	return best
}

// annual are the values per year.
func (o Observed) annual() []float64 {
	if !o.Whole {
		return o.Values
	}
	scale := 1 / models.Years(o.Spacing())
	all := make([]float64, len(o.Values))
	for i, v := range o.Values {
		all[i] = float64(v * scale)
	}
	return all
}

// A span is the values of one year of what reverts, each within [low, high], and the time since the value
// before, in units of the spacing; zero for the first.
type span struct {
	year      int
	low, high []float64
	gap       []float64
	move      []float64 // the return since the value before, one spacing ago; NaN: not known
	mean      float64   // of the rate
}

// leastSpan is the least part of a year, by values at their spacing, that counts as one.
const leastSpan = 0.4

// spans divides a series into calendar years that have values for a good part, or makes one of all.
func (o Observed) spans(of func(i int) (low, high float64)) []span {
	spacing, annual := o.Spacing(), o.annual()
	least := int(leastSpan * float64(models.Year) / float64(spacing))
	var all []span
	add := func(from, to, year int) {
		s := span{year: year}
		for i := from; i < to; i++ {
			low, high := of(i)
			gap := 0.0
			if i > from {
				gap = float64(o.Times[i].Sub(o.Times[i-1])) / float64(spacing)
			}
			move := math.NaN()
			if gap == 1 && o.Returns != nil {
				move = o.Returns[i]
			}
			s.low, s.high, s.gap = append(s.low, low), append(s.high, high), append(s.gap, gap)
			s.move = append(s.move, move)
			s.mean += annual[i]
		}
		s.mean /= float64(to - from)
		all = append(all, s)
	}
	from := 0
	for i := 1; i <= len(o.Times); i++ {
		if i < len(o.Times) && o.Times[i].Year() == o.Times[from].Year() {
			continue
		}
		if i-from >= least {
			add(from, i, o.Times[from].Year())
		}
		from = i
	}
	if len(all) == 0 {
		add(0, len(o.Times), o.Times[0].Year())
	}
	return all
}

// FitKind fits a kind of law to a series. Slopes are those of the market at a time, for aave; floor is the
// least rate of a lifetime, for level.
func FitKind(kind string, o Observed, slopes func(time.Time) Slopes, floor float64) (Fit, error) {
	if len(o.Values) < 100 {
		return Fit{}, fmt.Errorf("%s: %d values; want 100 at least", kind, len(o.Values))
	}
	f := Fit{Kind: kind, Values: len(o.Values), Spacing: o.Spacing(), Rate: math.NaN()}
	annual := o.annual()
	law := func() (Process, error) {
		l, err := Registry.Build(f.Part())
		if err != nil {
			return nil, err
		}
		return l.Of(Token{Rates: []string{"funding", "borrow", "supply"}, Long: true,
			Value: func(string) float64 { return f.Rate }})
	}
	var err error
	var years []span
	switch kind {
	case "level":
		years, err = f.level(o, floor)
	case "ou":
		years = o.spans(func(i int) (float64, float64) { return annual[i], annual[i] })
		err = f.reverting(years, nil, MeanRate, "rate-sd", "rate-speed", "rate-level-sd")
		f.Rate = f.Numbers[0].Value
	case "funding-hyperliquid", "funding-binance":
		rule := hyperliquid
		if kind == "funding-binance" {
			rule = binance
		}
		if !o.Whole || f.Spacing != rule.Period {
			return f, fmt.Errorf("%s: want payments, a column rate_per_period, every %v", kind, rule.Period)
		}
		if o.Times[len(o.Times)-1].Year() > 2023 && kind == "funding-binance" {
			f.warn("the formula is that of a premium in each eight hours; the exchange averages it with weights " +
				"that rise")
		}
		atom := [2]float64{rule.Interest - rule.Clamp, rule.Interest + rule.Clamp}
		years = o.spans(func(i int) (float64, float64) {
			low, high := rule.Premiums(o.Values[i])
			if math.IsInf(low, 0) { // at the cap: the nearest premium that it can be
				low = high
			} else if math.IsInf(high, 0) {
				high = low
			}
			return low, high
		})
		err = f.reverting(years, &atom, "premium-mean", "premium-sd", "premium-speed", "premium-level-sd")
	case "aave":
		if o.Whole {
			return f, errors.New("aave: payments; want rates per year")
		}
		capped := 0
		years = o.spans(func(i int) (float64, float64) {
			u := slopes(o.Times[i]).Utilisation(o.Values[i])
			if u > 0.998 || u < 0.002 {
				capped++
			}
			u = min(max(u, 0.002), 0.998)
			y := fmath.Log(u / (1 - u))
			return y, y
		})
		if capped > 0 {
			f.warn("%d rates are beyond what the slopes allow between utilisations of 0.2 and 99.8 %%", capped)
		}
		if err = f.reverting(years, nil, "utilisation", "utilisation-sd", "utilisation-speed",
			"utilisation-level-sd"); err == nil {
			m := &f.Numbers[0] // the median of u is that of the logit
			part := func(y float64) float64 { return 1 / (1 + fmath.Exp(-y)) }
			m.SE = float64(m.SE * float64(part(m.Value)*(1-part(m.Value))))
			m.Value, m.Lo, m.Hi = part(m.Value), part(m.Lo), part(m.Hi)
		}
	default:
		return f, fmt.Errorf("%s cannot be fitted; want some of %v", kind, Fittable(o.Whole, f.Spacing))
	}
	if err != nil {
		return f, fmt.Errorf("%s: %w", kind, err)
	}
	p, err := law()
	if err != nil {
		return f, fmt.Errorf("%s: %w", kind, err)
	}
	means := yearMeans(p, f.Spacing)
	for _, y := range years {
		f.Years = append(f.Years, YearMean{Year: y.year, Mean: y.mean, PIT: below(means, y.mean)})
	}
	return f, nil
}

// reverting fits mean, standard deviation and speed of a process that reverts, each year about a mean of its own,
// and the standard deviation of these means. Values that are censored lie in atom.
func (f *Fit) reverting(years []span, atom *[2]float64, mean, sd, speed, levelSD string) error {
	l := likelihood{years: years, dt: models.Years(f.Spacing)}
	seen, square, n := 0.0, 0.0, 0.0
	for _, y := range years {
		for i := range y.low {
			v := (y.low[i] + y.high[i]) / 2
			seen, square, n = seen+v, square+float64(v*v), n+1
			if y.low[i] < y.high[i] {
				f.Atom++
			}
		}
	}
	f.Atom /= n
	if atom != nil {
		rule := hiding(atom[0], atom[1])
		l.nodes, l.weights = rule.X, rule.W
	}
	l.centre = seen / n
	l.scale = math.Sqrt(max(square/n-float64(l.centre*l.centre), 0))
	if !(l.scale > 0) {
		return errors.New("all values are equal")
	}
	fall := func(x []float64) float64 {
		v, _ := l.best(x)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 1e300
		}
		return -v / n
	}
	const enough = 1e-4 // of a log-likelihood
	r, err := optimize.Minimize(optimize.Problem{Func: fall}, l.start(),
		&optimize.Settings{FuncEvaluations: 300, Converger: &optimize.FunctionConverge{Absolute: enough / n,
			Iterations: 8}},
		&optimize.NelderMead{SimplexSize: 0.2})
	if r == nil {
		return err
	}
	top := slices.Clone(r.X)
	f.Method = "exact likelihood, each year about a mean of its own, which is integrated out"
	if f.Atom > 0 {
		f.Method += "; values at the interest are taken as a premium inside the clamp"
	}
	_, levels := l.best(top)
	cov, ok := covariance(func(x []float64) float64 { return float64(fall(x) * n) }, top, 1e-2)
	if !ok {
		f.warn("the likelihood is flat at its top; standard errors are not known")
	}
	size, rate := float64(l.scale*fmath.Exp(top[0])), fmath.Exp(top[1])
	// What is uncertain in each year's mean, over and above how years differ.
	noise, count := 0.0, float64(len(years))
	for i, y := range years {
		_, _, v := l.bestMean(y, levels[i], size, rate)
		noise += v
	}
	noise /= count
	m, spread := 0.0, 0.0
	for _, v := range levels {
		m += v / count
	}
	for _, v := range levels {
		spread += float64((v - m) * (v - m))
	}
	z := fmath.NormQuantile((1 + Confidence) / 2)
	if len(years) == 1 {
		e := math.Sqrt(noise)
		f.Numbers = append(f.Numbers, FittedNumber{mean, m, e, m - float64(z*e), m + float64(z*e)})
	} else {
		spread /= count - 1
		e := math.Sqrt(spread / count)
		t := distuv.StudentsT{Sigma: 1, Nu: count - 1}.Quantile((1 + Confidence) / 2)
		f.Numbers = append(f.Numbers, FittedNumber{mean, m, e, m - float64(t*e), m + float64(t*e)})
	}
	for i, name := range []string{sd, speed} {
		v, e := [2]float64{size, rate}[i], math.NaN()
		if ok {
			e = math.Sqrt(cov[i][i])
		}
		f.Numbers = append(f.Numbers, FittedNumber{name, v, float64(v * e),
			float64(v * fmath.Exp(-float64(z*e))), float64(v * fmath.Exp(float64(z*e)))})
	}
	defer f.correlate(&l, levels, size, rate)
	if len(years) == 1 {
		f.warn("one year; how years differ, %s, is not known", levelSD)
		return nil
	}
	root := func(v float64) float64 { return math.Sqrt(max(v, 0)) }
	chi := distuv.ChiSquared{K: count - 1}
	v := root(spread - noise)
	f.Numbers = append(f.Numbers, FittedNumber{levelSD, v,
		float64(spread*math.Sqrt(2/(count-1))) / max(2*v, 1e-300),
		root(float64(spread*(count-1))/chi.Quantile((1+Confidence)/2) - noise),
		root(float64(spread*(count-1))/chi.Quantile((1-Confidence)/2) - noise)})
	if v == 0 {
		f.Numbers[3].SE = math.NaN()
	}
	return nil
}

// hiding is the quadrature over the values that an atom hides.
func hiding(low, high float64) (r quad.Rule) {
	r.Add(low, high, atomNodes)
	return r
}

// atomNodes are the nodes of the quadrature over the values that an atom hides.
const atomNodes = 20

// A likelihood is that of years of an Ornstein–Uhlenbeck process, of which some values are only known to lie
// between the ends of the nodes.
type likelihood struct {
	years          []span
	dt             float64 // the spacing, years
	centre, scale  float64
	nodes, weights []float64
	means          []float64 // of the years, near the last top
}

// start is where the search for the top begins: by the mean within years, and the correlation of neighbours.
func (l *likelihood) start() []float64 {
	square, next, n := 0.0, 0.0, 0.0
	for _, y := range l.years {
		mean := 0.0
		for i := range y.low {
			mean += (y.low[i] + y.high[i]) / 2 / float64(len(y.low))
		}
		l.means = append(l.means, mean)
		before := math.NaN()
		for i := range y.low {
			v := (y.low[i]+y.high[i])/2 - mean
			if y.gap[i] == 1 {
				square, next, n = square+float64(v*v), next+float64(v*before), n+1
			}
			before = v
		}
	}
	keep := max(0.02, min(0.9999, next/max(square, 1e-300)))
	return []float64{fmath.Log(max(math.Sqrt(square/max(n, 1)), 1e-2*l.scale) / l.scale),
		fmath.Log(-fmath.Log(keep) / l.dt)}
}

// best is the log-likelihood at x, the logs of standard deviation over scale and of the speed, with the means of
// years integrated out, and their most likely values. With a mean for each year the greatest likelihood over these
// would favour high speeds.
func (l *likelihood) best(x []float64) (sum float64, means []float64) {
	sd, speed := float64(l.scale*fmath.Exp(x[0])), fmath.Exp(x[1])
	if !(speed > 0.05 && float64(speed*l.dt) < 20 && sd > 1e-3*l.scale && sd < 1e3*l.scale) {
		return math.Inf(-1), nil
	}
	for i, y := range l.years {
		v, m, variance := l.bestMean(y, l.means[i], sd, speed)
		sum += v + float64(0.5*fmath.Log(variance))
		l.means[i] = m
	}
	return sum, slices.Clone(l.means)
}

// bestMean is the mean of a year that makes it most likely, from one nearby, and the variance that the curvature
// there gives it: by parabolas, as the log-likelihood is nearly one, and is one if nothing is hidden.
func (l *likelihood) bestMean(y span, m, sd, speed float64) (value, mean, variance float64) {
	years := float64(len(y.low)) * l.dt
	usual := float64(sd * math.Sqrt(min(1, 2/max(float64(speed*years), 1e-9)))) // of an average of all that is seen
	value, variance = l.of(y, m, sd, speed), float64(usual*usual)
	for range 12 {
		h := math.Sqrt(variance)
		up, down := l.of(y, m+h, sd, speed), l.of(y, m-h, sd, speed)
		curve := up + down - 2*value
		if !(curve < 0) {
			m += math.Copysign(2*h, up-down)
			value = l.of(y, m, sd, speed)
			continue
		}
		move := max(-6*h, min(6*h, float64(0.5*h*(down-up))/curve))
		variance = -float64(h*h) / curve
		if next := l.of(y, m+move, sd, speed); next >= value {
			m, value = m+move, next
		}
		if math.Abs(move) < 0.02*h {
			break
		}
	}
	return value, m, variance
}

// of is the log-likelihood of a year at a mean.
func (l *likelihood) of(y span, mean, sd, speed float64) float64 {
	return l.with(0, y, mean, sd, speed, nil)
}

// with is that with a correlation of the shocks with the returns of the span, which are standardised. It adds what
// each value contributes to terms, if there are some.
func (l *likelihood) with(correlation float64, y span, mean, sd, speed float64, terms []float64) float64 {
	keep := fmath.Exp(-float64(speed * l.dt))
	size := float64(sd * math.Sqrt(1-float64(keep*keep)))
	density := func(x, mean, sd float64) float64 {
		z := (x - mean) / sd
		return fmath.Exp(-float64(0.5*z*z)) / sd
	}
	n := len(l.nodes)
	var kernel []float64 // from node to node over one spacing
	moved := false       // by a return
	now, next := make([]float64, n), make([]float64, n)
	hidden, x, sum := false, 0.0, 0.0
	own := math.Sqrt(1 - float64(correlation*correlation))
	for i := range y.low {
		k, s, shift := keep, size, 0.0
		shared := correlation != 0 && !math.IsNaN(y.move[i])
		if shared {
			s, shift = float64(size*own), float64(float64(size*correlation)*y.move[i])
		}
		if g := y.gap[i]; g != 1 && g > 0 {
			k = fmath.Pow(keep, g)
			s = float64(sd * math.Sqrt(1-float64(k*k)))
		}
		if y.gap[i] == 0 || hidden && y.gap[i] != 1 { // it starts anew after a gap behind hidden values
			k, s, hidden, x = 0, sd, false, mean
		}
		total, before := 0.0, sum
		centre := mean + shift
		switch censored := y.low[i] < y.high[i]; {
		case !censored && !hidden:
			z := (y.low[i] - centre - float64(k*(x-mean))) / s
			sum += -float64(0.5*z*z) - fmath.Log(s)
		case !censored:
			for j, v := range l.nodes {
				total += float64(float64(l.weights[j]*now[j]) * density(y.low[i], centre+float64(k*(v-mean)), s))
			}
			sum += fmath.Log(total)
		case !hidden:
			at := centre + float64(k*(x-mean))
			for j, v := range l.nodes {
				next[j] = density(v, at, s)
				total += float64(l.weights[j] * next[j])
			}
		default:
			if kernel == nil || moved || shared {
				kernel, moved = kernel[:0], shared
				for _, to := range l.nodes {
					for j, from := range l.nodes {
						kernel = append(kernel, float64(l.weights[j]*density(to, centre+float64(keep*(from-mean)), s)))
					}
				}
			}
			for j := range next {
				v := 0.0
				for m, w := range kernel[j*n : j*n+n] {
					v += float64(w * now[m])
				}
				next[j] = v
				total += float64(l.weights[j] * v)
			}
		}
		if y.low[i] < y.high[i] {
			sum += fmath.Log(total)
			for j := range next {
				next[j] /= total
			}
			now, next, hidden = next, now, true
		} else {
			hidden, x = false, y.low[i]
		}
		if terms != nil {
			terms[i] += sum - before
		}
	}
	return sum
}

// covariance is the inverse of the curvature of a function of two numbers at its least value.
func covariance(f func([]float64) float64, x []float64, h float64) (c [2][2]float64, ok bool) {
	at := func(a, b float64) float64 { return f([]float64{x[0] + float64(a*h), x[1] + float64(b*h)}) }
	mid := at(0, 0)
	a := (at(1, 0) + at(-1, 0) - 2*mid) / float64(h*h)
	b := (at(0, 1) + at(0, -1) - 2*mid) / float64(h*h)
	d := (at(1, 1) + at(-1, -1) - at(1, -1) - at(-1, 1)) / float64(4*h*h)
	det := float64(a*b) - float64(d*d)
	if !(a > 0 && det > 0) {
		return c, false
	}
	return [2][2]float64{{b / det, -d / det}, {-d / det, a / det}}, true
}

// level fits the law of the means of years: those less the floor are lognormal. Intervals are those of
// generalised pivots.
//
// Source: Krishnamoorthy and Mathew, Inferences on the means of lognormal distributions using generalized p-values
// and generalized confidence intervals, Journal of Statistical Planning and Inference 115 (2003).
func (f *Fit) level(o Observed, floor float64) ([]span, error) {
	years := o.spans(func(int) (float64, float64) { return 0, 0 })
	if len(years) < 3 {
		return nil, fmt.Errorf("%d years with values for %.0f %% of the time; want 3 at least", len(years),
			100*leastSpan)
	}
	n := float64(len(years))
	mean, spread := 0.0, 0.0
	var logs []float64
	for _, y := range years {
		if !(y.mean > floor) {
			return nil, fmt.Errorf("the mean of %d is %.4g; want a floor below it, not %.4g", y.year, y.mean, floor)
		}
		logs = append(logs, fmath.Log(y.mean-floor))
		mean += logs[len(logs)-1] / n
	}
	for _, v := range logs {
		spread += float64((v-mean)*(v-mean)) / (n - 1)
	}
	of := func(m, s2 float64) (rate, sd float64) {
		above := fmath.Exp(m + s2/2)
		return floor + above, float64(above * math.Sqrt(fmath.Expm1(s2)))
	}
	rate, sd := of(mean, spread)
	const draws = 20_000
	var rates, sds []float64
	source := random.NewSource(1, 0, random.Stream(random.Rates, ofLevel))
	for range draws {
		s2 := float64(spread*(n-1)) / float64(2*source.Gamma((n-1)/2))
		m := mean + float64(source.Norm()*math.Sqrt(s2/n))
		r, s := of(m, s2)
		rates, sds = append(rates, r), append(sds, s)
	}
	for i, all := range [][]float64{rates, sds} {
		slices.Sort(all)
		v := [2]float64{rate, sd}[i]
		e := sd / math.Sqrt(n) // of the mean
		if i == 1 {
			e = sd / math.Sqrt(2*(n-1)) // as of a normal law's
		}
		f.Numbers = append(f.Numbers, FittedNumber{[2]string{MeanRate, "rate-sd"}[i], v, e,
			all[int((1-Confidence)/2*draws)], all[int((1+Confidence)/2*draws)]})
	}
	f.Rate, f.Method = rate, "moments of the logs of years' means; intervals by generalised pivots"
	f.Numbers = append(f.Numbers, FittedNumber{"rate-floor", floor, math.NaN(), math.NaN(), math.NaN()})
	return years, nil
}

// yearsDrawn is how many years the law of yearly means is drawn of.
const yearsDrawn = 2048

// yearMeans are means of the rate over years of a process, sorted.
func yearMeans(p Process, spacing time.Duration) []float64 {
	steps := int(models.Year / spacing)
	holds := p.Holds(spacing)
	if holds == block.Steps {
		steps = 1
	}
	state := make(models.State, p.State())
	var tracks []*block.Track
	for range p.Drives() {
		tracks = append(tracks, new(block.Track))
	}
	var draws Draws
	var means []float64
	move := new(block.Track)
	for g := range uint64(yearsDrawn / block.Lanes) {
		at := models.At{Seed: 1, Group: g, Step: spacing}
		draws.Begin()
		p.Begin(at, state)
		var sum [block.Lanes]float64
		for at.First = 0; at.First < steps; at.First += at.Len {
			at.Len = min(block.Steps, steps-at.First)
			p.Advance(at, Returns{Move: move}, state, tracks, &draws)
			for s := range at.Len {
				for l, v := range tracks[0][s-s%holds] {
					sum[l] += v
				}
			}
		}
		for _, v := range sum {
			means = append(means, v/float64(steps))
		}
	}
	slices.Sort(means)
	return means
}

// below is the share of sorted numbers below x.
func below(sorted []float64, x float64) float64 {
	i, _ := slices.BinarySearch(sorted, x)
	return float64(i) / float64(len(sorted))
}

// Sample is a series that a process makes, for studies of fits: so many values at its spacing from a time on, of
// one year after another, each with a mean of its own, beside returns of standard deviation 1.
func Sample(p Process, spacing time.Duration, years int, seed uint64, whole bool) Observed {
	steps := int(models.Year / spacing)
	o := Observed{Whole: whole}
	last := math.NaN() // return
	state := make(models.State, p.State())
	track, move := new(block.Track), new(block.Track)
	var draws Draws
	for y := range years {
		at := models.At{Seed: seed, Group: uint64(y), Step: spacing}
		draws.Begin()
		p.Begin(at, state)
		start := time.Date(2001+y, 1, 1, 0, 0, 0, 0, time.UTC)
		for at.First = 0; at.First < steps; at.First += at.Len {
			at.Len = min(block.Steps, steps-at.First)
			random.Normals(move, seed, uint64(y), random.Stream(random.Diffusion, 0), at.First, block.Steps)
			p.Advance(at, Returns{Move: move, SD: 1}, state, []*block.Track{track}, &draws)
			for s := range at.Len {
				v := track[s-s%p.Holds(spacing)][0]
				if whole {
					v = float64(v * models.Years(spacing))
				}
				o.Times = append(o.Times, start.Add(time.Duration(at.First+s)*spacing))
				o.Values, o.Returns = append(o.Values, v), append(o.Returns, last)
				last = move[s][0]
			}
		}
	}
	return o
}
