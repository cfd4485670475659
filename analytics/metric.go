package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/param"
)

// A Metric is one row of the registry: all that the program knows of a named
// number. Whoever estimates, compares, draws or documents it reads the row.
//
// Names are those of tables, files and flags. Rates are per year of 365 days.
// "Over survivors" leaves out ruined paths, whose share is the metric ruined.
// Ratios of growth use ln NAV, so that they do not depend on the horizon by
// themselves: sharpe = E[ln NAV]/(sd[ln NAV]·√years), no interest subtracted;
// sortino has the root mean square of the negative ln NAV instead. See
// [SeriesMetrics] for the same names taken over the time of one history, and for
// sources.
type Metric struct {
	Name    string
	Aliases []string // other names that Lookup accepts
	Unit    Unit
	Label   string // of an axis, with the unit as its Scale writes it; empty: made of the name
	Doc     string // what it is, in words that follow its name
	Sense   Sense
	LogAxis bool // it is drawn on a logarithmic axis

	// Swept is the metric's place among those that sweep and compare report for
	// every setting, from 1; 0: it is not among them. Those with a Sense are the
	// objectives and come first.
	Swept int
	// Averse says that it weighs by the case's Aversion. A summary leaves it out
	// where there is none.
	Averse bool

	// Needs are the columns of an ensemble that Of, Paths and Corrected read.
	Needs []string
	// Of estimates the metric.
	Of func(*Case) Estimate
	// Paths is one number for each path whose mean is the metric, so that two
	// settings can be compared path by path. For a metric that is no mean, such as a
	// median, they are pseudo-values: the metric plus the influence of the path on
	// it. Means, paired differences and their intervals are then right to first order
	// in 1/√paths, as for a mean. Numbers of ruined paths (NAV 0) are infinite, on the
	// worse side, where the metric rests on ln NAV; [MeanFinite] and
	// [PairedDifference] leave them out. Nobody may change them. A nil Paths cannot be
	// compared.
	//
	// Sources: Hampel, "The influence curve and its role in robust estimation", JASA
	// 69 (1974); Miller, "The jackknife: a review", Biometrika 61 (1974).
	Paths func(*Case) []float64
	// Corrected is Paths corrected by what is known of the price, as Of is then too; it
	// returns nil where that cannot be done. A nil Corrected: it never is.
	Corrected func(*Case) []float64
	// Exact is the metric without sampling, and a bound of its error; not ok: the
	// answers do not give it. Nil: nothing gives it.
	Exact func(*Answers) (value, bound float64, ok bool)
}

// A Sense says which way a metric is better.
type Sense int

const (
	Neither Sense = 0
	Higher  Sense = 1
	Lower   Sense = -1
)

// registry holds the rows by order of registration, those of this package first.
var registry = new(rows).add(slices.Concat(
	valueMetrics(), spreadMetrics(), lossMetrics(), drawdownMetrics(), tradingMetrics(), costMetrics(),
	trackingMetrics())...)

type rows struct{ metrics []Metric }

// add completes rows and holds them to what readers of the registry rely on.
func (r *rows) add(ms ...Metric) *rows {
	for _, m := range ms {
		for _, name := range m.names() {
			if _, taken := r.find(name); taken {
				panic(fmt.Sprintf("analytics: metric %q registered twice", name))
			}
		}
		if m.Name == "" || m.Doc == "" || m.Of == nil || len(m.Needs) == 0 || m.Swept > 0 && m.Paths == nil {
			panic(fmt.Sprintf("analytics: metric %q; want a name, a Doc, Needs and Of, and Paths if it is swept",
				m.Name))
		}
		if m.Label == "" {
			m.Label = m.label()
		}
		r.metrics = append(r.metrics, m)
	}
	return r
}

func (r *rows) find(name string) (Metric, bool) {
	i := slices.IndexFunc(r.metrics, func(m Metric) bool { return slices.Contains(m.names(), name) })
	if i < 0 {
		return Metric{}, false
	}
	return r.metrics[i], true
}

func (m Metric) names() []string { return append([]string{m.Name}, m.Aliases...) }

// label is the axis label of a row that has none.
func (m Metric) label() string {
	words := strings.ReplaceAll(m.Name, "_", " ")
	words = strings.ToUpper(words[:1]) + words[1:]
	if unit := m.Unit.Axis(); unit != "" {
		words += " (" + unit + ")"
	}
	return words
}

