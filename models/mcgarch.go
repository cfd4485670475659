package models

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"mcrisk/fmath"
	"mcrisk/quad"
)

// MCGARCH is a multiplicative component GARCH driven by scores: the variance of a step is a product of components of
// many time scales, and of a factor for the hour of the week,
//
//	h = Sigma²·dt·e^{f(hour)}·F₀·F₁·…·F₄/E[F₀·…·F₄],   Fₖ' = Fₖ + rₖ·(1 − Fₖ) + gₖ·Fₖ·u,
//
// with news u = (Bend + 1)·x²/(Bend + x²) less its mean, of Student-t shocks x.
type MCGARCH struct {
	Mu      float64
	Sigma   float64
	Gain    float64 // g₀
	Fade    float64 // gₖ₊₁/gₖ
	Rate    float64 // of the fastest, 1/year
	Slow    float64 // years in which the slowest forgets
	DoF     float64
	Bend    float64
	Skew    float64
	Week    Week
	Step    time.Duration
	Start   float64
	Floor   float64 // of each component
	Hour    int
	Factors [mcComponents]float64

	longRun [][mcComponents + 1]float64
}

// Week are the numbers that hours of the week have variances by, all zero for none.
type Week struct {
	Funding, Day, Weekend, York float64
}

const mcComponents = 5

// factors are those of the hours of the week, of mean 1.
func (w Week) factors() (f [168]float64) {
	sum := 0.0
	for i := range f {
		f[i] = fmath.Exp(w.log(float64(i)))
		sum += f[i] / 168
	}
	for i := range f {
		f[i] /= sum
	}
	return f
}

func (w Week) log(hour float64) float64 {
	h := math.Mod(hour, 24)
	sum := float64(w.Day * math.Sin(2*math.Pi*h/24))
	switch h {
	case 0:
		sum += 2 * w.Funding
	case 8, 16:
		sum += w.Funding
	}
	if hour >= 5*24 && hour < 6*24+22 {
		sum += w.Weekend
	} else {
		d := (h - 14.5) / 1.7
		sum += float64(w.York * fmath.Exp(-float64(d*d)/2))
	}
	return sum
}

// hourOfWeek is that of a time, Monday 0 UTC being 0.
func hourOfWeek(t time.Time) int {
	t = t.UTC()
	return (int(t.Weekday())+6)%7*24 + t.Hour()
}

// A newsLaw is what the law of the shocks says of news and of the rounded magnitude.
type newsLaw struct {
	mean      float64    // of the news before it is subtracted
	u         [6]float64 // E[uⁿ]
	rho, vRho float64
	scale     float64
}

func newNewsLaw(dof, bend float64) (l newsLaw) {
	l.scale = studentScale(dof)
	const cells = 32
	power := -(dof + 1) / 2
	end := asinh(studentCut / l.scale)
	mass, mean, rho := 0.0, 0.0, 0.0
	var raw [6]float64
	for i := range cells {
		lo, hi := float64(l.scale*sinh(float64(i)/cells*end)), float64(l.scale*sinh(float64(i+1)/cells*end))
		at, weight := quad.ShortRule(lo, hi)
		for j, w := range weight {
			y := at[j] / l.scale
			m := w * fmath.Pow(1+y*y/dof, power)
			x2 := at[j] * at[j]
			n := (bend + 1) * x2 / (bend + x2)
			mass += m
			rho += m * math.Sqrt(x2+.01)
			mean += m * n
			p := m
			for k := range raw {
				raw[k] += p
				p *= n
			}
		}
	}
	for k := range raw {
		raw[k] /= mass
	}
	l.mean, l.rho = mean/mass, rho/mass
	l.vRho = 1.01 - l.rho*l.rho
	// central moments
	for n := range l.u {
		b, p := 1.0, 1.0 // binomial, power of −mean
		for j := 0; j <= n; j++ {
			l.u[n] += b * raw[n-j] * p
			b = b * float64(n-j) / float64(j+1)
			p *= -l.mean
		}
	}
	return l
}

// mcSteps are the components over steps.
type mcSteps struct {
	r, g [mcComponents]float64
	c    [1 << mcComponents][1 << mcComponents]float64 // E[Π(1 − r + g·u)·Π(r − g·b·u)] of a subset of a set and the rest
	mean [1 << mcComponents]float64                    // E[ΠF] in the long run
}

