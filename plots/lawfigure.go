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
	XLabel         string // the quantity with its unit
	Values         []float64
	Confidence     float64 // of the band around the empirical law, in (0, 1)
	LawName        string  // "exact law", "normal law of the same mean and spread"
	CDF            Line    // of the law
	Quantiles      []LawQuantile
}

// A LawQuantile is what the law and the sample say of one share.
type LawQuantile struct {
	P           float64
	Law, Sample float64
	Lo, Hi      float64 // interval of Sample; NaN: none
}

// Law draws the empirical distribution function with its simultaneous band and
// the law's, and quantiles against quantiles (QQ), where a sample of that law lies
// on the diagonal.
//
// The band is that of Dvoretzky, Kiefer and Wolfowitz with Massart's constant:
// the whole true function lies within ±√(ln(2/α)/2n) with at least the stated
// confidence.
func Law(in LawData) (*Figure, error) {
	c := checker{figure: "Law"}
	c.want(in.XLabel != "", "XLabel is empty; want the quantity and its unit")
	c.want(in.Confidence > 0 && in.Confidence < 1, "Confidence = %v; want a number inside (0, 1)", in.Confidence)
	values, _ := survivors(in.Values, nil)
	c.want(len(values) > 0, "no finite Values")
	if len(in.CDF.X) > 0 {
		in.CDF.check(&c)
		c.share("CDF.Y", in.CDF.Y)
	}
	c.want(len(in.Quantiles) > 0, "no Quantiles")
	for i, q := range in.Quantiles {
		c.want(q.P > 0 && q.P < 1 && finite(q.Law) && finite(q.Sample), "Quantiles[%d] = %+v; want finite values and a share in (0, 1)", i, q)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(in.Values) // ruined paths lie below all others
	ruined := float64(n-len(sorted)) / float64(n)
	half := math.Sqrt(math.Log(2/(1-in.Confidence)) / 2 / float64(n))
	const most = 400
	var xs, ys, lo, hi []float64
	for i := range min(most, len(sorted)) {
		k := i
		if len(sorted) > most {
			k = i * (len(sorted) - 1) / (most - 1)
		}
		y := ruined + float64(k+1)/float64(n)
		xs, ys, lo, hi = append(xs, sorted[k]), append(ys, y), append(lo, max(0, y-half)), append(hi, min(1, y+half))
	}
	at := func(p float64) float64 { return sorted[int(p*float64(len(sorted)-1))] }
	x := linearAxis(padTo(at(0.001), at(0.999)))
	qs := nothing()
	for _, q := range in.Quantiles {
		qs.include(q.Law, q.Sample)
	}
	qlo, qhi := padded(qs.lo, qs.hi)
	qa := linearAxis(qlo, qhi, 1, 6)
	law := draw.LineStyle{Color: looks[1].color, Width: 1.1, Dashes: looks[1].dashes}
	ecdf := panel{label: "Share of paths at or below (%)", xlabel: in.XLabel, x: x, y: linearAxis(0, 1, 100, 7), paint: func(p plane) {
		bx, blo := within(xs, lo, x, axis{min: 0, max: 1})
		_, bhi := within(xs, hi, x, axis{min: 0, max: 1})
		var ax, al, ah []float64
		for i := range bx {
			if finite(blo[i]) && finite(bhi[i]) {
				ax, al, ah = append(ax, bx[i]), append(al, blo[i]), append(ah, bhi[i])
			}
		}
		if len(ax) > 1 {
			p.area(tint(looks[0].color, 0.25), ax, al, ah)
		}
		ex, ey := within(xs, ys, x, axis{min: 0, max: 1})
		p.line(looks[0].line(heavy), ex, ey)
		if len(in.CDF.X) > 0 {
			lx, ly := within(in.CDF.X, in.CDF.Y, x, axis{min: 0, max: 1})
			p.line(law, lx, ly)
		}
	}}
	qq := panel{label: "Quantile of the sample, " + in.XLabel, xlabel: "Quantile of the law, " + in.XLabel, x: qa, y: qa, paint: func(p plane) {
		p.StrokeLine2(law, p.Min.X, p.Min.Y, p.Max.X, p.Max.Y)
		for _, q := range in.Quantiles {
			if finite(q.Lo) && finite(q.Hi) {
				p.whisker(draw.LineStyle{Color: looks[0].color, Width: thin}, q.Law, max(q.Lo, qa.min), min(q.Hi, qa.max))
			}
			disc.draw(p.Canvas, p.at(q.Law, q.Sample), looks[0].color)
		}
	}}
	s := sheet{title: in.Title, caption: in.Caption, height: 2.8 * vg.Inch, legend: []entry{
		lineKey("simulated paths", looks[0].line(heavy)),
		patchKey("holds the whole true curve with "+formatShort(round(100*in.Confidence, 6))+" % confidence", tint(looks[0].color, 0.25)),
		lineKey(in.LawName, law)}}
	if ruined > 0 {
		s.notes = append(s.notes, "Ruined and below all others: "+formatDigits(100*ruined, 2)+" % of paths.")
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 2, []panel{ecdf, qq}) }), nil
}

// padTo are the arguments of a linear axis that leaves some room around lo and
// hi.
func padTo(lo, hi float64) (float64, float64, float64, int) {
	l, h := padded(lo, hi)
	return l, h, 1, 6
}
