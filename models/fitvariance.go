package models

import (
	"errors"
	"math"

	"mcrisk/param"
)

// Heston and Bates are fitted by moments, not by likelihood: their variance is
// not seen, and integrating it out is a study of its own. With x = r² less its
// mean, over steps of dt, to leading order in dt,
//
//	Cov(x₀, x_k) = V·g²·e^{−κ·dt·(k−1)},   V = θξ²/2κ,   g = (1 − e^{−κ·dt})/κ,
//	Cov(r₀, x_k) = ρξθ·g²·e^{−κ·dt·(k−1)},
//
// so the decay and height of the autocovariance of squared returns give κ and
// ξ, and that of returns with later squares gives ρ. For Bates the share of the
// variance that the medians of three neighbouring magnitudes leave to jumps
// (Andersen, Dobrev and Schaumburg, "Jump-robust volatility estimation using
// nearest neighbor truncation", J. Econometrics 169 (2012); a jump hides less
// from them than from bipower variation), and what the third and fourth moment
// have beyond the variance's own part, give rate, mean and deviation of the
// jumps. The fits start at the long-run variance, v0 = theta.
// Standard errors are a jackknife over 20 blocks of history.
const momentsMethod = "moments and autocorrelation of squared returns, jackknife errors"

const jackBlocks = 20

// variance sums are what the fit needs, summed over a stretch of history.
type varianceSums struct {
	n                   float64
	d1, d2, d3, d4, med float64   // powers of the centred returns, squared medians of three magnitudes
	square, cross       []float64 // by band of lags: x₀·x_k and r₀·x_k
	pairs               []float64
}

func (a *varianceSums) add(b varianceSums, sign float64) {
	a.n += sign * b.n
	a.d1 += sign * b.d1
	a.d2 += sign * b.d2
	a.d3 += sign * b.d3
	a.d4 += sign * b.d4
	a.med += sign * b.med
	for k := range b.square {
		a.square[k] += sign * b.square[k]
		a.cross[k] += sign * b.cross[k]
		a.pairs[k] += sign * b.pairs[k]
	}
}

// lagBands are the first lags of bands that grow by a quarter, to a twentieth
// of the history.
func lagBands(n int) []int {
	bands := []int{1}
	for last := 1; last < n/20; {
		last = max(last+1, last*5/4)
		bands = append(bands, last)
	}
	return bands
}

func newVarianceSums(s sample, bands []int) (total varianceSums, blocks []varianceSums) {
	d, x := make([]float64, len(s.r)), make([]float64, len(s.r))
	m2 := s.sd * s.sd
	for i, r := range s.r {
		d[i] = r - s.mean
		x[i] = d[i]*d[i] - m2
	}
	empty := func() varianceSums {
		k := len(bands) - 1
		return varianceSums{square: make([]float64, k), cross: make([]float64, k), pairs: make([]float64, k)}
	}
	total = empty()
	for b := range jackBlocks {
		from, to := b*len(d)/jackBlocks, (b+1)*len(d)/jackBlocks
		v := empty()
		for i := from; i < to; i++ {
			y := d[i] * d[i]
			v.n++
			v.d1 += d[i]
			v.d2 += y
			v.d3 += y * d[i]
			v.d4 += y * y
			if i > 1 {
				x, y, z := math.Abs(d[i-2]), math.Abs(d[i-1]), math.Abs(d[i])
				m := max(min(x, y), min(max(x, y), z))
				v.med += m * m
			}
		}
		for k := range v.square {
			for lag := bands[k]; lag < bands[k+1]; lag++ {
				end := min(to, len(d)-lag)
				for i := from; i < end; i++ {
					v.square[k] += x[i] * x[i+lag]
					v.cross[k] += d[i] * x[i+lag]
				}
				v.pairs[k] += float64(max(end-from, 0))
			}
		}
		blocks = append(blocks, v)
		total.add(v, 1)
	}
	return total, blocks
}

