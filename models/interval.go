package models

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/block"
	"mcrisk/random"
)

// Confidence is how often a fit's intervals should cover the truth, were the
// model true. docs/evidence/validation.md counts how often they do.
const Confidence = 0.95

// drop is how far the log-likelihood falls within an interval: half the
// quantile of chi-square with one degree of freedom.
const drop = 1.920729410347062

// studentEnd is the quantile of Student's law that leaves half of the rest
// above.
func studentEnd(dof float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: dof}.Quantile((1 + Confidence) / 2)
}

// A peak is a local maximum of a likelihood.
type peak struct {
	x   []float64     // coordinates
	log float64       // log-likelihood
	inv *mat.SymDense // inverse of the curvature, nil if the top is flat
}

// profile fills the intervals of f: what each parameter may be in models whose
// log-likelihood is within a fall of the greatest, drop if falls is nil.
//
// Source: Venzon and Moolgavkar, "A method for computing
// profile-likelihood-based confidence intervals", Applied Statistics 37 (1988).
func (l likelihood) profile(f *Fit, returns []float64, peaks []peak, falls []float64) {
	if peaks[0].inv == nil {
		f.noIntervals()
		return
	}
	f.Interval = "profile likelihood"
	for i, name := range l.names {
		ends := [2]float64{f.Values[i], f.Values[i]}
		for k, sign := range []float64{-1, 1} {
			fall := drop
			if falls != nil {
				fall = falls[i]
			}
			goal, open := peaks[0].log-fall, false
			for _, p := range peaks {
				if p.log < goal || p.inv == nil || math.IsNaN(ends[k]) {
					continue
				}
				if end, o := l.end(returns, p, goal, i, sign); !(sign*end <= sign*ends[k]) { // NaN too, and it stays
					ends[k], open = end, o
				}
			}
			if math.IsNaN(ends[k]) {
				f.warn("%s: the %s end of its interval was not found; only the standard error is left",
					name, [2]string{"lower", "upper"}[k])
			} else if open {
				f.warn("%s: its interval has no %s end: up to %.3g, the limit of the fit, "+
					"the log-likelihood falls by less than %.2g", name, [2]string{"lower", "upper"}[k], ends[k], fall)
			}
		}
		f.Lo, f.Hi = append(f.Lo, ends[0]), append(f.Hi, ends[1])
	}
}

// noIntervals says that there are none: finish says why.
func (f *Fit) noIntervals() {
	f.Interval = "none"
	for range f.Names {
		f.Lo, f.Hi = append(f.Lo, math.NaN()), append(f.Hi, math.NaN())
	}
}

// A climber is at a point of a likelihood and has learnt its curvature there.
type climber struct {
	l       likelihood
	returns []float64
	x       []float64
	log     float64
	slope   *mat.VecDense // of the log-likelihood
	inv     *mat.Dense    // inverse of its curvature, positive definite
}

func (l likelihood) from(returns []float64, p peak) *climber {
	n := len(p.x)
	c := &climber{l, returns, slices.Clone(p.x), p.log, mat.NewVecDense(n, nil), mat.NewDense(n, n, nil)}
	c.inv.Copy(p.inv)
	return c
}

// slopes are those of a function at c.x, where its value is known.
func (c *climber) slopes(of func([]float64) float64, here float64) *mat.VecDense {
	const h = 1e-6
	s := mat.NewVecDense(len(c.x), nil)
	for j, was := range c.x {
		c.x[j] = was + h
		s.SetVec(j, (of(c.x)-here)/h)
		c.x[j] = was
	}
	return s
}

func (c *climber) at(x []float64) float64 { return c.l.at(x, c.returns) }

