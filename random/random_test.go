package random

import (
	"math"
	"slices"
	"testing"

	"mcrisk/block"
)

// Known answers of the authors' library (Random123, tests/kat_vectors).
func TestPhiloxKnownAnswers(t *testing.T) {
	const f = 0xffffffff
	rows := []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{f, f, f, f}, [2]uint32{f, f}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, r := range rows {
		var got [4]uint32
		got[0], got[1], got[2], got[3] = philox(r.ctr[0], r.ctr[1], r.ctr[2], r.ctr[3], r.key[0], r.key[1])
		if got != r.want {
			t.Errorf("philox(%x, %x) = %x, want %x", r.ctr, r.key, got, r.want)
		}
	}
}

// The normal of (seed, path, stream, step) does not depend on where a block
// begins, and neighbouring addresses give other numbers.
func TestNormalsAreAddressed(t *testing.T) {
	var whole, part block.Track
	id := Stream(Diffusion, 0)
	Normals(&whole, 7, 3, id, 0, 64)
	Normals(&part, 7, 3, id, 20, 24)
	for k := range 24 {
		if part[k] != whole[20+k] {
			t.Fatalf("step %d differs when the block begins at 20", 20+k)
		}
	}
	seen := map[float64]bool{}
	for _, a := range []struct {
		seed, group uint64
		id          ID
	}{{7, 3, id}, {8, 3, id}, {7, 4, id}, {7, 3, Stream(Diffusion, 1)}, {7 + 1<<32, 3, id},
		{7, 3 + 1<<32, id}, {7, 3, Stream(JumpSize, 0)}} {
		Normals(&part, a.seed, a.group, a.id, 0, 64)
		for k := range part {
			for _, x := range part[k] {
				if seen[x] && math.Abs(x) > 1e-3 {
					// float32 normals repeat by chance now and then; a copied address repeats always
					seen[math.Inf(1)] = true
				}
				seen[x] = true
			}
		}
	}
	if n := len(seen); n < 7*1024*99/100 {
		t.Errorf("%d different normals of %d: addresses collide", n, 7*1024)
	}
}

// A path's scalar normals are those of its lane, for the even ones of each
// pair: one drawing layer.
func TestOneDrawingLayer(t *testing.T) {
	var tr block.Track
	id := Stream(JumpSize, 2)
	Normals(&tr, 99, 5, id, 0, 64)
	s := NewSource(99, 5*block.Lanes+9, id)
	for k := 0; k < 64; k += 2 {
		if got := s.Norm(); got != tr[k][9] {
			t.Fatalf("normal %d = %v, track has %v", k, got, tr[k][9])
		}
	}
}

// Against math.Log, Sin and Cos: the float32 construction is within a few
// units of float32's last place of the transform it claims to be.
func TestNormalsAreBoxMuller(t *testing.T) {
	words := []uint32{0, 1, 2, 3, 1 << 29, 1<<30 - 1, 1 << 30, 1 << 31, 3 << 30, math.MaxUint32 - 1, math.MaxUint32}
	s := NewSource(1, 1, 0)
	for range 20_000 {
		words = append(words, s.Uint32())
	}
	for i := 0; i+1 < len(words); i++ {
		a, b := words[i], words[i+1]
		u := (float64(a>>1) + 0.5) / (1 << 31)
		r := math.Sqrt(-2 * math.Log(u))
		sin, cos := math.Sincos(2 * math.Pi * (float64(b)/(1<<32) - 0.125))
		x, y := normals(a, b)
		wx, wy := r*cos, r*sin
		// Rounding of the transform, and of U itself, which is coarse near 1.
		tol := 4e-7*(1+r) + 7e-8/(r+1e-4)
		if math.Abs(float64(x)-wx) > tol || math.Abs(float64(y)-wy) > tol {
			t.Fatalf("normals(%#x, %#x) = %v, %v; want %v, %v", a, b, x, y, wx, wy)
		}
	}
}

