package analytics

// The probability that a vault without flows is closed because it became too small.
var _ = Register(shareOf(Metric{
	Name: "p_closed", Doc: "probability that the vault is closed because it has become too small",
	Label: "Probability of being closed (%)", Needs: []string{"closed"}, Sense: Lower,
}, column("closed"), positive))
