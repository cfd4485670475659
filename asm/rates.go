package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// everywhere is a parameter in all elements of a vector.
func everywhere(name string) reg.VecVirtual {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	dst := vec()
	VBROADCASTSD(p.Addr, dst)
	return dst
}

// revert writes reverting.steps of package rates for the 16 lanes of a group.
func revert() {
	begin("revert", attr.NOSPLIT, "func(x, z, move, value, rest *float64, n int, keep, own, shared float64)",
		"writes the values before each of n steps of 16 lanes, above zero, to x. The values now",
		"move on to rest + keep·value + (own·z + shared·move).")
	at := map[string]reg.GPVirtual{}
	for _, name := range []string{"x", "z", "move", "value", "rest", "n"} {
		at[name] = GP64()
		Load(Param(name), at[name])
	}
	keep, own, shared := everywhere("keep"), everywhere("own"), everywhere("shared")
	const parts = 4
	var v, rest [parts]reg.VecVirtual
	for i := range v {
		v[i], rest[i] = load(Mem{Base: at["value"], Disp: 32 * i}), load(Mem{Base: at["rest"], Disp: 32 * i})
	}
	Label("step")
	for i := range v {
		part := func(name string) Mem { return Mem{Base: at[name], Disp: 32 * i} }
		VMOVUPD(v[i], part("x"))
		VMULPD(keep, v[i], v[i])
		VADDPD(v[i], rest[i], v[i])
		VADDPD(addpd(mulpd(own, part("z")), mulpd(shared, part("move"))), v[i], v[i])
	}
	for _, name := range []string{"x", "z", "move"} {
		ADDQ(U32(128), at[name])
	}
	SUBQ(U32(1), at["n"])
	JNZ(LabelRef("step"))
	for i := range v {
		VMOVUPD(v[i], Mem{Base: at["value"], Disp: 32 * i})
	}
	VZEROUPPER()
	RET()
}

// eachRow begins a loop over rows of 16 numbers, which change turns into others. It may keep some where they are.
func eachRow(change func(x row, at place) row) {
	x, n := GP64(), GP64()
	Load(Param("x"), x)
	Load(Param("n"), n)
	at := place{Mem{Base: x}}
	Label("next")
	at.store(0, change(at.load(0, vectors()), at))
	ADDQ(U32(128), x)
	SUBQ(U32(16), n)
	JNZ(LabelRef("next"))
	VZEROUPPER()
	RET()
}

// pay writes Rule.pay of package rates.
func pay() {
	begin("pay", attr.NOSPLIT, "func(x *float64, n int, interest, clamp, limit, least, share, perYear float64)",
		"turns the first n premiums, a multiple of 16 above zero, into payments per year. Least is -limit.")
	interest, clamp, limit, least := everywhere("interest"), everywhere("clamp"), everywhere("limit"),
		everywhere("least")
	share, perYear := everywhere("share"), everywhere("perYear")
	eachRow(func(x row, _ place) row {
		clamped := sub(interest, x).each(func(d reg.VecVirtual) reg.VecVirtual { // there are few registers
			return mulpd(subpd(size(addpd(d, clamp)), size(subpd(d, clamp))), constant(0.5))
		})
		return mul(apply(VMAXPD, apply(VMINPD, mul(add(x, clamped), share), limit), least), perYear)
	})
}

// slopes writes Slopes.of of package rates, and what reserve.supply does.
func slopes() {
	begin("slopes", attr.NOSPLIT, "func(x *float64, n int, own, base, kink, below, above float64)",
		"turns the first n numbers e^(-y/128), a multiple of 16 above zero, into borrow rates.")
	own, one := everywhere("own"), load(constant(1.0))
	rate := lines()
	eachRow(func(x row, _ place) row { return rate(apply(VMINPD, add(utilisation(x, one), own), one)) })

	begin("supply", attr.NOSPLIT, "func(x *float64, n int, lent, base, kink, below, above float64)",
		"turns the first n numbers e^(-y/128), a multiple of 16 above zero, into supply rates.")
	lent := everywhere("lent")
	one = load(constant(1.0))
	rate = lines()
	eachRow(func(x row, at place) row {
		u := utilisation(x, one)
		at.store(0, u)
		return mul(mul(rate(u), at), lent)
	})
}

