package models

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/random"
)

// A targeting is a history and the likelihood that variance targeting climbs: that
// of garch or gjr, sigma being the history's.
type targeting struct {
	s     sample
	l     likelihood // coordinate 1, sigma's, is 0
	steps []float64  // of coordinates, to learn curvatures by; well below their errors
	law   uncut      // of the last look: most differ in other numbers

	// draws is the fitted model where that draws shocks, else nil. Its growth is then that
	// of the history's mean, about which the shocks are drawn: the likelihood's is that of
	// the middle of the returns, which may lie well off their mean.
	draws func(Fit) (FHS, error)
}

// sigmaAt is the number of sigma among the parameters and its coordinate's.
const sigmaAt = 1

// slopes are those of the log-likelihood in the coordinates, by block of the
// history, and their sum's log-likelihood; ok says that the coordinates are a model.
func (t *targeting) slopes(x []float64) (blocks [][]float64, log float64, ok bool) {
	p := t.l.natural(x)
	m := gjrOf(p)
	if !fittable(m, t.s.volatility()) {
		return nil, 0, false
	}
	if m.DoF != t.law.dof {
		t.law = newUncut(m.DoF)
	}
	natural, log := varianceSlopes(m, t.law, t.s.dt, t.s.r, jackBlocks)
	jac := t.l.jacobian(x)
	for _, by := range natural {
		row := make([]float64, len(x))
		for j := range row {
			for i := range p {
				row[j] += float64(by[i] * jac.At(i, j))
			}
		}
		blocks = append(blocks, row)
	}
	return blocks, log, true
}

// A landing is the top that a likelihood was climbed to.
type landing struct {
	x      []float64
	blocks [][]float64   // slopes there, by block
	hess   *mat.SymDense // of the negative log-likelihood, in all coordinates
	free   mat.Cholesky  // of hess without sigma
}

// land learns the curvature at coordinates and what the slopes say of how far the top
// is; it says whether it is a top.
func (t *targeting) land(x []float64) (at landing, log float64, ok bool) {
	at.x = x
	if at.blocks, log, ok = t.slopes(x); !ok {
		return at, log, false
	}
	here := total(at.blocks)
	n := len(x)
	hess := mat.NewDense(n, n, nil)
	for j := range n {
		y := slices.Clone(x)
		y[j] += t.steps[j]
		there, _, ok := t.slopes(y)
		if !ok {
			return at, log, false
		}
		for i, g := range total(there) {
			hess.Set(i, j, (here[i]-g)/t.steps[j])
		}
	}
	at.hess = mat.NewSymDense(n, nil)
	free := mat.NewSymDense(n-1, nil)
	for i := range n {
		for j := range i + 1 {
			at.hess.SetSym(i, j, (hess.At(i, j)+hess.At(j, i))/2)
			if i != sigmaAt && j != sigmaAt {
				free.SetSym(others(i), others(j), at.hess.At(i, j))
			}
		}
	}
	return at, log, at.free.Factorize(free)
}

// others is the number of a coordinate among those without sigma's.
func others(i int) int {
	if i > sigmaAt {
		return i - 1
	}
	return i
}

// total is the sum of rows.
func total(rows [][]float64) []float64 {
	sum := make([]float64, len(rows[0]))
	for _, row := range rows {
		for i, v := range row {
			sum[i] += v
		}
	}
	return sum
}

// toward is the Newton step of all coordinates but sigma's that slopes ask for when
// the latter moves by some.
func (at landing) toward(slopes []float64, sigma float64) []float64 {
	n := len(slopes)
	rest := mat.NewVecDense(n-1, nil)
	for i, g := range slopes {
		if i != sigmaAt {
			rest.SetVec(others(i), g-float64(at.hess.At(i, sigmaAt)*sigma))
		}
	}
	var step mat.VecDense
	if err := at.free.SolveVecTo(&step, rest); err != nil {
		step.ReuseAsVec(n - 1)
	}
	return slices.Insert(slices.Clone(step.RawVector().Data), sigmaAt, sigma)
}

