package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// heston writes the steps of models.Heston. Left are lanes with a normal beyond ±3.5 where the
// variance is exponential, and those whose martingale correction takes a logarithm that is not
// of a number near one.
func heston() {
	names := []string{"theta", "e", "vary", "vary0", "growth", "k1", "k2", "k3", "k4", "k13", "a2"}
	steps("heston", names, 2, "[57]float64", func(s *stepping) {
		all := vectors()
		// 1. the variance as a squared normal
		v := s.state.load(0, all)
		s.before.store(0, v)
		mean := add(mul(sub(v, s.number("theta")), s.number("e")), s.number("theta"))
		psi := div(add(mul(v, s.number("vary")), s.number("vary0")), mul(mean, mean))
		means, psis, nexts, k0s := local(), local(), local(), local()
		means.store(0, mean)
		psis.store(0, psi)
		const psiC = 1.5
		s.leave(0, psi.compare(atMost, constant(psiC)))
		i := div(load(constant(2.0)), psi)
		i1 := sub(i, constant(1.0))
		b2 := add(sqrt(mul(i, i1)), i1)
		a := div(means.load(0, all), add(b2, constant(1.0)))
		product := mul(mul(b2, a), s.number("a2")).aside()
		b := add(sqrt(b2), s.z[1])
		nexts.store(0, mul(mul(b, b), a))
		w := sub(load(constant(1.0)), mul(mul(a, s.number("a2")), constant(2.0)))
		exponential := GP32() // lanes where it is none
		MOVL(s.left, exponential)
		XORL(s.left, s.left)
		s.leave(0, bothOf(w.compare(atLeast, constant(0.71)), w.compare(atMost, constant(1.41))))
		squared := GP32()
		MOVL(exponential, squared)
		NOTL(squared)
		ANDL(squared, s.left)
		ratio := div(product(), w).aside()
		k0s.store(0, sub(mul(logNear(sub(w, constant(1.0))), constant(0.5)), ratio()))
		// 2. as an exponential
		TESTL(exponential, exponential)
		JZ(LabelRef("settled"))
		for from := 0; from < all; from += 2 {
			const n = 2
			here := "squared" + string(rune('0'+from))
			if n < all {
				TESTL(U32((1<<(n*bytes()/8)-1)<<(from*bytes()/8)), exponential)
				JZ(LabelRef(here))
			}
			psi := psis.load(from, n)
			p := div(sub(psi, constant(1.0)), add(psi, constant(1.0)))
			q := sub(load(constant(1.0)), p)
			beta := div(q, means.load(from, n))
			gain := sub(beta, s.number("a2"))
			of := add(p, div(mul(beta, q), gain))
			ok := bothOf(gain.compare(greater, constant(0.0)),
				bothOf(of.compare(atLeast, constant(0.71)), of.compare(atMost, constant(1.41))))
			qAgain, betaAgain := q.aside(), beta.aside()
			k0 := apply(VXORPD, logNear(sub(of, constant(1.0))), load(constant(uint64(1<<63))))
			squared := psis.load(from, n).compare(atMost, constant(psiC))
			k0s.store(from, k0.choose(squared, k0s.load(from, n)))

			z := s.z[1].load(from, n)
			ok = bothOf(ok, z.size().compare(less, constant(3.5)))
			s.leave(from, eitherOf(ok, squared))
			tail := above(z, s.table)
			q = qAgain()
			below := tail.compare(less, q)
			next := div(div(q, tail).each(log), betaAgain())
			for i, m := range below {
				next[i] = only(m, next[i])
			}
			squared = psis.load(from, n).compare(atMost, constant(psiC))
			nexts.store(from, next.choose(squared, nexts.load(from, n)))
			if n < all {
				Label(here)
			}
		}
		// 3. the price
		Label("settled")
		// AVX2 has registers for four rows: what is read twice need not stay in them.
		spread := add(mul(s.before.load(0, all), s.number("k3")), mul(nexts.load(0, all), s.number("k4")))
		s.move.store(0, mul(sqrt(spread), s.z[0]))
		v, next := s.before.load(0, all), nexts.load(0, all)
		s.state.store(0, next)
		move := add(mul(v, s.number("k1")), mul(next, s.number("k2")))
		k0 := sub(k0s.load(0, all), mul(v, s.number("k13")))
		move = add(add(k0, s.number("growth")), move)
		s.move.store(0, add(move, s.move))
	})
}

func bothOf(x, y []mask) []mask   { return pairwise(and, x, y) }
func eitherOf(x, y []mask) []mask { return pairwise(or, x, y) }

func pairwise(f func(x, y mask) mask, x, y []mask) []mask {
	dst := make([]mask, len(x))
	for i := range x {
		dst[i] = f(x[i], y[i])
	}
	return dst
}

// above is fmath.NormCDF(−z) within ±3.5. The table has e^{−h²/2} for h in sixteenths.
func above(z row, table reg.Register) row {
	x := z.size()
	e, far := make(row, len(x)), make(row, len(x))
	for i, v := range x {
		node, whole := truncated(do(VMINPD, mulpd(v, constant(16.0)), constant(56.0)))
		offset := vec()
		VPMOVZXDQ(node, offset)
		VPSLLQ(U8(3), offset, offset)
		e[i] = gather(Mem{Base: table}, offset)
		h := mulpd(whole, constant(1.0/16))
		far[i] = mulpd(mulpd(subpd(v, h), addpd(v, h)), constant(-0.5))
	}
	e = mul(e, far.each(func(r reg.VecVirtual) reg.VecVirtual {
		return blend(cmppd(atMost, size(r), constant(1.0/32)), expSmall(r), expTiny(r))
	}))
	a := x.polynomial(3.52624965998911e-02, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
		221.213596169931, 220.206867912376)
	b := x.polynomial(8.83883476483184e-02, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
		637.333633378831, 793.826512519948, 440.413735824752)
	tail := div(mul(e, a), b)
	return tail.choose(z.compare(less, constant(0.0)), sub(load(constant(1.0)), tail))
}
