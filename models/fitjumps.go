package models

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
)

func fitGBM(s sample) Fit {
	n := float64(len(s.r))
	s2 := s.sd * s.sd / s.dt
	sigma := math.Sqrt(s2)
	vs := s2 / (2 * n) // variance of sigma's estimate
	f := Fit{
		Kind: "gbm", Method: "maximum likelihood, closed form",
		Names:  []string{"mu", "sigma"},
		Values: []float64{s.mean/s.dt + s2/2, sigma},
		SE:     []float64{math.Sqrt(s2/(n*s.dt) + s2*vs), math.Sqrt(vs)},
		Cov:    [][]float64{{s2/(n*s.dt) + s2*vs, sigma * vs}, {sigma * vs, vs}},
	}
	f.LogLikelihood = -n/2*fmath.Log(2*math.Pi*s.sd*s.sd) - (n-1)/2
	u := make([]float64, len(s.r))
	for i, r := range s.r {
		u[i] = fmath.NormCDF((r - s.mean) / s.sd)
	}
	f.KS, f.AD = distances(u)
	// sigma's interval is exact, mu's takes Student's quantile
	f.Interval = "exact for sigma, Student's for mu"
	t := studentEnd(n - 1)
	square := distuv.ChiSquared{K: n - 1}
	f.Lo = []float64{f.Values[0] - t*f.SE[0], sigma * math.Sqrt((n-1)/square.Quantile((1+Confidence)/2))}
	f.Hi = []float64{f.Values[0] + t*f.SE[0], sigma * math.Sqrt((n-1)/square.Quantile((1-Confidence)/2))}
	return f
}

// fitMerton maximises the likelihood of a Poisson mixture of normals. That has
// no upper bound when the law of a component shrinks onto one return (Honoré,
// "Pitfalls in estimating jump-diffusion models", 1998), so the deviation of a
// jump is held above a tenth of the returns', and the diffusion's above a
// hundredth.
func fitMerton(s sample) (Fit, func(*Fit), error) {
	f := Fit{Kind: "merton", Method: "maximum likelihood, Poisson mixture of normals"}
	l, vol := mertonLikelihood(s), s.volatility()
	drift := s.mean / s.sd
	var starts [][]float64
	for _, rate := range []float64{0.03, 0.3} { // jumps a step, of two thirds of the variance
		starts = append(starts, []float64{drift, math.Log(0.56), math.Log(rate),
			0, math.Log(math.Sqrt(0.67/rate) - 0.1)})
	}
	peaks, err := l.maximise(&f, s.r, starts...)
	if err != nil {
		return f, nil, err
	}
	m := newPoissonMixture(Merton{f.Values[0], f.Values[1], f.Values[2], f.Values[3], f.Values[4]}, s.dt)
	u := make([]float64, len(s.r))
	for i, r := range s.r {
		u[i] = m.cdf(r)
	}
	f.KS, f.AD = distances(u)
	if f.Values[4] < 0.105*s.sd || f.Values[1] < 0.0105*vol {
		f.warn("a standard deviation is at its lower bound: " +
			"the likelihood has no maximum, it grows as a jump law or the diffusion loses its width")
	}
	f.warnRate(s, fitMerton)
	return f, func(f *Fit) {
		falls := mertonFalls(peaks[0])
		l.profile(f, s.r, peaks, falls)
		if falls != nil {
			f.Interval += ", widened for few jumps"
		}
	}, nil
}

// mertonFalls are the falls of log-likelihood at the ends of intervals, nil for
// those of chi-square. A history that knows the jump rate no better than ten
// counted jumps would is too short for that: narrow jump laws around a few
// returns are then about as likely as the truth. Student's quantile of six
// degrees of freedom covers there (docs/decisions/intervals-of-fits.md); up to
// 20 jumps it comes down to the normal's.
func mertonFalls(top peak) []float64 {
	if top.inv == nil {
		return nil
	}
	worth := 1 / top.inv.At(2, 2) // jumps: the error of the logarithm of a count of k is 1/√k
	if worth >= 20 {
		return nil
	}
	normal := math.Sqrt(2 * drop)
	end := normal + float64(min((20-worth)/10, 1)*(studentEnd(6)-normal))
	fall := end * end / 2
	return []float64{drop, fall, fall, fall, fall} // mu as ever
}

func mertonLikelihood(s sample) likelihood {
	vol := s.volatility()
	return likelihood{
		names: []string{"mu", "sigma", "jump-rate", "jump-mean", "jump-sd"},
		natural: func(x []float64) []float64 {
			return []float64{x[0] * s.sd / s.dt, vol * (0.01 + fmath.Exp(x[1])),
				fmath.Exp(x[2]) / s.dt, x[3] * s.sd, s.sd * (0.1 + fmath.Exp(x[4]))}
		},
		log: func(p, returns []float64) float64 {
			if !(p[2]*s.dt < 200) || !(p[4] < 5) || !(math.Abs(p[3]) < 5) {
				return math.Inf(-1)
			}
			return newPoissonMixture(Merton{p[0], p[1], p[2], p[3], p[4]}, s.dt).logLikelihood(returns)
		},
	}
}

