package exact

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
	"mcrisk/quad"
	"mcrisk/tokens"
)

// A gridCycle is a cycle monitored at the end of every step. Inside the band
// the density of one step is a kernel, made a matrix on Gauss–Legendre nodes
// (Nyström's method; Atkinson, The Numerical Solution of Integral Equations of
// the Second Kind, 1997, chapter 4), which converges faster than any power of
// the number of nodes. With x = e^{−s·step} and K that matrix, the visits are
// rows of (I − xK)⁻¹; K is brought to Hessenberg form once, so each s costs
// only the square of the nodes.
type gridCycle struct {
	frame
	step    float64
	nodes   []float64 // Gauss nodes, then the three starts, which hold the first step
	outside []exit
	n       int          // number of Gauss nodes
	h, q    []float64    // Kᵀ = Q·H·Qᵀ, row-major n×n
	entry   [3][]float64 // Qᵀ·(row of the kernel from a start)
	leave   []float64    // n × outside: probability of going from a node to an exit in one step
	direct  [3][]float64 // from a start to an exit in its first step
}

// chosenNodes is the largest number of nodes that is taken by default, about a second of
// work; maxNodes is the limit.
const chosenNodes, maxNodes = 600, 1200

// nodesFor is a number of nodes for about eleven digits: perMove for each
// standard deviation of a step that the band is wide.
func (f frame) nodesFor(step, perMove float64) int {
	move := f.sigma * math.Sqrt(step)
	return int(min(22+perMove*(f.high-f.low)/move, 1e9))
}

// newGridCycle takes nodes Gauss nodes, fine times the default, and panels outside the
// band no wider than widest, but not much narrower than the features of the density.
func newGridCycle(f frame, m models.Model, step, widest float64, nodes int, fine float64) (*gridCycle, error) {
	inc := incrementOf(m, step)
	shift := float64(f.carry * step)
	kernel := func(from, to float64) float64 { return inc.density(to - from - shift) }
	c := &gridCycle{frame: f, step: step, n: nodes}
	var band quad.Rule
	band.Add(f.low, f.high, nodes)
	c.n = len(band.X)
	c.nodes = append(append([]float64{}, band.X...), f.start[:]...)
	panel := min(1.5*inc.features, max(widest, inc.features/4)) / fine
	first := inc.narrow / fine
	if f.token.Impact > 0 && f.token.Band.To == tokens.Edge {
		first /= 100 // the impact of small trades is a power that no polynomial is near
	}
	out := f.outsideRule(f.high, f.high+max(inc.hi+shift, inc.narrow), first, panel)
	below := f.outsideRule(f.low, f.low+min(inc.lo+shift, -inc.narrow), first, panel)
	out.Join(below)
	for _, y := range out.X {
		c.outside = append(c.outside, f.exitAt(y))
	}

	n, q := c.n, len(out.X)
	c.h = make([]float64, n*n)
	c.leave = make([]float64, n*q)
	defect := 0.0
	for i, from := range band.X {
		mass := 0.0
		for j, to := range band.X {
			k := float64(band.W[j] * kernel(from, to))
			c.h[j*n+i] = k
			mass += k
		}
		for j, to := range out.X {
			c.leave[i*q+j] = out.W[j] * kernel(from, to)
			mass += c.leave[i*q+j]
		}
		defect = max(defect, math.Abs(mass-1))
	}
	for s, from := range f.start {
		c.entry[s] = make([]float64, n)
		c.direct[s] = make([]float64, q)
		mass := 0.0
		for j, to := range band.X {
			c.entry[s][j] = band.W[j] * kernel(from, to)
			mass += c.entry[s][j]
		}
		for j, to := range out.X {
			c.direct[s][j] = out.W[j] * kernel(from, to)
			mass += c.direct[s][j]
		}
		defect = max(defect, math.Abs(mass-1))
	}
	if !(defect < 1e-9) {
		return nil, fmt.Errorf("exact: %d nodes lose %.2g of a step's probability; want more nodes or a longer step",
			nodes, defect)
	}
	for i := range n {
		if err := checkSolvable(c.outside, c.leave[i*q:i*q+q]); err != nil {
			return nil, err
		}
	}
	c.reduce()
	return c, nil
}

