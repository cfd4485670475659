package rates

import (
	"fmt"
	"math"

	"mcrisk/fmath"
	"mcrisk/quad"
)

// leastReturns is the least number of shocks beside returns of which a correlation is fitted.
const leastReturns = 100

// Correlation is the name of the number of laws that is the correlation of a step's shock with the return of the
// step.
const Correlation = "rate-correlation"

// correlate fits the correlation of the shocks of a process that reverts with the returns of the same steps, by
// likelihood at the other numbers as fitted. Without hidden values that is the correlation of shocks and returns.
//
// The standard error allows for heavy tails and for sizes of shocks that follow those of returns: by the squares of
// the scores, times √(1 + ρ²), as the size of shocks is fitted too. The interval is symmetric in artanh ρ.
func (f *Fit) correlate(l *likelihood, means []float64, sd, speed float64) {
	n, sum, square := 0.0, 0.0, 0.0
	for _, y := range l.years {
		for _, r := range y.move {
			if !math.IsNaN(r) {
				n, sum, square = n+1, sum+r, square+float64(r*r)
			}
		}
	}
	if n == 0 {
		return
	}
	mean := sum / n
	spread := math.Sqrt(square/n - float64(mean*mean))
	if n < leastReturns || !(spread > 0) {
		f.warn("%.0f shocks beside returns of the price; want %d at least for their correlation", n, leastReturns)
		return
	}
	years := make([]span, len(l.years))
	for i, y := range l.years {
		years[i] = y
		years[i].move = make([]float64, len(y.move))
		for k, r := range y.move {
			years[i].move[k] = (r - mean) / spread
		}
	}
	at := func(rho float64, scores func(year int) []float64) (all float64) {
		for i, y := range years {
			var terms []float64
			if scores != nil {
				terms = scores(i)
			}
			all += l.with(rho, y, means[i], sd, speed, terms)
		}
		return all
	}
	rho := quad.Least(func(rho float64) float64 { return -at(rho, nil) }, -0.999, 0.999, 1e-5)
	h := min(0.01, float64(0.1*(1-math.Abs(rho))))
	up, down := make([][]float64, len(years)), make([][]float64, len(years))
	for i, y := range years {
		up[i], down[i] = make([]float64, len(y.move)), make([]float64, len(y.move))
	}
	above := at(rho+h, func(i int) []float64 { return up[i] })
	below := at(rho-h, func(i int) []float64 { return down[i] })
	information := (2*at(rho, nil) - above - below) / float64(h*h)
	scores := 0.0
	for i := range up {
		for k := range up[i] {
			s := (up[i][k] - down[i][k]) / (2 * h)
			scores += float64(s * s)
		}
	}
	number := FittedNumber{Name: Correlation, Value: rho, SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	if information > 0 {
		number.SE = float64(math.Sqrt(scores)/information) * math.Sqrt(1+float64(rho*rho))
		z := float64(fmath.NormQuantile((1+Confidence)/2)*number.SE) / (1 - float64(rho*rho))
		at := float64(0.5 * fmath.Log1p(float64(2*rho)/(1-rho))) // artanh ρ
		number.Lo, number.Hi = tanh(at-z), tanh(at+z)
	}
	f.Numbers = append(f.Numbers, number)
	f.Shocks = int(n)
	f.Method += fmt.Sprintf("; the correlation of %d shocks with returns of the price in the same steps", f.Shocks)
}

func tanh(x float64) float64 {
	e := fmath.Expm1(float64(2 * x))
	return e / (e + 2)
}