func (m MCGARCH) speeds(dt float64) (r, g [mcComponents]float64) {
	ratio := fmath.Exp(fmath.Log(m.Rate*m.Slow) / (mcComponents - 1))
	rate, gain := m.Rate, m.Gain
	for k := range r {
		r[k], g[k] = -fmath.Expm1(-rate*dt), gain
		rate /= ratio
		gain *= m.Fade
	}
	return r, g
}

func (m MCGARCH) over(dt float64, l newsLaw) (s mcSteps, ok bool) {
	s.r, s.g = m.speeds(dt)
	for set := range s.c {
		for t := set; ; t = (t - 1) & set {
			var poly [mcComponents + 1]float64
			poly[0] = 1
			n := 0
			for k := range mcComponents {
				if set>>k&1 == 0 {
					continue
				}
				c0, c1 := s.r[k], -s.g[k]*m.Floor
				if t>>k&1 == 1 {
					c0, c1 = 1-s.r[k], s.g[k]
				}
				n++
				for j := n; j > 0; j-- {
					poly[j] = poly[j]*c0 + poly[j-1]*c1
				}
				poly[0] *= c0
			}
			for j := range n + 1 {
				s.c[set][t] += poly[j] * l.u[j]
			}
			if t == 0 {
				break
			}
		}
	}
	s.mean[0] = 1
	for set := 1; set < len(s.c); set++ {
		if !(s.c[set][set] < 1-1e-9) {
			return s, false
		}
		sum := 0.0
		for t := (set - 1) & set; ; t = (t - 1) & set {
			sum += s.c[set][t] * s.mean[t]
			if t == 0 {
				break
			}
		}
		s.mean[set] = sum / (1 - s.c[set][set])
	}
	for k := range s.r {
		if !(1-s.r[k]-s.g[k]*l.mean > 0) {
			return s, false
		}
	}
	return s, true
}

// next is the expectation of the products after a step.
func (s *mcSteps) next(p [1 << mcComponents]float64) (q [1 << mcComponents]float64) {
	for set := range q {
		for t := set; ; t = (t - 1) & set {
			q[set] += s.c[set][t] * p[t]
			if t == 0 {
				break
			}
		}
	}
	return q
}

func products(f [mcComponents]float64) (p [1 << mcComponents]float64) {
	for set := range p {
		p[set] = 1
		for k, v := range f {
			if set>>k&1 == 1 {
				p[set] *= v
			}
		}
	}
	return p
}

// mcState is what a filter knows.
type mcState struct {
	f     [mcComponents]float64
	signs float64
}

const signsStay = .6

// run goes through returns, the hour of the week of each being known; visit sees the state before each.
func (m MCGARCH) run(dt float64, returns []float64, hours []int, visit func(i int, s *mcState)) (sum float64, st mcState,
	ok bool) {
	l := newNewsLaw(m.DoF, m.Bend)
	s, ok := m.over(dt, l)
	if !ok {
		return math.Inf(-1), st, false
	}
	week := m.Week.factors()
	lg1, _ := math.Lgamma((m.DoF + 1) / 2)
	lg2, _ := math.Lgamma(m.DoF / 2)
	norm := lg1 - lg2 - math.Log(math.Pi*m.DoF)/2 - math.Log(l.scale)
	inv, power := 1/(m.DoF*l.scale*l.scale), (m.DoF+1)/2
	unit := m.Sigma * m.Sigma * dt / s.mean[len(s.mean)-1]
	growth := m.Mu * dt
	for k := range st.f {
		st.f[k] = 1
	}
	qs, hs := logProduct{rest: 1}, logProduct{rest: 1} // of 1 + x²…; of h over unit and the Jacobian
	for i, r := range returns {
		if visit != nil {
			visit(i, &st)
		}
		rel := week[hours[i]] * (st.f[0] * st.f[1] * st.f[2] * st.f[3] * st.f[4])
		h := unit * rel
		q := m.Skew * st.signs
		wide := 1 + q*q*l.vRho
		z := (r-growth+h/2)*math.Sqrt(wide/h) + q*l.rho
		d := 1 - q*q
		x := (z - q*math.Sqrt(z*z+d/100)) / d
		x2 := x * x
		rho := math.Sqrt(x2 + .01)
		sign := x / rho
		bent := 1 + q*sign
		qs.times(1 + x2*inv)
		hs.times(rel * bent * bent / wide)
		st.signs = signsStay*st.signs + (1-signsStay)*sign
		u := (m.Bend+1)*x2/(m.Bend+x2) - l.mean
		for k := range st.f {
			st.f[k] += s.r[k]*(1-st.f[k]) + s.g[k]*(st.f[k]-m.Floor)*u
		}
	}
	sum = float64(len(returns))*(norm-math.Log(unit)/2) - hs.log()/2 - power*qs.log()
	return sum, st, true
}

