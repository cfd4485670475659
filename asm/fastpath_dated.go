package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// What the second of the rates is paid on.
const (
	either   = iota // as the constants have it
	onCash          // for all tokens of a function
	onEquity        // as well
)

// rates are where a history's are: the bars of the step, the row of each bar, and the rows.
type rates struct{ bars, ofBar, rows reg.Register }

func loadRates() rates {
	return rates{Load(Param("bars"), GP64()), Load(Param("ofBar"), GP64()), Load(Param("rates"), GP64())}
}

// lookUp reads the rates that each lane of the i-th unit pays in a step, from the row of the bar that
// the step is drawn from, and returns a vector of lanes for each of the four rates, nil for those that the
// rows do not have. Bars are those of k times scale from the first; also is called with where each row is.
func (h rates) lookUp(i int, k reg.GPVirtual, columns []int, scale uint8,
	also func(lane int, at reg.GPVirtual)) (r [4]reg.VecVirtual) {
	lanes := bytes() / 8
	row := func(lane int) Mem {
		at := GP64()
		bar := Mem{Base: h.bars, Disp: 4 * (lanes*i + lane)}
		if also == nil {
			bar = bar.Idx(k, scale)
		}
		MOVLQSX(bar, at)
		MOVLQSX(Mem{Base: h.ofBar, Index: at, Scale: 4}, at)
		if also != nil {
			also(lane, at)
		}
		return Mem{Base: h.rows, Index: at, Scale: 1}
	}
	if len(columns) == 2 {
		var x [2]reg.VecVirtual
		for j := range x {
			x[j] = twice(row(j))
			if !wide {
				VINSERTF128(U8(1), row(j+2), x[j], x[j])
				continue
			}
			high := twice(row(j + 4))
			VINSERTF64X2(U8(1), row(j+2), x[j].AsY(), x[j].AsY())
			VINSERTF64X2(U8(1), row(j+6), high.AsY(), high.AsY())
			VINSERTF64X4(U8(1), high.AsY(), x[j], x[j])
		}
		r[columns[0]], r[columns[1]] = do(VUNPCKLPD, x[0], x[1]), do(VUNPCKHPD, x[0], x[1])
		return r
	}
	for j, column := range turned(row, len(columns)) {
		r[columns[j]] = column
	}
	return r
}

// turned reads a row of four numbers for each lane of a vector and returns the first n of their columns.
func turned(row func(lane int) Mem, n int) []reg.VecVirtual {
	// Neighbours, and where it is wide the pair after them beside it, become pairs of their columns 0
	// and 2 and of their columns 1 and 3.
	var pairs [2][2]reg.VecVirtual
	for half, lane := range [2]int{0, bytes() / 16} {
		var x [2]reg.VecVirtual
		for j := range x {
			x[j] = vec()
			if wide {
				VBROADCASTF64X4(row(lane+j), x[j]) // VMOVUPD, of a half, would leave the other half alone
				VINSERTF64X4(U8(1), row(lane+j+2), x[j], x[j])
			} else {
				VMOVUPD(row(lane+j), x[j])
			}
		}
		pairs[0][half], pairs[1][half] = do(VUNPCKLPD, x[0], x[1]), do(VUNPCKHPD, x[0], x[1])
	}
	columns := make([]reg.VecVirtual, n)
	for j := range columns {
		low, high := pairs[j%2][0], pairs[j%2][1]
		columns[j] = vec()
		if wide {
			VSHUFF64X2(U8([2]byte{0x88, 0xdd}[j/2]), high, low, columns[j])
		} else {
			VPERM2F128(U8([2]byte{0x20, 0x31}[j/2]), high, low, columns[j])
		}
	}
	return columns
}

// twice reads two numbers into each pair of elements.
func twice(m Mem) reg.VecVirtual {
	dst := vec()
	pick(two(VBROADCASTF128), VBROADCASTF64X2)(m, dst)
	return dst
}

// charges are what a venue charges at rates that change: which of the four rates there are, in the order of
// tokens.datedPath, and what the second of them is paid on.
type charges struct {
	name    string
	columns []int
	on      int
}

