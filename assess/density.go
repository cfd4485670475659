package assess

import (
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/exact"
	"mcrisk/fmath"
	"mcrisk/tokens"
)

// A Density is a histogram of paths at one time: counts between edges.
type Density struct {
	Years  float64   // since the start
	Edges  []float64 // increasing, one more than counts
	Counts []int
	Beyond int // paths outside the edges: up to five in a thousand on either side
}

// densityBins is how many bins a density has at most.
const densityBins = 48

// Densities are the histograms of a number at up to four times: leverage of the tokens
// that have not ended, or decay_factor, NAV over S^T, of survivors. Edges are values, or
// with logs their logs.
func (v *View) Densities(name string, logs bool) (all []Density) {
	byYears := map[float64][]analytics.HistogramRow{}
	for _, r := range v.Histograms {
		if r.Name == name {
			byYears[r.Years] = append(byYears[r.Years], r)
		}
	}
	scale := func(x float64) float64 { return x }
	if logs {
		scale = fmath.Log
	}
	var whole []float64
	if low, high, ok := v.Band(); ok && name == "leverage" {
		whole = []float64{low, high}
	}
	for _, years := range fourTimes(byYears) {
		all = append(all, rebin(years, byYears[years], scale, whole))
	}
	return all
}

// fourTimes are up to four of the times, in roughly equal ratios; the last is among
// them.
func fourTimes(t map[float64][]analytics.HistogramRow) (some []float64) {
	var all []float64
	for years := range t {
		all = append(all, years)
	}
	slices.Sort(all)
	for _, share := range []float64{1.0 / 64, 1.0 / 12, 1.0 / 4, 1} {
		if len(all) == 0 {
			break
		}
		at := all[max(0, int(math.Round(share*float64(len(all))))-1)]
		if !slices.Contains(some, at) {
			some = append(some, at)
		}
	}
	return some
}

// rebin merges buckets into at most a few dozen bins, so that no path is split between
// bins. The ends of buckets in ends are also ends of bins.
func rebin(
	years float64, buckets []analytics.HistogramRow, scale func(float64) float64, ends []float64,
) Density {
	buckets, beyond := trimmed(buckets)
	lo, hi := scale(buckets[0].Low), scale(buckets[len(buckets)-1].High)
	width := (hi - lo) / densityBins
	d := Density{Years: years, Edges: []float64{lo}, Beyond: beyond}
	for _, b := range buckets {
		low, high := scale(b.Low), scale(b.High)
		if n := len(d.Counts); n == 0 || low >= d.Edges[n-1]+width || slices.Contains(ends, b.Low) {
			d.Edges[n] = low
			d.Counts, d.Edges = append(d.Counts, 0), append(d.Edges, high)
		}
		d.Counts[len(d.Counts)-1] += b.Count
		d.Edges[len(d.Edges)-1] = high
	}
	return d
}

// trimmed leaves out the outermost buckets with up to 0.5 % of the paths on either side,
// and says how many paths these are.
func trimmed(buckets []analytics.HistogramRow) (rest []analytics.HistogramRow, beyond int) {
	total := 0
	for _, b := range buckets {
		total += b.Count
	}
	first, last, below, above := 0, len(buckets)-1, 0, 0
	for first < last && 200*(below+buckets[first].Count) <= total {
		below += buckets[first].Count
		first++
	}
	for last > first && 200*(above+buckets[last].Count) <= total {
		above += buckets[last].Count
		last--
	}
	return buckets[first : last+1], below + above
}

// A DecayDensity is the histogram of the decay at one time, with the exact density and
// the ideal token's decay if they are known.
type DecayDensity struct {
	Density         // of ln NAV − T·ln S over survivors, in log units
	Exact   Curve   // the density of the exact law, where there is one
	Ideal   float64 // decay of the ideal token on the expected variance; NaN: the model's parameters are drawn
}

// DecayDensities are the histograms of the decay at up to four times.
func (v *View) DecayDensities() (all []DecayDensity) {
	p, refused := Problem(v.Study, v.Token)
	for _, density := range v.Densities("decay_factor", true) {
		d := DecayDensity{Density: density, Ideal: math.NaN()}
		if refused == nil {
			if law, err := p.DecayLaw(d.Years); err == nil {
				d.Exact = lawDensity(law, d.Edges[0], d.Edges[len(d.Edges)-1])
			}
		}
		if !v.uncertain() {
			_, _, variance := PriceMoments(v.Study, v.Token, d.Years)
			d.Ideal = tokens.VolatilityDecay(v.Ensemble.Token.Target, variance)
		}
		all = append(all, d)
	}
	return all
}

// uncertain says whether the parameters of the token's model are drawn.
func (v *View) uncertain() bool { return v.Study.Alone(v.Token).Spec().Uncertain }

// lawDensity is the density of a law between two ends, by differences of its
// distribution function.
func lawDensity(law exact.Law, lo, hi float64) (c Curve) {
	const points = 80
	step := (hi - lo) / points
	below := law.CDF(lo - float64(step/2))
	for i := range points + 1 {
		x := lo + float64(float64(i)*step)
		next := law.CDF(x + float64(step/2))
		c.X, c.Y = append(c.X, x), append(c.Y, max(0, next-below)/step)
		below = next
	}
	return c
}
