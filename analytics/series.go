package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// A SeriesMetric is a statistic of one history. It has no interval, because nothing was
// sampled.
type SeriesMetric struct {
	Name, Doc string
	Unit      Unit
	Value     float64 // NaN where the history does not determine it; ±Inf is infinite
}

// SeriesOptions say how a history is annualised. The zero value is by elapsed time,
// excluding interest.
type SeriesOptions struct {
	// PeriodsPerYear is how many returns a year is taken to have, such as 252, in
	// cagr, log_growth, volatility, sharpe, sortino and calmar. Zero: as many as the
	// history has in a year of 365 days, on average. Lengths of time are elapsed
	// time in any case.
	PeriodsPerYear float64
	// RiskFree is the simple interest a year, such as 0.04, that sharpe and sortino
	// subtract from returns, spread evenly over them.
	RiskFree float64
}

// SeriesMetrics describes a history of positive values, such as a price or a
// net asset value, by the times of the values, in years of 365 days and increasing.
// Years are time and not values: weekends and missing values count, and n returns
// over y years stand y/n =: dt apart on average. With r the simple returns from value
// to value, e = r − RiskFree·dt, and d the fall from the highest value so far, as a
// fraction of it:
//
//	total_return      last/first − 1
//	cagr              (last/first)^(1/years) − 1
//	log_growth        ln(last/first)/years
//	volatility        sd(r)/√dt, divisor n−1
//	skewness          √(n(n−1))/(n−2)·m₃/m₂^1.5, unbiased for normal returns (as pandas, Excel)
//	kurtosis          excess, (n−1)/((n−2)(n−3))·((n+1)(m₄/m₂²−3)+6)
//	sharpe            mean(e)/sd(e)/√dt
//	sortino           mean(e)/√mean(min(e,0)²)/√dt
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
// A metric that the history does not determine is NaN: sharpe, skewness and kurtosis
// of returns that differ by rounding alone, whose volatility is zero; volatility,
// sharpe and sortino of a single return; the ratio of nothing to nothing. A gain
// excluding any loss has an infinite sortino, omega or calmar, which is +Inf.
//
// It panics if a value is not positive, times do not increase or are not as many, or
// an option is out of range.
//
// Sources: Sharpe (1994); Sortino and van der Meer (1991); Keating and Shadwick
// (2002) for omega; Schwager (2012) for gain to pain; Martin and McCann (1989) for
// ulcer; Young (1991) for Calmar; Chekhlov, Uryasev and Zabarankin (2005) for
// drawdown at risk; Joanes and Gill (1998) for skewness and kurtosis.
func SeriesMetrics(values, times []float64, o SeriesOptions) []SeriesMetric {
	checkSeries(values, times, o)
	ms := &seriesMetrics{}
	n := len(values) - 1
	r := make([]float64, max(n, 0))
	for i := range r {
		r[i] = values[i+1]/values[i] - 1
	}
	growth, years := math.NaN(), 0.0
	if n > 0 {
		growth, years = fmath.Log(values[n]/values[0]), times[n]-times[0]
	}
	if o.PeriodsPerYear > 0 {
		years = float64(max(n, 0)) / o.PeriodsPerYear
	}
	cagr := fmath.Expm1(growth / years)
	ms.add("total_return", Fraction, "last value/first value − 1", fmath.Expm1(growth))
	ms.add("cagr", FractionAYear, "constant yearly return that gives this total", cagr)
	ms.add("log_growth", LogPerYear, "ln(last value/first value), per year", growth/years)
	ms.addReturns(r, years/float64(n), o.RiskFree)
	ms.addDrawdowns(values, times, cagr)
	return ms.list
}

