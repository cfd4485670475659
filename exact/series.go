package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
)

// A series is a cycle on a grid as a power series: the distribution of y inside the band
// after 1, 2, … steps from each start. One Fourier transform gives the transforms at all
// points of a circle around every singularity, from which a horizon is inverted. So the
// singularities need not be known, and cycles may be regular.
type series struct {
	*gridCycle
	rows [3][][]float64 // Qᵀ·(probabilities of the nodes after k+1 steps), until nothing is left
}

// Most work that a series may take, in products: some two seconds.
const (
	marchWork   = int64(1) << 31
	circleSteps = 1 << 16 // of the horizon
)

// march computes the series for a number of steps, or until the probability of being
// inside is below 1e-30. It returns nil if that is too much work.
func (c *gridCycle) march(steps int) *series {
	if steps > circleSteps {
		return nil
	}
	s := &series{gridCycle: c}
	most := marchWork / int64(max(1, c.n*c.n/2))
	for i := range s.rows {
		if i > 0 && c.same() {
			s.rows[i] = s.rows[0]
			continue
		}
		for row := c.entry[i]; len(s.rows[i]) < steps; row = c.propagate(row) {
			left := 0.0
			for _, v := range row {
				left += math.Abs(v)
			}
			if left < 1e-30 {
				break
			}
			if most--; most < 0 {
				return nil
			}
			s.rows[i] = append(s.rows[i], row)
		}
	}
	return s
}

// quick says whether thousands of values of a characteristic function take seconds only.
func (s *series) quick(steps int) bool {
	products := 100 * steps // transforms on the circle
	for _, rows := range s.rows {
		products += 2 * s.n * len(rows)
	}
	return products < 1<<21
}

// propagate is H·t: one step of the probabilities t in the basis of Q.
func (c *gridCycle) propagate(t []float64) []float64 {
	n := c.n
	next := make([]float64, n)
	for i := range next {
		from := max(0, i-1)
		row := c.h[i*n+from : i*n+n]
		sum := 0.0
		for j, v := range t[from:] {
			sum += float64(row[j] * v)
		}
		next[i] = sum
	}
	return next
}

// A functional is the linear functional Σ inside·v.inside + Σ exits·v.exits of a visit v.
// An empty slice is all zeros.
type functional struct{ inside, exits []complex128 }

// of applies the functional to a visit.
func (f functional) of(v visit) (sum complex128) {
	for k, w := range f.inside {
		sum += cmplx.Mul(w, v.inside[k])
	}
	for k, w := range f.exits {
		sum += cmplx.Mul(w, v.exits[k])
	}
	return sum
}

// turned is the functional of one step from each node, in the basis of Q: of being there,
// and of leaving from there.
func (s *series) turned(f functional) (stay, leave []complex128) {
	n, q := s.n, len(s.outside)
	turn := func(nodes []complex128) []complex128 {
		out := make([]complex128, n)
		for i, w := range nodes {
			if w == 0 {
				continue
			}
			for j, v := range s.q[i*n : i*n+n] {
				out[j] += cmplx.Scale(v, w)
			}
		}
		return out
	}
	if f.inside != nil {
		nodes := make([]complex128, n)
		for i := range nodes {
			nodes[i] = cmplx.Scale(s.step, f.inside[i])
		}
		stay = turn(nodes)
	}
	if f.exits != nil {
		nodes := make([]complex128, n)
		for i := range nodes {
			var re, im float64
			for k, p := range s.leave[i*q : i*q+q] {
				re += float64(p * real(f.exits[k]))
				im += float64(p * imag(f.exits[k]))
			}
			nodes[i] = complex(re, im)
		}
		leave = turn(nodes)
	}
	return stay, leave
}

// A ring is a circle of points around a centre, prepared for power series on it.
type ring struct {
	points []levy.Point
	turn   []complex128 // e^{−s·step·k} of the first point, by which term k is multiplied
	roots  []complex128 // of unity, for fourier
}

