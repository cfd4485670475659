package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/param"
)

// A Metric is one row of the registry: everything the program knows of a named
// number, for estimating, comparing, drawing and documenting it.
//
// Names are the same in tables, files and flags. Rates are per year of 365 days.
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
	Doc     string // its definition, to be read after its name
	Sense   Sense
	LogAxis bool // it is drawn on a logarithmic axis

	// Swept is the metric's rank, from 1, among those that sweep and compare report for
	// every setting; 0: they do not report it. Those with a Sense are the objectives and
	// come first.
	Swept int
	// Averse says that it depends on the case's Aversion. A summary leaves it out where
	// that is zero.
	Averse bool
	// Optional says that a summary leaves it out where one of the columns that it needs is idle.
	Optional bool

	// Needs are the columns of an ensemble that Of, Paths and Corrected read.
	Needs []string
	// Of estimates the metric.
	Of func(*Case) Estimate
	// Paths is one number for each path, with the metric as their mean, so that two
	// settings can be compared path by path. For a metric that is not a mean, such as a
	// median, they are pseudo-values: the metric plus the influence of the path on
	// it. Means, paired differences and their intervals are then right to first order
	// in 1/√paths. If the metric is of ln NAV, the numbers of ruined paths (NAV 0) are
	// infinitely bad; [MeanFinite] and [PairedDifference] leave them out. Nobody may
	// change the numbers. A metric with a nil Paths cannot be compared.
	//
	// Sources: Hampel, "The influence curve and its role in robust estimation", JASA
	// 69 (1974); Miller, "The jackknife: a review", Biometrika 61 (1974).
	Paths func(*Case) []float64
	// Corrected is Paths corrected by a control variate, as Of then is; it returns nil
	// if that cannot be done. A nil Corrected: the metric has no control.
	Corrected func(*Case) []float64
	// Exact is the metric without sampling, and a bound of its error; not ok if the
	// answers do not have it. A nil Exact: no answers have it.
	Exact func(*Answers) (value, bound float64, ok bool)
}

// A Sense says which way a metric is better.
type Sense int

const (
	Neither Sense = 0
	Higher  Sense = 1
	Lower   Sense = -1
)

// registry holds the rows in order of registration, those of this package first.
var registry = new(rows).add(slices.Concat(
	valueMetrics(), spreadMetrics(), lossMetrics(), drawdownMetrics(), tradingMetrics(), costMetrics(),
	trackingMetrics())...)

type rows struct{ metrics []Metric }

// add completes, checks and appends rows.
func (r *rows) add(ms ...Metric) *rows {
	r.metrics = slices.Grow(r.metrics, len(ms))
	for _, m := range ms {
		for _, name := range append([]string{m.Name}, m.Aliases...) {
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
	for i := range r.metrics {
		if m := &r.metrics[i]; m.Name == name || slices.Contains(m.Aliases, name) {
			return *m, true
		}
	}
	return Metric{}, false
}

// label is the axis label of a row without one: its name and unit.
func (m Metric) label() string {
	words := strings.ReplaceAll(m.Name, "_", " ")
	words = strings.ToUpper(words[:1]) + words[1:]
	if unit := m.Unit.Axis(); unit != "" {
		words += " (" + unit + ")"
	}
	return words
}

// Register adds a row to the registry and returns it. Call it when a package is
// initialised, not later. It panics if a name or alias is used twice or a required
// field is missing.
func Register(m Metric) Metric {
	registry.add(m)
	return registry.metrics[len(registry.metrics)-1]
}

// All are the registered metrics, in the order of a summary.
func All() []Metric { return slices.Clone(registry.metrics) }

// Lookup is the metric of that name or alias. The error for an unknown one suggests
// similar names.
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

// Swept are the metrics that sweep and compare report for every setting: the
// objectives, then the others, each in the order of their ranks.
//
// Those over survivors do not penalise ruin: read them beside p_liquidation, or
// select by es_95 or median_nav, which count a ruined path as a loss of everything.
func Swept() []Metric {
	ms := slices.DeleteFunc(All(), func(m Metric) bool { return m.Swept <= 0 })
	slices.SortStableFunc(ms, func(a, b Metric) int {
		return cmp.Or(cmp.Compare(min(1, b.Sense*b.Sense), min(1, a.Sense*a.Sense)), cmp.Compare(a.Swept, b.Swept))
	})
	return ms
}

// Objectives are the metrics of [Swept] by which a setting can be selected: those with
// a Sense.
func Objectives() []Metric {
	return slices.DeleteFunc(Swept(), func(m Metric) bool { return m.Sense == Neither })
}

// Columns are the columns that the metrics need, each once.
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

// A Comparison is a metric of one setting, and its difference from the baseline on the
// same paths.
type Comparison struct {
	Metric
	Estimate Estimate // over the paths that survive
	Versus   Estimate // mean difference, over the paths that survive in both; NaN if the metric has no Paths
	// Unpaired is the standard error that Versus would have on independent paths,
	// without a control.
	Unpaired float64
	// VarianceReduction is that of pairing: how many times more paths the comparison
	// would need if they were independent. NaN if the differences have no variance.
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

// CompareBy estimates metrics of a case and their paired differences from a baseline.
// Differences are corrected by a control if both sides can be; see
// [Case.CorrectedNumbers]. If a metric is not estimable on either side, neither is its
// difference.
func CompareBy(metrics []Metric, c, baseline *Case) []Comparison {
	var cs []Comparison
	for _, m := range metrics {
		x := Comparison{m, c.Estimate(m), undefined(c.Confidence, 0, Normal), math.NaN(), math.NaN()}
		if a, b := c.Numbers(m), baseline.Numbers(m); a != nil && b != nil {
			x.Unpaired, x.VarianceReduction = Pairing(c.Sample(a), baseline.Sample(b))
			if ca, cb := c.CorrectedNumbers(m), baseline.CorrectedNumbers(m); ca != nil && cb != nil {
				a, b = ca, cb
			}
			x.Versus = PairedDifference(c.Sample(a), baseline.Sample(b), c.Confidence) // zero for the baseline itself
			if c.Ensemble != baseline.Ensemble {
				x.Versus = m.Difference(c.Sample(a), baseline.Sample(b), c.Confidence)
			}
		}
		if c.Ensemble != baseline.Ensemble &&
			(x.Estimate.Warning == NotEstimable || baseline.Estimate(m).Warning == NotEstimable) {
			x.Versus = c.notEstimable()
			x.Unpaired, x.VarianceReduction = math.NaN(), math.NaN()
		}
		cs = append(cs, x)
	}
	return cs
}
