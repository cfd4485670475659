package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// callRows are the rows of tokens.callBatch, in order: 4 numbers each.
var callRows = []string{
	"price", "margin", "owed", "cash", "floor", "drift", "equity", "growth", "health", "rate",
	"funded", "fundedLost", "interests", "interestsLost", "prices", "pricesLost", "logFunding", "logInterest",
	"exposure", "money",
	"size", "strike", "spent", "leastMargin", "leastOwed", "up", "down", "low", "high", "lowest", "highest",
	"edgeLow", "edgeHigh", "peak", "least", "fallen", "fellAt", "clock",
	"perYear", "growOwed", "growCash", "threshold", "promise",
	"next", "left", "debt", "deposit", "promised", "taken", "funding", "interest", "before", // of a step not yet made
}

// Of tokens/call.go.
const (
	smallCarry  = 5e-4
	leastGrowth = 1e-100
	mostGrown   = 1e100
)

// calls writes Kernel.callRun of package tokens for 4 lanes side by side.
func calls() {
	begin("callRun", attr.NOSPLIT,
		"func(rows, gross, rates *float64, steps, stride int, lanes uint32) (done int, event, noted uint8)",
		"makes steps of 4 lanes with calls, whose numbers are in rows: all of the given number, at least 1, or up to",
		"one in which a lane has an event, which is not made, or of which something is to be noted, which is. It",
		"returns how many were made, and a bit for each such lane of those that have one in lanes. Gross and rates",
		"are those of the first lane's first step; the rates of the next are stride bytes further.")
	at := map[string]reg.GPVirtual{}
	for _, name := range []string{"rows", "gross", "rates", "steps", "stride"} {
		at[name] = GP64()
		Load(Param(name), at[name])
	}
	f := func(name string) Mem { return Mem{Base: at["rows"], Disp: 32 * index(callRows, name)} }
	get := func(name string) reg.VecVirtual { return load(f(name)) }
	put := func(x reg.VecVirtual, name string) { VMOVUPD(x, f(name)) }
	done, event, noted, bits, lanes := GP64(), GP32(), GP32(), GP32(), GP32()
	Load(Param("lanes"), lanes)
	XORQ(done, done)
	XORL(noted, noted)

	Label("step")
	rate, price := mulpd(load(Mem{Base: at["rates"]}), f("perYear")), get("price")
	put(rate, "rate")
	next := mulpd(price, Mem{Base: at["gross"]})
	put(next, "next")
	paid, grown, earned := mulpd(rate, f("size")), mulpd(get("owed"), f("growOwed")), mulpd(get("cash"), f("growCash"))
	funding := do(VXORPD, mulpd(paid, price), constant(uint64(1<<63)))
	interest := subpd(earned, mulpd(grown, price))
	put(funding, "funding")
	put(interest, "interest")
	left, debt, deposit := subpd(get("margin"), paid), addpd(grown, f("owed")), addpd(earned, f("cash"))
	put(left, "left")
	put(debt, "debt")
	put(deposit, "deposit")
	promised, taken := addpd(earned, f("floor")), subpd(get("drift"), addpd(paid, grown))
	put(promised, "promised")
	put(taken, "taken")
	leaves := or(or(cmppd(atLeast, next, f("up")), cmppd(atMost, next, f("down"))),
		or(cmppd(less, left, f("leastMargin")), cmppd(less, debt, f("leastOwed"))))
	// Above the strike a lane has size more units, which cost what was spent on them.
	units := subpd(left, debt)
	position := func(price reg.VecVirtual) (x, b reg.VecVirtual) {
		above := cmppd(atLeast, price, f("strike"))
		b = blend(above, deposit, subpd(deposit, f("spent")))
		return mulpd(blend(above, units, addpd(units, f("size"))), price), b
	}
	x, b := position(price)
	before := addpd(x, b)
	put(before, "before")
	stays := cmppd(greater, before, constant(0.0))
	exposure, b := position(next)
	put(exposure, "exposure")
	put(b, "money")
	after := addpd(exposure, b)
	stays = and(stays, cmppd(greater, after, constant(0.0)))
	leaves = or(leaves, cmppd(less, after, mulpd(addpd(mulpd(taken, next), f("promised")), f("promise"))))
	// The hedge.
	secured, loan := mulpd(deposit, f("threshold")), mulpd(debt, next)
	worse := cmppd(less, secured, mulpd(loan, f("health")))
	leaves = or(leaves, and(worse, cmppd(less, secured, loan)))
	// Leverage, which jumps at the strike, and has edges above it.
	above := cmppd(atLeast, next, f("strike"))
	lever := do(VANDPD, exposure, constant(uint64(1<<63-1)))
	inside := and(cmppd(greater, lever, mulpd(blend(above, get("low"), f("lowest")), after)),
		cmppd(less, lever, mulpd(blend(above, get("high"), f("highest")), after)))
	beyond := or(cmppd(less, exposure, mulpd(after, f("edgeLow"))),
		cmppd(greater, exposure, mulpd(after, f("edgeHigh"))))
	leaves = or(leaves, and(not(inside), and(above, beyond)))
	// What is charged, per unit of equity.
	per := do(VDIVPD, load(constant(1.0)), f("equity"))
	q := mulpd(addpd(get("funding"), f("interest")), per)
	stays = and(stays, cmppd(less, do(VANDPD, q, constant(uint64(1<<63-1))), constant(smallCarry)))
	or(leaves, not(stays)).move(event)
	ANDL(lanes, event)
	JNZ(LabelRef("end"))

	// The step is made.
	for _, of := range [][2]string{{"next", "price"}, {"left", "margin"}, {"debt", "owed"}, {"deposit", "cash"},
		{"promised", "floor"}, {"taken", "drift"}} {
		put(get(of[0]), of[1])
	}
	worse.move(bits)
	TESTL(bits, bits)
	JZ(LabelRef("healthy"))
	storeWhere(worse, do(VDIVPD, secured, loan), f("health"))
	Label("healthy")
	series := mulpd(q, constant(1.0/5))
	for _, c := range []float64{1.0 / 4, 1.0 / 3, 1.0 / 2, 1} {
		series = subpd(load(constant(c)), series)
		if c < 1 {
			series = mulpd(q, series)
		}
	}
	VMULPD(series, per, per)
	total := func(v reg.VecVirtual, name string) {
		y, was := subpd(v, f(name+"Lost")), get(name)
		sum := addpd(was, y)
		put(sum, name)
		put(subpd(subpd(sum, was), y), name+"Lost")
	}
	for _, of := range [][3]string{{"funding", "funded", "logFunding"}, {"interest", "interests", "logInterest"}} {
		v := get(of[0])
		total(v, of[1])
		put(addpd(mulpd(v, per), f(of[2])), of[2])
	}
	was := get("before")
	total(subpd(after, was), "prices")
	growth := mulpd(do(VDIVPD, after, was), f("growth"))
	put(growth, "growth")
	put(after, "equity")
	// Below the strike equity falls step by step.
	put(do(VMINPD, after, f("least")), "least")
	clock := addpd(load(constant(1.0)), f("clock"))
	put(clock, "clock")
	low := cmppd(less, after, f("fallen"))
	storeWhere(low, after, f("fallen"))
	storeWhere(low, clock, f("fellAt"))
	// What is to be noted.
	ordinary := and(cmppd(greater, growth, constant(leastGrowth)), cmppd(less, growth, constant(mostGrown)))
	or(not(and(inside, ordinary)), cmppd(greater, after, f("peak"))).move(noted)
	ANDL(lanes, noted)
	INCQ(done)
	ADDQ(U32(128), at["gross"])
	ADDQ(at["stride"], at["rates"])
	TESTL(noted, noted)
	JNZ(LabelRef("end"))
	CMPQ(done, at["steps"])
	JLT(LabelRef("step"))
	Label("end")
	VZEROUPPER()
	Store(done, ReturnIndex(0))
	Store(event.As8(), ReturnIndex(1))
	Store(noted.As8(), ReturnIndex(2))
	RET()
}