// growths are what a step multiplies cash by, at p before it, and exposure without the price; nil: one.
func (c *charges) growths(p reg.VecVirtual, r [4]reg.VecVirtual,
	number func(string) Op) (carry, ratio reg.VecVirtual) {
	carry = addpd(r[1], constant(1.0))
	if c.on != onCash {
		both := addpd(r[2], r[3])
		if c.on == onEquity {
			both = subpd(both, r[1])
		} else {
			both = subpd(both, do(VANDPD, r[1], number("onEquity")))
		}
		carry = addpd(carry, mulpd(p, both))
	}
	if r[0] != nil {
		ratio = addpd(r[0], constant(1.0))
	}
	return carry, ratio
}

// dueNow turns rates into what they charge at v, over equity, and returns their sum.
func (c *charges) dueNow(v, one reg.VecVirtual, r [4]reg.VecVirtual, number func(string) Op) reg.VecVirtual {
	leverage := subpd(one, v)
	for _, j := range c.columns {
		switch {
		case j != 1:
			VMULPD(leverage, r[j], r[j])
		case c.on == onCash:
			VMULPD(v, r[j], r[j])
		case c.on == either:
			VMULPD(blend(loadMask(number("onEquity").(Mem)), v, one), r[j], r[j])
		}
	}
	d := r[1]
	if r[0] != nil {
		d = addpd(d, r[0])
	}
	if r[2] != nil {
		d = subpd(d, addpd(r[2], r[3]))
	}
	return d
}

// logPer is tokens.logPerDue.
func logPer(d row, one reg.VecVirtual) row {
	per := mul(d, constant(1.0/7))
	for _, c := range []float64{1.0 / 6, 1.0 / 5, 1.0 / 4, 1.0 / 3, 1.0 / 2} {
		per = mul(sub(vector(constant(c)), per), d)
	}
	return sub(one, per)
}

var (
	money = [...]string{"money0", "money1", "money2", "money3"}
	logs  = [...]string{"logs0", "logs1", "logs2", "logs3"}
)

// ratesAt reads the rates of a step, k vectors' lengths from the first.
func (u *unit) ratesAt(c *charges, k reg.GPVirtual) (r [4]reg.VecVirtual) {
	for _, j := range c.columns {
		if u.drawn[j].Base != nil {
			r[j] = load(u.drawn[j].Idx(k, uint8(128/bytes())))
		} else {
			r[j] = load(u.rates[j].Idx(k, 1))
		}
	}
	return r
}

// due does datedPath.charge for all steps of units side by side, and overwrites their rates by what they charge. It
// adds up what that is of log equity, and of equity itself where cash is known, and finds out which lanes pay too much
// at once.
func (c *charges) due(units []*unit, cash bool, local func(int) Mem, k, end reg.GPVirtual, number func(string) Op) {
	one := load(constant(1.0))
	state := make([]map[string]reg.VecVirtual, len(units))
	most := make(row, len(units))
	for i, u := range units {
		if cash {
			u.keep(local, u.state(c.names(money)...))
		}
		state[i] = u.state(c.names(logs)...)
		most[i] = zero()
	}
	charged := func(u *unit, j int) Mem {
		if cash {
			return u.rates[j]
		}
		return u.rates[j].Idx(k, 1)
	}
	XORQ(k, k)
	Label("due" + units[0].name)
	d := make(row, len(units))
	r := make([][4]reg.VecVirtual, len(units))
	for i, u := range units {
		r[i] = u.ratesAt(c, k)
		o := subpd(one, load(u.after.Idx(k, 1)))
		d[i] = c.dueNow(do(VDIVPD, one, o), one, r[i], number)
		VMAXPD(most[i], size(d[i]), most[i])
		for _, j := range c.columns {
			VMOVUPD(r[i][j], charged(u, j))
		}
		if !cash {
			continue
		}
		e := mulpd(o, u.cash.Idx(k, 1))
		for _, j := range c.columns {
			sum := u.kept[money[j]]
			VMOVUPD(addpd(mulpd(e, r[i][j]), sum), sum)
		}
	}
	per := logPer(d, one)
	for i, u := range units {
		for _, j := range c.columns {
			x := r[i][j]
			if len(units) > 1 {
				x = load(charged(u, j)) // there are not enough registers
			}
			VADDPD(mulpd(per[i], x), state[i][logs[j]], state[i][logs[j]])
		}
	}
	ADDQ(U32(bytes()), k)
	CMPQ(k, end)
	JLT(LabelRef("due" + units[0].name))
	for i, u := range units {
		and(loadMask(u.ok), cmppd(atMost, most[i], constant(mostDue))).save(u.ok)
		u.keep(local, state[i])
	}
}

