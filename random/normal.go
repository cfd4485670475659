package random

import (
	"math"

	"mcrisk/block"
)

// normals turns two random words into two independent standard normals by
// Box–Muller, in float32, without rejection and without fused multiply-add:
// quick in vector code, and the same bits in plain Go on every machine.
//
// The radius comes from 31 bits, so a normal lies within ±6.66; the mass left
// out beyond is below 3e-11. The angle comes from all 32.
func normals(a, b uint32) (x, y float32) {
	r := radius(a)
	s, c := sinCos(b)
	return float32(r * c), float32(r * s)
}

// radius is √(−2 ln U) with U = (a/2 + ½)/2³¹ in (0, 1].
func radius(a uint32) float32 {
	u := float32((float32(int32(a>>1)) + 0.5) * (1.0 / (1 << 31)))
	// u = m·2^e with m in [√½, √2).
	const sqrtHalf = 0x3f3504f3
	bits := math.Float32bits(u)
	e := int32(bits-sqrtHalf) >> 23
	f := math.Float32frombits(bits-uint32(e)<<23) - 1
	// ln m = 2·atanh(s), s = f/(2+f), |s| ≤ 0.172.
	s := f / (2 + f)
	z := float32(s * s)
	p := float32(1.0 / 9)
	p = float32(p*z) + 1.0/7
	p = float32(p*z) + 1.0/5
	p = float32(p*z) + 1.0/3
	p = float32(p*z) + 1
	ln := float32(float32(e)*(math.Ln2)) + float32(float32(2*s)*p)
	return float32(math.Sqrt(float64(float32(-2 * ln))))
}

// sinCos returns the sine and cosine of 2π·(b/2³² − 1/8): the top two bits are
// the quadrant, the rest an angle in [−π/4, π/4).
func sinCos(b uint32) (sin, cos float32) {
	t := float32(float32(int32(b&(1<<30-1))-1<<29) * (math.Pi / 4 / (1 << 29)))
	z := float32(t * t)
	p := float32(1.0 / 362880)
	p = float32(p*z) - 1.0/5040
	p = float32(p*z) + 1.0/120
	p = float32(p*z) - 1.0/6
	s := t + float32(float32(t*z)*p)
	q := float32(1.0 / 40320)
	q = float32(q*z) - 1.0/720
	q = float32(q*z) + 1.0/24
	q = float32(q*z) - 1.0/2
	c := 1 + float32(z*q)
	switch b >> 30 {
	case 0:
		return s, c
	case 1:
		return c, -s
	case 2:
		return -s, -c
	}
	return -c, s
}

// Normals fills the first n steps of dst with standard normals for the paths
// of a group: the normal of (seed, path, stream, step) is the same wherever
// the block begins. First must be a multiple of 4.
func Normals(dst *block.Track, seed, group uint64, id ID, first, n int) {
	if first%4 != 0 {
		panic("random: first step of a block is not a multiple of 4")
	}
	fill(dst, seed, group, id, uint32(first/4), (n+3)/4)
}

// fillPlain fills 4·quads steps of dst, from the quad-th block of four words.
// It is the definition of what the vector code of a processor computes.
func fillPlain(dst *block.Track, seed, group uint64, id ID, quad uint32, quads int) {
	k0, k1 := uint32(seed), uint32(seed>>32)
	for k := 0; k < 4*quads; k += 4 {
		for lane := range block.Lanes {
			path := group*block.Lanes + uint64(lane)
			w0, w1, w2, w3 := philox(quad, uint32(id), uint32(path), uint32(path>>32), k0, k1)
			a, b := normals(w0, w1)
			c, d := normals(w2, w3)
			dst[k][lane], dst[k+1][lane] = float64(a), float64(b)
			dst[k+2][lane], dst[k+3][lane] = float64(c), float64(d)
		}
		quad++
	}
}
