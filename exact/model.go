package exact

import (
	"fmt"
	"math"
	"math/cmplx"

	"mcrisk/quad"
)

// A Model is a price with independent increments: [GBM], [Merton] or [Kou].
// In each, Mu is the growth rate of the expected price, E[S(t)] = S(0)·e^{Mu·t}.
// Models with memory (stochastic volatility, GARCH, bootstraps) have no place
// here: y would not be the whole state.
type Model interface {
	check() error
	// drift of ln S without jumps, and volatility
	diffusion() (nu, sigma float64)
	// rate of jumps, and nodes and weights of the law of one jump of ln S, in panels
	// no wider than widest and graded towards a cut where what is integrated has a
	// kink (NaN: nowhere)
	jumps(cut, widest float64) (rate float64, law quad.Rule)
	// the law of ln S's move over dt
	increment(dt float64) increment
}

// GBM is dS/S = Mu dt + Sigma dW.
type GBM struct {
	Mu    float64 // 1/year
	Sigma float64 // 1/√year, above zero
}

// Merton is GBM whose log-price also jumps by Normal(JumpMean, JumpSD²), Rate
// times a year, with the drift compensated so that E[S] grows at Mu.
type Merton struct {
	Mu       float64 // 1/year
	Sigma    float64 // of the diffusion, 1/√year, above zero
	Rate     float64 // jumps per year
	JumpMean float64
	JumpSD   float64 // at least zero
}

// Kou is GBM whose log-price also jumps, Rate times a year: up by an
// exponential of rate EtaUp with probability Up, else down by one of rate
// EtaDown; the drift is compensated so that E[S] grows at Mu.
type Kou struct {
	Mu      float64 // 1/year
	Sigma   float64 // of the diffusion, 1/√year, above zero
	Rate    float64 // jumps per year
	Up      float64 // in [0, 1]
	EtaUp   float64 // above 1, for E[S] to exist
	EtaDown float64 // above 0
}

func (m GBM) check() error {
	if !(math.Abs(m.Mu) <= 100) {
		return fmt.Errorf("exact: mu = %v; want a growth rate within ±100 a year", m.Mu)
	}
	if !(m.Sigma >= 1e-4 && m.Sigma <= 30) {
		return fmt.Errorf("exact: sigma = %v; want a volatility from 0.0001 to 30: without noise there is no law to compute", m.Sigma)
	}
	return nil
}

func (m Merton) check() error {
	if err := (GBM{m.Mu, m.Sigma}).check(); err != nil {
		return err
	}
	if !(m.Rate >= 0 && m.Rate <= 1e5) {
		return fmt.Errorf("exact: jump rate = %v; want 0 to 1e5 a year", m.Rate)
	}
	if !(math.Abs(m.JumpMean) <= 5) || !(m.JumpSD >= 0 && m.JumpSD <= 5) {
		return fmt.Errorf("exact: jumps with mean %v, sd %v; want a mean within ±5 and an sd from 0 to 5", m.JumpMean, m.JumpSD)
	}
	return nil
}

func (m Kou) check() error {
	if err := (GBM{m.Mu, m.Sigma}).check(); err != nil {
		return err
	}
	if !(m.Rate >= 0 && m.Rate <= 1e5) {
		return fmt.Errorf("exact: jump rate = %v; want 0 to 1e5 a year", m.Rate)
	}
	if !(m.Up >= 0 && m.Up <= 1) {
		return fmt.Errorf("exact: share of jumps up = %v; want 0 to 1", m.Up)
	}
	if !(m.EtaUp > 1 && m.EtaUp <= 1e4) || !(m.EtaDown > 0 && m.EtaDown <= 1e4) {
		return fmt.Errorf("exact: jump sizes' rates = %v up, %v down; want more than 1 up, more than 0 down, at most 1e4", m.EtaUp, m.EtaDown)
	}
	return nil
}

func (m GBM) diffusion() (nu, sigma float64) { return m.Mu - m.Sigma*m.Sigma/2, m.Sigma }

func (m Merton) diffusion() (nu, sigma float64) {
	return m.Mu - m.Rate*math.Expm1(m.JumpMean+m.JumpSD*m.JumpSD/2) - m.Sigma*m.Sigma/2, m.Sigma
}

func (m Kou) diffusion() (nu, sigma float64) {
	kappa := m.Up*m.EtaUp/(m.EtaUp-1) + (1-m.Up)*m.EtaDown/(m.EtaDown+1) - 1
	return m.Mu - m.Rate*kappa - m.Sigma*m.Sigma/2, m.Sigma
}

func (GBM) jumps(_, _ float64) (float64, quad.Rule) { return 0, quad.Rule{} }

