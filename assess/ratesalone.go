package assess

import (
	"context"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A RatesAlone is what the random rates of a token change: its results with them and at constant rates, over the
// first Paths lifetimes, on the same prices. Estimates are not corrected by what is known of the prices.
type RatesAlone struct {
	Paths            int
	Random, Constant analytics.Summary
	Change           []analytics.MetricEstimate // random less constant, paired by lifetime, where metrics have it
}

// spreadOfRates is the spread between lifetimes that rates alone make.
var spreadOfRates = analytics.Metric{Name: "sd_log_nav", Unit: analytics.Log,
	Doc: "standard deviation of the change of ln NAV, over lifetimes that survive both"}

// ratesAlonePaths is how many of so many lifetimes run again at constant rates: a tenth, as the difference of two
// results of a lifetime varies much less than either, and all of a few.
func ratesAlonePaths(paths int) int { return min(paths, max(paths/10, 1000)) }

// ratesAlone runs the first lifetimes of a study once more, at constant rates.
func ratesAlone(ctx context.Context, s *study.Study, random []tokens.Ensemble, workers int) ([]RatesAlone, error) {
	paths := ratesAlonePaths(s.Spec().Paths)
	constant, err := s.ConstantRates().WithPaths(paths, 0)
	if err != nil {
		return nil, err
	}
	ensembles, err := study.Ensembles(ctx, constant, study.Options{Workers: workers}, nil)
	if err != nil {
		return nil, err
	}
	all := make([]RatesAlone, len(random))
	for i := range random {
		first := random[i].First(paths)
		with, without := Case(s, i, &first, true), Case(constant, i, &ensembles[i], true)
		all[i] = RatesAlone{Paths: paths, Random: analytics.Summarise(with), Constant: analytics.Summarise(without)}
		changes := slices.Clone(with.LogNAV())
		for k, v := range without.LogNAV() {
			if changes[k] -= v; math.IsNaN(changes[k]) { // ruined in both
				changes[k] = math.Inf(-1)
			}
		}
		all[i].Change = append(all[i].Change, analytics.MetricEstimate{Metric: spreadOfRates,
			Estimate: analytics.SD(with.Sample(changes), Confidence)})
		for _, m := range all[i].Random.Metrics {
			if with.Numbers(m.Metric) != nil && without.Numbers(m.Metric) != nil {
				change := analytics.CompareBy([]analytics.Metric{m.Metric}, with, without)[0]
				m.Estimate = change.Versus
				all[i].Change = append(all[i].Change, m)
			}
		}
	}
	return all, nil
}
