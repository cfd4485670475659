package levy

import (
	"cmp"
	"math"
	"slices"

	"mcrisk/fmath/cmplx"
	"mcrisk/models"
)

// Roots returns the four solutions b, by increasing real part, of ψ(b) = s
// with Kou's exponent of y,
//
//	ψ(b) = sigma²b²/2 + nu·b + Rate·(Up·η₁/(η₁−b) + (1−Up)·η₂/(η₂+b) − 1),
//
// and the slopes ψ′ there. nu is the drift of y without jumps.
func Roots(m models.Kou, nu float64, s complex128) (b, slope [4]complex128) {
	v, p, e1, e2 := float64(m.Sigma*m.Sigma/2), m.Up, m.EtaUp, m.EtaDown
	// (v·b² + nu·b − Rate − s)(η₁ − b)(η₂ + b) + Rate·p·η₁(η₂ + b) + Rate(1−p)η₂(η₁ − b)
	c := -complex(m.Rate, 0) - s
	poly := [5]complex128{
		cmplx.Scale(e1*e2, c) + complex(float64(m.Rate*e1*e2), 0),
		complex(float64(nu*e1*e2), 0) + cmplx.Scale(e1-e2, c) +
			complex(float64(m.Rate*(float64(p*e1)-float64((1-p)*e2))), 0),
		complex(float64(v*e1*e2)+float64(nu*(e1-e2)), 0) - c,
		complex(float64(v*(e1-e2))-nu, 0),
		complex(-v, 0),
	}
	// Durand–Kerner from points around the scale of the roots
	scale := max(e1, e2, math.Sqrt((cmplx.Abs(s)+m.Rate)/v), math.Abs(nu)/v)
	for i := range b {
		b[i] = cmplx.Rect(scale, 0.4+float64(math.Pi/2*float64(i)))
	}
	value := func(x complex128) complex128 {
		y := poly[4]
		for k := 3; k >= 0; k-- {
			y = cmplx.Mul(y, x) + poly[k]
		}
		return cmplx.Div(y, poly[4])
	}
	for range 200 {
		moved := 0.0
		for i := range b {
			d := value(b[i])
			for j := range b {
				if j != i {
					d = cmplx.Div(d, b[i]-b[j])
				}
			}
			b[i] -= d
			moved = max(moved, cmplx.Abs(d)/(1e-300+cmplx.Abs(b[i])))
		}
		if moved < 1e-15 {
			break
		}
	}
	slices.SortFunc(b[:], func(x, y complex128) int { return cmp.Compare(real(x), real(y)) })
	for i, x := range b {
		up, down := complex(e1, 0)-x, complex(e2, 0)+x
		jumps := cmplx.Div(complex(p*e1, 0), cmplx.Square(up)) - cmplx.Div(complex((1-p)*e2, 0), cmplx.Square(down))
		slope[i] = cmplx.Scale(2*v, x) + complex(nu, 0) + cmplx.Scale(m.Rate, jumps)
	}
	return b, slope
}
