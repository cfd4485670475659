package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rates are where a history's are: the bars of the step, the row of each bar, and the rows.
type rates struct{ bars, ofBar, rows reg.Register }

// lookUp reads the rates that each lane of the i-th unit pays in a step, from the row of the bar that
// the step is drawn from, and returns and keeps a vector of lanes for each of the four rates.
func (u *unit) lookUp(from rates, i int, sizeCost bool, k reg.GPVirtual) (r [4]Op) {
	lanes := bytes() / 8
	row := func(lane int) Mem {
		at := GP64()
		MOVLQSX(Mem{Base: from.bars, Disp: 4 * (lanes*i + lane)}, at)
		MOVLQSX(Mem{Base: from.ofBar, Index: at, Scale: 4}, at)
		if !sizeCost {
			SHLQ(U8(5), at)
		} else {
			SHLQ(U8(6), at)
			MOVQ(at, u.paid.Offset(8*lane).Idx(k, 1))
		}
		return Mem{Base: from.rows, Index: at, Scale: 1}
	}
	turned(row, func(j int, column reg.VecVirtual) {
		r[j] = u.rates[j].Idx(k, 1)
		VMOVUPD(column, r[j])
		if wide {
			r[j] = column
		}
	})
	return r
}

// turned reads a row of four numbers for each element of a vector and hands over the columns, each as a
// vector of the rows' numbers.
func turned(row func(lane int) Mem, take func(j int, column reg.VecVirtual)) {
	lanes := bytes() / 8
	// Neighbours, and where it is wide the pair after them beside it, become pairs of their numbers 0
	// and 2 and of their numbers 1 and 3.
	var pairs [2][2]reg.VecVirtual
	for half, lane := range [2]int{0, lanes / 2} {
		var x [2]reg.VecVirtual
		for j := range x {
			x[j] = vec()
			if wide {
				VMOVUPD(row(lane+j), x[j].AsY())
				VINSERTF64X4(U8(1), row(lane+j+2), x[j], x[j])
			} else {
				VMOVUPD(row(lane+j), x[j])
			}
		}
		pairs[0][half], pairs[1][half] = do(VUNPCKLPD, x[0], x[1]), do(VUNPCKHPD, x[0], x[1])
	}
	for j := range 4 {
		low, high, of := pairs[j%2][0], pairs[j%2][1], vec()
		if wide {
			VSHUFF64X2(U8([2]byte{0x88, 0xdd}[j/2]), high, low, of)
		} else {
			VPERM2F128(U8([2]byte{0x20, 0x31}[j/2]), high, low, of)
		}
		take(j, of)
	}
}

// due does datedPath.charge for all steps, whose rates it overwrites by what they charge, adds up what
// that is of log equity, and finds out which lanes pay too much at once.
func (u *unit) due(local func(int) Mem, k, end reg.GPVirtual, number func(string) Op) {
	one := load(constant(1.0))
	onCash, onEquity := load(number("onCash")), load(number("onEquity"))
	state := u.state("logs0", "logs1", "logs2", "logs3")
	most := zero()
	XORQ(k, k)
	Label("due" + u.name)
	v := do(VDIVPD, one, subpd(one, load(u.after.Idx(k, 1))))
	leverage := subpd(one, v)
	of := [4]reg.VecVirtual{leverage, addpd(mulpd(v, onCash), onEquity), leverage, leverage}
	var part [4]reg.VecVirtual
	for i := range part {
		part[i] = mulpd(of[i], u.rates[i].Idx(k, 1))
		VMOVUPD(part[i], u.rates[i].Idx(k, 1))
	}
	d := subpd(addpd(part[0], part[1]), addpd(part[2], part[3]))
	VMAXPD(most, size(d), most)
	per := mulpd(d, constant(1.0/7))
	for _, c := range []float64{1.0 / 6, 1.0 / 5, 1.0 / 4, 1.0 / 3, 1.0 / 2} {
		per = mulpd(subpd(vector(constant(c)), per), d)
	}
	per = subpd(one, per)
	for i, name := range []string{"logs0", "logs1", "logs2", "logs3"} {
		VADDPD(mulpd(part[i], per), state[name], state[name])
	}
	ADDQ(U32(bytes()), k)
	CMPQ(k, end)
	JLT(LabelRef("due" + u.name))
	and(loadMask(u.ok), cmppd(atMost, most, constant(mostDue))).save(u.ok)
	u.keep(local, state)
}

// charge adds up what each step took of the equity before it.
func (u *unit) charge(k, end reg.GPVirtual) {
	state := u.state("money0", "money1", "money2", "money3")
	e := load(u.field("e"))
	XORQ(k, k)
	Label("charge" + u.name)
	for i, name := range []string{"money0", "money1", "money2", "money3"} {
		VADDPD(mulpd(e, u.rates[i].Idx(k, 1)), state[name], state[name])
	}
	VMOVUPD(u.before.Idx(k, 1), e)
	ADDQ(U32(bytes()), k)
	CMPQ(k, end)
	JLT(LabelRef("charge" + u.name))
	for _, name := range []string{"logs0", "logs1", "logs2", "logs3"} {
		state[name] = load(u.kept[name])
	}
	u.store(loadMask(u.ok), state)
}