// climb goes up from coordinates, by Newton's method with the curvature of another
// history's top near them, learnt anew when that leads nowhere; it says whether it came
// to a top.
func (t *targeting) climb(x []float64, near landing) (at landing, ok bool) {
	blocks, log, ok := t.slopes(x)
	for tries := 1; ok && tries <= 30; tries++ {
		slopes := total(blocks)
		step := near.toward(slopes, 0)
		gain, scale := 0.0, 1.0
		for i, d := range step {
			gain += float64(d * slopes[i])
			scale = min(scale, 1/math.Abs(d))
		}
		if gain < 1e-3 { // twice what is left to climb
			at, _, ok = t.land(x)
			return at, ok
		}
		was := log
		for range 8 {
			y := slices.Clone(x)
			for i := range y {
				y[i] += float64(scale * step[i])
			}
			if next, l, fine := t.slopes(y); fine && l > log {
				x, blocks, log = y, next, l
				break
			}
			scale /= 2
		}
		if log == was || tries%8 == 0 {
			near, _, ok = t.land(x)
		}
	}
	return at, false
}

// cov is the covariance of the estimates at a top by a jackknife over blocks of the
// history: what each block moves sigma by, and the others, both by its slopes and
// because sigma moves. That needs neither independent shocks nor shocks of the
// likelihood's law.
func (t *targeting) cov(at landing) [][]float64 {
	n := len(at.x)
	jac := t.l.jacobian(at.x)
	cov := make([][]float64, n)
	for i := range cov {
		cov[i] = make([]float64, n)
	}
	sigma, growth := t.sigmaMoves(), t.growthMoves()
	for b, slopes := range at.blocks {
		step := at.toward(slopes, sigma[b])
		moved := make([]float64, n)
		for i := range moved {
			for j, d := range step {
				moved[i] += float64(jac.At(i, j) * d)
			}
		}
		if t.draws != nil {
			moved[0] = growth[b]
		}
		for i := range cov {
			for j := range cov {
				cov[i][j] += float64(moved[i]*moved[j]) * jackBlocks / (jackBlocks - 1)
			}
		}
	}
	return cov
}

// sigmaMoves are what the blocks of the history move the logarithm of its volatility by.
func (t *targeting) sigmaMoves() []float64 {
	n := len(t.s.r)
	moves := make([]float64, jackBlocks)
	for b := range moves {
		for _, r := range t.s.r[b*n/jackBlocks : (b+1)*n/jackBlocks] {
			d := (r - t.s.mean) / t.s.sd
			moves[b] += (float64(d*d) - 1) / 2 / float64(n)
		}
	}
	return moves
}

// growth is that of the expected price by the returns' mean and volatility, 1/year.
func (t *targeting) growth() float64 {
	return t.s.mean/t.s.dt + float64(t.s.volatility()*t.s.volatility())/2
}

// growthMoves are what the blocks of the history move growth by.
func (t *targeting) growthMoves() []float64 {
	n := len(t.s.r)
	variance := float64(t.s.volatility() * t.s.volatility())
	moves := make([]float64, jackBlocks)
	for b, sigma := range t.sigmaMoves() {
		sum := 0.0
		for _, r := range t.s.r[b*n/jackBlocks : (b+1)*n/jackBlocks] {
			sum += r - t.s.mean
		}
		moves[b] = sum/float64(n)/t.s.dt + float64(variance*sigma)
	}
	return moves
}

// natural are the numbers at coordinates.
func (t *targeting) natural(x []float64) []float64 {
	p := t.l.natural(x)
	if t.draws != nil {
		p[0] = t.growth()
	}
	return p
}

// twoStep completes a fit of all numbers but sigma, the history's: with that, errors of
// all, and a way to intervals.
func (f *Fit) twoStep(t targeting, top peak) (intervals func(*Fit)) {
	x := slices.Insert(slices.Clone(top.x), sigmaAt, 0)
	f.Names, f.Values = t.l.names, t.natural(x)
	f.SE, f.Cov = make([]float64, len(x)), nil
	for i := range f.SE {
		f.SE[i] = math.NaN()
	}
	square := 0.0
	for _, m := range t.sigmaMoves() {
		square += float64(m*m) * jackBlocks / (jackBlocks - 1)
	}
	if f.SE[sigmaAt] = f.Values[sigmaAt] * math.Sqrt(square); top.inv == nil {
		return (*Fit).sigmaAlone
	}
	for i := range x {
		t.steps = append(t.steps, 0.003)
		if i != sigmaAt {
			t.steps[i] = math.Sqrt(top.inv.At(others(i), others(i))) / 30
		}
	}
	at, _, ok := t.land(x)
	if !ok {
		return (*Fit).sigmaAlone
	}
	f.Cov = t.cov(at)
	for i := range f.SE {
		f.SE[i] = math.Sqrt(f.Cov[i][i])
	}
	return func(f *Fit) { f.twoStepIntervals(&t, at) }
}

