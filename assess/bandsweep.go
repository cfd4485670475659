package assess

import (
	"context"
	"math"

	"mcrisk/analytics"
	"mcrisk/study"
	"mcrisk/tokens"
)

// SensitivityMetrics are the metrics that are drawn against a parameter, in the
// order of the panels.
var SensitivityMetrics = []string{"trade_drag", "tracking_vs_ideal", "max_drawdown", "rebalances_per_year"}

// A BandSweep is the sensitivity of a band token to the half-width of its band, with
// trades to the edge and to the target. All points use the same paths.
type BandSweep struct {
	Paths    int       // the first of the study's
	Baseline float64   // half the width of the token's band
	Widths   []float64 // half-widths, increasing
	Lines    []BandLine
}

// A BandLine is the estimates at the widths, traded to one destination.
type BandLine struct {
	To        string                          // edge or target
	Estimates map[string][]analytics.Estimate // of SensitivityMetrics, by width; N is 0 where there is none
}

const (
	bandSweepPaths  = 1000 // enough for paired differences, little beside a simulation
	bandSweepWidths = 8
)

// SweepBand sweeps the half-width of a token's band around the token's value; nil for a
// token without a fixed band, or with one that cannot be widened.
func SweepBand(ctx context.Context, s *study.Study, token int, opt study.Options) (*BandSweep, error) {
	alone, err := s.Alone(token).WithPaths(min(s.Spec().Paths, bandSweepPaths), 0)
	if err != nil {
		return nil, err
	}
	band, ok := alone.Token(0).Policy.(tokens.Band)
	if !ok || alone.Spec().Tokens[0].Policy.Kind != "band" {
		return nil, nil
	}
	b := &BandSweep{Paths: alone.Spec().Paths, Baseline: (band.High - band.Low) / 2}
	widest := widestBand(b.Baseline, alone.Token(0).Target)
	if !(b.Baseline > 0) || !(widest > b.Baseline/2) {
		return nil, nil
	}
	for i := range bandSweepWidths {
		b.Widths = append(b.Widths, b.Baseline/3+(widest-b.Baseline/3)*float64(i)/(bandSweepWidths-1))
	}
	nearest := 0 // which becomes the token's own, so that it is one of the points
	for i, w := range b.Widths {
		if math.Abs(w-b.Baseline) < math.Abs(b.Widths[nearest]-b.Baseline) {
			nearest = i
		}
	}
	b.Widths[nearest] = b.Baseline
	to, err := alone.Spec().Param("to")
	if err != nil {
		return nil, err
	}
	destinations := []float64{float64(tokens.Edge), float64(tokens.Target)}
	axes := []study.Axis{{Param: to, Values: destinations}, {Param: study.HalfWidth, Values: b.Widths}}
	sweep, err := study.NewSweep(alone, axes, 0)
	if err != nil {
		return nil, err
	}
	var metrics []analytics.Metric
	for _, name := range SensitivityMetrics {
		metrics = append(metrics, analytics.MustLookup(name))
	}
	_, cells, err := sweep.Collect(ctx, opt, analytics.Columns(metrics...))
	if err != nil {
		return nil, err
	}
	for i, v := range destinations {
		line := BandLine{to.Format(v), map[string][]analytics.Estimate{}}
		for _, cell := range cells[i*bandSweepWidths : (i+1)*bandSweepWidths] {
			c := Case(cell.Study, 0, &cell.Ensembles[0], false)
			for _, m := range metrics {
				line.Estimates[m.Name] = append(line.Estimates[m.Name], c.Estimate(m))
			}
		}
		b.Lines = append(b.Lines, line)
	}
	return b, nil
}

// widestBand is the largest half-width that is drawn: two and a half times the token's
// half-width, within the range of its leverage.
func widestBand(halfWidth, target float64) float64 {
	if target > 0 { // the lower edge of a long token lies above 1
		return min(2.5*halfWidth, 0.9*(target-1))
	}
	return min(2.5*halfWidth, 0.9*-target)
}

// SweepBands adds the [SweepBand] of every token of which a path survived.
func (r *Simulation) SweepBands(ctx context.Context, opt study.Options) error {
	r.Bands = make([]*BandSweep, len(r.Ensembles))
	for i := range r.Bands {
		if !r.View(i).Survived() {
			continue
		}
		var err error
		if r.Bands[i], err = SweepBand(ctx, r.Study, i, opt); err != nil {
			return err
		}
	}
	return nil
}
