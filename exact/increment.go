package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
)

// An increment is the law of a move of ln S.
type increment struct {
	density  func(x float64) float64
	lo, hi   float64 // hold all of the mass but 1e-16, also weighted with e^x
	narrow   float64 // width of the density's narrowest feature, near lo ≤ 0 ≤ hi
	features float64 // width of its features elsewhere
}

// incrementOf is the law of ln S's move over dt years.
func incrementOf(m models.Model, dt float64) increment {
	switch m := m.(type) {
	case models.Merton:
		return mertonIncrement(m, dt)
	case models.Kou:
		return kouIncrement(m, dt)
	default:
		return gbmIncrement(m, dt)
	}
}

func gbmIncrement(m models.Model, dt float64) increment {
	nu, sigma := levy.Diffusion(m)
	mean, sd := float64(nu*dt), float64(sigma*math.Sqrt(dt))
	return increment{
		density: func(x float64) float64 { return levy.NormalDensity(x, mean, sd) },
		lo:      mean - float64(levy.Tails*sd), hi: mean + float64(levy.Tails*sd) + float64(2*sd*sd),
		narrow: sd, features: sd,
	}
}

// The Merton density is a Poisson mixture of normals.
func mertonIncrement(m models.Merton, dt float64) increment {
	nu, sigma := levy.Diffusion(m)
	base := increment{narrow: sigma * math.Sqrt(dt),
		features: math.Sqrt(float64(sigma*sigma*dt) + float64(m.JumpSD*m.JumpSD))}
	var weight, mean, sd []float64
	mode := float64(m.Rate * dt)
	for n := 0; ; n++ {
		logWeight := -mode
		if n > 0 {
			logWeight += float64(float64(n)*fmath.Log(mode)) - fmath.LogGamma(float64(n)+1)
		}
		// jumps so rare still matter where they alone reach
		if logWeight < -42 && float64(n) > mode || m.Rate == 0 && n > 0 {
			break
		}
		if logWeight < -42 {
			continue
		}
		weight = append(weight, fmath.Exp(logWeight))
		mean = append(mean, float64(nu*dt)+float64(float64(n)*m.JumpMean))
		sd = append(sd, math.Sqrt(float64(sigma*sigma*dt)+float64(float64(n)*m.JumpSD*m.JumpSD)))
		k := len(sd) - 1
		base.lo = min(base.lo, mean[k]-float64(levy.Tails*sd[k]))
		base.hi = max(base.hi, mean[k]+float64(levy.Tails*sd[k])+float64(2*sd[k]*sd[k]))
	}
	if len(sd) > 0 && mode > 1 { // no narrower part than the fewest jumps seen
		base.narrow = sd[0]
	}
	base.density = func(x float64) float64 {
		f := 0.0
		for k, w := range weight {
			if z := (x - mean[k]) / sd[k]; z*z < 80 {
				f += float64(w / sd[k] * fmath.Exp(-z*z/2))
			}
		}
		return f / math.Sqrt(2*math.Pi)
	}
	return base
}

// The Kou density is inverted from its characteristic function by the
// trapezoidal rule (exponentially accurate for an analytic, decaying
// integrand) at Chebyshev points of panels that are narrow near the bulk, and
// interpolated from there.
func kouIncrement(m models.Kou, dt float64) increment {
	nu, sigma := levy.Diffusion(m)
	sd := float64(sigma * math.Sqrt(dt))
	reach := func(eta, share float64) float64 { // of a sum of Poisson many exponentials, by Chernoff
		if m.Rate*share == 0 {
			return 0
		}
		return min((38+float64(m.Rate*dt))/(eta/2), (38+float64(9*m.Rate*dt))/(0.9*eta))
	}
	out := increment{
		lo:     min(0, float64(nu*dt)) - float64(levy.Tails*sd) - reach(m.EtaDown, 1-m.Up),
		hi:     max(0, float64(nu*dt)) + float64(levy.Tails*sd) + float64(2*sd*sd) + reach(m.EtaUp-1, m.Up),
		narrow: sd, features: max(sd, 1/max(m.EtaUp, m.EtaDown)),
	}
	period := 1.05 * (out.hi - out.lo)
	step := 2 * math.Pi / period
	var cf []complex128
	for k := 1; ; k++ {
		u := complex(0, float64(step*float64(k)))
		e := cmplx.Scale(dt, cmplx.Scale(nu, u)+cmplx.Scale(sigma*sigma/2, cmplx.Square(u))+
			cmplx.Scale(m.Rate, cmplx.Div(complex(m.Up*m.EtaUp, 0), complex(m.EtaUp, 0)-u)+
				cmplx.Div(complex((1-m.Up)*m.EtaDown, 0), complex(m.EtaDown, 0)+u)-1))
		if real(e) < -40 {
			break
		}
		cf = append(cf, cmplx.Exp(e))
	}
	invert := func(x float64) float64 {
		turn, at := cmplx.Exp(complex(0, -step*x)), complex(1, 0)
		sum := 0.5
		for k, c := range cf {
			if k%256 == 0 {
				at = cmplx.Exp(complex(0, -step*x*float64(k)))
			}
			at = cmplx.Mul(at, turn)
			sum += float64(real(c)*real(at)) - float64(imag(c)*imag(at))
		}
		return 2 * sum / period
	}
	out.density = interpolate(invert, nu*dt, out.lo, out.hi, sd, out.features)
	return out
}

// interpolate tabulates f on [lo, hi] at Chebyshev points of panels graded
// from centre, of width first there and up to widest away, and returns the
// piecewise polynomial; zero outside.
func interpolate(f func(float64) float64, centre, lo, hi, first, widest float64) func(float64) float64 {
	const n = 16
	cuts := []float64{centre}
	walk := func(end float64) {
		sign := math.Copysign(1, end-centre)
		width := first
		for at, k := centre, 0; (end-at)*sign > 0; k++ {
			if k > 10 {
				width = min(1.3*width, widest)
			}
			at += float64(sign * width)
			cuts = append(cuts, at)
		}
	}
	walk(hi)
	above := len(cuts)
	walk(lo)
	below := cuts[above:]
	for i, j := 0, len(below)-1; i < j; i, j = i+1, j-1 {
		below[i], below[j] = below[j], below[i]
	}
	cuts = append(append([]float64{}, below...), cuts[:above]...)
	var node, weight [n]float64
	for j := range node {
		weight[j], node[j] = fmath.Sincos(math.Pi * (float64(j) + 0.5) / n)
		if j%2 == 1 {
			weight[j] = -weight[j]
		}
	}
	values := make([][n]float64, len(cuts)-1)
	for i := range values {
		for j, c := range node {
			values[i][j] = f(float64((cuts[i]+cuts[i+1])/2) + float64(c*(cuts[i+1]-cuts[i])/2))
		}
	}
	return func(x float64) float64 {
		if !(x >= lo && x <= hi) {
			return 0
		}
		a, b := 0, len(cuts)-1
		for b-a > 1 {
			if mid := (a + b) / 2; x < cuts[mid] {
				b = mid
			} else {
				a = mid
			}
		}
		c := (float64(2*x) - cuts[a] - cuts[a+1]) / (cuts[a+1] - cuts[a])
		// barycentric formula of the second kind
		num, den := 0.0, 0.0
		for j, xj := range node {
			if c == xj {
				return values[a][j]
			}
			w := weight[j] / (c - xj)
			num += float64(w * values[a][j])
			den += w
		}
		return num / den
	}
}
