package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
)

var newYear = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // a Wednesday

// walks are so many values of two related random walks, a step apart, and some left out at random.
func walks(seed uint64, n int, step time.Duration, keep float64) (token, traded Dated) {
	r := rand.New(rand.NewPCG(seed, 1))
	x, y := 0.0, 0.0
	for i := range n {
		at := newYear.Add(time.Duration(i) * step)
		if r.Float64() < keep {
			token.Times, token.Values = append(token.Times, at), append(token.Values, math.Exp(x))
		}
		if r.Float64() < keep {
			traded.Times, traded.Values = append(traded.Times, at), append(traded.Values, math.Exp(y))
		}
		z := 0.03 * r.NormFloat64()
		x, y = x+z+0.004*r.NormFloat64(), y+z
	}
	return token, traded
}

func mustAgainst(t *testing.T, token, traded Dated, worst int) *Tracking {
	t.Helper()
	a, err := Against(token, traded, worst)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// numbers are those of a comparison by name.
func (t *Tracking) numbers() map[string]float64 {
	return map[string]float64{
		"bars": float64(t.Bars), "days": float64(t.Days), "weeks": float64(t.Weeks), "months": float64(t.Months),
		"correlation by bar": t.CorrelationBar, "by day": t.CorrelationDay, "by week": t.CorrelationWeek,
		"beta": t.BetaMonth, "tracking error": t.TrackingErrorMonth, "median difference": t.MedianDifferenceDay,
		"terminal ratio": t.TerminalRatio, "drift": t.DriftYear, "worst window": t.WorstWindowRatio,
		"best window": t.BestWindowRatio, "window": t.WindowYears,
	}
}

func sameNumbers(t *testing.T, got, want map[string]float64, within float64) {
	t.Helper()
	for name, w := range want {
		if g, ok := got[name]; !ok || !(math.Abs(g-w) <= within) && !(math.IsNaN(g) && math.IsNaN(w)) {
			t.Errorf("%s: %v; want %v", name, g, w)
		}
	}
}

// A hundred days of two tokens by the calendar of package time and gonum's statistics: closes at
// midnight, with days left out of either.
func TestAgainstByGonum(t *testing.T) {
	token, traded := walks(1, 1700, 6*time.Hour, 0.9)
	a := mustAgainst(t, token, traded, 3)
	var times []time.Time
	var x, y []float64
	for i, at := range token.Times {
		for j := range traded.Times {
			if traded.Times[j].Equal(at) {
				times, x, y = append(times, at), append(x, token.Values[i]), append(y, traded.Values[j])
			}
		}
	}
	// by is the returns from the last value of each period to that of the next, and when they end
	by := func(same func(a, b time.Time) bool) (ends []time.Time, r, s []float64) {
		last := -1
		for i := range times {
			// the moment before, so that midnight is of the day before
			if i+1 < len(times) && same(times[i].Add(-1), times[i+1].Add(-1)) {
				continue
			}
			if last >= 0 {
				ends, r, s = append(ends, times[i]), append(r, x[i]/x[last]-1), append(s, y[i]/y[last]-1)
			}
			last = i
		}
		return ends, r, s
	}
	_, bar, barOf := by(func(a, b time.Time) bool { return false })
	days, day, dayOf := by(func(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() })
	_, week, weekOf := by(func(a, b time.Time) bool {
		ya, wa := a.ISOWeek()
		yb, wb := b.ISOWeek()
		return ya == yb && wa == wb
	})
	_, month, monthOf := by(func(a, b time.Time) bool { return a.Month() == b.Month() && a.Year() == b.Year() })
	off, daily := make([]float64, len(month)), make([]float64, len(day))
	for i := range off {
		off[i] = month[i] - monthOf[i]
	}
	for i := range daily {
		daily[i] = math.Abs(day[i] - dayOf[i])
	}
	slices.Sort(daily)
	median := (daily[(len(daily)-1)/2] + daily[len(daily)/2]) / 2
	_, beta := stat.LinearRegression(monthOf, month, nil, false)
	n := len(x) - 1
	years := times[n].Sub(times[0]).Hours() / 8760
	ratio := x[n] / x[0] / (y[n] / y[0])
	sameNumbers(t, a.numbers(), map[string]float64{
		"bars": float64(n), "days": float64(len(day)), "weeks": float64(len(week)), "months": float64(len(month)),
		"correlation by bar": stat.Correlation(bar, barOf, nil), "by day": stat.Correlation(day, dayOf, nil),
		"by week": stat.Correlation(week, weekOf, nil), "beta": beta, "tracking error": stat.StdDev(off, nil),
		"median difference": median, "terminal ratio": ratio, "drift": math.Log(ratio) / years, "window": years,
		"worst window": ratio, "best window": ratio,
	}, 1e-12)
	worst := slices.Index(dayOf, slices.Min(dayOf))
	if w := a.WorstDays[0]; w.Date != days[worst].Add(-1).Truncate(24*time.Hour) || w.Token != day[worst] ||
		w.Traded != dayOf[worst] || len(a.WorstDays) != 3 || !(a.WorstDays[1].Traded >= w.Traded) {
		t.Errorf("worst days %+v; want %v on the day that ends by %v first", a.WorstDays, dayOf[worst], days[worst])
	}
	if !a.From.Equal(times[0]) || !a.To.Equal(times[n]) {
		t.Errorf("from %v to %v; want %v to %v", a.From, a.To, times[0], times[n])
	}
}

// Ten years of days: every window of four years, one by one.
func TestAgainstWindows(t *testing.T) {
	token, traded := walks(2, 3650, 24*time.Hour, 0.8)
	a := mustAgainst(t, token, traded, 0)
	least, greatest := inf, -inf
	other := map[time.Time]float64{}
	for i, at := range traded.Times {
		other[at] = traded.Values[i]
	}
	for i, from := range token.Times {
		for k := i; k < len(token.Times) && other[from] > 0; k++ {
			to := token.Times[k]
			if other[to] > 0 && !to.Before(from.Add(4*365*24*time.Hour)) {
				r := token.Values[k] / token.Values[i] / (other[to] / other[from])
				least, greatest = min(least, r), max(greatest, r)
				break
			}
		}
	}
	sameNumbers(t, a.numbers(), map[string]float64{"worst window": least, "best window": greatest, "window": 4}, 1e-12)
	if !(least < 0.95 && greatest > 1.05) || len(a.WorstDays) != 0 {
		t.Errorf("windows from %v to %v, %d worst days; the walks are too near each other to test them, "+
			"or days were not asked for", least, greatest, len(a.WorstDays))
	}
}

// Units do not matter, nor does what either has alone; a token against itself is perfect; one of twice
// the daily returns has them.
func TestAgainstInvariances(t *testing.T) {
	token, traded := walks(3, 2000, 24*time.Hour, 1)
	a := mustAgainst(t, token, traded, 5)
	scaled := Dated{token.Times, slices.Clone(token.Values)}
	for i := range scaled.Values {
		scaled.Values[i] *= 1e6
	}
	sameNumbers(t, mustAgainst(t, scaled, traded, 5).numbers(), a.numbers(), 1e-12)

	more := Dated{nil, nil} // values at times of its own between
	for i, at := range token.Times {
		more.Times = append(more.Times, at, at.Add(time.Hour))
		more.Values = append(more.Values, token.Values[i], 1e9)
	}
	sameNumbers(t, mustAgainst(t, more, traded, 5).numbers(), a.numbers(), 0)

	sameNumbers(t, mustAgainst(t, traded, traded, 0).numbers(), map[string]float64{
		"bars": 1999, "correlation by bar": 1, "by day": 1, "by week": 1, "beta": 1, "tracking error": 0,
		"median difference": 0, "terminal ratio": 1, "drift": 0, "worst window": 1, "best window": 1, "window": 4,
	}, 1e-14)

	double := Dated{traded.Times, []float64{1}}
	for i := 1; i < len(traded.Values); i++ {
		double.Values = append(double.Values, double.Values[i-1]*(1+2*(traded.Values[i]/traded.Values[i-1]-1)))
	}
	d := mustAgainst(t, double, traded, 4)
	sameNumbers(t, d.numbers(), map[string]float64{"correlation by bar": 1, "by day": 1}, 1e-12)
	for _, w := range d.WorstDays {
		if !(math.Abs(w.Token-2*w.Traded) < 1e-12) {
			t.Errorf("%v: %v of %v; want twice it", w.Date, w.Token, w.Traded)
		}
	}
}

// What too few values do not determine is NaN, and what cannot be compared is an error.
func TestAgainstTooFew(t *testing.T) {
	at := func(hours ...int) (times []time.Time) {
		for _, h := range hours {
			times = append(times, newYear.Add(time.Duration(h)*time.Hour))
		}
		return times
	}
	nan := math.NaN()
	two := mustAgainst(t, Dated{at(0, 24), []float64{1, 2}}, Dated{at(0, 24), []float64{3, 3}}, 5)
	sameNumbers(t, two.numbers(), map[string]float64{"bars": 1, "days": 1, "weeks": 0, "months": 1,
		"correlation by bar": nan, "by day": nan, "by week": nan, "beta": nan, "tracking error": nan,
		"median difference": 1, "terminal ratio": 2, "drift": 365 * math.Ln2, "worst window": 2, "best window": 2,
		"window": 1.0 / 365}, 1e-12)
	if len(two.WorstDays) != 0 {
		t.Errorf("worst days %+v of one that did not fall", two.WorstDays)
	}
	flat := mustAgainst(t, Dated{at(1, 2, 3, 4), []float64{1, 2, 3, 2}},
		Dated{at(1, 2, 3, 4), []float64{3, 3, 3, 3}}, 5)
	sameNumbers(t, flat.numbers(), map[string]float64{"bars": 3, "days": 0, "correlation by bar": nan,
		"median difference": nan}, 0)

	three := mustAgainst(t, Dated{at(0, 24, 48), []float64{1, 0.9, 0.8}}, Dated{at(0, 24, 48), []float64{1, 1.1, 1}}, 5)
	sameNumbers(t, three.numbers(), map[string]float64{"bars": 2, "correlation by bar": nan, "by day": nan}, 0)
	if len(three.WorstDays) != 1 || !(three.WorstDays[0].Traded < 0) {
		t.Errorf("worst days %+v; want the one on which what traded fell", three.WorstDays)
	}
	ended := mustAgainst(t, Dated{at(0, 24, 48, 72, 96), []float64{1, 0.5, 0, 0, 0}},
		Dated{at(0, 24, 48, 72, 96), []float64{1, 0.5, 0.4, 0.5, 0.6}}, 5)
	sameNumbers(t, ended.numbers(), map[string]float64{"bars": 2, "terminal ratio": 0, "worst window": 0}, 0)
	if w := ended.WorstDays; !math.IsInf(ended.DriftYear, -1) || len(w) != 2 || w[1].Token != -1 ||
		!w[1].Date.Equal(newYear.AddDate(0, 0, 1)) {
		t.Errorf("%+v; want the day on which the token ended last", ended)
	}

	good := Dated{at(0, 1), []float64{1, 1}}
	before := mustAgainst(t, Dated{at(0, 1, 2), []float64{1, 0, 0}}, Dated{at(1, 2), []float64{3, 4}}, 5)
	sameNumbers(t, before.numbers(), map[string]float64{"bars": 0, "terminal ratio": nan, "worst window": nan,
		"median difference": nan}, 0)
	for _, tt := range []struct {
		token, traded Dated
		want          string
	}{
		{good, Dated{at(5, 6), []float64{1, 1}},
			"2020-01-01T05:00:00Z to 2020-01-01T06:00:00Z) have 0 times in common"},
		{good, Dated{at(1, 6), []float64{1, 1}}, "have 1 times in common"},
		{Dated{}, good, "the token (no values)"},
		{Dated{at(0, 1), []float64{1}}, good, "the token has 1 values at 2 times"},
		{Dated{at(0, 1), []float64{1, -1}}, good, "the token is -1 at 2020-01-01T01:00:00Z; want positive numbers"},
		{Dated{at(0, 1), []float64{nan, 1}}, good, "the token is NaN at 2020-01-01T00:00:00Z"},
		{good, Dated{at(0, 1), []float64{inf, 1}}, "what traded is +Inf at 2020-01-01T00:00:00Z"},
		{good, Dated{at(0, 1), []float64{1, 0}}, "what traded is 0 at 2020-01-01T01:00:00Z"},
		{good, Dated{at(1, 1), []float64{1, 1}},
			"what traded has a value at 2020-01-01T01:00:00Z after the one at 2020-01-01T01"},
	} {
		if _, err := Against(tt.token, tt.traded, 1); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q in it", err, tt.want)
		}
	}
}

// 300,000 values take about a second: nothing is quadratic.
func TestAgainstIsFast(t *testing.T) {
	token, traded := walks(4, 300_000, time.Minute, 1)
	start := time.Now()
	mustAgainst(t, token, traded, 10)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%v for 300,000 values", took)
	}
}
