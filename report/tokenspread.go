package report

import (
	"math"

	"mcrisk/assess"
	"mcrisk/plots"
)

// Figures of how a token's paths are spread.

// decayLabel labels the axes of decay.
const decayLabel = "Decay: ln NAV − T·ln S (log units)"

func drawDecay(s tokenSource) (*plots.Figure, error) {
	d := plots.DecayData{
		Title: s.title("decay against the compounding ideal"), Caption: s.caption(), Decay: s.Decays(),
		References: []plots.Reference{{Name: "Ideal, median", At: s.IdealDecay()}},
	}
	for _, q := range s.DecayQuantiles() {
		d.Quantiles = append(d.Quantiles, plots.Quantile(q))
	}
	return plots.DecayDistribution(d)
}

// density is a density as figures take it.
func density(d assess.Density) plots.Density {
	return plots.Density{Name: daysText(d.Years), Edges: d.Edges, Counts: d.Counts, Beyond: d.Beyond}
}

// line is a curve as figures take it.
func line(name string, c assess.Curve) plots.Line { return plots.Line{Name: name, X: c.X, Y: c.Y} }

func drawDecayHorizons(s tokenSource) (*plots.Figure, error) {
	d := plots.DensitiesData{Title: s.title("decay over time"), Caption: s.pathsCaption(),
		XLabel: decayLabel, YLabel: "density of paths (per log unit)"}
	for _, x := range s.DecayDensities() {
		c := density(x.Density)
		if len(x.Exact.X) > 0 {
			exact := line("exact law", x.Exact)
			c.Exact = &exact
		}
		if !math.IsNaN(x.Ideal) {
			c.At = []plots.Reference{{Name: "ideal token, mean", At: x.Ideal}}
		}
		d.Cases = append(d.Cases, c)
	}
	return densities(s, d, "decay")
}

func drawLeverage(s tokenSource) (*plots.Figure, error) {
	d := plots.DensitiesData{Title: s.title("distribution of leverage"),
		Caption: s.pathsCaption(), XLabel: leverageLabel,
		YLabel: "density of paths (per unit of leverage)", Shared: true, Marked: s.leverageMarks()}
	for _, x := range s.Densities("leverage", false) {
		d.Cases = append(d.Cases, density(x))
	}
	return densities(s, d, "leverage")
}

// densities draws the densities of what is named, if there are any.
func densities(s tokenSource, d plots.DensitiesData, what string) (*plots.Figure, error) {
	if len(d.Cases) == 0 {
		return nil, undrawable("%s: no path has a %s at any of the marks", s.Name(), what)
	}
	return plots.Densities(d)
}

func drawDecayVariance(s tokenSource) (*plots.Figure, error) {
	d := plots.ScatterData{Title: s.title("decay against realised variance"),
		XLabel: "Realised variance of the underlying over the horizon (log²)", YLabel: decayLabel,
		X: s.Ensemble.Column("realised_variance"), Y: s.Decays()}
	if theory, ok := s.DecayTheory(); ok {
		d.Lines = []plots.Line{line("theory: −½T(T−1)·realised variance", theory)}
	}
	return s.scatter(d)
}

func drawDrawdownScatter(s tokenSource) (*plots.Figure, error) {
	return s.scatter(plots.ScatterData{Title: s.title("drawdown against the underlying's"),
		XLabel: "Maximum drawdown of the underlying (%)", YLabel: "Maximum drawdown of the token (%)",
		XScale: plots.Percent, YScale: plots.Percent,
		X: s.Ensemble.Column("underlying_max_drawdown"), Y: s.Ensemble.Column("max_drawdown"),
		Lines: []plots.Line{line("1 − (1 − x)^|T|: a fall of the power S^T", s.PowerFall())}})
}

// scatter draws paths and, where they are enough, means of groups of them, which
// have intervals.
func (s tokenSource) scatter(d plots.ScatterData) (*plots.Figure, error) {
	d.Caption = s.pathsCaption()
	for _, m := range assess.GroupMeans(d.X, d.Y) {
		d.Means, d.Caption = append(d.Means, plots.MeanPoint(m)), s.caption()
	}
	return plots.Scatter(d)
}

func drawDrawdown(s tokenSource) (*plots.Figure, error) {
	series := func(v *assess.View, name, column string) plots.DrawdownSeries {
		x := plots.DrawdownSeries{Name: name, Depth: v.Ensemble.Column(column)}
		for _, m := range v.DepthShares(column) {
			x.Marks = append(x.Marks, plots.DepthReached(m))
		}
		return x
	}
	d := plots.DrawdownData{Title: s.title("maximum drawdown"), Caption: s.caption(), Series: []plots.DrawdownSeries{
		series(s.View, s.Name(), "max_drawdown"), series(s.View, "Underlying", "underlying_max_drawdown")}}
	if s.other != nil {
		d.Series = append(d.Series, series(s.other, s.labelOf(s.other), "max_drawdown"))
	}
	return plots.Drawdown(d)
}

func drawLaw(s tokenSource) (*plots.Figure, error) {
	f, err := s.LawFit()
	if err != nil {
		return nil, undrawable("%s: %v", s.Name(), err)
	}
	name := "normal distribution of the same mean and standard deviation"
	if f.Exact {
		name = "exact law"
	}
	d := plots.LawData{Title: s.title("distribution of ln NAV"), Caption: s.caption(), XLabel: "ln NAV (log units)",
		Values: f.LogNAV, Confidence: assess.Confidence, LawName: name, CDF: line(name, f.CDF)}
	for _, q := range f.Quantiles {
		d.Quantiles = append(d.Quantiles,
			plots.LawQuantile{P: q.P, Law: q.Law, Sample: q.Sample.Value, Lo: q.Sample.Lo, Hi: q.Sample.Hi})
	}
	return plots.Law(d)
}