// utilisation is that of numbers e^(−y/128).
func utilisation(x row, one reg.VecVirtual) row {
	for range 7 {
		x = mul(x, x)
	}
	return div(one, add(x, one))
}

// lines are lines.at of package rates, with the parameters of a function.
func lines() func(u row) row {
	base, kink, below, above := everywhere("base"), everywhere("kink"), everywhere("below"), everywhere("above")
	return func(u row) row {
		over := sub(u, kink).each(func(v reg.VecVirtual) reg.VecVirtual {
			return mulpd(addpd(size(v), v), constant(0.5))
		})
		return add(add(mul(sub(u, over), below), base), mul(over, above))
	}
}

// tick writes marketTick.run of package rates where funding never falls.
func tick() {
	begin("tick", attr.NOSPLIT, "func(z, move, funding, borrow, value, rate, rest *float64, n int, numbers *float64)",
		"makes n ticks of the markets of 16 lanes, above zero. Numbers, each four times, are keep, own, shared",
		"and pull of the skew, rise, stable, least, most and -most of the funding rate, side and free.")
	at := map[string]reg.GPVirtual{}
	for _, name := range []string{"z", "move", "funding", "borrow", "value", "rate", "rest", "n", "numbers"} {
		at[name] = GP64()
		Load(Param(name), at[name])
	}
	names := []string{"keep", "own", "shared", "pull", "rise", "stable", "least", "most", "lowest", "side", "free"}
	number := func(name string) Op { return Mem{Base: at["numbers"], Disp: 32 * index(names, name)} }
	one := load(constant(1.0))
	Label("tick")
	for i := range 4 { // apart, so that the processor overlaps them
		part := func(name string) Mem { return Mem{Base: at[name], Disp: 32 * i} }
		value, rate := load(part("value")), load(part("rate"))
		square := mulpd(value, value)
		linear := func(a, b float64) reg.VecVirtual { return addpd(mulpd(value, constant(b)), constant(a)) }
		other := addpd(linear(0.5, 1.0/6), mulpd(linear(1.0/24, 1.0/120), square))
		VMULPD(square, other, other)
		VADDPD(addpd(value, one), other, other)
		for range 7 {
			VMULPD(other, other, other)
		}
		imbalance := do(VDIVPD, subpd(one, other), addpd(one, other))
		smaller := cmppd(greater, other, one)
		fee := load(part("borrow"))
		VMOVUPD(blend(smaller, fee, mulpd(fee, number("free"))), part("borrow"))

		change := mulpd(imbalance, number("rise"))
		next := do(VMAXPD, load(number("lowest")), do(VMINPD, load(number("most")), addpd(rate, change)))
		small := and(cmppd(greater, mulpd(rate, imbalance), zero()), cmppd(atMost, size(imbalance), number("stable")))
		next = blend(small, next, rate)
		d := subpd(next, rate)
		VMOVUPD(next, part("rate"))
		VADDPD(constant(1e-300), change, change)
		reached := do(VDIVPD, d, change)
		VMULPD(constant(0.5), d, d)
		mean := subpd(next, mulpd(d, reached))
		paid := do(VMAXPD, load(number("least")), size(mean))
		VANDPD(constant(uint64(1<<63)), mean, mean)
		VORPD(mean, paid, paid)
		VMULPD(number("side"), paid, paid)
		VMOVUPD(mulpd(paid, do(VMAXPD, other, one)), part("funding"))

		VMULPD(number("keep"), value, value)
		VADDPD(part("rest"), value, value)
		VADDPD(mulpd(next, number("pull")), value, value)
		shock := addpd(mulpd(load(part("z")), number("own")), mulpd(load(part("move")), number("shared")))
		VADDPD(shock, value, value)
		VMOVUPD(value, part("value"))
		VMOVUPD(imbalance, part("move"))
	}
	for _, name := range []string{"z", "move", "funding", "borrow"} {
		ADDQ(U32(128), at[name])
	}
	SUBQ(U32(1), at["n"])
	JNZ(LabelRef("tick"))
	VZEROUPPER()
	RET()
}
