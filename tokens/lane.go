package tokens

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// A Lane is the state of one lifetime while it is simulated.
type Lane struct {
	x, b float64 // exposure and cash
	n    float64 // size at entry, where the venue asks for it

	state   State
	trigger Trigger
	low     float64       // trigger.Low and trigger.High widened by the tolerance
	high    float64       //
	due     time.Duration // when the pending order is executed; Never: none is pending
	next    time.Duration // the keeper's next check, for a keeper with an interval

	dated *dated // what is paid in the current step; nil: the kernel's constants
	own   dated  // that of rates drawn with the path

	down bool // the keeper is out of service in the current step
	// variance is the realised one over its long-run level at the end of the current step, under stress.
	variance float64
	ended    bool    // wiped out, stopped after a liquidation, or closed
	final    float64 // equity at the end, once ended

	money  account
	logs   Ledger  // log parts of the items, without what is still in growth
	growth float64 // product of the price events' e'/e since it was last folded into logs

	rec drawdown
	min float64                    // least equity
	lev struct{ min, max float64 } // of leverage, while there is equity

	earlier *earlier // what was recorded before the venue's margins changed; nil: they have not

	bust             float64 // least equity over exposure while equity is below zero, else zero
	marginRatio      float64 // smallest equity over entry size
	rebalances       int
	turnover         float64
	outside          int // steps that ended outside the band
	liquidations     int
	firstLiquidation time.Duration

	highWater float64       // for performance fees
	minted    time.Duration // when fees were last taken in shares, or their rule last changed

	entry float64 // what it cost the holder, a fraction of what is invested

	spared float64 // profit since entry from which the venue closes the next part

	vault  vault
	closed bool // ended because the vault had become small

	call call // of a token that holds an option

	fast fastState // while on, the position and the ledger entries that x, b and the books lack

	trace *recorder // nil: events are not observed
}

// An earlier is the least health and the range of leverage under a lender's earlier terms.
type earlier struct{ health, low, high float64 }

// A Kernel simulates lifetimes of one token in steps of one length.
type Kernel struct {
	token  Token
	terms  Terms
	sign   float64 // of the target
	target float64 // its magnitude
	step   time.Duration
	fee    float64 // a step's streaming fee: e^{−fee·dt} − 1
	logFee float64

	floor float64 // equity below which the vault is closed; zero: never

	charges         // of a step, where rates are constants
	dated   []dated // in place of those; nil: rates are constants

	ofBar []int32 // the one of those in force in each bar of a history

	drawn *drawnRates // in place of both; nil: no rates are drawn with the paths

	until time.Duration // when next takes over
	next  *Kernel       // nil: none does

	mints bool // the token takes fees in shares

	option   *options // nil: the token holds none
	calmCall bool     // steps of its lanes may be made by callRun

	fast  *fastPath // nil: this token has none
	first Lane      // at the start

	outages  int // the block's mask of the keeper's outages, counted from 1; 0: none
	variance int // the block's track of the realised variance, counted from 1; 0: none

	measure block.Variance // of that variance, on a Path
}

// Compile checks a token and prepares it for steps of one length.
func Compile(t Token, step time.Duration) (*Kernel, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if step <= 0 {
		return nil, fmt.Errorf("tokens: step = %v; want above 0", step)
	}
	dt := years(step)
	logFee := -float64(t.streams() * dt)
	k := &Kernel{
		token: t, terms: t.terms(),
		sign: math.Copysign(1, t.Target), target: math.Abs(t.Target),
		step: step, fee: fmath.Expm1(logFee), logFee: logFee,
	}
	v := &k.terms
	k.charges = v.over(dt)
	if t.Closes() {
		k.floor = t.Flows.CloseBelow / t.AUM
	}
	k.mints = t.mints()
	if s := t.Stress; s.Volatility > 0 {
		k.measure = block.NewVariance(s.Window, step, s.Volatility)
	}
	k.option = newOptions(k)
	k.fast = newFastPath(k)
	k.first = Lane{x: k.token.Target, b: 1 - k.token.Target, growth: 1, min: 1, marginRatio: math.Inf(1), highWater: 1,
		variance: 1, entry: k.token.enter(v.Lender).Total(), vault: newVault(t.Flows), due: Never,
		next: k.token.Keeper.Interval, firstLiquidation: Never}
	k.first.spared = v.ADL.Profit
	k.first.lev.min, k.first.lev.max = k.target, k.target
	if v.EntrySize {
		k.first.n, k.first.marginRatio = k.target, 1/k.target
	}
	k.first.rec = newDrawdown(1)
	if k.option != nil {
		k.open(&k.first)
		k.calmCall = k.fee == 0 && !k.mints && k.floor == 0 && k.token.Flows.Kind != Chasing &&
			k.token.Keeper.Interval == 0
	}
	k.wait(&k.first, 0)
	return k, nil
}

// Outages sets which of a block's masks, counted from 0, has the keeper's outages.
func (k *Kernel) Outages(mask int) { k.outages = mask + 1 }

// Variance sets which of a block's tracks, counted from 0, has the realised variance that the token's
// stress follows. Without it such a token's lanes live on a [Path] only.
func (k *Kernel) Variance(track int) { k.variance = track + 1 }

