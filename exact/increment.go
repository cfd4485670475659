package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
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
	mean, sd := nu*dt, sigma*math.Sqrt(dt)
	return increment{
		density: func(x float64) float64 { return levy.NormalDensity(x, mean, sd) },
		lo:      mean - levy.Tails*sd, hi: mean + levy.Tails*sd + 2*sd*sd,
		narrow: sd, features: sd,
	}
}

// The Merton density is a Poisson mixture of normals.
func mertonIncrement(m models.Merton, dt float64) increment {
	nu, sigma := levy.Diffusion(m)
	base := increment{narrow: sigma * math.Sqrt(dt), features: math.Sqrt(sigma*sigma*dt + m.JumpSD*m.JumpSD)}
	var weight, mean, sd []float64
	mode := m.Rate * dt
	for n := 0; ; n++ {
		logWeight := -mode
		if n > 0 {
			lgamma, _ := math.Lgamma(float64(n) + 1)
			logWeight += float64(n)*math.Log(mode) - lgamma
		}
		// jumps so rare still matter where they alone reach
		if logWeight < -42 && float64(n) > mode || m.Rate == 0 && n > 0 {
			break
		}
		if logWeight < -42 {
			continue
		}
		weight = append(weight, fmath.Exp(logWeight))
		mean = append(mean, nu*dt+float64(n)*m.JumpMean)
		sd = append(sd, math.Sqrt(sigma*sigma*dt+float64(n)*m.JumpSD*m.JumpSD))
		k := len(sd) - 1
		base.lo = min(base.lo, mean[k]-levy.Tails*sd[k])
		base.hi = max(base.hi, mean[k]+levy.Tails*sd[k]+2*sd[k]*sd[k])
	}
	if len(sd) > 0 && mode > 1 { // no narrower part than the fewest jumps seen
		base.narrow = sd[0]
	}
	base.density = func(x float64) float64 {
		f := 0.0
		for k, w := range weight {
			if z := (x - mean[k]) / sd[k]; z*z < 80 {
				f += w / sd[k] * fmath.Exp(-z*z/2)
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
	sd := sigma * math.Sqrt(dt)
	reach := func(eta, share float64) float64 { // of a sum of Poisson many exponentials, by Chernoff
		if m.Rate*share == 0 {
			return 0
		}
		return min((38+m.Rate*dt)/(eta/2), (38+9*m.Rate*dt)/(0.9*eta))
	}
	out := increment{
		lo:     min(0, nu*dt) - levy.Tails*sd - reach(m.EtaDown, 1-m.Up),
		hi:     max(0, nu*dt) + levy.Tails*sd + 2*sd*sd + reach(m.EtaUp-1, m.Up),
		narrow: sd, features: max(sd, 1/max(m.EtaUp, m.EtaDown)),
	}
	period := 1.05 * (out.hi - out.lo)
	step := 2 * math.Pi / period
	var cf []complex128
	for k := 1; ; k++ {
		u := complex(0, step*float64(k))
		e := complex(dt, 0) * (u*complex(nu, 0) + u*u*complex(sigma*sigma/2, 0) +
			complex(m.Rate, 0)*(complex(m.Up*m.EtaUp, 0)/(complex(m.EtaUp, 0)-u)+
				complex((1-m.Up)*m.EtaDown, 0)/(complex(m.EtaDown, 0)+u)-1))
		if real(e) < -40 {
			break
		}
		cf = append(cf, levy.Exp(e))
	}
	invert := func(x float64) float64 {
		turn, at := levy.Exp(complex(0, -step*x)), complex(1, 0)
		sum := 0.5
		for k, c := range cf {
			if k%256 == 0 {
				at = levy.Exp(complex(0, -step*x*float64(k)))
			}
			at *= turn
			sum += real(c)*real(at) - imag(c)*imag(at)
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
			at += sign * width
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
	var node [n]float64
	for j := range node {
		node[j] = math.Cos(math.Pi * (float64(j) + 0.5) / n)
	}
	values := make([][n]float64, len(cuts)-1)
	for i := range values {
		for j, c := range node {
			values[i][j] = f((cuts[i]+cuts[i+1])/2 + c*(cuts[i+1]-cuts[i])/2)
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
		c := (2*x - cuts[a] - cuts[a+1]) / (cuts[a+1] - cuts[a])
		// barycentric formula of the second kind
		num, den := 0.0, 0.0
		for j, xj := range node {
			if c == xj {
				return values[a][j]
			}
			w := math.Sin(math.Pi * (float64(j) + 0.5) / n)
			if j%2 == 1 {
				w = -w
			}
			w /= c - xj
			num += w * values[a][j]
			den += w
		}
		return num / den
	}
}