// decay fits height·e^{−rate·(k−1)} to the autocovariance of squares by least
// squares over the bands of lags, weighted with their pairs, and the height of
// the cross-covariance at the same rate.
func (a varianceSums) decay(bands []int) (rate, height, cross float64) {
	try := func(rate float64) (miss, height, cross float64) {
		var ee, es, ec, ss float64
		for k, n := range a.pairs {
			if n == 0 {
				continue
			}
			// the mean of the exponential over the band
			first, width := float64(bands[k]-1), float64(bands[k+1]-bands[k])
			e := math.Exp(-rate*first) * math.Expm1(-rate*width) / math.Expm1(-rate) / width
			s := a.square[k] / n
			ee += n * e * e
			es += n * e * s
			ec += e * a.cross[k]
			ss += n * s * s
		}
		height = es / ee
		return ss - es*es/ee, height, ec / ee
	}
	best := math.Inf(1)
	longest := float64(bands[len(bands)-1])
	lo, hi := math.Log(0.5/longest), math.Log(3)
	const points = 200
	at := lo
	for i := range points {
		x := lo + (hi-lo)*float64(i)/(points-1)
		if miss, h, _ := try(math.Exp(x)); h > 0 && miss < best {
			best, at = miss, x
		}
	}
	// golden section around it
	a0, b0 := at-(hi-lo)/points, at+(hi-lo)/points
	for range 40 {
		c0, d0 := b0-0.618034*(b0-a0), a0+0.618034*(b0-a0)
		c, _, _ := try(math.Exp(c0))
		d, _, _ := try(math.Exp(d0))
		if c < d {
			b0 = d0
		} else {
			a0 = c0
		}
	}
	rate = math.Exp((a0 + b0) / 2)
	_, height, cross = try(rate)
	return rate, height, cross
}

// A varianceEstimate is what the sums say.
type varianceEstimate struct {
	mu, kappa, theta, xi, rho float64
	rate, jumpMean, jumpSD    float64
}

// estimate solves the moment equations; ok is false where they have no
// solution.
func (a varianceSums) estimate(s sample, bands []int, jumps bool) (e varianceEstimate, fault error) {
	dt := s.dt
	mean, m2, m3, m4 := s.mean+a.d1/a.n, a.d2/a.n, a.d3/a.n, a.d4/a.n
	rate, height, cross := a.decay(bands)
	if !(height > 0) {
		return e, errors.New("squared returns are not autocorrelated: nothing shows a variance that moves")
	}
	e.kappa = rate / dt
	g := -math.Expm1(-rate) / e.kappa
	v := height / (g * g)
	if !jumps {
		e.theta = m2 / dt
		e.finish(mean/dt, v, cross/(g*g))
		return e, nil
	}
	// rate·E[J²] = jv, rate·E[J³] = k3, rate·E[J⁴] = k4, all per step
	raw := m2 - medianFactor*a.med/a.n
	k4 := m4 - 3*m2*m2 - 3*v*2*(rate-1+math.Exp(-rate))/(e.kappa*e.kappa)
	if !(raw > 0) || !(k4 > 0) {
		return e, errors.New("returns show no jumps beyond what a moving variance explains")
	}
	jv := raw
	q, s2 := 0.0, k4/(3*jv)
	for range 200 {
		e.theta = (m2 - jv) / dt
		e.finish(mean/dt, v, cross/(g*g))
		k3 := m3 - 1.5*e.rho*e.xi*e.theta*dt*dt
		l := jv / (q*q + s2)
		// 3s⁴ + 6q²s² + q⁴ = k4/l
		s2 = max((-6*q*q+math.Sqrt(36*q*q*q*q+12*(k4/l-q*q*q*q)))/6, 1e-12)
		q += 0.5 * (k3/(l*(q*q+3*s2)) - q)
		// a jump puts the larger of its neighbours into three medians
		jv = raw + min(l, 0.2)*medianJump*(m2-jv)
	}
	e.jumpMean, e.jumpSD = q, math.Sqrt(s2)
	e.rate = jv / (q*q + s2) / dt
	m := Merton{Rate: e.rate, JumpMean: e.jumpMean, JumpSD: e.jumpSD}
	e.mu += e.rate*m.kappa() - e.rate*q
	if math.IsNaN(e.rate) || math.IsNaN(e.jumpMean) {
		return e, errors.New("no jump law has the moments that are left for jumps")
	}
	return e, nil
}

