package models

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"mcrisk/fmath"
)

// Heston and Bates are fitted by moments, not by likelihood: their variance is
// not seen, and integrating it out is a study of its own. With x = r² less its
// mean, over steps of dt, to leading order in dt,
//
//	Cov(x₀, x_k) = V·g²·e^{−κ·dt·(k−1)},   V = θξ²/2κ,   g = (1 − e^{−κ·dt})/κ,
//	Cov(r₀, x_k) = ρξθ·g²·e^{−κ·dt·(k−1)},
//
// so x is an autoregression seen through noise. Its best linear prediction from
// what went before is a filter of three numbers,
//
//	m' = φ·(m + K·(x − m)) + L·r,   φ = e^{−κ·dt},
//
// which least squares of x − m find, and which give back the height of the two
// covariances. (Least squares of the sample autocovariances themselves is the
// older way, with errors twice as large: its errors go together over many lags.)
// For Bates the share of the variance that the medians of three neighbouring
// magnitudes leave to jumps (Andersen, Dobrev and Schaumburg, "Jump-robust
// volatility estimation using nearest neighbor truncation", J. Econometrics 169
// (2012); a jump hides less from them than from bipower variation), and what the
// third and fourth moment have beyond the variance's own part, give rate, mean
// and deviation of the jumps. Standard errors are a jackknife over 20 blocks of history.
const momentsMethod = "moments and prediction of squared returns, jackknife errors"

const jackBlocks = 20

// varianceSums are what the fit needs, summed over a stretch of history.
type varianceSums struct {
	n                   float64
	d1, d2, d3, d4, med float64 // powers of the centred returns, squared medians of three magnitudes
	miss                float64 // squared errors of prediction
	slope               [3]float64
	curve               [3][3]float64 // slope and curvature of half of miss in the filter's coordinates
}

func (a *varianceSums) add(b varianceSums, sign float64) {
	a.n += sign * b.n
	a.d1 += sign * b.d1
	a.d2 += sign * b.d2
	a.d3 += sign * b.d3
	a.d4 += sign * b.d4
	a.med += sign * b.med
	a.miss += sign * b.miss
	for i := range a.slope {
		a.slope[i] += sign * b.slope[i]
		for j := range a.curve[i] {
			a.curve[i][j] += sign * b.curve[i][j]
		}
	}
}

// A varianceHistory is a sample in the units of its standard deviation.
type varianceHistory struct {
	d, x []float64 // returns less their mean, and their squares less one
}

func newVarianceHistory(s sample) varianceHistory {
	h := varianceHistory{make([]float64, len(s.r)), make([]float64, len(s.r))}
	for i, r := range s.r {
		h.d[i] = (r - s.mean) / s.sd
		h.x[i] = float64(h.d[i]*h.d[i]) - 1
	}
	return h
}

// A predictor has the coordinates ln(κ·dt), the log-odds of K, and L.
type predictor [3]float64

// numbers are φ, K and L.
func (c predictor) numbers() (phi, gain, l float64) {
	return fmath.Exp(-fmath.Exp(c[0])), 1 / (1 + fmath.Exp(-c[1])), c[2]
}

// miss is the sum of squared errors of prediction.
func (h varianceHistory) miss(c predictor) float64 {
	phi, gain, l := c.numbers()
	stay, take := phi*(1-gain), phi*gain
	m, sum := 0.0, 0.0
	for i, x := range h.x {
		e := x - m
		sum += float64(e * e)
		m = float64(stay*m) + (float64(take*x) + float64(l*h.d[i]))
	}
	return sum
}