// sigmaAlone fills the interval of sigma, where the likelihood settles nothing else.
func (f *Fit) sigmaAlone() {
	f.noIntervals()
	f.Interval = "jackknife, of sigma alone"
	sigma := f.Values[sigmaAt]
	reach := studentEnd(jackBlocks-1) * f.SE[sigmaAt] / sigma
	f.Lo[sigmaAt], f.Hi[sigmaAt] = float64(sigma*fmath.Exp(-reach)), float64(sigma*fmath.Exp(reach))
}

// twoStepIntervals fills intervals and biases: the jackknife's, corrected by histories
// that the fitted model makes. Squared returns are so heavy-tailed that a sample's
// variance is mostly below the truth and rarely far above it.
func (f *Fit) twoStepIntervals(t *targeting, top landing) {
	makes, err := t.maker(f, top)
	scales, err2 := f.scales()
	if err = errors.Join(err, err2); err != nil {
		f.noIntervals()
		f.warn("no intervals: no histories of the fitted model: %v", err)
		return
	}
	var made madeFits
	for g := range madeGroups(t.s) {
		histories, truths := makes(g)
		for i, rs := range histories {
			made.histories++
			s, err := newSample(rs, t.s.dt)
			if err != nil {
				continue
			}
			again := &targeting{s: s, l: varianceLikelihood(s, len(scales) > 5), steps: t.steps, draws: t.draws}
			at, ok := again.climb(top.x, top)
			if !ok {
				continue
			}
			cov := again.cov(at)
			se := make([]float64, len(scales))
			values := again.natural(at.x)
			for i, v := range values {
				se[i] = math.Sqrt(cov[i][i]) * scales[i].slope(v)
			}
			made.add(scales, truths[i], values, se)
		}
	}
	se := make([]float64, len(scales))
	for i, v := range f.Values {
		se[i] = f.SE[i] * scales[i].slope(v)
	}
	f.correct(made, scales, se)
	f.Bias[sigmaAt] = math.NaN() // its square has none; the logarithm's is in the interval
}

// maker makes groups of histories to learn the law of t by, and says which numbers made
// each: growth and sigma are the fit's, and what the variance and its shocks go by is as
// uncertain as the jackknife says; shocks that are drawn are a bootstrap's of the fit's, in as
// many blocks. How far a sample's volatility strays depends on how long the variance
// remembers and on the tail of the shocks: with the fit's alone that law is too narrow.
func (t *targeting) maker(f *Fit, top landing) (func(group int) (histories, truths [][]float64), error) {
	at, drawn := likeAt(t.s, 0), len(f.Values)
	var made func(p []float64, z *random.Source) Model
	if t.draws == nil {
		fitted := gjrOf(f.Values)
		fitted.Step = at.Step
		fitted.longRun = fitted.stationary()
		made = func(p []float64, _ *random.Source) Model {
			m := gjrOf(p)
			m.Step, m.longRun = fitted.Step, fitted.longRun // a law for each would take most of the time
			return m
		}
	} else {
		m, err := t.draws(*f)
		if err != nil {
			return nil, err
		}
		drawn = 4
		shocks := m.drawn
		made = func(p []float64, z *random.Source) Model {
			m.Alpha, m.Beta, m.drawn = p[2], p[3], shocks.again(z, jackBlocks)
			return m
		}
	}
	sigma := t.sigmaMoves()
	return func(group int) (out, truths [][]float64) {
		at.Group = uint64(group)
		for l := range block.Lanes {
			x := slices.Clone(top.x)
			z := random.NewSource(at.Seed, at.Group*block.Lanes+uint64(l), random.Stream(random.Parameters, 0))
			for b, slopes := range top.blocks {
				u := float64(z.Norm() * math.Sqrt(jackBlocks/(jackBlocks-1.0)))
				for i, d := range top.toward(slopes, sigma[b]) {
					x[i] += float64(u * d)
				}
			}
			truth := slices.Clone(f.Values)
			copy(truth[2:drawn], t.l.natural(x)[2:])
			out, truths = append(out, histories(made(truth, &z), at.Alone(l), len(t.s.r))[l]), append(truths, truth)
		}
		return out, truths
	}, nil
}

