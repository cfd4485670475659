package assess

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

// A HeatMap is one metric of a study's token over two parameters, or over time and
// one.
type HeatMap struct {
	Study    *study.Study // baseline, of one token
	X, Y     study.Axis   // columns and rows; columns that are times are in seconds from the start
	OverTime bool         // the columns are times of one run
	Metric   analytics.Metric
	Cells    [][]analytics.Estimate // by row, then column; all on the same random numbers
	Hash     string                 // results_hash of the cells
}

// Horizon is the name of a heat map's columns where they are times.
const Horizon = "horizon"

// mapTimes is how many times a heat map over time has, unless there are fewer steps.
const mapTimes = 12

// A HeatMapPlan is a heat map that was checked and can be run.
type HeatMapPlan struct {
	Study    *study.Study // baseline: the token alone
	X, Y     study.Axis   // X has no values yet where the columns are times
	OverTime bool
	Metric   analytics.Metric

	sweep *study.Sweep // over the rows and, unless they are times, the columns
}

// PlanHeatMap plans a heat map of a registered metric, by name or alias, over two
// parameters of a study with one token. The error says which value, metric or
// combination of values cannot be.
func PlanHeatMap(s *study.Study, x, y study.Axis, metric string) (*HeatMapPlan, error) {
	m, err := analytics.Lookup(metric)
	if err != nil {
		return nil, err
	}
	return planHeatMap(s, &HeatMapPlan{X: x, Y: y, Metric: m}, y, x)
}

// PlanHeatMapOverTime plans a heat map whose columns are twelve times, or all steps
// where they are fewer, of a metric named among [TimeMetrics].
func PlanHeatMapOverTime(s *study.Study, y study.Axis, metric string) (*HeatMapPlan, error) {
	known := TimeMetrics()
	i := slices.IndexFunc(known, func(m analytics.Metric) bool { return m.Name == metric })
	if i < 0 {
		return nil, fmt.Errorf("no metric %q over time; want one of %s", metric, strings.Join(MapMetrics(true), ", "))
	}
	p := &HeatMapPlan{Y: y, Metric: known[i], OverTime: true}
	p.X.Name, p.X.Unit = Horizon, param.Time
	return planHeatMap(s, p, y)
}

// planHeatMap checks every cell.
func planHeatMap(s *study.Study, p *HeatMapPlan, axes ...study.Axis) (*HeatMapPlan, error) {
	if n := s.Tokens(); n != 1 {
		return nil, fmt.Errorf("%d tokens; want one", n)
	}
	p.Study = s.Alone(0)
	var err error
	if p.sweep, err = study.NewSweep(p.Study, axes, 0); err != nil {
		return nil, err
	}
	for c := range p.sweep.Cells() {
		if _, err := p.sweep.Cell(c); err != nil {
			return nil, fmt.Errorf("%s: %w", p.sweep.Label(c), err)
		}
	}
	return p, nil
}

// TimeMetrics are the metrics of a heat map over time: quantiles and probabilities
// that [analytics.Horizons] counts at each time. They have a name, a unit and a
// meaning, and cannot be estimated from lifetimes.
func TimeMetrics() (ms []analytics.Metric) {
	for _, r := range analytics.NewHorizons([]float64{0, 1}, 1).Rows(Confidence) {
		if r.Years == 0 { // others are of the whole series
			ms = append(ms, analytics.Metric{Name: r.Name, Unit: r.Unit, Doc: r.Doc})
		}
	}
	return ms
}

// MapMetrics are the names of what a heat map can show: every registered metric, or
// over time those of [TimeMetrics].
func MapMetrics(overTime bool) (names []string) {
	ms := analytics.All()
	if overTime {
		ms = TimeMetrics()
	}
	for _, m := range ms {
		names = append(names, m.Name)
	}
	return names
}

// Size is how many cells are in memory at once, and which columns of lifetimes each of them has.
func (p *HeatMapPlan) Size() (cells int, columns []string) {
	if p.OverTime {
		return 1, []string{"nav"}
	}
	return p.sweep.Cells() + 1, p.columns()
}

// columns are those of a sweep's cells, so that most metrics have the same hash, and
// those that the metric needs besides.
func (p *HeatMapPlan) columns() []string {
	return analytics.Columns(append(analytics.Swept(), p.Metric)...)
}

// Run runs the cells. Progress is in cells, over time in rows.
func (p *HeatMapPlan) Run(ctx context.Context, opt Options) (*HeatMap, error) {
	h := &HeatMap{Study: p.Study, X: p.X, Y: p.Y, OverTime: p.OverTime, Metric: p.Metric}
	hash := study.NewHasher()
	if p.OverTime {
		for i := range p.Y.Values {
			row, err := p.times(ctx, h, i, study.Options{Workers: opt.Workers}, hash)
			if err != nil {
				return nil, err
			}
			h.Cells = append(h.Cells, row)
			if opt.Progress != nil {
				opt.Progress(i+1, len(p.Y.Values))
			}
		}
		h.Hash = hash.Sum()
		return h, nil
	}
	_, cells, err := p.sweep.Collect(ctx, opt.Options, p.columns())
	if err != nil {
		return nil, err
	}
	for row := range slices.Chunk(cells, len(p.X.Values)) {
		var es []analytics.Estimate
		for _, c := range row {
			hash.Add(c.Ensembles)
			es = append(es, averseCase(c.Study, 0, &c.Ensembles[0], opt.Plain).Estimate(p.Metric))
		}
		h.Cells = append(h.Cells, es)
	}
	h.Hash = hash.Sum()
	return h, nil
}

// times runs one row, whose columns are the marks of its run.
func (p *HeatMapPlan) times(
	ctx context.Context, h *HeatMap, row int, opt study.Options, hash *study.Hasher,
) (es []analytics.Estimate, err error) {
	cell, err := p.sweep.Cell(row)
	if err != nil {
		return nil, err
	}
	spec := cell.Spec()
	if cell, err = cell.WithPaths(spec.Paths, min(mapTimes, int(spec.Horizon/spec.Step))); err != nil {
		return nil, err
	}
	var at []time.Duration
	var counts *analytics.Horizons
	ensembles, err := study.Ensembles(ctx, cell, opt, []string{"nav"}, func(c *study.Chunk) error {
		if counts == nil {
			for _, m := range c.Marks {
				at = append(at, m.Time)
			}
			counts = newHorizons(cell, 0, c)
		}
		counts.AddPaths(markSamples(c, 0))
		return nil
	})
	if err != nil {
		return nil, err
	}
	hash.Add(ensembles)
	h.X.Values = nil
	for _, t := range at {
		h.X.Values = append(h.X.Values, t.Seconds())
	}
	for _, r := range counts.Rows(Confidence) {
		if r.Name == p.Metric.Name {
			es = append(es, r.Estimate)
		}
	}
	return es, nil
}
