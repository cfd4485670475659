package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// DecayData is how far each path of a token ended from the power of its
// underlying: decay = log NAV − T·log(S/S₀), in log units over the horizon.
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

// DecayDistribution draws the histogram of decay over the surviving paths, and
// says in a note how wide its bins are, how many paths lie outside them and how
// many were ruined.
func DecayDistribution(in DecayData) (*Figure, error) {
	c := checker{figure: "DecayDistribution"}
	c.want(len(in.Decay) > 0, "no Decay")
	c.want(in.Weight == nil || len(in.Weight) == len(in.Decay), "%d Weight for %d Decay", len(in.Weight), len(in.Decay))
	c.weights("Weight", in.Weight)
	c.want(in.Edges == nil || len(in.Edges) >= 2, "%d Edges; want at least 2, or nil", len(in.Edges))
	c.want(increasing(in.Edges), "Edges are not finite and increasing")
	for i, q := range in.Quantiles {
		c.want(q.P > 0 && q.P < 1, "Quantiles[%d].P = %v; want a share in (0, 1)", i, q.P)
		c.want(drawable(q.Estimate), "Quantiles[%d].Estimate = %+v; want a value within its interval", i, q.Estimate)
	}
	for i, r := range in.References {
		c.want(finite(r.At), "References[%d] %q is at %v; want a finite value", i, r.Name, r.At)
	}
	var values, weights []float64
	if c.err() == nil {
		values, weights = survivors(in.Decay, in.Weight)
		c.want(len(values) > 0, "none of %d paths has a finite Decay", len(in.Decay))
		c.weights("Weight of the paths with a finite Decay", weights)
	}
	if err := c.err(); err != nil {
		return nil, err
	}

	sorted := newSample(values, weights)
	edges, rule := in.Edges, ""
	if edges == nil {
		edges, rule = sorted.niceEdges()
	}
	h := sorted.bin(edges)

	xs, tallest := nothing(), 0.0
	xs.include(edges...)
	for i := range h.counts {
		tallest = max(tallest, h.density(i))
	}
	if tallest == 0 {
		tallest = 1
	}
	var legend []entry
	posts := make([]draw.LineStyle, 0, len(in.Quantiles))
	for _, q := range in.Quantiles {
		style := draw.LineStyle{Color: black, Width: 0.8, Dashes: []vg.Length{2, 2}}
		if q.P == 0.5 {
			style.Width, style.Dashes = heavy, nil
		}
		posts = append(posts, style)
		xs.include(q.Estimate.Value)
		legend = append(legend, postKey(q.name()+": "+formatEstimate(q.Estimate, 1), style))
	}
	for i, r := range in.References {
		xs.include(r.At)
		legend = append(legend, postKey(r.Name+": "+formatDigits(r.At, 3), looks[1+i%2].line(heavy)))
	}

	lo, hi := padded(xs.lo, xs.hi)
	bars := panel{
		label:  "Density of paths (per log unit)",
		xlabel: "Decay over the horizon: log NAV − T·log(S/S₀) (log units)",
		x:      linearAxis(lo, hi, 1, 9),
		y:      linearAxis(0, 1.05*tallest, 1, 6),
		paint: func(p plane) {
			p.histogram(h, looks[0].color)
			for i, q := range in.Quantiles {
				p.post(posts[i], q.Estimate.Value)
			}
			for i, r := range in.References {
				p.post(looks[1+i%2].line(heavy), r.At)
			}
		},
	}
	s := sheet{title: in.Title, caption: in.Caption, legend: legend, notes: []string{sorted.note(h, rule)}, height: 3.1 * vg.Inch}
	if ruined := len(in.Decay) - len(values); ruined > 0 {
		s.notes = append(s.notes, fmt.Sprintf("Left out: %s of %s, ruined and so without a decay.", formatFixed(float64(ruined), 0), paths(len(in.Decay))))
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{bars}) }), nil
}

// survivors keeps the finite values and their weights.
func survivors(values, weights []float64) (vs, ws []float64) {
	for i, v := range values {
		if finite(v) {
			vs = append(vs, v)
			if weights != nil {
				ws = append(ws, weights[i])
			}
		}
	}
	return vs, ws
}

// histogram fills the outline of the bars, as one shape so that no seams show.
func (p plane) histogram(h histogram, c color.NRGBA) {
	xs, ys := []float64{h.edges[0]}, []float64{0}
	for i := range h.counts {
		xs = append(xs, h.edges[i], h.edges[i+1])
		ys = append(ys, h.density(i), h.density(i))
	}
	xs, ys = append(xs, h.edges[len(h.edges)-1]), append(ys, 0)
	p.area(pale(c, 0.3), xs, make([]float64, len(xs)), ys)
	p.line(draw.LineStyle{Color: c, Width: thin}, xs, ys)
}
