package assess

import (
	"math"

	"mcrisk/models"
)

// Volatility is the standard deviation of a model's log-return over some years, per
// √year: jumps and changes of the variance included.
func Volatility(m models.Model, years float64) float64 {
	return math.Sqrt(m.Moments(years).Variance / years)
}