func (m MCGARCH) Check() error {
	if !(m.Sigma >= 0) {
		return fmt.Errorf("models: sigma = %v", m.Sigma)
	}
	return nil
}

var mcNames = []string{"mu", "sigma", "gain", "fade", "rate", "dof", "bend", "skew", "funding", "day", "weekend", "york"}

func mcOf(p []float64, slow float64) MCGARCH {
	return MCGARCH{Mu: p[0], Sigma: p[1], Gain: p[2], Fade: p[3], Rate: p[4], DoF: p[5], Bend: p[6], Skew: p[7],
		Week: Week{p[8], p[9], p[10], p[11]}, Slow: slow, Floor: envFloat("MC_FLOOR")}
}

func envFloat(name string) float64 {
	v, _ := strconv.ParseFloat(os.Getenv(name), 64)
	return v
}

func mcLikelihood(s sample, hours []int, slow, weight float64) likelihood {
	vol := s.volatility()
	return likelihood{
		names: mcNames,
		natural: func(x []float64) []float64 {
			return []float64{x[0] * s.sd / s.dt, vol * fmath.Exp(x[1]), fmath.Exp(x[2]), fmath.Exp(x[3]),
				fmath.Exp(x[4]) / s.dt, 2.1 + fmath.Exp(x[5]), fmath.Exp(x[6]), .9 * math.Tanh(x[7]), x[8], x[9], x[10], x[11]}
		},
		log: func(p, returns []float64) float64 {
			if !(p[4]*s.dt < 20) || !(p[4]*slow > 1) || !(p[5] < 1e3) || !(p[6] < 1e4) {
				return math.Inf(-1)
			}
			m := mcOf(p, slow)
			if weight == 0 {
				v, _, _ := m.run(s.dt, returns, hours, nil)
				return v
			}
			return m.composite(s, hours, weight)
		},
	}
}

// composite adds weight times the QLIKE of weeks.
func (m MCGARCH) composite(s sample, hours []int, weight float64) float64 {
	var states []mcState
	v, _, ok := m.run(s.dt, s.r, hours, func(i int, st *mcState) {
		if i%42 == 0 {
			states = append(states, *st)
		}
	})
	if !ok {
		return math.Inf(-1)
	}
	return v - weight/4*total2(m.weekQLIKE(s, hours, states, 42, 26*168))
}

func total2(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// weekQLIKE are those of the weeks that begin at states, every so many steps.
func (m MCGARCH) weekQLIKE(s sample, hours []int, states []mcState, every, from int) (out []float64) {
	l := newNewsLaw(m.DoF, m.Bend)
	st, _ := m.over(s.dt, l)
	week := m.Week.factors()
	full := 1<<mcComponents - 1
	unit := m.Sigma * m.Sigma * s.dt / st.mean[full]
	var weights [168]*[1 << mcComponents]float64 // of products, of the sum over a week that begins at an hour
	for n, state := range states {
		at := n * every
		if at < from || at+168 > len(s.r) {
			continue
		}
		w := weights[hours[at]]
		if w == nil {
			w = new([1 << mcComponents]float64)
			for k := 167; k >= 0; k-- {
				*w = st.before(*w)
				w[full] += unit * week[(hours[at]+k)%168]
			}
			weights[hours[at]] = w
		}
		p := products(state.f)
		f, v := 0.0, 0.0
		for k := range w {
			f += w[k] * p[k]
		}
		for k := range 168 {
			v += s.r[at+k] * s.r[at+k]
		}
		out = append(out, v/f-math.Log(v/f)-1)
	}
	return out
}

// before is the functional of products before a step whose value is that of w after it.
func (s *mcSteps) before(w [1 << mcComponents]float64) (q [1 << mcComponents]float64) {
	for set := range q {
		if w[set] == 0 {
			continue
		}
		for t := set; ; t = (t - 1) & set {
			q[t] += s.c[set][t] * w[set]
			if t == 0 {
				break
			}
		}
	}
	return q
}
