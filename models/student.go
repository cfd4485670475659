package models

import (
	"math"
	"sync"
	"sync/atomic"

	"mcrisk/fmath"
	"mcrisk/quad"
)

// A student is the law of a shock with variance 1: Student's t with some
// degrees of freedom, scaled, and cut off at ±12 of its standard deviations.
// Cut, because a t has no exponential moments and the expected price would be
// infinite; scaled, so that the variance is 1 after the cut.
//
// A shock is made from one standard normal z by a monotone function, tabulated
// and interpolated, so that it is addressed as the normal is.
type student struct {
	curve [studentNodes][4]float64 // coefficients in z·studentStep − i of the shock from z = i/studentStep on
	even  [studentTerms]float64    // E[x^{2n}]/(2n)!, n = 1, 2, …
	scale float64                  // one t is so many shocks
	cut   float64                  // probability of a t beyond the cut
}

const (
	studentCut   = 12
	studentStep  = 32              // table nodes per unit of z
	studentNodes = 7 * studentStep // normals of this project lie within ±6.66
	studentTerms = 28              // of the moment series: enough for s up to 1
	smallTerms   = 12              // and for s up to 1/10
	studentCells = 768             // of the integrals behind the table
)

// A tables remembers what takes time to make, by the numbers that it is a pure function of. Its values are never
// changed: this saves time and nothing else. Every block of steps asks, from all workers at once.
type tables[K comparable, V any] struct {
	sync.Map // from K to V
	count    atomic.Int64
}

func (t *tables[K, V]) of(key K, newTable func(K) V) V {
	if v, ok := t.Load(key); ok {
		return v.(V)
	}
	if t.count.Add(1) >= 1024 { // a sweep may ask for very many
		t.Clear()
		t.count.Store(0)
	}
	v, _ := t.LoadOrStore(key, newTable(key))
	return v.(V)
}

var studentLaws tables[float64, *student]

func studentLaw(dof float64) *student { return studentLaws.of(dof, newStudent) }

// newStudent integrates g(x) = (1 + (x/scale)²/dof)^{−(dof+1)/2}, the density of
// a shock but for a constant, in the coordinate x = scale·sinh w, in which it
// has no sharp feature.
func newStudent(dof float64) *student {
	s := &student{scale: studentScale(dof)}
	power := -(dof + 1) / 2
	g := func(x float64) float64 {
		y := x / s.scale
		return fmath.Pow(1+float64(y*y)/dof, power)
	}
	// 1. tail[i] = ∫ g from edge[i] to the cut
	var edge, tail [studentCells + 1]float64
	for i := range edge {
		edge[i] = float64(s.scale * sinh(float64(i)/studentCells*asinh(studentCut/s.scale)))
	}
	edge[studentCells] = studentCut
	for i := studentCells - 1; i >= 0; i-- {
		tail[i] = tail[i+1] + quad.Short(g, edge[i], edge[i+1])
		at, weight := quad.ShortRule(edge[i], edge[i+1])
		for j, w := range weight {
			x2, term := float64(at[j]*at[j]), float64(w*g(at[j]))
			for n := range s.even {
				term = float64(term*x2) / float64((2*n+1)*(2*n+2))
				s.even[n] += term
			}
		}
	}
	whole := tail[0]
	for n := range s.even {
		s.even[n] /= whole
	}
	// 2. the shock x at z has as much mass above as z: ∫ₓ g = 2Φ(−z)·∫₀ g
	var value, slope [studentNodes + 1]float64 // slope is that of a node
	cell := 0
	for i := range value {
		z := float64(i) / studentStep
		goal := float64(2 * fmath.NormCDF(-z) * whole)
		for cell < studentCells-1 && tail[cell+1] > goal {
			cell++
		}
		// Newton on the mass between the cell's edge and x
		lo, hi := edge[cell], edge[cell+1]
		x := lo + float64((hi-lo)*((tail[cell]-goal)/(tail[cell]-tail[cell+1])))
		for range 3 {
			x += ((tail[cell] - quad.Short(g, lo, x)) - goal) / g(x)
		}
		value[i] = x
		// dx/dz = 2φ(z)·∫₀ g / g(x)
		slope[i] = fmath.Exp(-float64(z*z)/2) * math.Sqrt(2/math.Pi) * whole / g(x) / studentStep
	}
	value[0] = 0
	for i := range s.curve { // cubic Hermite interpolation
		a, b, da, db := value[i], value[i+1], slope[i], slope[i+1]
		d := b - a
		s.curve[i] = [4]float64{a, da, float64(3*d) - float64(2*da) - db, (da + db) - float64(2*d)}
	}
	s.cut = beyondCut(g, whole)
	return s
}

// beyondCut is the share of the uncut law outside the cut, by x = 1/y.
func beyondCut(g func(float64) float64, whole float64) float64 {
	const cells = 64
	out := 0.0
	tail := func(y float64) float64 { return g(1/y) / float64(y*y) }
	for i := range cells {
		out += quad.Short(tail, float64(i)/cells/studentCut, float64(i+1)/cells/studentCut)
	}
	return out / (out + whole)
}

// studentScale finds the scale at which the cut law has variance 1, by secants.
func studentScale(dof float64) float64 {
	variance := func(scale float64) float64 { return studentVariance(scale, dof) }
	x0 := float64(0.9 * math.Sqrt((dof-2)/dof))
	x1 := math.Sqrt((dof - 2) / dof) // without the cut
	y0, y1 := variance(x0)-1, variance(x1)-1
	for range 30 {
		if math.Abs(y1) < 1e-15 || y1 == y0 {
			break
		}
		x0, x1, y0 = x1, x1-float64(y1*(x1-x0))/(y1-y0), y1
		y1 = variance(x1) - 1
	}
	return x1
}

// studentVariance is the variance of the cut law of a scale.
func studentVariance(scale, dof float64) float64 {
	const cells = 96
	power := -(dof + 1) / 2
	var mass, square float64
	end := asinh(studentCut / scale)
	for i := range cells {
		lo, hi := float64(scale*sinh(float64(i)/cells*end)), float64(scale*sinh(float64(i+1)/cells*end))
		at, weight := quad.ShortRule(lo, hi)
		for j, w := range weight {
			y := at[j] / scale
			m := float64(w * fmath.Pow(1+float64(y*y)/dof, power))
			mass += m
			square += float64(m * float64(at[j]*at[j]))
		}
	}
	return square / mass
}

// at is the shock of a standard normal.
func (s *student) at(z float64) float64 {
	f := float64(math.Abs(z) * studentStep)
	i := min(int(f), studentNodes-1)
	t := f - float64(i)
	c := &s.curve[i]
	x := c[0] + float64(t*(c[1]+float64(t*(c[2]+float64(t*c[3])))))
	return math.Copysign(x, z)
}

// compensator is ln E[e^{v·x}] of a shock x, for a volatility v in [0, 1] given
// as its square.
func (s *student) compensator(v2 float64) float64 {
	n := studentTerms
	switch { // terms fall off at least as (12v)²ⁿ/(2n)!
	case v2 < 1e-4:
		n = 6
	case v2 < 1e-2:
		n = smallTerms
	}
	m := 0.0
	for n--; n >= 0; n-- {
		m = float64((m + s.even[n]) * v2)
	}
	return fmath.Log1p(m)
}

func sinh(x float64) float64 { return (fmath.Exp(x) - fmath.Exp(-x)) / 2 }

func asinh(x float64) float64 { return fmath.Log(x + math.Sqrt(float64(x*x)+1)) }
