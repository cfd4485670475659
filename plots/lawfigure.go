package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LawData is a sample beside a law that it may follow.
type LawData struct {
	Title, Caption string
	XLabel         string        // the quantity with its unit
	Values         []float64     // by path; those that are not finite lie below all others
	Confidence     float64       // of the band around the empirical law, in (0, 1)
	LawName        string        // "exact law", "normal distribution of the same mean and standard deviation"
	CDF            Line          // of the law, its Y in [0, 1]; without X: not drawn
	Quantiles      []LawQuantile // at least one
}

// A LawQuantile is what the law and the sample say of one share.
type LawQuantile struct {
	P           float64 // the share of paths below, in (0, 1)
	Law, Sample float64 // in the unit of the quantity
	Lo, Hi      float64 // interval of Sample; NaN: none
}

// check says everything that is wrong with the data.
func (in LawData) check() error {
	c := checker{figure: "Law"}
	c.label("XLabel", in.XLabel)
	c.want(in.Confidence > 0 && in.Confidence < 1, "Confidence = %v; want a number inside (0, 1)", in.Confidence)
	values, _ := survivors(in.Values, nil)
	c.want(len(values) > 0, "no finite Values; want at least one")
	if len(in.CDF.X) > 0 {
		in.CDF.check(&c)
		c.share("CDF.Y", in.CDF.Y)
	}
	c.want(len(in.Quantiles) > 0, "no Quantiles; want at least one")
	for i, q := range in.Quantiles {
		c.want(q.P > 0 && q.P < 1 && finite(q.Law) && finite(q.Sample),
			"Quantiles[%d] = %+v; want finite values and a share in (0, 1)", i, q)
	}
	return c.err()
}

// Law draws the empirical distribution function with its simultaneous band and
// the law's, and quantiles against quantiles (QQ), where a sample of that law lies
// on the diagonal. The error says which field is at fault, and where.
//
// The band is that of Dvoretzky, Kiefer and Wolfowitz with Massart's constant:
// the whole true function lies within ±√(ln(2/α)/2n) with at least the stated
// confidence.
func Law(in LawData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	e := in.empirical()
	band := patchKey("holds the whole true curve with "+formatShort(round(100*in.Confidence, 6))+" % confidence",
		tint(looks[0].color, lawBand))
	s := sheet{
		title: in.Title, caption: in.Caption, height: 2.8 * vg.Inch,
		legend: []entry{lineKey("simulated paths", looks[0].line(heavy)), band, lineKey(in.LawName, lawLine)},
	}
	if e.ruined > 0 {
		s.notes = append(s.notes, "Ruined and below all others: "+formatDigits(100*e.ruined, 2)+" % of paths.")
	}
	return s.panels(2, in.distribution(e), in.quantiles()), nil
}

// lawLine is the style of the law, lawBand the opacity of the band.
var lawLine = draw.LineStyle{Color: looks[1].color, Width: 1.1, Dashes: looks[1].dashes}

const lawBand = 0.25

// An empirical law is the share of paths at or below each of some values.
type empirical struct {
	inner      span      // of all survivors but a thousandth on each side
	xs         []float64 // values of survivors, at most 400 of them
	ys, lo, hi []float64 // the share, and the ends of its band
	ruined     float64   // share of the paths that have no value
}

func (in LawData) empirical() empirical {
	values, _ := survivors(in.Values, nil)
	slices.Sort(values)
	n := float64(len(in.Values))
	last := len(values) - 1
	at := func(p float64) float64 { return values[int(p*float64(last))] }
	e := empirical{inner: span{at(0.001), at(0.999)}, ruined: float64(len(in.Values)-len(values)) / n}
	half := math.Sqrt(math.Log(2/(1-in.Confidence)) / 2 / n)
	const most = 400
	for i := range min(most, len(values)) {
		k := i
		if len(values) > most {
			k = i * last / (most - 1)
		}
		y := e.ruined + float64(k+1)/n
		e.xs, e.ys = append(e.xs, values[k]), append(e.ys, y)
		e.lo, e.hi = append(e.lo, max(0, y-half)), append(e.hi, min(1, y+half))
	}
	return e
}

// distribution is the panel of the distribution functions.
func (in LawData) distribution(e empirical) panel {
	x, y := e.inner.linear(1, 6), linearAxis(0, 1, 100, 7)
	return panel{label: "Share of paths at or below (%)", xlabel: in.XLabel, x: x, y: y, paint: func(p plane) {
		var xs, lo, hi []float64
		for i, v := range e.xs {
			if x.holds(v) {
				xs, lo, hi = append(xs, v), append(lo, e.lo[i]), append(hi, e.hi[i])
			}
		}
		if len(xs) > 1 {
			p.area(tint(looks[0].color, lawBand), xs, lo, hi)
		}
		drawn := Line{X: e.xs, Y: e.ys}.within(x, y)
		p.line(looks[0].line(heavy), drawn.X, drawn.Y)
		if len(in.CDF.X) > 0 {
			law := in.CDF.within(x, y)
			p.line(lawLine, law.X, law.Y)
		}
	}}
}

// quantiles is the panel of quantiles against quantiles.
func (in LawData) quantiles() panel {
	span := nothing()
	for _, q := range in.Quantiles {
		span.include(q.Law, q.Sample)
	}
	both := span.linear(1, 6)
	label, xlabel := "Quantile of the sample, "+in.XLabel, "Quantile of the law, "+in.XLabel
	return panel{label: label, xlabel: xlabel, x: both, y: both, paint: func(p plane) {
		p.StrokeLine2(lawLine, p.Min.X, p.Min.Y, p.Max.X, p.Max.Y)
		for _, q := range in.Quantiles {
			if finite(q.Lo) && finite(q.Hi) {
				p.whisker(draw.LineStyle{Color: looks[0].color, Width: thin},
					q.Law, max(q.Lo, both.min), min(q.Hi, both.max))
			}
			disc.draw(p.Canvas, p.at(q.Law, q.Sample), looks[0].color)
		}
	}}
}
