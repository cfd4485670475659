package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath/cmplx"
	"mcrisk/quad"
)

// A diffusionCycle is a cycle without jumps, monitored continuously: it leaves the band
// at an edge.
type diffusionCycle struct {
	frame
	nodes quad.Rule
	ends  []exit // upper, lower
}

// newDiffusionCycle prepares for horizons not much below scale years.
func newDiffusionCycle(f frame, scale float64) *diffusionCycle {
	c := &diffusionCycle{frame: f}
	// the occupation density has a kink at each start and is as narrow as y's
	// move over the horizon
	first := f.sigma * math.Sqrt(scale) / 8
	cuts := []float64{f.low}
	for _, y := range []float64{f.start[fromDown], f.start[fromStart], f.start[fromUp], f.high} {
		if y > cuts[len(cuts)-1] {
			cuts = append(cuts, y)
		}
	}
	for i := 1; i < len(cuts); i++ {
		a, b := cuts[i-1], cuts[i]
		mid := float64((a + b) / 2)
		c.nodes.Grade(a, mid, min(first, (mid-a)/2), b-a)
		c.nodes.Grade(b, mid, min(first, (b-mid)/2), b-a)
	}
	c.ends = []exit{f.exitAt(f.high), f.exitAt(f.low)}
	return c
}

func (c *diffusionCycle) points() ([]float64, []exit) { return c.nodes.X, c.ends }

func (c *diffusionCycle) slowest() float64 {
	return c.frame.slowest(0) + c.nu*c.nu/(2*c.sigma*c.sigma)
}

func (c *diffusionCycle) clock(s complex128) complex128 { return cmplx.Div(1, s) }

func (c *diffusionCycle) law(start int) levy.Exit {
	w := c.start[start]
	return levy.Exit{Nu: c.nu, Sigma: c.sigma, Below: w - c.low, Above: c.high - w}
}

func (c *diffusionCycle) visits(s complex128) (all [3]visit) {
	for i := range all {
		if i > 0 && c.same() {
			all[i] = all[0]
			continue
		}
		e := c.law(i)
		v := visit{inside: make([]complex128, len(c.nodes.X)), exits: make([]complex128, 2)}
		v.exits[0], v.exits[1] = e.Transform(s)
		if s == 0 {
			v.exits[0] = complex(e.Up(), 0)
			v.exits[1] = complex(levy.Exit{Nu: -e.Nu, Sigma: e.Sigma, Below: e.Above, Above: e.Below}.Up(), 0)
		}
		for j, y := range c.nodes.X {
			v.inside[j] = cmplx.Scale(c.nodes.W[j], e.Resolvent(s, y-c.start[i]))
		}
		all[i] = v
	}
	return all
}