// checkSeries panics at a caller's bug.
func checkSeries(values, times []float64, o SeriesOptions) {
	if len(values) != len(times) {
		panic(fmt.Sprintf("analytics: %d values of a history at %d times; want as many", len(values), len(times)))
	}
	for i, v := range values {
		if !(v > 0) || math.IsInf(v, 0) {
			panic(fmt.Sprintf("analytics: value %d of a history is %v; want positive numbers", i, v))
		}
		if i > 0 && !(times[i] > times[i-1]) || !finite(times[i]) {
			panic(fmt.Sprintf("analytics: time %d of a history is %v years; want finite times that increase",
				i, times[i]))
		}
	}
	if !(o.PeriodsPerYear >= 0) || math.IsInf(o.PeriodsPerYear, 0) {
		panic(fmt.Sprintf("analytics: PeriodsPerYear = %v; want more than 0, or 0 for elapsed time", o.PeriodsPerYear))
	}
	if !finite(o.RiskFree) {
		panic(fmt.Sprintf("analytics: RiskFree = %v a year; want a finite number", o.RiskFree))
	}
}

// seriesMetrics are the metrics of a history so far.
type seriesMetrics struct{ list []SeriesMetric }

func (ms *seriesMetrics) add(name string, unit Unit, doc string, v float64) {
	ms.list = append(ms.list, SeriesMetric{name, doc, unit, v})
}

// addReturns adds what the returns say, which are dt years apart.
func (ms *seriesMetrics) addReturns(r []float64, dt, riskFree float64) {
	m := spreadOf(r)
	ms.add("volatility", PerRootYear, "standard deviation of returns", m.sd/math.Sqrt(dt))
	ms.add("skewness", Pure, "skewness of returns", m.skewness)
	ms.add("kurtosis", Pure, "excess kurtosis of returns", m.kurtosis)
	sharpe, sortino := riskRatios(r, dt, riskFree)
	ms.add("sharpe", PerRootYear, "mean over standard deviation of returns", sharpe)
	ms.add("sortino", PerRootYear, "mean over root mean square of negative returns", sortino)
	gain, pain, _ := gainsAndLosses(Sample{X: r})
	ms.add("omega", Ratio, "sum of gains over sum of losses", gain/pain)
	ms.add("gain_to_pain", Ratio, "sum of returns over sum of losses", (gain-pain)/pain)
	q := Quantiles(Sample{X: r}, []float64{0.05, 0.95}, 0.95)
	ms.add("tail_ratio", Ratio, "95 % quantile of returns over their 5 % quantile, absolute values",
		math.Abs(q[1].Value)/math.Abs(q[0].Value))
	losses := make([]float64, len(r))
	for i := range r {
		losses[i] = -r[i]
	}
	for _, p := range []float64{0.05, 0.01} {
		name := fmt.Sprintf("%.0f", 100*(1-p))
		ms.add("var_"+name, Fraction, fmt.Sprintf("a step's loss exceeded on %g %% of steps", 100*p),
			ValueAtRisk(Sample{X: losses}, p, 0.95).Value)
		ms.add("es_"+name, Fraction, fmt.Sprintf("mean loss on the worst %g %% of steps", 100*p),
			ExpectedShortfall(Sample{X: losses}, p, 0.95).Value)
	}
}

// addDrawdowns adds what the falls from the highest value say.
func (ms *seriesMetrics) addDrawdowns(values, times []float64, cagr float64) {
	d := underwater(values)
	length, recovery := 0.0, 0.0
	if d.deepest > 0 {
		length, recovery = times[d.trough]-times[d.peak], math.NaN()
		if d.back > 0 {
			recovery = times[d.back] - times[d.trough]
		}
	}
	ms.add("max_drawdown", Fraction, "maximum drawdown: the deepest fall from a peak", d.deepest)
	ms.add("drawdown_length", Years, "time from the peak to the trough of the maximum drawdown", length)
	ms.add("drawdown_recovery", Years, "time from the trough of the maximum drawdown until its peak was reached again",
		recovery)
	ms.add("average_drawdown", Fraction, "mean of the drawdown over time", d.mean)
	ms.add("cdar_95", Fraction, "mean of the largest 5 % of drawdowns over time",
		ExpectedShortfall(Sample{X: d.falls}, 0.05, 0.95).Value)
	ms.add("ulcer", Fraction, "root mean square of the drawdown over time", d.ulcer)
	ms.add("under_water", ShareOfTime, "share of time below an earlier peak", d.share)
	ms.add("longest_under", Years, "longest time below an earlier peak", longestUnder(values, times))
	ms.add("calmar", Ratio, "yearly return over maximum drawdown", cagr/d.deepest)
}