// warnRate says how the jump rate changes with the sampling step.
func (f *Fit) warnRate(s sample, again func(sample) (Fit, func(*Fit), error)) {
	rate := f.value("jump-rate")
	note := fmt.Sprintf("jump-rate = %.4g per year holds for steps of %.3g hours: "+
		"independent jumps imitate clustered volatility, and longer steps show fewer", rate, s.dt*8760)
	for _, steps := range []int{24, 6} {
		if len(s.r)/steps < 400 {
			continue
		}
		if coarse, _, err := again(s.every(steps)); err == nil {
			note += fmt.Sprintf(" (%.4g on sums of %d)", coarse.value("jump-rate"), steps)
		}
		break
	}
	f.warn("%s; it is not a rate of crashes", note)
}

// A poissonMixture is Merton's law of one step.
type poissonMixture struct {
	weight, mean, inv, sd []float64 // of n jumps: probability/√(2πv), mean, 1/(2v), √v
	prob                  []float64
	falls                 int // weights fall from here on
}

func newPoissonMixture(m Merton, dt float64) poissonMixture {
	l := m.Rate * dt
	drift := (m.Mu - m.Rate*m.kappa() - m.Sigma*m.Sigma/2) * dt
	top := int(l+10*math.Sqrt(l)) + 60
	q := poissonMixture{falls: int(l) + 1}
	p := fmath.Exp(-l)
	for n := 0; n <= top; n++ {
		k := float64(n)
		v := m.Sigma*m.Sigma*dt + k*m.JumpSD*m.JumpSD
		q.weight = append(q.weight, p/math.Sqrt(2*math.Pi*v))
		q.prob = append(q.prob, p)
		q.mean = append(q.mean, drift+k*m.JumpMean)
		q.inv = append(q.inv, 1/(2*v))
		q.sd = append(q.sd, math.Sqrt(v))
		p *= l / (k + 1)
	}
	return q
}

func (q poissonMixture) logLikelihood(rs []float64) float64 {
	sum, product := 0.0, 1.0 // one logarithm for many factors
	for _, r := range rs {
		f := 0.0
		for i, w := range q.weight {
			if w < 1e-13*f && i >= q.falls {
				break // and so are the rest
			}
			d := r - q.mean[i]
			if e := d * d * q.inv[i]; e < 700 {
				f += float64(w * fmath.Exp(-e))
			}
		}
		if next := product * f; next > 1e-100 && next < 1e100 {
			product = next
		} else {
			sum += fmath.Log(product)
			product = f
		}
	}
	return sum + fmath.Log(product)
}

func (q poissonMixture) cdf(r float64) float64 {
	f := 0.0
	for i, p := range q.prob {
		if p > 1e-18 {
			f += p * fmath.NormCDF((r-q.mean[i])/q.sd[i])
		}
	}
	return f
}

// fitKou maximises the likelihood of the density that Kou's characteristic
// function has over one step.
func fitKou(s sample) (Fit, func(*Fit), error) {
	f := Fit{Kind: "kou", Method: "maximum likelihood, density by Fourier inversion"}
	l := kouLikelihood(s)
	drift := s.mean / s.sd
	var starts [][]float64
	for _, rate := range []float64{0.1, 0.6} {
		eta := math.Log(math.Sqrt(2 * rate / 0.67))
		starts = append(starts, []float64{drift, math.Log(0.55), math.Log(rate), 0, eta, eta})
	}
	peaks, err := l.maximise(&f, s.r, starts...)
	if err != nil {
		return f, nil, err
	}
	p := f.Values
	law := newStepLaw(kouOf(p).CGF, s, p[1]*math.Sqrt(s.dt), p[4], p[5])
	f.KS, f.AD = distances(law.probabilities(s.r))
	f.warnRate(s, fitKou)
	return f, func(f *Fit) { l.profile(f, s.r, peaks, nil) }, nil
}

func kouLikelihood(s sample) likelihood {
	vol := s.volatility()
	return likelihood{
		names: []string{"mu", "sigma", "jump-rate", "jump-up", "eta-up", "eta-down"},
		natural: func(x []float64) []float64 {
			return []float64{x[0] * s.sd / s.dt, vol * (0.02 + fmath.Exp(x[1])), fmath.Exp(x[2]) / s.dt,
				1 / (1 + fmath.Exp(-x[3])), 1.001 + fmath.Exp(x[4])/s.sd, fmath.Exp(x[5]) / s.sd}
		},
		log: func(p, returns []float64) float64 {
			if !(p[2]*s.dt < 200) || !(min(p[4], p[5])*s.largest > 0.5) || !(max(p[4], p[5])*s.sd < 10) {
				return math.Inf(-1)
			}
			law := newStepLaw(kouOf(p).CGF, s, p[1]*math.Sqrt(s.dt), p[4], p[5])
			if law.coarse {
				return math.Inf(-1)
			}
			return law.logLikelihood(returns)
		},
	}
}