// move goes along a step, no coordinate further than one and no lower than a
// floor, and says whether there was such a place.
func (c *climber) move(step *mat.VecDense, floor float64) (moved *mat.VecDense, ok bool) {
	scale := min(1, 1/mat.Norm(step, math.Inf(1)))
	next := make([]float64, len(c.x))
	for range 20 {
		for j := range next {
			next[j] = c.x[j] + float64(scale*step.AtVec(j))
		}
		if log := c.at(next); log > floor {
			c.x, c.log = next, log
			moved = mat.NewVecDense(len(next), nil)
			moved.ScaleVec(scale, step)
			return moved, true
		}
		scale /= 2
	}
	return nil, false
}

// learn takes the slopes anew and, from their change over a move, the
// curvature, as BFGS does.
func (c *climber) learn(moved *mat.VecDense) {
	was := c.slope
	c.slope = c.slopes(c.at, c.log)
	var change, vc mat.VecDense
	change.SubVec(was, c.slope)
	sc := mat.Dot(moved, &change)
	if !(sc > 1e-3*mat.Norm(moved, 2)*mat.Norm(&change, 2)) {
		return
	}
	vc.MulVec(c.inv, &change)
	k := (1 + mat.Dot(&change, &vc)/sc) / sc
	for i := range c.x {
		for j := range c.x {
			d := float64(k * float64(moved.AtVec(i)*moved.AtVec(j)))
			d -= (float64(vc.AtVec(i)*moved.AtVec(j)) + float64(moved.AtVec(i)*vc.AtVec(j))) / sc
			c.inv.Set(i, j, c.inv.At(i, j)+d)
		}
	}
}

// end returns the least (sign −1) or greatest (1) value of parameter i around a
// peak where the log-likelihood is at least goal, NaN if that is not found; open
// says that parameters can go no further and the log-likelihood is still above
// the goal.
//
// At an end the slopes of log-likelihood and parameter, g and a, are parallel.
// Each step is exact for a quadratic log-likelihood of inverse curvature V,
//
//	δ = V·g + V·a·√(2R/aᵀVa),   R = gᵀVg/2 + log-likelihood − goal.
//
// Where the first of them meets the goal, the log-likelihood is quadratic.
func (l likelihood) end(returns []float64, p peak, goal float64, i int, sign float64) (end float64, open bool) {
	const near = 0.04 // of log-likelihood: a hundredth of an interval's width
	c := l.from(returns, p)
	value := func(x []float64) float64 { return sign * l.natural(x)[i] }
	var va, step mat.VecDense
	a := c.slopes(value, value(c.x))
	va.MulVec(c.inv, a)
	se := math.Sqrt(mat.Dot(a, &va))
	small := 0.02*se + 1e-7*math.Abs(value(c.x))
	still := 0
	for tries := range 60 {
		va.MulVec(c.inv, a)
		step.MulVec(c.inv, c.slope)
		r := mat.Dot(c.slope, &step)/2 + c.log - goal
		if q := mat.Dot(a, &va); r > 0 && q > 0 {
			step.AddScaledVec(&step, math.Sqrt(2*r/q), &va)
		}
		if tries > 0 && math.Abs(mat.Dot(a, &step)) < small && math.Abs(c.log-goal) < near {
			return sign * value(c.x), false
		}
		was := value(c.x)
		moved, ok := c.move(&step, goal-1.5)
		if !ok {
			break
		}
		if tries == 0 && math.Abs(c.log-goal) < near {
			return sign * value(c.x), false
		}
		if still++; c.log < goal+near || math.Abs(value(c.x)-was) > small/10 {
			still = 0
		}
		if still == 3 {
			return sign * value(c.x), true
		}
		c.learn(moved)
		a = c.slopes(value, value(c.x))
	}
	return math.NaN(), false
}

// spread is the mean and the standard deviation of a column.
func spread(rows [][]float64, column int) (mean, sd float64) {
	n := float64(len(rows))
	for _, r := range rows {
		mean += r[column] / n
	}
	for _, r := range rows {
		d := r[column] - mean
		sd += float64(d*d) / (n - 1)
	}
	return mean, math.Sqrt(sd)
}

