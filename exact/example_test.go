package exact_test

import (
	"fmt"
	"math"
	"time"

	"mcrisk/exact"
	"mcrisk/models"
	"mcrisk/tokens"
)

// What a year does to a 3x token that rebalances to its target hourly, for 10
// basis points, when leverage has left 2.8 to 3.2, on a price without growth:
// costs take 6 % of what it is expected to be worth, and in every other year less
// than a fifth is left.
func Example() {
	token := tokens.Token{
		Target: 3, AUM: 1e6, Policy: tokens.Band{Low: 2.8, High: 3.2, To: tokens.Target},
		Mechanism: tokens.Loan{Threshold: 0.85, Bonus: 0.05}, Cost: tokens.Cost{Fee: 0.001},
	}
	problem, err := exact.NewProblem(token, models.GBM{Sigma: 0.6}, time.Hour)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, _ := problem.Moments(1)
	law, _ := problem.Law(1)
	median, _ := law.Quantile(0.5)
	fmt.Printf("expected NAV %.4f after %.1f rebalances, median %.4f\n", m.NAV, m.Rebalances, math.Exp(median))
	// Output:
	// expected NAV 0.9444 after 258.4 rebalances, median 0.1882
}