// Of three standard normals' magnitudes the median's mean square is
// 1/medianFactor; the larger of two has 1 + 2/π.
var (
	medianFactor = math.Pi / (6 - 4*math.Sqrt(3) + math.Pi)
	medianJump   = 3 * medianFactor * (1 + 2/math.Pi - 1/medianFactor)
)

// finish fills what follows from kappa, theta, the variance v of the variance
// and its covariance with earlier returns.
func (e *varianceEstimate) finish(mean, v, cross float64) {
	e.xi = math.Sqrt(2 * e.kappa * v / e.theta)
	e.rho = min(max(cross/(e.xi*e.theta), -0.99), 0.99)
	e.mu = mean + e.theta/2
}

func (e varianceEstimate) values(jumps bool) []float64 {
	v := []float64{e.mu, e.kappa, e.theta, e.xi, e.rho}
	if jumps {
		v = append(v, e.rate, e.jumpMean, e.jumpSD)
	}
	return v
}

func fitHeston(s sample) (Fit, error) {
	f := Fit{Kind: "heston", Names: []string{"mu", "kappa", "theta", "xi", "rho"}}
	return f, f.byMoments(s, false)
}

func fitBates(s sample) (Fit, error) {
	f := Fit{Kind: "bates", Names: []string{"mu", "kappa", "theta", "xi", "rho", "jump-rate", "jump-mean", "jump-sd"}}
	return f, f.byMoments(s, true)
}

func (f *Fit) byMoments(s sample, jumps bool) error {
	f.Method, f.LogLikelihood = momentsMethod, math.NaN()
	bands := lagBands(len(s.r))
	total, blocks := newVarianceSums(s, bands)
	e, err := total.estimate(s, bands, jumps)
	if err != nil {
		return errors.New("models: " + f.Kind + ": " + err.Error())
	}
	f.Values = e.values(jumps)
	f.fixed = param.Values{"v0": e.theta}

	// jackknife
	n := len(f.Values)
	f.SE = make([]float64, n)
	f.Cov = make([][]float64, n)
	for i := range f.Cov {
		f.Cov[i] = make([]float64, n)
	}
	var reps [][]float64
	for _, b := range blocks {
		total.add(b, -1)
		if e, err := total.estimate(s, bands, jumps); err == nil {
			reps = append(reps, e.values(jumps))
		}
		total.add(b, 1)
	}
	mean := make([]float64, n)
	for _, r := range reps {
		for i, v := range r {
			mean[i] += v / float64(len(reps))
		}
	}
	for _, r := range reps {
		for i := range n {
			for j := range n {
				f.Cov[i][j] += float64(len(reps)-1) / float64(len(reps)) * (r[i] - mean[i]) * (r[j] - mean[j])
			}
		}
	}
	for i := range f.SE {
		f.SE[i] = math.Sqrt(f.Cov[i][i])
	}
	if lost := len(blocks) - len(reps); lost > 0 {
		f.warn("without one of %d of its 20 blocks the history admits no fit: the standard errors are too small", lost)
	}
	if f.Values[1]*s.dt > 1 {
		f.warn("the variance returns within a step (kappa·step = %.2g): it is noise at this sampling, not clustering", f.Values[1]*s.dt)
	}

	m, err := f.Model()
	if err != nil {
		f.KS, f.AD = math.NaN(), math.NaN()
		return nil
	}
	var heston Heston
	var law stepLaw
	switch m := m.(type) {
	case Heston:
		heston, law = m, newStepLaw(m.stationaryCGF, s, s.sd/16, 0, 0)
	case Bates:
		heston, law = m.Heston, newStepLaw(m.stationaryCGF, s, s.sd/16, 0, 0)
		f.warn("jump-rate = %.4g a year belongs to steps of %.3g hours: medians of neighbouring returns take for jumps what coarser steps take for volatility; it is no rate of crashes", m.Rate, s.dt*8760)
	}
	if feller := heston.Feller(); feller < 1 {
		f.warn("2·kappa·theta/xi² = %.2g: the variance touches zero (the Feller condition fails, which the model allows)", feller)
	}
	f.KS, f.AD = distances(law.probabilities(s.r))
	return nil
}