// charged adds up what each step took of the equity before it.
func (u *unit) charged(c *charges, k, end reg.GPVirtual) {
	state := u.state(c.names(money)...)
	e := load(u.field("e"))
	XORQ(k, k)
	Label("charge" + u.name)
	for _, j := range c.columns {
		VADDPD(mulpd(e, u.rates[j].Idx(k, 1)), state[money[j]], state[money[j]])
	}
	VMOVUPD(u.before.Idx(k, 1), e)
	ADDQ(U32(bytes()), k)
	CMPQ(k, end)
	JLT(LabelRef("charge" + u.name))
	for _, n := range c.names(logs) {
		state[n] = load(u.kept[n])
	}
	u.store(loadMask(u.ok), state)
}

// names are of the columns that there are.
func (c *charges) names(of [4]string) (names []string) {
	for _, j := range c.columns {
		names = append(names, of[j])
	}
	return names
}

// A datedPath is one of the functions for rates that change from step to step and trades whose cost is in
// proportion to their size. It takes one unit after the other over all steps in a single loop, which has less to
// store than short loops.
type datedPath struct{ *charges }

// inMemory is how many of the sums there are no registers for; with fewer in memory the generator takes
// registers that AVX2 does not have.
func (c datedPath) inMemory() int {
	if wide {
		return 0
	}
	return map[string]int{"Loan": 2, "Perp": 5, "": 9}[c.name]
}

// A sum is a number of each lane that a loop changes, in a register or, where there are not enough, in memory.
type sum struct {
	r reg.VecVirtual
	m Mem
}

// add does f to the sum and x.
func (s *sum) add(f op, x reg.VecVirtual) {
	if s.r != nil {
		f(x, s.r, s.r)
		return
	}
	y := load(s.m)
	f(x, y, y)
	VMOVUPD(y, s.m)
}

