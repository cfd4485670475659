package analytics

// An Estimate is a statistic of a sample and the interval that covers its true
// value with the stated Confidence. A Value that does not exist (no path
// survived, no variance to divide by) is NaN, and so are its bounds. A Value
// whose uncertainty is unknown (one path) has bounds of NaN; one that the sample
// does not bound on a side has an infinite one there.
type Estimate struct {
	Value      float64 // the statistic, in the unit of the sample
	SE         float64 // its standard error; NaN where the method gives none
	Lo, Hi     float64 // the interval's ends, Lo ≤ Value ≤ Hi
	Confidence float64 // in (0, 1)
	N          int     // sample size the statistic was taken over
	Method     Method  // how the interval was made
}

// A Method names the construction of an interval.
type Method string

const (
	Normal         Method = "normal"          // Value ± z·SE, by the central limit theorem
	ClopperPearson Method = "clopper-pearson" // exact binomial
	OrderStatistic Method = "order-statistic" // distribution-free ranks
)
