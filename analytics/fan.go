package analytics

// A Fan counts what a token, its underlying and the ideal token were worth at
// a series of times, so that their quantiles are known to half a percent
// however many paths there are.
type Fan struct {
	NAV, Price, Ideal []LogHistogram // by time
}

// NewFan returns an empty fan of the given number of times.
func NewFan(times int) *Fan {
	return &Fan{make([]LogHistogram, times), make([]LogHistogram, times), make([]LogHistogram, times)}
}

// Add counts the values of some paths at the i-th time.
func (f *Fan) Add(i int, nav, price, ideal []float64) {
	for _, v := range nav {
		f.NAV[i].Add(v)
	}
	for _, v := range price {
		f.Price[i].Add(v)
	}
	for _, v := range ideal {
		f.Ideal[i].Add(v)
	}
}

// Values are the quantiles at level p by time.
func Values(h []LogHistogram, p, confidence float64) []float64 {
	vs := make([]float64, len(h))
	for i := range h {
		vs[i] = h[i].Quantile(p, confidence).Value
	}
	return vs
}
