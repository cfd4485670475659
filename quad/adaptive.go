package quad

import (
	"errors"
	"math"
)

// mostHalvings limits the work of Adaptive at a kink or a singularity.
const mostHalvings = 12

// Adaptive integrates f from a to b. It halves each interval until the
// Gauss–Kronrod rules of 7 and 15 points differ by less than tolerance there, a
// size and not a fraction, at most twelve times over. The difference is the
// error of the rule of 7 points; for a smooth f the value is good to far less.
// With b < a the value has the other sign.
//
// Source: Piessens, de Doncker-Kapenga, Überhuber and Kahaner, QUADPACK, 1983:
// the nodes and weights of QK15.
func Adaptive(f func(x float64) float64, a, b, tolerance float64) float64 {
	return halve(f, a, b, tolerance, mostHalvings)
}

func halve(f func(x float64) float64, a, b, tolerance float64, left int) float64 {
	mid, half := float64((a+b)/2), float64((b-a)/2)
	fm := f(mid)
	kronrod, gauss := 0.209482141084727828013*fm, 0.417959183673469387755*fm
	for i, x := range kronrodNodes {
		s := f(mid-float64(half*x)) + f(mid+float64(half*x))
		kronrod += float64(kronrodWeights[i] * s)
		if i%2 == 1 {
			gauss += float64(gaussWeights[i/2] * s)
		}
	}
	if d := math.Abs((kronrod - gauss) * half); !(d >= tolerance) || left == 0 { // NaN stays NaN
		return kronrod * half
	}
	return halve(f, a, mid, tolerance, left-1) + halve(f, mid, b, tolerance, left-1)
}

var (
	kronrodNodes = [7]float64{
		0.991455371120812639206, 0.949107912342758524526, 0.864864423359769072790, 0.741531185599394439864,
		0.586087235467691130294, 0.405845151377397166907, 0.207784955007898467601,
	}
	kronrodWeights = [7]float64{
		0.022935322010529224964, 0.063092092629978553291, 0.104790010322250183839, 0.140653259715525918745,
		0.169004726639267902827, 0.190350578064785409913, 0.204432940075298892414,
	}
	gaussWeights = [3]float64{0.129484966168869693271, 0.279705391489276667901, 0.381830050505118944950}
)

// Tail integrates f from 0 to infinity, over intervals that widen by half each
// until one adds less than tolerance and f at its end, over as much, would not
// either; each interval is integrated as by Adaptive. It returns an error if f has not
// decayed by 1e7, or is NaN.
func Tail(f func(x float64) float64, tolerance float64) (float64, error) {
	sum, width := 0.0, 1.0
	for a := 0.0; a < 1e7; {
		v := Adaptive(f, a, a+width, tolerance)
		sum += v
		if math.IsNaN(sum) {
			break
		}
		if math.Abs(v) < tolerance && math.Abs(f(a+width))*width < tolerance {
			return sum, nil
		}
		a += width
		width *= 1.5
	}
	return 0, errors.New("quad: the integrand does not fall off by 1e7; want one that does")
}