func (m Merton) jumps(cut, widest float64) (float64, quad.Rule) {
	if m.JumpSD == 0 {
		return m.Rate, quad.Rule{X: []float64{m.JumpMean}, W: []float64{1}}
	}
	r := split(m.JumpMean, m.JumpMean+10*m.JumpSD, cut, min(m.JumpSD, widest))
	below := split(m.JumpMean, m.JumpMean-10*m.JumpSD, cut, min(m.JumpSD, widest))
	r.Join(below)
	for i, x := range r.X {
		r.W[i] *= normalDensity(x, m.JumpMean, m.JumpSD)
	}
	return m.Rate, r
}

func (m Kou) jumps(cut, widest float64) (float64, quad.Rule) {
	r := split(0, 40/(m.EtaUp-1), cut, min(1/m.EtaUp, widest))
	for i, x := range r.X {
		r.W[i] *= m.Up * m.EtaUp * math.Exp(-m.EtaUp*x)
	}
	below := split(0, -40/m.EtaDown, cut, min(1/m.EtaDown, widest))
	for i, x := range below.X {
		r.X, r.W = append(r.X, x), append(r.W, below.W[i]*(1-m.Up)*m.EtaDown*math.Exp(m.EtaDown*x))
	}
	return m.Rate, r
}

// split covers the way from a to b with panels of a width, finer next to a cut
// on the way.
func split(a, b, cut, width float64) (r quad.Rule) {
	if !((cut-a)*(b-cut) > 0) {
		r.Grade(a, b, width, width)
		return r
	}
	mid := (a + cut) / 2
	r.Grade(a, mid, width, width)
	r.Grade(cut, mid, 1e-5*width, width)
	r.Grade(cut, b, 1e-5*width, width)
	return r
}

// An increment is the law of a move of ln S.
type increment struct {
	density  func(x float64) float64
	lo, hi   float64 // hold all of the mass but 1e-16, also weighted with e^x
	narrow   float64 // width of the density's narrowest feature, near lo ≤ 0 ≤ hi
	features float64 // width of its features elsewhere
}

// tails is how many standard deviations of a normal hold all but 1e-17.
const tails = 8.6

func normalDensity(x, mean, sd float64) float64 {
	z := (x - mean) / sd
	return math.Exp(-z*z/2) / (sd * math.Sqrt(2*math.Pi))
}

func (m GBM) increment(dt float64) increment {
	nu, sigma := m.diffusion()
	mean, sd := nu*dt, sigma*math.Sqrt(dt)
	return increment{
		density: func(x float64) float64 { return normalDensity(x, mean, sd) },
		lo:      mean - tails*sd, hi: mean + tails*sd + 2*sd*sd,
		narrow: sd, features: sd,
	}
}

// The Merton density is a Poisson mixture of normals.
func (m Merton) increment(dt float64) increment {
	nu, sigma := m.diffusion()
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
		weight = append(weight, math.Exp(logWeight))
		mean = append(mean, nu*dt+float64(n)*m.JumpMean)
		sd = append(sd, math.Sqrt(sigma*sigma*dt+float64(n)*m.JumpSD*m.JumpSD))
		k := len(sd) - 1
		base.lo = min(base.lo, mean[k]-tails*sd[k])
		base.hi = max(base.hi, mean[k]+tails*sd[k]+2*sd[k]*sd[k])
	}
	if len(sd) > 0 && mode > 1 { // no narrower part than the fewest jumps seen
		base.narrow = sd[0]
	}
	base.density = func(x float64) float64 {
		f := 0.0
		for k, w := range weight {
			if z := (x - mean[k]) / sd[k]; z*z < 80 {
				f += w / sd[k] * math.Exp(-z*z/2)
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
func (m Kou) increment(dt float64) increment {
	nu, sigma := m.diffusion()
	sd := sigma * math.Sqrt(dt)
	reach := func(eta, share float64) float64 { // of a sum of Poisson many exponentials, by Chernoff
		if m.Rate*share == 0 {
			return 0
		}
		return min((38+m.Rate*dt)/(eta/2), (38+9*m.Rate*dt)/(0.9*eta))
	}
	out := increment{
		lo: min(0, nu*dt) - tails*sd - reach(m.EtaDown, 1-m.Up), hi: max(0, nu*dt) + tails*sd + 2*sd*sd + reach(m.EtaUp-1, m.Up),
		narrow: sd, features: max(sd, 1/max(m.EtaUp, m.EtaDown)),
	}
	period := 1.05 * (out.hi - out.lo)
	step := 2 * math.Pi / period
	var cf []complex128
	for k := 1; ; k++ {
		u := complex(0, step*float64(k))
		e := complex(dt, 0) * (u*complex(nu, 0) + u*u*complex(sigma*sigma/2, 0) +
			complex(m.Rate, 0)*(complex(m.Up*m.EtaUp, 0)/(complex(m.EtaUp, 0)-u)+complex((1-m.Up)*m.EtaDown, 0)/(complex(m.EtaDown, 0)+u)-1))
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