func (c datedPath) write() {
	beginPath("fastPathDated"+c.name, true, false, false)
	lanes := Load(Param("lanes"), GP64())
	consts := Load(Param("constants"), GP64())
	number := func(name string) Op { return Mem{Base: consts, Disp: 64 * index(constants, name)} }
	steps, end, k, bits, trades, highs := GP64(), GP64(), GP64(), GP32(), GP64(), GP64()
	Load(Param("steps"), steps)
	MOVQ(steps, end)
	SHLQ(U8(shift()), end)

	local := aligned()
	before, cash, carries, equity, depths := local(64), local(65), local(64), local(64), local(1)
	sums := []string{"most", "pMin", "pMax", "min", "sumE"}
	for _, j := range c.columns {
		sums = append(sums, logs[j], money[j])
	}
	memory := map[string]Mem{"peak": local(1), "floor": local(1)}
	for _, n := range sums {
		memory[n] = local(1)
	}

	var units [2]*unit
	for i := range units {
		u := &unit{name: []string{"A", "B"}[i], before: before, cash: cash, bits: trades, ok: local(1)}
		u.field = func(name string) Mem { return Mem{Base: lanes, Disp: 128*index(fields, name) + bytes()*i} }
		units[i] = u
		held = map[string]reg.VecVirtual{}
		hold(1.0)
		one := func() reg.VecVirtual { return vector(constant(1.0)) }
		gross, history := Load(Param("gross"), GP64()), loadRates()
		state := map[string]*sum{}
		for j, n := range sums {
			s := &sum{m: memory[n]}
			x := zero()
			if n != "most" {
				x = load(u.field(n))
			}
			if j >= c.inMemory() {
				s.r = x
			} else {
				VMOVUPD(x, s.m)
			}
			state[n] = s
		}
		p, b, e := load(u.field("p")), load(u.field("b")), load(u.field("e"))
		VMOVUPD(b, cash)
		o := subpd(one(), p)
		extremes := newExtremes(one(), depths, u.field)
		if !wide {
			VMOVUPD(extremes.peak, memory["peak"])
			VMOVUPD(extremes.floor, memory["floor"])
		}
		XORQ(trades, trades)
		XORQ(highs, highs)
		XORQ(k, k)

		Label("step" + u.name)
		r := history.lookUp(i, k, c.columns, uint8(64/bytes()), nil)
		carry, ratio := c.growths(p, r, number)
		VMOVUPD(carry, carries.Idx(k, 1))
		factor := Mem{Base: gross, Disp: bytes() * i, Index: k, Scale: uint8(128 / bytes())}
		if ratio == nil {
			VMULPD(factor, p, p)
		} else {
			VMULPD(mulpd(ratio, factor), p, p)
		}
		VDIVPD(carry, p, p)
		VMOVUPD(p, before.Idx(k, 1))
		state["pMin"].add(VMINPD, p)
		state["pMax"].add(VMAXPD, p)

		// What is charged, of the equity before.
		v := do(VDIVPD, one(), o)
		d := c.dueNow(v, one(), r, number)
		for _, j := range c.columns {
			state[money[j]].add(VADDPD, mulpd(e, r[j]))
		}
		state["most"].add(VMAXPD, size(d))
		per := logPer(row{d}, one())[0]
		for _, j := range c.columns {
			state[logs[j]].add(VADDPD, mulpd(per, r[j]))
		}

		up, down := cmppd(greater, p, number("upAt")), cmppd(less, p, number("downAt"))
		growth := load(number("grow"))
		blendTo(up, growth, addpd(mulpd(p, number("upC")), number("upA")), growth)
		blendTo(down, growth, addpd(mulpd(p, number("downC")), number("downA")), growth)
		VMULPD(mulpd(growth, carry), b, b)
		VMOVUPD(b, cash.Offset(bytes()).Idx(k, 1))
		blendTo(up, p, number("upP"), p)
		blendTo(down, p, number("downP"), p)
		note(or(up, down), bits, trades)
		VSUBPD(p, one(), o)
		VMULPD(o, b, e)
		VMOVUPD(e, equity.Idx(k, 1))
		state["sumE"].add(VADDPD, e)
		state["min"].add(VMINPD, e)
		if !wide {
			extremes.peak, extremes.floor = load(memory["peak"]), load(memory["floor"])
		}
		extremes.note(e, bits, highs)
		if !wide {
			VMOVUPD(extremes.peak, memory["peak"])
			VMOVUPD(extremes.floor, memory["floor"])
		}
		ADDQ(U32(bytes()), k)
		CMPQ(k, end)
		JLT(LabelRef("step" + u.name))

		v = do(VDIVPD, one(), o)
		for _, n := range sums {
			if s := state[n]; s.r != nil {
				VMOVUPD(s.r, s.m)
			}
		}
		and(and(cmppd(atLeast, load(memory["pMin"]), number("lo")), cmppd(atMost, load(memory["pMax"]), number("hi"))),
			cmppd(atMost, load(memory["most"]), constant(mostDue))).save(u.ok)
		last := map[string]reg.VecVirtual{"p": p, "b": b, "e": e, "v": v}
		u.trade(steps, k, load(constant(1.0)), number, func(up, down mask, p reg.VecVirtual,
		) (q, growth reg.VecVirtual) {
			q, growth = blend(up, p, number("upP")), mulpd(vector(number("grow")), carries.Idx(k, 1))
			blendTo(down, q, number("downP"), q)
			return q, growth
		})
		ok := loadMask(u.ok)
		u.store(ok, last)
		for _, n := range sums {
			if n != "most" {
				storeWhere(ok, load(memory[n]), u.field(n))
			}
		}
		visits("visit"+u.name, highs, steps, k, equity, load(constant(1.0)), &u.ok, u.field)
	}
	refuse(units[:])
}
