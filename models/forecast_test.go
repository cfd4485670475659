package models

import (
	"math"
	"os"
	"testing"
	"time"
)

// Fitted to the end of 2022 and filtered to each week's start without another fit, components forecast the realised
// variance of the week better than garch does: by QLIKE, v/f − ln(v/f) − 1, of the weeks of BTC, ETH and SOL
// (Patton, "Volatility forecast comparison using imperfect volatility proxies", J. Econometrics 160 (2011)). The
// statistic is that of Diebold and Mariano on the mean of the coins' differences in each week, with Newey and
// West's variance over four lags. Were both forecasts as good, it would exceed 2 once in 44 times.
func TestForecastsOfVariance(t *testing.T) {
	if os.Getenv("MCRISK_SLOW") == "" {
		t.Skip("fits three histories twice: set MCRISK_SLOW")
	}
	const week = 168
	dt := Years(time.Hour)
	var differences, coins []float64 // by week
	for _, coin := range []string{"btc", "eth", "sol"} {
		at, _ := closes(t, coin+"_usdt_perp_1h.csv")
		r := logReturns(t, coin+"_usdt_perp_1h.csv", false)
		split := 0
		for at[split+1] < "2023" {
			split++
		}
		s, err := newSample(r[:split], dt)
		if err != nil {
			t.Fatal(err)
		}
		component, err := fittedTo[Component](s, "component")
		if err != nil {
			t.Fatal(err)
		}
		of, err := fittedTo[GARCH](s, "garch")
		if err != nil {
			t.Fatal(err)
		}
		garch := of.symmetric()
		alpha, _, beta := garch.coefficients(time.Hour)
		unit := garch.Sigma * garch.Sigma * dt
		chain := newComponentChain(component.Count, component.drawn(dt))
		var ours, theirs float64 // mean QLIKE
		weeks := (len(r) - split) / week
		for n := range weeks {
			at := split + n*week
			_, _, law := component.run(dt, r[:at], false)
			next := make([]float64, len(law))
			components, garches, realised := 0.0, 0.0, 0.0
			h := 1.0
			for _, x := range r[:at] {
				h = 1 - alpha - beta + beta*h + alpha*(x-s.mean)*(x-s.mean)/unit
			}
			for k := range week {
				chain.expect(next, law)
				law, next = next, law
				for state, p := range law {
					components += p * component.product(int(popCounts[state]))
				}
				garches += h * unit
				h = 1 - alpha - beta + (alpha+beta)*h
				realised += r[at+k] * r[at+k]
			}
			qlike := func(forecast float64) float64 {
				return realised/forecast - math.Log(realised/forecast) - 1
			}
			a, b := qlike(components*component.Sigma*component.Sigma*dt), qlike(garches)
			ours, theirs = ours+a/float64(weeks), theirs+b/float64(weeks)
			if n == len(differences) {
				differences, coins = append(differences, 0), append(coins, 0)
			}
			differences[n] += b - a
			coins[n]++
		}
		t.Logf("%s: %d weeks, mean QLIKE of component %.3f, of garch %.3f", coin, weeks, ours, theirs)
		if !(ours < theirs) {
			t.Errorf("%s: QLIKE of component %v, of garch %v; want less", coin, ours, theirs)
		}
	}
	for n := range differences {
		differences[n] /= coins[n]
	}
	if z := newey(differences, 4); !(z > 2) {
		t.Errorf("Diebold and Mariano's statistic over %d weeks is %.2f; want above 2", len(differences), z)
	} else {
		t.Logf("Diebold and Mariano's statistic over %d weeks: %.2f", len(differences), z)
	}
}

func fittedTo[M Model](s sample, kind string) (m M, err error) {
	f, _, err := fitters[kind].fit(s)
	if err != nil {
		return m, err
	}
	built, err := f.Model()
	return built.(M), err
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