// Moments to order 6, tail counts and the Kolmogorov–Smirnov distance of
// n = 2²² draws taken across paths, steps and streams; every bound is 5
// standard deviations (a sound generator fails any one of the 14 about once in
// 120,000 seeds, and the seed is fixed). A radius from 24 bits, a missing −2,
// or an angle over half the circle fail it.
func TestNormalDistribution(t *testing.T) {
	var tr block.Track
	var xs []float64
	for g := range uint64(1024) {
		for i := range 4 {
			Normals(&tr, 2026, g, Stream(Diffusion, i), 64*i, 64)
			for k := range tr {
				xs = append(xs, tr[k][:]...)
			}
		}
	}
	n := float64(len(xs))
	var m [7]float64
	tails := map[float64]float64{2: 0, 3: 0, 4: 0, 5: 0}
	for _, x := range xs {
		p := 1.0
		for j := 1; j <= 6; j++ {
			p *= x
			m[j] += p / n
		}
		for z := range tails {
			if math.Abs(x) > z {
				tails[z]++
			}
		}
	}
	// E x^j and Var x^j of the normal law.
	want := [7]float64{0, 0, 1, 0, 3, 0, 15}
	variance := [7]float64{0, 1, 2, 15, 96, 945, 10170}
	for j := 1; j <= 6; j++ {
		if z := (m[j] - want[j]) / math.Sqrt(variance[j]/n); math.Abs(z) > 5 {
			t.Errorf("moment %d = %v, want %v: %.1f standard deviations", j, m[j], want[j], z)
		}
	}
	for z, k := range tails {
		p := math.Erfc(z / math.Sqrt2)
		if d := (k - n*p) / math.Sqrt(n*p); math.Abs(d) > 5 {
			t.Errorf("beyond %v: %v draws, want %.1f: %.1f standard deviations", z, k, n*p, d)
		}
	}
	slices.Sort(xs)
	ks := 0.0
	for i, x := range xs {
		f := math.Erfc(-x/math.Sqrt2) / 2
		ks = max(ks, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
	}
	if ks*math.Sqrt(n) > 2.8 { // false alarm 2·e^{−2·2.8²} = 3e-7
		t.Errorf("Kolmogorov–Smirnov √n·D = %.2f", ks*math.Sqrt(n))
	}
}

// Neighbouring paths, steps and streams, and the two normals of a pair, are
// uncorrelated, in value and in square. 5 standard deviations on 8 numbers: a
// sound generator fails about once in 200,000 seeds.
func TestNeighboursAreUncorrelated(t *testing.T) {
	var a, b block.Track
	var lane, step, stream, square, n float64
	for g := range uint64(512) {
		Normals(&a, 5, g, Stream(Diffusion, 0), 0, 64)
		Normals(&b, 5, g, Stream(Diffusion, 1), 0, 64)
		for k := range 63 {
			for l := range block.Lanes - 1 {
				x := a[k][l]
				lane += x * a[k][l+1]
				step += x * a[k+1][l]
				stream += x * b[k][l]
				square += (x*x - 1) * (a[k+1][l]*a[k+1][l] - 1) / 2
				n++
			}
		}
	}
	for name, c := range map[string]float64{"lane": lane, "step": step, "stream": stream, "squares": square} {
		if z := c / math.Sqrt(n); math.Abs(z) > 5 {
			t.Errorf("%s: correlation %.2g, %.1f standard deviations", name, c/n, z)
		}
	}
}

// Uniforms stay inside (0, 1); exponentials have mean and variance 1 (5
// standard errors, one false alarm in 900,000 seeds each).
func TestUniformAndExponential(t *testing.T) {
	s := NewSource(3, 1<<40, Stream(JumpClock, 0))
	const n = 1 << 20
	var e1, e2, lo, hi float64 = 0, 0, 1, 0
	for range n {
		u := s.Float64()
		lo, hi = min(lo, u), max(hi, u)
		x := s.Exp()
		e1 += x / n
		e2 += (x - 1) * (x - 1) / n
	}
	if !(lo > 0 && lo < 1e-4 && hi < 1 && hi > 1-1e-4) {
		t.Errorf("uniforms in [%v, %v]", lo, hi)
	}
	if z := (e1 - 1) * math.Sqrt(n); math.Abs(z) > 5 {
		t.Errorf("mean %v: %.1f standard errors", e1, z)
	}
	if z := (e2 - 1) * math.Sqrt(n/8.0); math.Abs(z) > 5 {
		t.Errorf("variance %v: %.1f standard errors", e2, z)
	}
}

// Permutations go through golang.org/x/exp/rand on the same stream, and a
// copied source replays them.
func TestRandOverTheStream(t *testing.T) {
	s := NewSource(1, 2, Stream(JumpClock, 3))
	replay := s
	p, q := s.Rand().Perm(100), replay.Rand().Perm(100)
	if !slices.Equal(p, q) {
		t.Error("a copy of the source does not replay")
	}
	s.Seed(2)
	if slices.Equal(p, s.Rand().Perm(100)) {
		t.Error("another seed gives the same permutation")
	}
}

func BenchmarkNormals(b *testing.B) {
	var tr block.Track
	id := Stream(Diffusion, 0)
	for i := range b.N {
		Normals(&tr, 1, uint64(i), id, 0, block.Steps)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(block.Lanes*block.Steps), "ns/normal")
}

func BenchmarkStartPath(b *testing.B) {
	for i := range b.N {
		s := NewSource(1, uint64(i), Stream(JumpClock, 0))
		sink = s.Exp()
	}
}

var sink float64