// sums returns what each block of the history has.
func (h varianceHistory) sums(c predictor) (total varianceSums, blocks []varianceSums) {
	phi, gain, l := c.numbers()
	stay, take := phi*(1-gain), phi*gain
	// derivatives of stay and take by the coordinates
	rate := fmath.Exp(c[0])
	stay0, stay1 := -rate*stay, -phi*gain*(1-gain)
	take0, take1 := -rate*take, phi*gain*(1-gain)
	var m, m0, m1, m2 float64 // the prediction and its derivatives
	n := len(h.x)
	for b := range jackBlocks {
		var v varianceSums
		for i := b * n / jackBlocks; i < (b+1)*n/jackBlocks; i++ {
			d, x := h.d[i], h.x[i]
			y := x + 1
			v.n++
			v.d1 += d
			v.d2 += y
			v.d3 += float64(y * d)
			v.d4 += float64(y * y)
			if i > 1 {
				p, q, r := math.Abs(h.d[i-2]), math.Abs(h.d[i-1]), math.Abs(d)
				m := max(min(p, q), min(max(p, q), r))
				v.med += float64(m * m)
			}
			e := x - m
			v.miss += float64(e * e)
			v.slope[0] -= float64(e * m0)
			v.slope[1] -= float64(e * m1)
			v.slope[2] -= float64(e * m2)
			v.curve[0][0] += float64(m0 * m0)
			v.curve[0][1] += float64(m0 * m1)
			v.curve[0][2] += float64(m0 * m2)
			v.curve[1][1] += float64(m1 * m1)
			v.curve[1][2] += float64(m1 * m2)
			v.curve[2][2] += float64(m2 * m2)
			m0 = float64(stay*m0) + (float64(stay0*m) + float64(take0*x))
			m1 = float64(stay*m1) + (float64(stay1*m) + float64(take1*x))
			m2 = float64(stay*m2) + d
			m = float64(stay*m) + (float64(take*x) + float64(l*d))
		}
		for i := range v.curve {
			for j := range i {
				v.curve[i][j] = v.curve[j][i]
			}
		}
		blocks = append(blocks, v)
		total.add(v, 1)
	}
	return total, blocks
}

// step is Gauss and Newton's, with their curvature's diagonal raised by a
// share; nil if there is none.
func (a varianceSums) step(raise float64) (to [3]float64, ok bool) {
	h := mat.NewSymDense(len(to), nil)
	for i := range 3 {
		for j := range i + 1 {
			h.SetSym(i, j, a.curve[i][j])
		}
		h.SetSym(i, i, float64(a.curve[i][i]*(1+raise)))
	}
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		return to, false
	}
	var x mat.VecDense
	if chol.SolveVecTo(&x, mat.NewVecDense(3, []float64{-a.slope[0], -a.slope[1], -a.slope[2]})) != nil {
		return to, false
	}
	for i := range to {
		to[i] = x.AtVec(i)
	}
	return to, true
}

// predict finds the filter that misses least, from the best of the starts.
func (h varianceHistory) predict(starts ...predictor) predictor {
	n := float64(len(h.x))
	slowest := math.Log(2 / n)
	bound := func(c predictor) predictor {
		return predictor{min(max(c[0], slowest), 1), min(max(c[1], -14), 6), c[2]}
	}
	if len(starts) == 0 {
		for _, rate := range []float64{0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003} {
			for _, odds := range []float64{-4, -2.5, -1} {
				starts = append(starts, predictor{math.Log(rate), odds, 0})
			}
		}
	}
	best, at := math.Inf(1), predictor{}
	for _, c := range starts {
		c = bound(c)
		if miss := h.miss(c); miss < best {
			best, at = miss, c
		}
	}
	// Levenberg and Marquardt's way down
	raise := 1e-3
	for range 60 {
		sums, _ := h.sums(at)
		step, ok := sums.step(raise)
		if !ok {
			break
		}
		to := bound(predictor{at[0] + step[0], at[1] + step[1], at[2] + step[2]})
		miss := h.miss(to)
		if !(miss < best) {
			if raise *= 8; raise > 1e6 {
				break
			}
			continue
		}
		done := best-miss < 1e-4*best/n // of log-likelihood: a hundredth of a standard error
		best, at = miss, to
		if done {
			break
		}
		raise /= 8
	}
	return at
}

// A varianceEstimate is what the sums say.
type varianceEstimate struct {
	mu, kappa, theta, xi, rho float64
	rate, jumpMean, jumpSD    float64
}