// roundingOfReturns is how far returns v/u − 1 of values that are exact to the last
// place lie apart, as a part of v/u.
const roundingOfReturns = 0x1p-48

// spreadOf is the shape of returns. If they differ by rounding errors only, their
// standard deviation is zero, and skewness and kurtosis are NaN.
func spreadOf(r []float64) shape {
	m := shapeOf(Sample{X: r})
	if m.sd <= roundingOfReturns*(1+math.Abs(m.mean)) {
		m.sd, m.skewness, m.kurtosis = 0, math.NaN(), math.NaN()
	}
	return m
}

// riskRatios are Sharpe's and Sortino's of returns that are dt years apart. That of a
// single return is not determined.
func riskRatios(r []float64, dt, riskFree float64) (sharpe, sortino float64) {
	if len(r) < 2 {
		return math.NaN(), math.NaN()
	}
	if riskFree != 0 {
		excess := make([]float64, len(r))
		for i, x := range r {
			excess[i] = x - float64(riskFree*dt)
		}
		r = excess
	}
	m, perYear := spreadOf(r), math.Sqrt(dt)
	_, _, below := gainsAndLosses(Sample{X: r})
	sharpe = m.mean / m.sd / perYear
	if m.sd == 0 {
		sharpe = math.NaN()
	}
	return sharpe, m.mean / below / perYear
}

// A shape holds the first four moments of a sample.
type shape struct{ mean, sd, skewness, kurtosis float64 }

// shapeOf estimates the shape, unbiased for normal samples.
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

// gainsAndLosses returns the sums of the positive and of the negative numbers, as
// magnitudes, and the root of the mean over all numbers of the negative ones squared.
func gainsAndLosses(s Sample) (gain, pain, below float64) {
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

// falls is how a series lay below its running peak.
type falls struct {
	falls                       []float64 // by value, a fraction of the peak so far
	deepest, mean, ulcer, share float64
	// of the deepest fall: values by number; back is 0 if the peak was not reached again
	peak, trough, back int
}

// underwater follows a series below its running peak. The peak is passed when
// a value reaches it again.
func underwater(values []float64) falls {
	f := falls{falls: make([]float64, len(values))}
	var all, squares sum
	peak, under := 0, 0
	for i, v := range values {
		if v >= values[peak] {
			if f.deepest > 0 && f.back == 0 {
				f.back = i
			}
			peak = i
			continue
		}
		d := 1 - v/values[peak]
		f.falls[i] = d
		under++
		all.add(d)
		squares.add(float64(d * d))
		if d > f.deepest {
			f.deepest, f.peak, f.trough, f.back = d, peak, i, 0
		}
	}
	n := float64(len(values))
	f.mean, f.ulcer, f.share = all.value()/n, math.Sqrt(squares.value()/n), float64(under)/n
	return f
}

// longestUnder is the longest time from a peak until it was reached again, or to the
// end, over stretches that were below it.
func longestUnder(values, times []float64) (longest float64) {
	peak := 0
	for i, v := range values {
		if v < values[peak] {
			longest = max(longest, times[i]-times[peak])
			continue
		}
		if i > peak+1 { // else it was never below
			longest = max(longest, times[i]-times[peak])
		}
		peak = i
	}
	return longest
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
	sharpe, sortino := riskRatios(r, dt, 0)
	d := underwater(values)
	return [6]float64{sharpe, sortino, d.mean,
		ExpectedShortfall(Sample{X: d.falls}, 0.05, 0.95).Value, d.ulcer, d.share}
}
