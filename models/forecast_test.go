package models

import (
	"math"
	"os"
	"testing"
	"time"
)

// Fitted to the end of 2022 and filtered to each week's start without another fit, component and mcgarch forecast the
// realised variance of the week better than garch does: by QLIKE, v/f − ln(v/f) − 1, of the weeks of BTC, ETH and SOL
// (Patton, "Volatility forecast comparison using imperfect volatility proxies", J. Econometrics 160 (2011)). The
// statistic is that of Diebold and Mariano on the mean of the coins' differences in each week, with Newey and
// West's variance over four lags. Were both forecasts as good, it would exceed 2 once in 44 times.
func TestForecastsOfVariance(t *testing.T) {
	if os.Getenv("MCRISK_SLOW") == "" {
		t.Skip("fits three histories three times: set MCRISK_SLOW")
	}
	kinds := []string{"component", "mcgarch"}
	differences, coins := map[string][]float64{}, []float64{} // by week
	for _, coin := range []string{"btc", "eth", "sol"} {
		h := newWeeks(t, coin)
		theirs := h.qlike(t, "garch")
		t.Logf("%s: %d weeks, mean QLIKE of garch %.3f", coin, len(theirs), meanOf(theirs))
		for n := range theirs {
			if n == len(coins) {
				coins = append(coins, 0)
			}
			coins[n]++
		}
		for _, kind := range kinds {
			ours := h.qlike(t, kind)
			t.Logf("%s: %.3f", kind, meanOf(ours))
			if !(meanOf(ours) < meanOf(theirs)) {
				t.Errorf("%s: QLIKE of %s %v, of garch %v; want less", coin, kind, meanOf(ours), meanOf(theirs))
			}
			for n := range ours {
				if n == len(differences[kind]) {
					differences[kind] = append(differences[kind], 0)
				}
				differences[kind][n] += theirs[n] - ours[n]
			}
		}
	}
	for _, kind := range kinds {
		for n := range coins {
			differences[kind][n] /= coins[n]
		}
		z := newey(differences[kind], 4)
		t.Logf("%s: Diebold and Mariano's statistic over %d weeks: %.2f", kind, len(coins), z)
		if !(z > 2) {
			t.Errorf("%s: Diebold and Mariano's statistic over %d weeks is %.2f; want above 2", kind, len(coins), z)
		}
	}
}

// weeks are those of a coin after 2022, and the returns before.
type weeks struct {
	r      []float64
	hours  []int
	split  int
	before sample
}

const weekHours = 168

func newWeeks(t *testing.T, coin string) (w weeks) {
	at, _ := closes(t, coin+"_usdt_perp_1h.csv")
	w.r = logReturns(t, coin+"_usdt_perp_1h.csv", false)
	for _, a := range at[1:] {
		time, err := time.Parse(time.RFC3339, a)
		if err != nil {
			t.Fatal(err)
		}
		w.hours = append(w.hours, HourOfWeek(time))
	}
	for at[w.split+1] < "2023" {
		w.split++
	}
	var err error
	if w.before, err = newSample(w.r[:w.split], Years(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return w
}

// qlike are those of the forecasts of a kind of model, by week.
func (w weeks) qlike(t *testing.T, kind string) (out []float64) {
	for n, f := range w.forecasts(t, kind) {
		v := 0.0
		for _, r := range w.r[w.split+n*weekHours:][:weekHours] {
			v += r * r
		}
		out = append(out, v/f-math.Log(v/f)-1)
	}
	return out
}

// forecasts are what a kind of model expects of the realised variances of weeks.
func (w weeks) forecasts(t *testing.T, kind string) (out []float64) {
	t.Helper()
	count := (len(w.r) - w.split) / weekHours
	dt := Years(time.Hour)
	switch kind {
	case "garch":
		garch := fittedTo[GARCH](t, w.before, kind).symmetric()
		alpha, _, beta := garch.coefficients(time.Hour)
		unit, h := garch.Sigma*garch.Sigma*dt, 1.0
		for i, x := range w.r {
			if n := i - w.split; n >= 0 && n%weekHours == 0 && len(out) < count {
				sum, ahead := 0.0, h
				for range weekHours {
					sum += ahead * unit
					ahead = 1 - alpha - beta + (alpha+beta)*ahead
				}
				out = append(out, sum)
			}
			h = 1 - alpha - beta + beta*h + alpha*(x-w.before.mean)*(x-w.before.mean)/unit
		}
	case "component":
		m := fittedTo[Component](t, w.before, kind)
		chain := newComponentChain(m.Count, m.drawn(dt))
		for n := range count {
			_, _, law := m.run(dt, w.r[:w.split+n*weekHours], false)
			next, sum := make([]float64, len(law)), 0.0
			for range weekHours {
				chain.expect(next, law)
				law, next = next, law
				for state, p := range law {
					sum += p * m.product(int(popCounts[state]))
				}
			}
			out = append(out, sum*m.Sigma*m.Sigma*dt)
		}
	case "mcgarch":
		h := mcHistory{w.before, time.Hour, w.hours[:w.split]}
		f, _, err := fitMCGARCH(h)
		if err != nil {
			t.Fatal(err)
		}
		m := mcOf(f.Values, time.Hour)
		c, _ := m.over(time.Hour, newsLawOf(m.DoF, m.Bend))
		h.r, h.hours = w.r, w.hours
		week := m.Week.factors()
		m.filterTo(h, false, func(i int, factors [mcComponents]float64) {
			if n := i - w.split; n >= 0 && n%weekHours == 0 && len(out) < count {
				weights := c.ahead(weekHours, func(k int) float64 { return week[w.hours[i+k]] })
				out = append(out, weights.of(productsOf(factors))*m.unit(c, time.Hour))
			}
		})
	}
	return out
}

func fittedTo[M Model](t *testing.T, s sample, kind string) M {
	t.Helper()
	f, _, err := fitters[kind].fit(s)
	if err != nil {
		t.Fatal(err)
	}
	built, err := f.Model()
	if err != nil {
		t.Fatal(err)
	}
	return built.(M)
}

// newey is the mean of xs over its standard error by Newey and West.
func newey(xs []float64, lags int) float64 {
	n, mean := float64(len(xs)), meanOf(xs)
	variance := 0.0
	for lag := range lags + 1 {
		sum := 0.0
		for i := lag; i < len(xs); i++ {
			sum += (xs[i] - mean) * (xs[i-lag] - mean) / n
		}
		if lag > 0 {
			sum *= 2 * (1 - float64(lag)/float64(lags+1))
		}
		variance += sum
	}
	return mean / math.Sqrt(variance/n)
}
