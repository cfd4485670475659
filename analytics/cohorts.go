package analytics

import "fmt"

// Cohorts are holders of one running token, by start: each buys at a step of a history
// and sells after the same time.
type Cohorts struct {
	Starts []int     // steps since the start of the history, increasing
	NAV    []float64 // when sold, over that when bought; 0: nothing is left
	Price  []float64 // of the underlying, likewise
	Ended  int       // starts at which nothing was left of the token to buy
}

// HoldCohorts are the cohorts that buy at step 0 and at every multiple of every steps, and
// hold for period steps. navs and prices are those before the first step and after each,
// and traded says whether one could trade then; who could not buy or sell is left out.
// Prices are above zero, and a NAV of zero stays. It panics if lengths differ, or every or
// period is below 1.
func HoldCohorts(navs, prices []float64, traded []bool, every, period int) (c Cohorts) {
	if len(prices) != len(navs) || len(traded) != len(navs) || every < 1 || period < 1 {
		panic(fmt.Sprintf("analytics: cohorts of %d NAVs, %d prices and %d times, every %d, for %d steps; "+
			"want as many of each, and whole numbers above 0", len(navs), len(prices), len(traded), every, period))
	}
	for s := 0; s+period < len(navs); s += every {
		switch {
		case !traded[s] || !traded[s+period]:
		case navs[s] == 0:
			c.Ended++
		default:
			c.Starts = append(c.Starts, s)
			c.NAV = append(c.NAV, navs[s+period]/navs[s])
			c.Price = append(c.Price, prices[s+period]/prices[s])
		}
	}
	return c
}

// Apart is how many of the cohorts, who hold for period steps, do not overlap: the first,
// then each that starts when the one before has sold, or later.
func (c Cohorts) Apart(period int) (n int) {
	free := 0
	for _, s := range c.Starts {
		if s >= free {
			n, free = n+1, s+period
		}
	}
	return n
}