// A breakpoint is where the equity after an exit is not smooth: it jumps, or its log
// goes to −Inf.
type breakpoint struct {
	at       float64 // collateral over debt, or y
	singular bool    // the log goes to −Inf
}

// breakpoints are the ratios c of collateral over debt at which the equity after an exit
// is not smooth: ruin; cost that takes all equity; liquidation; repayment of the whole
// debt at once; and, between the last two, where half of the debt is repaid at a time,
// every c from which a number of halvings leads to health or to a debt so small that the
// rest is repaid at once. A halving takes c to 2c − (1 + Bonus), so the breakpoints
// accumulate at 1 + Bonus; after 32 halvings they are indistinguishable in float64.
func (t Token) breakpoints() []breakpoint {
	out := []breakpoint{{at: 1, singular: true}}
	dearest := 1 / (1 - t.Sell/(1-t.Fixed)) // at leverage (1 − Fixed)/Sell
	if t.Target < 0 {
		dearest = 1 + t.Buy/(1-t.Fixed)
	}
	if dearest > 1 && (t.Loan.Threshold == 0 || dearest > 1/t.Loan.Threshold) {
		out = append(out, breakpoint{at: dearest, singular: true})
	}
	if t.Loan.Threshold == 0 {
		return out
	}
	still, begin, whole := 1+t.Loan.Bonus, 1/t.Loan.Threshold, 0.95/t.Loan.Threshold
	out = append(out, breakpoint{at: begin})
	if still < begin {
		out = append(out, breakpoint{at: still, singular: true})
	}
	if t.Whole {
		return out
	}
	out = append(out, breakpoint{at: whole})
	between := func(c float64) bool { return c > whole && c < begin }
	healthy, little := (begin+still)/2, t.AUM/tokens.SmallUSD
	for range 32 {
		if between(healthy) {
			out = append(out, breakpoint{at: healthy})
		}
		if between(1 + little) { // a debt of that much less than the collateral is small
			out = append(out, breakpoint{at: 1 + little})
		}
		healthy, little = (healthy+still)/2, little/2
	}
	return out
}

// outsideRule covers the range from an edge of the band out to end, with panels of width
// first at the edge and at most features, split at the breakpoints.
func (f frame) outsideRule(edge, end, first, features float64) (r quad.Rule) {
	sign := math.Copysign(1, end-edge)
	cuts := []breakpoint{{at: end}}
	for _, s := range f.token.breakpoints() {
		y := math.Copysign(fmath.Log(s.at), f.token.Target)
		if (y-edge)*sign > 0 && (end-y)*sign >= 0 {
			cuts = append(cuts, breakpoint{at: y, singular: s.singular})
		}
	}
	slices.SortFunc(cuts, func(a, b breakpoint) int { return cmp.Compare(a.at*sign, b.at*sign) })
	from := edge
	for _, to := range cuts {
		size := math.Abs(to.at - from)
		if from != edge {
			first = features
		}
		switch {
		case to.singular:
			last, near := from+float64((to.at-from)/2), to.at-float64((to.at-from)*1e-4)
			geometricPanels(&r, to.at, near)
			r.Grade(near, last, size*1e-4, features)
			r.Grade(from, last, first, features)
		case size < features/8: // so narrow that few nodes do
			r.Add(min(from, to.at), max(from, to.at), 6)
		default:
			r.Grade(from, to.at, first, features)
		}
		from = to.at
	}
	return r
}

// geometricPanels covers the range from a singularity of the log to last with panels that
// shrink towards it, each to a sixth of the one before.
func geometricPanels(r *quad.Rule, singular, last float64) {
	for far, k := last-singular, 0; far != 0; k++ {
		near := far / 6
		if k == 12 {
			near = 0
		}
		r.Add(singular+min(near, far), singular+max(near, far), 16)
		far = near
	}
}

// reduce replaces Kᵀ in h by its Hessenberg form and fills q.
func (c *gridCycle) reduce() {
	n := c.n
	if n == 0 {
		return
	}
	c.q = hessenberg(c.h, n)
	for s, row := range c.entry {
		turned := make([]float64, n)
		for i, b := range row {
			for j := range turned {
				turned[j] += float64(c.q[i*n+j] * b)
			}
		}
		c.entry[s] = turned
	}
}

func (c *gridCycle) points() ([]float64, []exit) { return c.nodes, c.outside }

func (c *gridCycle) slowest() float64 { return c.frame.slowest(c.step) }

