package analytics

// A Unit is what a number is counted in, as tables and files write it.
type Unit string

const (
	Equity         Unit = "initial equity"
	InitialPrice   Unit = "initial price"
	Log            Unit = "log"           // a natural logarithm
	LogPerYear     Unit = "log per year"  // of 365 days, as every year here
	LogPerRootYear Unit = "log per √year" // a standard deviation of logs over √years
	Fraction       Unit = "fraction"      // of what Doc names
	FractionAYear  Unit = "fraction a year"
	Probability    Unit = "probability"   // in [0, 1]
	ShareOfTime    Unit = "share of time" // in [0, 1]
	Years          Unit = "years"
	Count          Unit = "count"
	PerYear        Unit = "per year"
	PerRootYear    Unit = "per √year" // a ratio of a mean and a standard deviation over √years
	NAVs           Unit = "net asset values"
	NAVPerYear     Unit = "NAV per year"
	Leverage       Unit = "leverage"
	Ratio          Unit = "ratio"
	Pure           Unit = "" // a number without a unit, such as skewness
)

// A Scale says how a number is written, both on axes and in labels.
type Scale int

const (
	Number  Scale = iota // as it is
	Percent              // a fraction, written in percent: 0.05 as 5
)

// Factor is what a number is multiplied by to be written.
func (s Scale) Factor() float64 {
	if s == Percent {
		return 100
	}
	return 1
}

// percents are the units that are written in percent, and what is then written
// beside the number. A logarithm is not one of them: there is no loss of 200 %.
var percents = map[Unit]string{
	Equity: "% of the initial equity", InitialPrice: "% of the initial price", Fraction: "%",
	FractionAYear: "% a year", Probability: "%", ShareOfTime: "% of the time",
}

// axes are the units that axes have other words for.
var axes = map[Unit]string{
	Log: "log units", LogPerYear: "log units per year", LogPerRootYear: "log units per √year",
}

// Scale is how numbers of the unit are written.
func (u Unit) Scale() Scale {
	if _, ok := percents[u]; ok {
		return Percent
	}
	return Number
}

// Axis is the unit of numbers written by the unit's [Scale], as in "% a year".
func (u Unit) Axis() string {
	if text, ok := percents[u]; ok {
		return text
	}
	if text, ok := axes[u]; ok {
		return text
	}
	return string(u)
}