// estimate solves the moment equations; ok is false where they have no
// solution.
func (a varianceSums) estimate(s sample, c predictor, jumps bool) (e varianceEstimate, fault error) {
	// twice what prediction gains of a normal log-likelihood: by chance, a
	// chi-square of three degrees of freedom, above 16 once in 1,000 times
	if !(a.n*math.Log((a.d4-2*a.d2+a.n)/a.miss) > 16) {
		return e, errors.New("squared returns do not predict one another: there is no sign of a changing variance")
	}
	dt := s.dt
	unit := float64(s.sd * s.sd)
	mean, m2, m3, m4 := s.mean+float64(a.d1/a.n*s.sd), a.d2/a.n*unit, a.d3/a.n*unit*s.sd, a.d4/a.n*unit*unit
	// the first of both covariances: the variance of what is predicted, which a
	// prediction misses by p, times φ
	phi, gain, l := c.numbers()
	rate, lead := fmath.Exp(c[0]), l*s.sd
	p := gain * a.miss / a.n * unit * unit
	height := phi / (1 - phi*phi) * (float64(p*(1-float64(phi*phi*(1-gain)))) + float64(lead*lead*m2))
	cross := float64(lead*m2) + float64(phi*gain*m3)
	e.kappa = rate / dt
	g := -math.Expm1(-rate) / e.kappa
	v := height / (g * g)
	if !jumps {
		e.theta = m2 / dt
		e.finish(mean/dt, v, cross/(g*g))
		return e, nil
	}
	// rate·E[J²] = jv, rate·E[J³] = k3, rate·E[J⁴] = k4, all per step
	raw := m2 - medianFactor*a.med/a.n*unit
	k4 := m4 - 3*m2*m2 - 3*v*2*(rate-1+fmath.Exp(-rate))/(e.kappa*e.kappa)
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
		return e, errors.New("no law of jumps has the moments that remain beside the variance")
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

func fitHeston(s sample) (Fit, func(*Fit), error) {
	f := Fit{Kind: "heston", Names: []string{"mu", "kappa", "theta", "xi", "rho"}}
	return f.byMoments(s, false)
}

func fitBates(s sample) (Fit, func(*Fit), error) {
	f := Fit{Kind: "bates", Names: []string{"mu", "kappa", "theta", "xi", "rho", "jump-rate", "jump-mean", "jump-sd"}}
	return f.byMoments(s, true)
}

// A jackknife is an estimate and those without one of the blocks each.
type jackknife struct {
	filter predictor
	values []float64
	reps   [][]float64
}

func newJackknife(s sample, jumps bool, starts ...predictor) (jackknife, error) {
	h := newVarianceHistory(s)
	j := jackknife{filter: h.predict(starts...)}
	total, blocks := h.sums(j.filter)
	e, err := total.estimate(s, j.filter, jumps)
	if err != nil {
		return j, err
	}
	j.values = e.values(jumps)
	for _, b := range blocks {
		if e, err := total.without(b, j.filter, s, jumps); err == nil {
			j.reps = append(j.reps, e.values(jumps))
		}
	}
	return j, nil
}

// cov is the covariance of the estimates, se the standard errors of their
// coordinates.
func (j jackknife) cov() [][]float64 {
	k := float64(len(j.reps))
	cov := make([][]float64, len(j.values))
	mean := make([]float64, len(j.values))
	for i := range cov {
		cov[i] = make([]float64, len(j.values))
		mean[i], _ = spread(j.reps, i)
	}
	for _, r := range j.reps {
		for a := range cov {
			for b := range cov {
				cov[a][b] += (k - 1) / k * float64((r[a]-mean[a])*(r[b]-mean[b]))
			}
		}
	}
	return cov
}

func (j jackknife) se(scales []scale) []float64 {
	rows := make([][]float64, len(j.reps))
	for i, r := range j.reps {
		for n, v := range r {
			rows[i] = append(rows[i], scales[n].of(v))
		}
	}
	k := float64(len(rows))
	se := make([]float64, len(scales))
	for i := range se {
		_, sd := spread(rows, i)
		se[i] = sd * (k - 1) / math.Sqrt(k)
	}
	return se
}

// byMoments fills a fit of Heston or Bates. Its intervals are the jackknife's
// in coordinates without bounds, estimate − t·error, where t lies between ranks
// of its values on histories that the fitted model made: the errors go with the
// estimates, and 20 blocks know them badly.
func (f Fit) byMoments(s sample, jumps bool) (Fit, func(*Fit), error) {
	f.Method, f.LogLikelihood = momentsMethod, math.NaN()
	j, err := newJackknife(s, jumps)
	if err != nil {
		return f, nil, fmt.Errorf("models: %s: %w", f.Kind, err)
	}
	f.Values, f.Cov = j.values, j.cov()
	for i := range f.Values {
		f.SE = append(f.SE, math.Sqrt(f.Cov[i][i]))
	}
	if lost := jackBlocks - len(j.reps); lost > 0 {
		f.warn("without one of %d of its 20 blocks the history admits no fit: the standard errors are too small", lost)
	}
	if k := f.value("kappa") * s.dt; k > 1 {
		f.warn("the variance returns within a step (kappa·step = %.2g): it is noise at this sampling, not clustering",
			k)
	}
	f.KS, f.AD = math.NaN(), math.NaN()
	m, err := f.Model()
	if err != nil {
		return f, (*Fit).noIntervals, nil
	}
	var heston Heston
	var law stepLaw
	switch m := m.(type) {
	case Heston:
		heston, law = m, newStepLaw(m.CGF, s, s.sd/16, 0, 0)
	case Bates:
		heston, law = m.Heston, newStepLaw(m.CGF, s, s.sd/16, 0, 0)
		f.warn("jump-rate = %.4g per year holds for steps of %.3g hours: longer steps count part of these jumps as "+
			"volatility; it is not a rate of crashes", m.Rate, s.dt*8760)
	}
	if feller := heston.Feller(); feller < 1 {
		f.warn("2·kappa·theta/xi² = %.2g: the variance touches zero (the Feller condition fails, "+
			"which the model allows) and is below a hundredth of theta %.0f %% of the time",
			feller, 100*mathext.GammaIncReg(feller, 0.01*feller))
	}
	f.KS, f.AD = distances(law.probabilities(s.r))
	return f, func(f *Fit) { f.jackknifeIntervals(m, s, j, jumps) }, nil
}

// jackknifeIntervals fills intervals and biases.
func (f *Fit) jackknifeIntervals(m Model, s sample, j jackknife, jumps bool) {
	scales, err := f.scales()
	if err != nil {
		f.noIntervals()
		return
	}
	var made madeFits
	for g := range madeGroups(s) {
		for _, rs := range like(s, m, g) {
			made.histories++
			again, err := newSample(rs, s.dt)
			if err != nil {
				continue
			}
			if k, err := newJackknife(again, jumps, j.filter); err == nil {
				made.add(scales, f.Values, k.values, k.se(scales))
			}
		}
	}
	f.correct(made, scales, j.se(scales))
}

// middle returns two numbers that another draw of the law of the given ones
// lies between with probability Confidence, whatever the law: those of ranks
// (n + 1)(1 ∓ Confidence)/2, n at least 39. Exactly so where the ranks are
// whole numbers; between them it goes in proportion. It sorts x.
func middle(x []float64) (low, high float64) {
	slices.Sort(x)
	n := len(x)
	whole, part := math.Modf(float64(float64(n+1) * (1 - Confidence) / 2))
	k := int(whole)
	low = x[k-1] + float64(part*(x[k]-x[k-1]))
	high = x[n-k] - float64(part*(x[n-k]-x[n-k-1]))
	return low, high
}

// without is the estimate of all blocks but one.
func (a varianceSums) without(b varianceSums, c predictor, s sample, jumps bool) (varianceEstimate, error) {
	a.add(b, -1)
	if step, ok := a.step(0); ok {
		for i := range c {
			c[i] += step[i]
		}
	}
	return a.estimate(s, c, jumps)
}
