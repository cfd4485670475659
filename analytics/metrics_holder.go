package analytics

import "math"

// What entry and exit cost the holder: the token's fees and, with invest, trades and flash
// loans.
var _ = [...]Metric{
	Register(meanOf(Metric{Name: "entry_cost", Unit: Fraction, Sense: Lower, Needs: []string{"entry_cost"},
		Doc:   "cost of the holder's entry: fee, trade and flash loan, over what is invested",
		Label: "Cost of entry (% of what is invested)"}, column("entry_cost"))),
	Register(meanOf(Metric{Name: "exit_cost", Unit: Fraction, Sense: Lower, Needs: []string{"exit_cost", "nav"},
		Doc: "mean cost of the holder's exit: fee, trade and flash loan, over the token's value then; " +
			"over survivors",
		Label: "Cost of exit (% of the value at the end)"}, exitCosts)),
}

// exitCosts are what exit costs on each path, infinite where there is nothing to sell.
func exitCosts(c *Case) []float64 {
	nav := c.Ensemble.Column("nav")
	return c.each(c.Ensemble.Column("exit_cost"), func(i int, x float64) float64 {
		if nav[i] == 0 {
			return math.Inf(1)
		}
		return x
	})
}