// An uncut is the law of shocks that fits go by: Student's t of the scale that has
// variance 1 after the model's cut, but not cut.
type uncut struct {
	dof, norm, inv float64 // the density of x is e^norm·(1 + inv·x²)^−(dof+1)/2
	dNorm, dInv    float64 // derivatives by dof
}

func newUncut(dof float64) uncut {
	scale := studentScale(dof)
	// the scale that keeps the variance at 1
	const d = 1e-5
	one := studentVariance(scale, dof)
	slope := -(studentVariance(scale, dof+d) - one) / (studentVariance(scale+d, dof) - one) / scale
	lg1, _ := math.Lgamma((dof + 1) / 2)
	lg2, _ := math.Lgamma(dof / 2)
	u := uncut{dof: dof, norm: lg1 - lg2 - fmath.Log(math.Pi*dof)/2 - fmath.Log(scale), inv: 1 / (scale * scale * dof)}
	u.dNorm = (mathext.Digamma((dof+1)/2)-mathext.Digamma(dof/2)-1/dof)/2 - slope
	u.dInv = -u.inv * (1/dof + 2*slope)
	return u
}

// varianceSlopes are the derivatives of varianceFilter's log-likelihood by Mu, Sigma,
// Alpha, Beta, DoF and Gamma, by block of the returns, and the log-likelihood.
func varianceSlopes(m GJR, law uncut, dt float64, returns []float64, blocks int) (slopes [][]float64, log float64) {
	power := (m.DoF + 1) / 2
	unit := m.Sigma * m.Sigma * dt
	omega := 1 - m.Persistence()
	growth, perSigma := m.Mu*dt, 2/m.Sigma
	h := 1.0
	var mu, sigma, alpha, beta, gamma float64 // derivatives of h
	n := len(returns)
	for b := range blocks {
		var sum [6]float64
		qs, hs := logProduct{rest: 1}, logProduct{rest: 1}
		from, to := b*n/blocks, (b+1)*n/blocks
		for _, r := range returns[from:to] {
			// as in varianceFilter
			v := unit * h
			e := r - growth + v/2
			y := e * e / v
			q := 1 + y*law.inv
			react, falls := m.Alpha, 0.0
			if e < 0 {
				react, falls = react+m.Gamma, 1
			}
			keep := m.Beta + react*y
			qs.times(q)
			hs.times(h)
			// what growth and the relative variance move y and the density by
			steep := -power * law.inv / q
			yMu, yVar := -2*dt*e/v, e-y
			logVar := steep*yVar - 0.5
			per := 1 / h
			push := h * react
			dMu, dSigma := mu*per, sigma*per+perSigma
			sum[0] += steep*yMu + logVar*dMu
			sum[1] += logVar * dSigma
			sum[2] += logVar * per * alpha
			sum[3] += logVar * per * beta
			sum[4] -= power * y * law.dInv / q
			sum[5] += logVar * per * gamma
			mu = mu*keep + push*(yMu+yVar*dMu)
			sigma = sigma*keep + push*yVar*dSigma
			hold := keep + react*yVar
			alpha = alpha*hold + h*y - 1
			beta = beta*hold + h - 1
			gamma = gamma*hold + falls*h*y - 0.5
			h = omega + h*keep
		}
		count := float64(to - from)
		logQ := qs.log()
		log += count*(law.norm-fmath.Log(unit)/2) - hs.log()/2 - power*logQ
		sum[4] += count*law.dNorm - logQ/2
		slopes = append(slopes, sum[:])
	}
	return slopes, log
}

// A logProduct is the logarithm of a product, with one logarithm for many factors.
type logProduct struct{ sum, rest float64 }

func (p *logProduct) times(x float64) {
	if p.rest *= x; p.rest > 1e100 || p.rest < 1e-100 {
		p.sum += fmath.Log(p.rest)
		p.rest = 1
	}
}

func (p *logProduct) log() float64 { return p.sum + fmath.Log(p.rest) }
