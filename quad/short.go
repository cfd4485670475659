package quad

// Short integrates f over an interval so short that four points do: it is exact
// for polynomials of degree 7.
func Short(f func(x float64) float64, a, b float64) float64 {
	sum := 0.0
	at := shortNodes(a, b)
	for j, w := range shortWeights {
		sum += float64(w * f(at[j]))
	}
	return float64(sum * ((b - a) / 2))
}

// ShortRule is the rule of Short: its four nodes, ascending, and their weights,
// for several integrals over one interval.
func ShortRule(a, b float64) (x, w [4]float64) {
	for j, weight := range shortWeights {
		w[j] = float64(weight * ((b - a) / 2))
	}
	return shortNodes(a, b), w
}

func shortNodes(a, b float64) (at [4]float64) {
	const x1, x2 = 0.86113631159405257522, 0.33998104358485626480
	mid, half := float64((a+b)/2), (b-a)/2
	for j, x := range [4]float64{-x1, -x2, x2, x1} {
		at[j] = mid + float64(half*x)
	}
	return at
}

var shortWeights = [4]float64{
	0.34785484513745385737, 0.65214515486254614263, 0.65214515486254614263, 0.34785484513745385737,
}