// Begin returns a lane at the start: exposure T, cash 1 − T.
func (k *Kernel) Begin() Lane {
	l := k.first
	l.vault = newVault(k.token.Flows)
	return l
}

// BeginTraced is Begin of a lane whose events are observed in order, the last when
// the lane is finished.
func (k *Kernel) BeginTraced(observe func(Event)) Lane {
	l := k.Begin()
	l.trace = &recorder{kernel: k, observe: observe, s: 1}
	l.trace.event(&l, 0, "start")
	return l
}

// Equity is the lane's net asset value, in units of its initial equity.
func (l *Lane) Equity() float64 {
	if l.ended {
		return l.final
	}
	x, b := l.position()
	return x + b
}

// position is exposure and cash.
func (l *Lane) position() (x, b float64) {
	if q := &l.fast; q.on {
		return -float64(q.p * q.b), q.b
	}
	return l.x, l.b
}

// Leverage is the lane's effective leverage, a magnitude; zero once ended.
func (l *Lane) Leverage() float64 {
	if l.ended {
		return 0
	}
	x, b := l.position()
	return math.Abs(x) / (x + b)
}

// Extremes are the least and the greatest equity visited so far.
func (l *Lane) Extremes() (low, high float64) {
	e := l.Equity() // differs by rounding from what a lane on the fast path has visited
	return min(l.min, e), max(l.rec.peak, e)
}

// Drawdown is how far equity stands below its highest so far, a fraction.
func (l *Lane) Drawdown() float64 { return max(0, 1-l.Equity()/l.rec.peak) }

// view is what the policy sees now.
func (k *Kernel) view(l *Lane, now time.Duration) View {
	e := l.x + l.b
	return View{Leverage: math.Abs(l.x) / e, Target: k.target, Now: now, Exposure: l.x, Equity: e, AUM: k.dollars(l, e)}
}

// wait asks the policy for its next trigger.
func (k *Kernel) wait(l *Lane, now time.Duration) {
	l.trigger = k.token.Policy.Trigger(k.view(l, now), &l.state)
	l.low, l.high = l.trigger.Low*(1-tolerance), l.trigger.High*(1+tolerance)
}

// book enters an item of an event: the amount a, which with the event's other
// items takes equity from e > 0 to e·(1 + q), where per is logPerUnit(q).
func (l *Lane) book(i Item, a, e, per float64) {
	l.money.add(i, a)
	l.logs[i] += float64(float64(a/e) * per)
}

// logPerUnit returns ln(1+q)/q, what a unit of q adds to log equity; zero if
// the event leaves no equity, which has no logarithm.
func logPerUnit(q float64) float64 {
	switch {
	case math.Abs(q) < 1e-4: // the first term left out is below 2e-21
		return logPerSmall(q)
	case !(q > -1):
		return 0
	}
	return fmath.Log1p(q) / q
}

// logPerSmall is logPerUnit of a small q, without a branch.
func logPerSmall(q float64) float64 {
	return 1 - float64(q*(1.0/2-float64(q*(1.0/3-float64(q*(1.0/4-float64(q*(1.0/5))))))))
}

// move changes the exposure to x by a change of the price.
func (l *Lane) move(x float64) {
	e := l.x + l.b
	l.money.add(Price, x-l.x)
	l.x = x
	l.growth *= (x + l.b) / e
	if !(l.growth > 1e-100 && l.growth < 1e100) {
		l.foldGrowth()
	}
}

func (l *Lane) foldGrowth() {
	if l.growth > 0 {
		l.logs[Price] += fmath.Log(l.growth)
	}
	l.growth = 1
}

// end ends the lifetime with the equity that is left, or with zero and a shortfall.
func (l *Lane) end(now time.Duration) {
	e := l.x + l.b
	if e <= 0 {
		l.money.add(Shortfall, -e)
		e = 0
	}
	l.final, l.ended = e, true
	l.x, l.b, l.due = 0, e, Never
	l.min = min(l.min, e)
	l.rec.visit(e, now)
	if e == 0 {
		l.trace.event(l, now, "wipe-out")
	} else {
		l.trace.event(l, now, "stop")
	}
}

// between says that leverage is clearly inside what it has been: spares a division.
func (l *Lane) between() bool {
	low, high := l.leverages()
	e, size := l.x+l.b, math.Abs(l.x)
	return size > float64(low*e) && size < float64(high*e)
}

// leverages are between what leverage is clearly inside of what it has been.
func (l *Lane) leverages() (low, high float64) {
	const near = 1e-12
	return float64(l.lev.min * (1 + near)), float64(l.lev.max * (1 - near))
}

// gauge records leverage and margin at points where they may be extreme: before and
// after trades and moves.
func (k *Kernel) gauge(l *Lane) {
	e := l.x + l.b
	if k.terms.EntrySize && l.n > 0 {
		l.marginRatio = min(l.marginRatio, e/l.n)
	}
	if !(e > 0) { // leverage is undefined, but the margin test still has a value
		l.bust = min(l.bust, e/math.Abs(l.x))
		return
	}
	if l.between() {
		return
	}
	if lev := math.Abs(l.x) / e; lev > l.lev.max {
		l.lev.max = lev
	} else if lev < l.lev.min {
		l.lev.min = lev
	}
}