// histories returns log-returns of the paths of a group, one slice for each.
func histories(m Model, at At, steps int) [][]float64 {
	out := make([][]float64, block.Lanes)
	for l := range out {
		out[l] = make([]float64, 0, steps)
	}
	z := make([]*block.Track, m.Normals())
	for i := range z {
		z[i] = new(block.Track)
	}
	state := make(State, m.State())
	m.Begin(at, state)
	var move block.Track
	for ; at.First < steps; at.First += at.Len {
		at.Len = min(block.Steps, steps-at.First)
		for i := range z {
			random.Normals(z[i], at.Seed, at.Group, random.Stream(random.Diffusion, i), at.First, at.Len)
		}
		m.Advance(at, z, state, &move)
		for l := range out {
			for k := range at.Len {
				out[l] = append(out[l], move[k][l])
			}
		}
	}
	return out
}

// like returns a group of histories of a model with the sample's steps. The
// seed is the sample's mean, so that the luck of the draw differs from one
// history to the next, but not from run to run.
func like(s sample, m Model, group int) [][]float64 {
	return histories(m, likeAt(s, group), len(s.r))
}

func likeAt(s sample, group int) At {
	return At{Seed: math.Float64bits(s.mean), Group: uint64(group),
		Step: time.Duration(math.Round(s.dt * float64(Year)))}
}

// A madeFits is what fits to histories that a fitted model made say of its errors, by
// parameter.
type madeFits struct {
	histories int         // made, whether or not they admit a fit
	t, shift  [][]float64 // distances from the fitted number, in coordinates: over their error, and plain
}

// fewestMade is how many histories a law of t asks for: of 39, the least and the
// greatest leave out 5 %.
const fewestMade = 40

// madeGroups is how many groups of histories to make: 48 histories, more of short ones.
func madeGroups(s sample) int { return max(3, min(5, 200_000/len(s.r))) }

// add takes a fit's numbers and the errors of their coordinates.
func (m *madeFits) add(scales []scale, truth, values, se []float64) {
	if m.t == nil {
		m.t, m.shift = make([][]float64, len(scales)), make([][]float64, len(scales))
	}
	for i := range scales {
		d := scales[i].of(values[i]) - scales[i].of(truth[i])
		m.shift[i], m.t[i] = append(m.shift[i], d), append(m.t[i], d/se[i])
	}
}

// correct fills intervals and biases of f: estimate − t·error in coordinates without
// bounds, where t lies between ranks of its values on histories that the fitted model
// made. The errors go with the estimates, and 20 blocks know them badly.
func (f *Fit) correct(made madeFits, scales []scale, se []float64) {
	f.Interval = "jackknife, corrected by simulation"
	few := made.t == nil || len(made.t[0]) < fewestMade
	if few {
		admit := 0
		if made.t != nil {
			admit = len(made.t[0])
		}
		f.Interval = "jackknife"
		f.warn("of %d histories that the fitted model made, %d admit a fit: "+
			"the intervals are the jackknife's alone, and too short", made.histories, admit)
	}
	for i, se := range se {
		low, high, bias := -studentEnd(jackBlocks-1), studentEnd(jackBlocks-1), math.NaN()
		if !few {
			low, high = middle(made.t[i])
			bias = stat.Mean(made.shift[i], nil)
		}
		f.Lo = append(f.Lo, scales[i].move(f.Values[i], -float64(se*high)))
		f.Hi = append(f.Hi, scales[i].move(f.Values[i], -float64(se*low)))
		f.Bias = append(f.Bias, f.Values[i]-scales[i].move(f.Values[i], -bias))
		if math.IsNaN(f.Lo[i]) || math.IsNaN(f.Hi[i]) {
			f.warn("%s leaves the model's range if one of 20 blocks is left out, "+
				"of this history or of those that the fitted model made: it has no interval", f.Names[i])
		}
	}
}