func kouOf(p []float64) Kou { return Kou{p[0], p[1], p[2], p[3], p[4], p[5]} }

// A stepLaw is the density of one step's log-return from its transform, on a
// grid, as a logarithm.
//
// Far from the middle the density is smaller than the rounding of the middle's
// part of the integral, so each tail comes from a transform tilted towards it:
// e^{−θx} times the inverse of CGF(θ + iu).
type stepLaw struct {
	first, dx float64
	log       [3][]float64 // tilted down, not, up
	lo, hi    float64      // where the tilted ones take over
	coarse    bool         // the grid is too coarse for the law's features
}

// newStepLaw inverts a transform whose law has a feature of the given width
// and tails that fall as e^{−up·x} and e^{down·x}; zeros leave the tails
// untilted, good for probabilities but not for densities.
func newStepLaw(cgf func(t float64, s complex128) complex128, s sample, width, up, down float64) stepLaw {
	dx := width / 6
	span := max(2.5*s.largest, 40*s.sd)
	if up > 0 {
		span = max(span, 70/min(up, down))
	}
	n := 1 << int(math.Ceil(math.Log2(min(max(span/dx, 64), 1<<15))))
	coarse := n > 1<<14
	if coarse {
		n = 1 << 14
		dx = span / float64(n)
	}
	q := stepLaw{coarse: coarse, first: -float64(n/2) * dx, dx: dx, lo: s.mean - 3*s.sd, hi: s.mean + 3*s.sd}
	fft := fourier.NewCmplxFFT(n)
	du := 2 * math.Pi / (float64(n) * dx)
	// A tilt moves the middle of the law, by theta times the diffusion's
	// variance; no further than four deviations.
	far := 4 / width
	for i, theta := range [3]float64{-min(0.7*down, far), 0, min(0.7*up, far)} {
		g := make([]complex128, n)
		k0 := cgf(s.dt, c(theta))
		for k := range n/2 + 1 {
			u := float64(k) * du
			e := cgf(s.dt, complex(theta, u)) - k0
			if real(e) < -50 {
				break
			}
			// shifted so that the grid begins at first
			v := cmplx.Exp(e - complex(0, u*q.first))
			g[k] = v
			if k > 0 && k < n/2 {
				g[n-k] = cmplx.Conj(v)
			}
		}
		f := fft.Coefficients(nil, g)
		q.log[i] = make([]float64, n)
		for j, v := range f {
			x := q.first + float64(j)*dx
			q.log[i][j] = fmath.Log(max(real(v)*du/(2*math.Pi), 1e-300)) + real(k0) - theta*x
		}
	}
	return q
}

// logDensity interpolates by a cubic.
func (q stepLaw) logDensity(r float64) float64 {
	tail := q.log[1]
	if r < q.lo {
		tail = q.log[0]
	} else if r > q.hi {
		tail = q.log[2]
	}
	x := (r - q.first) / q.dx
	i := min(max(int(x)-1, 0), len(tail)-4)
	t := x - float64(i)
	a, b, d, e := tail[i], tail[i+1], tail[i+2], tail[i+3]
	return (-(t-1)*(t-2)*(t-3)*a + 3*t*(t-2)*(t-3)*b - 3*t*(t-1)*(t-3)*d + t*(t-1)*(t-2)*e) / 6
}

func (q stepLaw) logLikelihood(rs []float64) float64 {
	sum := 0.0
	for _, r := range rs {
		sum += q.logDensity(r)
	}
	return sum
}

// probabilities integrates the density up to each return, by the trapezoid
// rule with its end correction.
func (q stepLaw) probabilities(rs []float64) []float64 {
	n := len(q.log[1])
	cum := make([]float64, n)
	density := func(j int) float64 { return fmath.Exp(q.logDensity(q.first + float64(j)*q.dx)) }
	last := density(0)
	for j := 1; j < n; j++ {
		d := density(j)
		cum[j] = cum[j-1] + q.dx/2*(last+d)
		last = d
	}
	u := make([]float64, len(rs))
	for i, r := range rs {
		x := (r - q.first) / q.dx
		j := min(max(int(x), 0), n-2)
		t := x - float64(j)
		a, b := density(j), density(j+1)
		u[i] = (cum[j] + q.dx*(a*t+(b-a)*t*t/2)) / cum[n-1]
	}
	return u
}
