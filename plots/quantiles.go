package plots

// A quantileCurve is how one quantile of a token moves over time.
type quantileCurve struct {
	name   string // on paper
	field  string // of the data
	values []float64
}

// quantileCurves are those that a fan shows, from the lowest.
func quantileCurves(token string, p05, p25, p50, p75, p95 []float64) [5]quantileCurve {
	return [5]quantileCurve{
		{"5 %", "P05", p05}, {"25 %", "P25", p25},
		{token + " median", "P50", p50},
		{"75 %", "P75", p75}, {"95 %", "P95", p95},
	}
}

// quantiles checks values of at least least at each of n times, none below the
// quantile before. The words in front say whose they are.
func (c *checker) quantiles(front string, curves [5]quantileCurve, n int, least float64, wanted string) {
	for i, q := range curves {
		c.overTime(front+q.field, q.values, n, least, wanted)
		if i > 0 {
			c.atOrAbove(front+q.field, q.values, curves[i-1].field, curves[i-1].values)
		}
	}
}

// Opacity of the two areas of a fan, one drawn over the other.
const (
	outerTint = 0.16
	innerTint = 0.28
	bothTints = 0.40 // what they come to together, for the legend
)

// fan fills between the outer and between the inner quantiles.
func (p plane) fan(times, p05, p25, p75, p95 []float64) {
	p.area(tint(looks[0].color, outerTint), times, p05, p95)
	p.area(tint(looks[0].color, innerTint), times, p25, p75)
}

// fanKeys are the legend entries of [plane.fan].
func fanKeys() []entry {
	return []entry{
		patchKey("5–95 % of paths", tint(looks[0].color, outerTint)),
		patchKey("25–75 % of paths", tint(looks[0].color, bothTints)),
	}
}

// raised returns the values, none below floor.
func raised(values []float64, floor float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = max(v, floor)
	}
	return out
}
