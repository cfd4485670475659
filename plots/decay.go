package plots

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// DecayData is how far each path of a token ended from the power of its
// underlying: decay = ln NAV − T·ln(S/S₀), in log units over the horizon.
type DecayData struct {
	Title, Caption string

	Decay  []float64 // by path; not finite where the token was ruined
	Weight []float64 // of each path, at least 0; nil: all equal
	Edges  []float64 // of the bins, increasing; nil: chosen from the values

	Quantiles  []Quantile  // marked with their intervals: 5 %, median, 95 %
	References []Reference // marked without, such as the ideal token's −½T(T−1)σ²t
}

// A Quantile is the estimated value below which a share P of the paths lies.
type Quantile struct {
	P        float64 // in (0, 1)
	Estimate analytics.Estimate
}

func (q Quantile) name() string {
	if q.P == 0.5 {
		return "Median"
	}
	return formatShort(round(100*q.P, 6)) + " %"
}

// check says everything that is wrong with the data.
func (in DecayData) check() error {
	c := checker{figure: "DecayDistribution"}
	c.want(len(in.Decay) > 0, "no Decay; want one for each path")
	c.want(in.Weight == nil || len(in.Weight) == len(in.Decay), "%d Weight for %d Decay", len(in.Weight), len(in.Decay))
	c.weights("Weight", in.Weight)
	c.want(in.Edges == nil || len(in.Edges) >= 2, "%d Edges; want at least 2, or nil", len(in.Edges))
	c.want(increasing(in.Edges), "Edges are not finite and increasing")
	for i, q := range in.Quantiles {
		c.want(q.P > 0 && q.P < 1, "Quantiles[%d].P = %v; want a share in (0, 1)", i, q.P)
		c.estimate(fmt.Sprintf("Quantiles[%d].Estimate", i), q.Estimate)
	}
	c.references("References", in.References)
	if c.err() == nil {
		values, weights := survivors(in.Decay, in.Weight)
		c.want(len(values) > 0, "none of %d paths has a finite Decay", len(in.Decay))
		c.weights("Weight of the paths with a finite Decay", weights)
	}
	return c.err()
}

// DecayDistribution draws the histogram of decay over the surviving paths, and
// says in a note how wide its bins are, how many paths lie outside them and how
// many were ruined. The error says which field is at fault, and where.
func DecayDistribution(in DecayData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	values, weights := survivors(in.Decay, in.Weight)
	sorted := newSample(values, weights)
	edges, rule := in.Edges, ""
	if edges == nil {
		edges, rule = sorted.niceEdges()
	}
	h := sorted.bin(edges)
	xs, tallest := in.span(edges), h.tallest()
	if tallest == 0 {
		tallest = 1
	}
	labels := in.labels()
	bars := panel{
		label:  "Density of paths (per log unit)",
		top:    topRoom(),
		xlabel: "Decay over the horizon: ln NAV − T·ln(S/S₀) (log units)",
		x:      xs.linear(1, 9),
		y:      linearAxis(0, 1.05*tallest, 1, 6),
		paint: func(p plane) {
			p.histogram(h, looks[0].color)
			for _, q := range in.Quantiles {
				p.post(q.line(), q.Estimate.Value)
			}
			for i, r := range in.References {
				p.post(decayReference(i), r.At)
			}
			p.labelTop(labels, 0)
		},
	}
	s := sheet{title: in.Title, caption: in.Caption, notes: in.notes(), height: 3.4 * vg.Inch}
	s.notes = append(s.notes, sorted.note(h, rule))
	if ruined := len(in.Decay) - len(values); ruined > 0 {
		s.notes = append(s.notes, leftOut(ruined, len(in.Decay), "ruined and so without a decay"))
	}
	return s.panels(1, bars), nil
}

// span is what the axis has to hold.
func (in DecayData) span(edges []float64) span {
	xs := nothing()
	xs.include(edges...)
	for _, q := range in.Quantiles {
		xs.include(q.Estimate.Value)
	}
	for _, r := range in.References {
		xs.include(r.At)
	}
	return xs
}

// labels name the marked lines where they end.
func (in DecayData) labels() (list []topLabel) {
	for _, q := range in.Quantiles {
		list = append(list, topLabel{q.name(), formatValue(q.Estimate, 1, math.MaxInt), q.Estimate.Value, q.line()})
	}
	for i, r := range in.References {
		list = append(list, topLabel{r.Name, formatDigits(r.At, 4), r.At, decayReference(i)})
	}
	return list
}

// notes are the intervals of the quantiles.
func (in DecayData) notes() []string {
	var words []string
	var estimates []analytics.Estimate
	for _, q := range in.Quantiles {
		if _, ok := q.Estimate.Decimals(); ok {
			name := q.name()
			if q.P == 0.5 {
				name = "median"
			}
			words = append(words, name+" "+formatEstimate(q.Estimate, 1))
			estimates = append(estimates, q.Estimate)
		}
	}
	if len(words) == 0 {
		return nil
	}
	of := "Quantiles with the " + intervalWords(estimates) + " of the estimate: "
	return []string{of + strings.Join(words, ", ") + "."}
}

// line is the style in which the quantile is marked.
func (q Quantile) line() draw.LineStyle {
	if q.P == 0.5 {
		return draw.LineStyle{Color: black, Width: heavy}
	}
	return draw.LineStyle{Color: black, Width: 0.8, Dashes: []vg.Length{2, 2}}
}

// decayReference is the style of the i-th reference.
func decayReference(i int) draw.LineStyle { return looks[1+i%2].line(heavy) }
