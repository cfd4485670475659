// Package brownian has closed forms for the price and for tokens without a band: the
// continuously rebalanced ([Ideal]) and the periodically reset token ([Reset]);
// drawdowns, barriers and exit times of a Brownian motion ([Motion]); and the first
// passage of Kou's price ([FirstPassage]).
//
// Units: time in years of 365 days, rates per year and continuously compounded,
// volatility per √year, leverage signed. NAV is per unit of initial equity.
// Nothing here draws a random number.
package brownian

import (
	"fmt"
	"math"
)

// A Motion is Brownian motion with drift, dX = Drift dt + Sigma dW, from 0.
type Motion struct {
	Drift float64 // 1/year
	Sigma float64 // 1/√year, above zero
}

func (b Motion) check(years float64) error {
	if !(math.Abs(b.Drift) <= 1000) || !(b.Sigma > 0 && b.Sigma <= 1000) {
		return fmt.Errorf("brownian: Brownian motion with drift %v and volatility %v; "+
			"want finite numbers within 1000, volatility above 0", b.Drift, b.Sigma)
	}
	if !(years > 0 && years <= 1e4) {
		return fmt.Errorf("brownian: horizon = %v years; want more than 0, at most 10000", years)
	}
	return nil
}
