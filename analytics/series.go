package analytics

import (
	"fmt"
	"math"
)

// A SeriesMetric describes one history: what did happen, without an interval,
// because nothing was sampled.
type SeriesMetric struct {
	Name, Doc string
	Unit      Unit
	Value     float64 // NaN where the history does not determine it
}

// SeriesMetrics describes a history of positive values, such as a price or a
// net asset value, dt years apart. With r the simple returns from value to value
// and d the fall from the highest value so far, as a fraction of it:
//
//	total_return      last/first − 1
//	cagr              (last/first)^(1/years) − 1
//	log_growth        ln(last/first)/years
//	volatility        sd(r)/√dt, divisor n−1
//	skewness          √(n(n−1))/(n−2)·m₃/m₂^1.5, unbiased for normal returns (as pandas, Excel)
//	kurtosis          excess, (n−1)/((n−2)(n−3))·((n+1)(m₄/m₂²−3)+6)
//	sharpe            mean(r)/sd(r)/√dt; no interest is subtracted
//	sortino           mean(r)/√mean(min(r,0)²)/√dt
//	omega             Σ max(r,0) / Σ max(−r,0), the threshold being zero
//	gain_to_pain      Σ r / Σ max(−r,0), which is omega − 1
//	tail_ratio        |95 % quantile of r| / |5 % quantile|, of type 7
//	var_95, var_99    95 and 99 % quantile of −r, one step's loss
//	es_95, es_99      mean of the worst 5 and 1 % of −r, the last counted in part
//	max_drawdown      largest d
//	drawdown_length   years from its peak to its trough
//	drawdown_recovery years from its trough until the peak was reached again
//	average_drawdown  mean of d over all values
//	cdar_95           mean of the largest 5 % of d (conditional drawdown at risk)
//	ulcer             √mean(d²)
//	under_water       share of values with d > 0
//	longest_under     longest time from a peak until it was reached again, in years
//	calmar            cagr/max_drawdown, over the whole history
//
// A year has 365 days, whatever the market's hours. It panics if a value is not
// positive or dt is not.
//
// Sources: Sharpe (1994); Sortino and van der Meer (1991); Keating and Shadwick
// (2002) for omega; Schwager (2012) for gain to pain; Martin and McCann (1989) for
// ulcer; Young (1991) for Calmar; Chekhlov, Uryasev and Zabarankin (2005) for
// drawdown at risk; Joanes and Gill (1998) for skewness and kurtosis.
func SeriesMetrics(values []float64, dt float64) []SeriesMetric {
	if !(dt > 0) {
		panic(fmt.Sprintf("analytics: dt = %v years; want more than 0", dt))
	}
	for i, v := range values {
		if !(v > 0) || math.IsInf(v, 0) {
			panic(fmt.Sprintf("analytics: value %d of a history is %v; want positive numbers", i, v))
		}
	}
	var ms []SeriesMetric
	add := func(name string, unit Unit, doc string, v float64) { ms = append(ms, SeriesMetric{name, doc, unit, v}) }

	n := len(values) - 1
	r, losses := make([]float64, max(n, 0)), make([]float64, max(n, 0))
	for i := range r {
		r[i] = values[i+1]/values[i] - 1
		losses[i] = -r[i]
	}
	growth, years := math.NaN(), float64(n)*dt
	if n > 0 {
		growth = math.Log(values[n] / values[0])
	}
	cagr := math.Expm1(growth / years)
	add("total_return", Fraction, "last value over the first, minus 1", math.Expm1(growth))
	add("cagr", FractionAYear, "the constant yearly return with that total", cagr)
	add("log_growth", LogPerYear, "ln of last over first, per year", growth/years)

	m := shapeOf(Sample{X: r})
	perYear := math.Sqrt(dt)
	add("volatility", PerRootYear, "standard deviation of returns", m.sd/perYear)
	add("skewness", Pure, "of returns", m.skewness)
	add("kurtosis", Pure, "of returns, above the normal law's", m.kurtosis)
	gain, pain, below := ups(Sample{X: r})
	add("sharpe", PerRootYear, "mean over standard deviation of returns", m.mean/m.sd/perYear)
	add("sortino", PerRootYear, "mean over root mean square of negative returns", m.mean/below/perYear)
	add("omega", Ratio, "sum of gains over sum of losses", gain/pain)
	add("gain_to_pain", Ratio, "sum of returns over sum of losses", (gain-pain)/pain)
	q := Quantiles(Sample{X: r}, []float64{0.05, 0.95}, 0.95)
	add("tail_ratio", Ratio, "95 % quantile of returns over the 5 % one, magnitudes",
		math.Abs(q[1].Value)/math.Abs(q[0].Value))
	for _, p := range []float64{0.05, 0.01} {
		name := fmt.Sprintf("%.0f", 100*(1-p))
		add("var_"+name, Fraction, fmt.Sprintf("a step's loss exceeded on %g %% of steps", 100*p),
			ValueAtRisk(Sample{X: losses}, p, 0.95).Value)
		add("es_"+name, Fraction, fmt.Sprintf("mean loss on the worst %g %% of steps", 100*p),
			ExpectedShortfall(Sample{X: losses}, p, 0.95).Value)
	}

	d := underwater(values)
	add("max_drawdown", Fraction, "deepest fall from a peak", d.deepest)
	add("drawdown_length", Years, "from that peak to its trough", float64(d.fell)*dt)
	add("drawdown_recovery", Years, "from that trough until the peak was reached again", float64(d.recovery)*dt)
	add("average_drawdown", Fraction, "mean fall from the peak so far, over time", d.mean)
	add("cdar_95", Fraction, "mean of the deepest 5 % of falls, over time", ExpectedShortfall(Sample{X: d.falls}, 0.05,
		0.95).Value)
	add("ulcer", Fraction, "root mean square of the fall from the peak so far", d.ulcer)
	add("under_water", ShareOfTime, "below an earlier peak", d.share)
	add("longest_under", Years, "longest time below an earlier peak", float64(d.longest)*dt)
	add("calmar", Ratio, "yearly return over deepest fall", cagr/d.deepest)
	return ms
}