func (c *gridCycle) clock(s complex128) complex128 {
	x := cmplx.Scale(c.step, -s)
	if cmplx.Abs(x) < 1e-4 { // 1 − e^x without cancellation
		sum := 1 + cmplx.Over(x, 4)
		sum = 1 + cmplx.Mul(cmplx.Over(x, 3), sum)
		sum = 1 + cmplx.Mul(cmplx.Over(x, 2), sum)
		return cmplx.Div(complex(c.step, 0), cmplx.Mul(-x, sum))
	}
	return cmplx.Div(complex(c.step, 0), 1-cmplx.Exp(x))
}

func (c *gridCycle) visits(s complex128) (all [3]visit) {
	n, q := c.n, len(c.outside)
	x := cmplx.Exp(cmplx.Scale(c.step, -s))
	upper := c.eliminate(x)
	for i := range all {
		if i > 0 && c.same() {
			all[i] = all[0]
			continue
		}
		turned := upper.solve(c.entry[i])
		v := visit{inside: make([]complex128, n+3), exits: make([]complex128, q)}
		re, im := make([]float64, q), make([]float64, q)
		for j := range n { // stays at node j, then the step that leaves
			var a, b float64
			row := c.q[j*n : j*n+n]
			for k, t := range turned {
				a += float64(row[k] * real(t))
				b += float64(row[k] * imag(t))
			}
			rho := cmplx.Mul(x, complex(a, b))
			v.inside[j] = cmplx.Scale(c.step, rho)
			a, b = real(rho), imag(rho)
			for k, p := range c.leave[j*q : j*q+q] {
				re[k] += float64(a * p)
				im[k] += float64(b * p)
			}
		}
		v.inside[n+i] = complex(c.step, 0)
		for k, p := range c.direct[i] {
			v.exits[k] = cmplx.Mul(x, complex(re[k]+p, im[k]))
		}
		all[i] = v
	}
	return all
}

// An eliminated matrix is the LU decomposition of I − xH, with pivoting between
// neighbouring rows.
type eliminated struct {
	n      int
	u      []complex128
	factor []complex128
	swap   []bool
}

func (c *gridCycle) eliminate(x complex128) *eliminated {
	n := c.n
	e := &eliminated{n: n, u: make([]complex128, n*n), factor: make([]complex128, n), swap: make([]bool, n)}
	for i := range n {
		for j := max(0, i-1); j < n; j++ {
			e.u[i*n+j] = cmplx.Scale(c.h[i*n+j], -x)
		}
		e.u[i*n+i]++
	}
	for i := 0; i+1 < n; i++ {
		a, b := e.u[i*n:i*n+n], e.u[(i+1)*n:(i+1)*n+n]
		if abs1(b[i]) > abs1(a[i]) {
			e.swap[i] = true
			for j := i; j < n; j++ {
				a[j], b[j] = b[j], a[j]
			}
		}
		if b[i] == 0 {
			continue
		}
		f := cmplx.Div(b[i], a[i])
		e.factor[i] = f
		fr, fi := real(f), imag(f)
		for j := i + 1; j < n; j++ {
			ar, ai := real(a[j]), imag(a[j])
			b[j] -= complex(float64(fr*ar)-float64(fi*ai), float64(fr*ai)+float64(fi*ar))
		}
	}
	return e
}

func abs1(z complex128) float64 { return math.Abs(real(z)) + math.Abs(imag(z)) }

func (e *eliminated) solve(b []float64) []complex128 {
	n := e.n
	y := make([]complex128, n)
	for i, v := range b {
		y[i] = complex(v, 0)
	}
	for i := 0; i+1 < n; i++ {
		if e.swap[i] {
			y[i], y[i+1] = y[i+1], y[i]
		}
		y[i+1] -= cmplx.Mul(e.factor[i], y[i])
	}
	for i := n - 1; i >= 0; i-- {
		row := e.u[i*n : i*n+n]
		var re, im float64
		for j := i + 1; j < n; j++ {
			ar, ai, yr, yi := real(row[j]), imag(row[j]), real(y[j]), imag(y[j])
			re += float64(ar*yr) - float64(ai*yi)
			im += float64(ar*yi) + float64(ai*yr)
		}
		y[i] = cmplx.Div(y[i]-complex(re, im), row[i])
	}
	return y
}
