package analytics

import (
	"fmt"
	"math"

	"mcrisk/tokens"
)

// Functions that complete a row from its numbers by path.

// meanOf makes the metric the mean of its numbers over the paths where they are
// finite.
func meanOf(m Metric, paths func(*Case) []float64) Metric {
	m.Paths = paths
	m.Of = func(c *Case) Estimate { return c.mean(paths(c)) }
	return m
}

// medianOf makes the metric their median, without paired comparisons.
func medianOf(m Metric, paths func(*Case) []float64) Metric {
	m.Of = func(c *Case) Estimate { return c.quantile(paths(c), 0.5) }
	return m
}

// shareOf makes the metric the probability that is holds, with its exact interval.
func shareOf(m Metric, of func(*Case) []float64, is func(float64) bool) Metric {
	m.Unit = Probability
	m.Paths = func(c *Case) []float64 { return indicators(of(c), is) }
	m.Of = func(c *Case) Estimate { return c.share(of(c), is) }
	return m
}

// indicators are 1 where is holds and 0 elsewhere; NaN stays.
func indicators(xs []float64, is func(float64) bool) []float64 {
	return each(xs, func(x float64) float64 {
		switch {
		case math.IsNaN(x):
			return x
		case is(x):
			return 1
		}
		return 0
	})
}

func positive(v float64) bool { return v > 0 }

// column is a column of the ensemble.
func column(name string) func(*Case) []float64 {
	return func(c *Case) []float64 { return c.Ensemble.Column(name) }
}

// perYear is a column of the ensemble per year.
func perYear(name string) func(*Case) []float64 {
	return func(c *Case) []float64 {
		by := 1 / c.Ensemble.Years()
		return each(c.Ensemble.Column(name), func(v float64) float64 { return by * v })
	}
}

// logGrowth is ln NAV per year by path, whether or not it can be corrected.
func logGrowth(c *Case) []float64 {
	return c.Derived("log growth", func() []float64 {
		return each(c.LogNAV(), func(v float64) float64 { return v / c.Ensemble.Years() })
	})
}

// logItems are the columns of logs that items of the ledger took.
func logItems(items ...tokens.Item) (names []string) {
	for _, item := range items {
		names = append(names, "log_"+tokens.ItemNames[item])
	}
	return names
}

// drag is [Drag] of a case.
func drag(items ...tokens.Item) func(*Case) []float64 {
	return func(c *Case) []float64 {
		return c.Derived(fmt.Sprint("drag of ", items), func() []float64 { return Drag(c.Ensemble, items...) })
	}
}