// A shape is mean, spread and form of a sample.
type shape struct{ mean, sd, skewness, kurtosis float64 }

// shapeOf estimates without bias for normal samples.
func shapeOf(sample Sample) shape {
	n := sample.size()
	mean, squares := moments(sample)
	var cubes, fourths sum
	for i, x := range sample.X {
		d := x - mean
		w := sample.weight(i)
		cubes.add(float64(w * float64(d*d*d)))
		fourths.add(float64(w * float64(d*d*float64(d*d))))
	}
	m2 := squares / n
	g1 := cubes.value() / n / (m2 * math.Sqrt(m2))
	g2 := fourths.value()/n/float64(m2*m2) - 3
	s := shape{mean, math.Sqrt(squares / (n - 1)), math.NaN(), math.NaN()}
	if n > 2 {
		s.skewness = math.Sqrt(n*(n-1)) / (n - 2) * g1
	}
	if n > 3 {
		s.kurtosis = (n - 1) / ((n - 2) * (n - 3)) * (float64((n+1)*g2) + 6)
	}
	return s
}

// ups returns the sums of the positive and of the negative numbers, as
// magnitudes, and the root mean square of the negative ones, over all numbers.
func ups(s Sample) (gain, pain, below float64) {
	var up, down, squares sum
	for i, x := range s.X {
		w := s.weight(i)
		if x > 0 {
			up.add(float64(w * x))
		} else {
			down.add(float64(w * -x))
			squares.add(float64(w * float64(x*x)))
		}
	}
	return up.value(), down.value(), math.Sqrt(squares.value() / s.size())
}

// falls is how a series lay below its running peak. Times are in steps.
type falls struct {
	falls                       []float64 // by value, a fraction of the peak so far
	deepest, mean, ulcer, share float64
	fell, longest               int
	recovery                    float64 // NaN: not recovered
}

// underwater follows a series below its running peak. The peak is passed when
// a value reaches it again.
func underwater(values []float64) falls {
	f := falls{falls: make([]float64, len(values))}
	var all, squares sum
	peakAt, trough, under := 0, -1, 0
	for i, v := range values {
		if v >= values[peakAt] {
			if trough >= 0 && math.IsNaN(f.recovery) {
				f.recovery = float64(i - trough)
			}
			if i > peakAt+1 { // else it was never below
				f.longest = max(f.longest, i-peakAt)
			}
			peakAt = i
			continue
		}
		d := 1 - v/values[peakAt]
		f.falls[i] = d
		under++
		all.add(d)
		squares.add(float64(d * d))
		if d > f.deepest {
			f.deepest, f.fell, f.recovery = d, i-peakAt, math.NaN()
			trough = i
		}
	}
	n := float64(len(values))
	if len(values) > 0 {
		f.longest = max(f.longest, len(values)-1-peakAt)
	}
	f.mean, f.ulcer, f.share = all.value()/n, math.Sqrt(squares.value()/n), float64(under)/n
	return f
}

// PathSeries are the metrics of [SeriesMetrics] that are taken for every
// simulated path too, from its values at the marks.
var PathSeries = []string{"sharpe", "sortino", "average_drawdown", "cdar_95", "ulcer", "under_water"}

// pathSeries are the metrics of PathSeries for one path of positive values.
func pathSeries(values []float64, dt float64) [6]float64 {
	r := make([]float64, len(values)-1)
	for i := range r {
		r[i] = values[i+1]/values[i] - 1
	}
	m, perYear := shapeOf(Sample{X: r}), math.Sqrt(dt)
	_, _, below := ups(Sample{X: r})
	d := underwater(values)
	return [6]float64{m.mean / m.sd / perYear, m.mean / below / perYear, d.mean, ExpectedShortfall(Sample{X: d.falls},
		0.05, 0.95).Value, d.ulcer, d.share}
}
