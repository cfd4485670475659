package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// heston writes the steps of models.Heston by a squared normal, where the logarithm is of a
// number near one.
func heston() {
	names := []string{"theta", "e", "vary", "vary0", "growth", "k1", "k2", "k3", "k4", "k13", "a2"}
	steps("heston", "makes steps of a Heston", 2, names, "",
		func(z []Mem, v reg.VecVirtual, number func(string) reg.VecVirtual) (move, next reg.VecVirtual, ok mask) {
			theta := number("theta")
			mean := addpd(mulpd(subpd(v, theta), number("e")), theta)
			s2 := addpd(mulpd(v, number("vary")), number("vary0"))
			psi := do(VDIVPD, s2, mulpd(mean, mean))
			ok = cmppd(atMost, psi, constant(1.5))
			i := do(VDIVPD, load(constant(2.0)), psi)
			i1 := subpd(i, constant(1.0))
			b2 := addpd(i1, do2(VSQRTPD, mulpd(i, i1)))
			a := do(VDIVPD, mean, addpd(b2, constant(1.0)))
			b := addpd(do2(VSQRTPD, b2), z[1])
			next = mulpd(a, mulpd(b, b))
			w := subpd(load(constant(1.0)), mulpd(mulpd(number("a2"), a), constant(2.0)))
			ok = and(ok, and(cmppd(atLeast, w, constant(0.71)), cmppd(atMost, w, constant(1.41))))
			k0 := subpd(mulpd(logNear(subpd(w, constant(1.0))), constant(0.5)),
				do(VDIVPD, mulpd(number("a2"), mulpd(b2, a)), w))
			k0 = subpd(k0, mulpd(v, number("k13")))
			spread := addpd(mulpd(number("k3"), v), mulpd(number("k4"), next))
			move = addpd(addpd(number("growth"), k0), addpd(mulpd(number("k1"), v), mulpd(number("k2"), next)))
			return addpd(move, mulpd(do2(VSQRTPD, spread), z[0])), next, ok
		})
}