// Register adds a row to the registry and returns it. A package registers its
// metrics when it is initialised; nothing is added afterwards. A name or an alias
// used twice, or a row without what all need, is a mistake in the program and
// panics.
func Register(m Metric) Metric {
	registry.add(m)
	return registry.metrics[len(registry.metrics)-1]
}

// All are the registered metrics, in the order of a summary.
func All() []Metric { return slices.Clone(registry.metrics) }

// Lookup is the metric of that name or alias. The error of an unknown one names
// those that are near.
func Lookup(name string) (Metric, error) {
	if m, ok := registry.find(name); ok {
		return m, nil
	}
	var names []string
	for _, m := range registry.metrics {
		names = append(names, m.Name)
	}
	if near := param.Nearest(name, names); len(near) > 0 {
		return Metric{}, fmt.Errorf("no metric %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return Metric{}, fmt.Errorf("no metric %q; want one of %s", name, strings.Join(names, ", "))
}

// MustLookup is [Lookup] of a name that is written in the program. It panics if
// there is no such metric.
func MustLookup(name string) Metric {
	m, err := Lookup(name)
	if err != nil {
		panic("analytics: " + err.Error())
	}
	return m
}

// Swept are the metrics that sweep and compare report of every setting: the
// objectives, then the others, each by their places.
//
// Those over survivors do not punish ruin: read them beside p_liquidation, or
// choose by es_95 or median_nav, which count a ruined path as a loss of
// everything.
func Swept() []Metric {
	ms := slices.DeleteFunc(All(), func(m Metric) bool { return m.Swept <= 0 })
	slices.SortStableFunc(ms, func(a, b Metric) int {
		return cmp.Or(cmp.Compare(min(1, b.Sense*b.Sense), min(1, a.Sense*a.Sense)), cmp.Compare(a.Swept, b.Swept))
	})
	return ms
}

// Objectives are those of [Swept] that a setting may be chosen by: with a Sense.
func Objectives() []Metric {
	return slices.DeleteFunc(Swept(), func(m Metric) bool { return m.Sense == Neither })
}

// Columns are the columns that some metrics need, each once.
func Columns(ms ...Metric) (names []string) {
	for _, m := range ms {
		for _, name := range m.Needs {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// A MetricEstimate is a metric of one token, and its estimate.
type MetricEstimate struct {
	Metric
	Estimate
}

// A Comparison is a metric of one setting, and how it differs from another
// setting on the same paths.
type Comparison struct {
	Metric
	Estimate Estimate // over the paths that survive
	Versus   Estimate // mean difference, over the paths that survive in both; NaN if the metric has no Paths
	// Unpaired is what Versus's standard error would be on different paths, without
	// correction by what is known of the prices.
	Unpaired float64
	// VarianceReduction is how many times more paths the comparison would take on
	// different paths: by pairing alone, without correction. NaN where nothing scatters.
	VarianceReduction float64
}

// Difference is the mean difference of the metric's numbers of two settings on the
// same paths: [PairedShares] of probabilities, [PairedDifference] of others.
func (m Metric) Difference(a, b Sample, confidence float64) Estimate {
	if m.Unit == Probability {
		return PairedShares(a, b, confidence)
	}
	return PairedDifference(a, b, confidence)
}

// CompareBy estimates metrics of a case and their paired differences from own.
// Differences are corrected by what is known of the prices where both sides can
// be; see [Case.CorrectedNumbers]. A metric that these paths cannot tell of either
// has no difference, and the same warning.
func CompareBy(metrics []Metric, c, own *Case) []Comparison {
	var cs []Comparison
	for _, m := range metrics {
		x := Comparison{m, c.Estimate(m), undefined(c.Confidence, 0, Normal), math.NaN(), math.NaN()}
		if a, b := c.Numbers(m), own.Numbers(m); a != nil && b != nil {
			x.Unpaired, x.VarianceReduction = Pairing(c.Sample(a), own.Sample(b))
			if ca, cb := c.CorrectedNumbers(m), own.CorrectedNumbers(m); ca != nil && cb != nil {
				a, b = ca, cb
			}
			x.Versus = PairedDifference(c.Sample(a), own.Sample(b), c.Confidence) // from itself nothing
			if c.Ensemble != own.Ensemble {
				x.Versus = m.Difference(c.Sample(a), own.Sample(b), c.Confidence)
			}
		}
		if c.Ensemble != own.Ensemble &&
			(x.Estimate.Warning == NotEstimable || own.Estimate(m).Warning == NotEstimable) {
			x.Versus = c.withheld()
			x.Unpaired, x.VarianceReduction = math.NaN(), math.NaN()
		}
		cs = append(cs, x)
	}
	return cs
}