func (h *horizon) ring(centre float64) ring {
	r := ring{points: circle(complex(centre, 0), h.step, h.steps), turn: make([]complex128, h.steps+2)}
	n := float64(len(r.points))
	for k := range r.turn {
		x := float64(k)
		r.turn[k] = cmplx.Rect(fmath.Exp(-(float64(centre*h.step)+damping/n)*x), -math.Pi*x/n)
	}
	r.roots = unityRoots(len(r.points))
	return r
}

// on is the functional of the visits of a start at the points of a ring: a power series
// whose term k belongs to step k.
func (s *series) on(r ring, start int, f functional) []complex128 {
	out := make([]complex128, len(r.points))
	stay, leave := s.turned(f)
	if f.inside != nil {
		out[0] += cmplx.Scale(s.step, f.inside[s.n+start])
	}
	if f.exits != nil {
		for k, p := range s.direct[start] {
			out[1] += cmplx.Scale(p, f.exits[k])
		}
	}
	dot := func(row []float64, w []complex128) complex128 {
		var re, im float64
		for j, v := range row {
			re += float64(v * real(w[j]))
			im += float64(v * imag(w[j]))
		}
		return complex(re, im)
	}
	for k, row := range s.rows[start] {
		if stay != nil {
			out[k+1] += dot(row, stay)
		}
		if leave != nil {
			out[k+2] += dot(row, leave)
		}
	}
	for k := range len(s.rows[start]) + 2 {
		out[k] = cmplx.Mul(out[k], r.turn[k])
	}
	fourier(out, r.roots)
	return out
}

// onCircle applies functionals to the visits at the points of a circle around a
// real centre: values[start][functional][point].
func (h *horizon) onCircle(centre float64, fs []functional) (points []levy.Point, values [3][][]complex128) {
	r := h.ring(centre)
	for i := range values {
		if i > 0 && h.same() {
			values[i] = values[0]
			continue
		}
		for _, f := range fs {
			values[i] = append(values[i], h.series.on(r, i, f))
		}
	}
	return r.points, values
}

// reals applies functionals with real weights at the upper half of the points around
// a real centre, which the lower half mirrors.
func (h *horizon) reals(centre float64, fs []functional) (points []levy.Point, values [3][][]complex128) {
	if h.series == nil {
		all := h.half(centre)
		for i := range values {
			if i > 0 && h.same() {
				values[i] = values[0]
				continue
			}
			for _, f := range fs {
				out := make([]complex128, len(all))
				for k, s := range all {
					out[k] = f.of(s.visits[i])
				}
				values[i] = append(values[i], out)
			}
		}
		for _, s := range all {
			points = append(points, s.Point)
		}
		return points, values
	}
	// two at a time, one as the real and one as the imaginary part
	var some []int
	for k, f := range fs {
		if f.inside != nil || f.exits != nil {
			some = append(some, k)
		}
	}
	var pairs []functional
	for k := 0; k < len(some); k += 2 {
		f := fs[some[k]]
		if k+1 < len(some) {
			g := fs[some[k+1]]
			f = functional{plusTimesI(f.inside, g.inside), plusTimesI(f.exits, g.exits)}
		}
		pairs = append(pairs, f)
	}
	points, packed := h.onCircle(centre, pairs)
	half := len(points) / 2
	none := make([]complex128, half)
	for i := range values {
		if i > 0 && h.same() {
			values[i] = values[0]
			continue
		}
		for range fs {
			values[i] = append(values[i], none)
		}
		for n, both := range packed[i] {
			first, second := make([]complex128, half), make([]complex128, half)
			for k := range half {
				a, b := both[k], cmplx.Conj(both[len(both)-1-k])
				first[k], second[k] = cmplx.Over(a+b, 2), cmplx.Mul(a-b, complex(0, -0.5))
			}
			values[i][some[2*n]] = first
			if 2*n+1 < len(some) {
				values[i][some[2*n+1]] = second
			}
		}
	}
	return points[:half], values
}

// plusTimesI is a + i·b of real weights.
func plusTimesI(a, b []complex128) []complex128 {
	if a == nil && b == nil {
		return nil
	}
	out := make([]complex128, max(len(a), len(b)))
	for k := range out {
		if a != nil {
			out[k] = a[k]
		}
		if b != nil {
			out[k] += complex(0, real(b[k]))
		}
	}
	return out
}
