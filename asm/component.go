package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mostComponents is that of package models.
const mostComponents = 10

// component writes the steps of models.Component. How many components are drawn anew is how many limits the
// second normal is below; none of it branches, as in each step something changes in some lane.
func component() {
	begin("component", 0, "func(move, z, y, state *[16]float64, words *[16]uint32, steps int, numbers *float64, "+
		"curve *[224][4]float64)",
		"makes steps: z are the normals of the returns, y those that say what is drawn anew from words.")
	param := func(name string) place { return place{Mem{Base: Load(Param(name), GP64())}} }
	move, z, y, state, words := param("move"), param("z"), param("y"), param("state"), param("words")
	steps, numbers, curve := Load(Param("steps"), GP64()), Load(Param("numbers"), GP64()), Load(Param("curve"), GP64())
	s := stepping{numbers: numbers, names: []string{"now", "later", "still", "fade", "faster", "wait"}}
	for i := range mostComponents {
		s.names = append(s.names, "below"+strconv.Itoa(i))
	}
	rise := Mem{Base: numbers, Disp: 8 * len(s.names)}
	sd := rise.Offset(8 * 16)
	lags := len(s.names) - mostComponents
	all := vectors()
	Label("step")
	for i := range all {
		move.store(i, row{shock(z.load(i, 1)[0], curve)})
	}
	u := y.load(0, all)
	drawn := u.each(func(reg.VecVirtual) reg.VecVirtual { return zero() })
	for _, name := range s.names[lags:] {
		for i, m := range u.compare(less, s.number(name)) {
			count(m, drawn[i])
		}
	}
	for i := range all {
		stays := do(VPSLLVQ, load(constant(^uint64(0))), drawn[i])
		fresh := vec()
		VPMOVZXDQ(words.Offset(bytes()/2*i), fresh)
		// Added to 2⁵² the state is the bits that it stands for.
		const whole = float64(1 << 52)
		bits := addpd(state.load(i, 1)[0], constant(whole))
		bits = do(VORPD, do(VANDPD, bits, stays), do(VANDNPD, stays, fresh))
		state.store(i, row{subpd(bits, constant(whole))})
		high := ones(bits)
		deviation := looked(sd, high)
		e, h := mulpd(deviation, move.Offset(bytes()*i)), mulpd(deviation, deviation)
		waits, squares := state.load(16*8/bytes()+i, 1)[0], state.load(2*16*8/bytes()+i, 1)[0]
		x := addpd(looked(rise, high), mulpd(e, s.number("now")))
		move.store(i, row{addpd(x, addpd(mulpd(waits, s.number("later")), mulpd(squares, s.number("fade"))))})
		state.store(16*8/bytes()+i, row{addpd(mulpd(waits, s.number("still")), subpd(e, h))})
		state.store(2*16*8/bytes()+i, row{addpd(mulpd(squares, s.number("faster")), h)})
	}
	for _, p := range []place{move, z, y} {
		ADDQ(U32(128), p.Base)
	}
	ADDQ(U32(64), words.Base)
	DECQ(steps)
	JNZ(LabelRef("step"))
	VZEROUPPER()
	RET()
}

// ones is how many of the lowest ten bits are set; the next two are not.
func ones(x reg.VecVirtual) reg.VecVirtual {
	and := func(x reg.VecVirtual, mask uint64) reg.VecVirtual { return do(VANDPD, x, constant(mask)) }
	x = do(VPSUBQ, x, and(right(x, 1), 0x155))
	x = do(VPADDQ, and(x, 0x333), and(right(x, 2), 0x333))
	return and(do(VPADDQ, do(VPADDQ, x, right(x, 4)), right(x, 8)), 15)
}

// right are the elements shifted right.
func right(x reg.VecVirtual, by int) reg.VecVirtual {
	dst := vec()
	VPSRLQ(U8(by), x, dst)
	return dst
}

// looked is the number of a table of 16 that each element numbers, in AVX2 of the first 12.
func looked(table Mem, at reg.VecVirtual) reg.VecVirtual {
	dst := vec()
	if wide {
		VMOVDQU64(at, dst)
		VPERMI2PD(table.Offset(64), load(table), dst)
		return dst
	}
	// Halves of a number are looked up in four numbers at a time, by the lowest two bits.
	halves := do(VPADDD, at, at)
	VPSHUFD(U8(0xa0), halves, halves)
	VPADDD(constant(uint64(1<<32)), halves, halves)
	var part [3]reg.VecVirtual
	for i := range part {
		part[i] = vec()
		VPERMD(table.Offset(bytes()*i), halves, part[i])
	}
	return blend(left(at, 60), blend(left(at, 61), part[0], part[1]), part[2])
}

// left says yes where the bit is set that a shift makes the highest.
func left(x reg.VecVirtual, by int) mask {
	dst := vec()
	VPSLLQ(U8(by), x, dst)
	return negative(dst)
}
