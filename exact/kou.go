package exact

import (
	"errors"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
)

// A kouCycle is a cycle of Kou's price, monitored continuously: y reaches an edge
// continuously or jumps over it, with an exponential overshoot that does not depend on
// the path before.
//
// Source: Kou and Wang, "First passage times of a jump diffusion process",
// Advances in Applied Probability 35 (2003), 504–531; two-sided exit likewise.
type kouCycle struct {
	*diffusionCycle
	m         models.Kou
	exits     []exit
	upJumps   int       // exits[2 : 2+upJumps] are jumps up, the rest jumps down
	overshoot []float64 // their weights
}

func newKouCycle(f frame, m models.Kou, scale, widest float64) (*kouCycle, error) {
	if m.Up == 0 || m.Up == 1 {
		return nil, errors.New("exact: Kou jumps in one direction only, monitored continuously; the formula " +
			"needs both; " +
			"want 0 < Up < 1, or a grid (Step > 0)")
	}
	c := &kouCycle{diffusionCycle: newDiffusionCycle(f, scale), m: m}
	c.exits = append(c.exits, c.ends...)
	for _, side := range []struct{ eta, reach float64 }{{m.EtaUp, 40 / (m.EtaUp - 1)}, {-m.EtaDown, -40 / m.EtaDown}} {
		edge, size := f.high, math.Abs(side.eta)
		if side.eta < 0 {
			edge = f.low
		}
		r := f.outsideRule(edge, edge+side.reach, 0.5/size, min(1/size, max(widest, 0.2/size)))
		for k, y := range r.X {
			c.exits = append(c.exits, f.exitAt(y))
			c.overshoot = append(c.overshoot, r.W[k]*size*fmath.Exp(-size*math.Abs(y-edge)))
		}
		if side.eta > 0 {
			c.upJumps = len(r.X)
		}
	}
	return c, checkSolvable(c.exits[2:], c.overshoot)
}

func (c *kouCycle) points() ([]float64, []exit) { return c.nodes.X, c.exits }

func (c *kouCycle) slowest() float64 { return c.frame.slowest(0) }

func (c *kouCycle) visits(s complex128) (all [3]visit) {
	// At 0 a root is 0, maybe twice; the mean over a circle is the same value.
	if radius := 0.4 * c.slowest(); cmplx.Abs(s) < 1e-9*radius {
		const points = 32
		for k := range points / 2 {
			turn := cmplx.Rect(radius, 2*math.Pi*(float64(k)+0.5)/points)
			for i, v := range c.visits(turn) {
				if k == 0 {
					all[i] = visit{make([]complex128, len(v.inside)), make([]complex128, len(v.exits))}
				}
				for j, x := range v.inside {
					all[i].inside[j] += complex(float64(real(x)*(2.0/points)), 0)
				}
				for j, x := range v.exits {
					all[i].exits[j] += complex(float64(real(x)*(2.0/points)), 0)
				}
			}
		}
		return all
	}
	b, slope := levy.Roots(c.m, c.nu, s)
	for i := range all {
		if i > 0 && c.same() {
			all[i] = all[0]
			continue
		}
		all[i] = c.visit(c.start[i], b, slope)
	}
	return all
}

// visit solves for the four ways out and, by what they cut off from the
// resolvent of the free process, for the time spent inside.
func (c *kouCycle) visit(start float64, b, slope [4]complex128) visit {
	e1, e2 := complex(c.m.EtaUp, 0), complex(c.m.EtaDown, 0)
	above, below := c.high-start, c.low-start
	// u(x) = Σ A_i·e^{b_i(x − anchor_i)}, anchored where each term is largest
	var matrix [4][4]complex128
	var here [4]complex128
	for i, x := range b {
		anchor := below
		if i >= 2 {
			anchor = above
		}
		top := cmplx.Exp(cmplx.Scale(above-anchor, x))
		bottom := cmplx.Exp(cmplx.Scale(below-anchor, x))
		matrix[0][i], matrix[1][i] = top, bottom
		matrix[2][i] = cmplx.Div(cmplx.Scale(c.m.EtaUp, top), e1-x)
		matrix[3][i] = cmplx.Div(cmplx.Scale(c.m.EtaDown, bottom), e2+x)
		here[i] = cmplx.Exp(cmplx.Scale(anchor, -x))
	}
	way := solveTransposed(matrix, here) // creep up, creep down, jump up, jump down

	v := visit{inside: make([]complex128, len(c.nodes.X)), exits: make([]complex128, len(c.exits))}
	v.exits[0], v.exits[1] = way[0], way[1]
	for k, w := range c.overshoot {
		jump := way[2]
		if k >= c.upJumps {
			jump = way[3]
		}
		v.exits[2+k] = cmplx.Scale(w, jump)
	}
	for k, y := range c.nodes.X {
		x := y - start
		var r complex128
		for i := range 2 { // left-moving part of the free resolvent, seen from above
			down, up := b[i], b[i+2]
			over := way[0] + cmplx.Div(cmplx.Scale(c.m.EtaUp, way[2]), e1-down)
			under := way[1] + cmplx.Div(cmplx.Scale(c.m.EtaDown, way[3]), e2+up)
			r += cmplx.Div(cmplx.Mul(cmplx.Exp(cmplx.Scale(above-x, down)), over), slope[i])
			r -= cmplx.Div(cmplx.Mul(cmplx.Exp(cmplx.Scale(below-x, up)), under), slope[i+2])
			if x < 0 {
				r -= cmplx.Div(cmplx.Exp(cmplx.Scale(-x, down)), slope[i])
			} else {
				r += cmplx.Div(cmplx.Exp(cmplx.Scale(-x, up)), slope[i+2])
			}
		}
		v.inside[k] = cmplx.Scale(c.nodes.W[k], r)
	}
	return v
}

// solveTransposed returns x with xᵀ·a = rᵀ, by elimination with pivoting.
func solveTransposed(a [4][4]complex128, r [4]complex128) (x [4]complex128) {
	var m [4][5]complex128
	for i := range m {
		for j := range 4 {
			m[i][j] = a[j][i]
		}
		m[i][4] = r[i]
	}
	for k := range m {
		best := k
		for i := k + 1; i < 4; i++ {
			if cmplx.Abs(m[i][k]) > cmplx.Abs(m[best][k]) {
				best = i
			}
		}
		m[k], m[best] = m[best], m[k]
		for i := k + 1; i < 4; i++ {
			f := cmplx.Div(m[i][k], m[k][k])
			for j := k; j < 5; j++ {
				m[i][j] -= cmplx.Mul(f, m[k][j])
			}
		}
	}
	for k := 3; k >= 0; k-- {
		x[k] = m[k][4]
		for j := k + 1; j < 4; j++ {
			x[k] -= cmplx.Mul(m[k][j], x[j])
		}
		x[k] = cmplx.Div(x[k], m[k][k])
	}
	return x
}
