package exact

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"mcrisk/models"
	"mcrisk/quad"
	"mcrisk/tokens"
)

// A plainBook is a token with equity of 1 at some leverage, one step later: what is
// left of that, its leverage before it was traded, and what happened to it. Of the
// package's own code it uses nothing but the names of numbers.
type plainBook struct {
	equity float64
	label  string // what happened: moved, traded, stopped or ruined, and by how many halvings
}

func (p Problem) book(from, move float64) (b plainBook) {
	t := p.Token
	exposure, cash := from*math.Exp(move), 1-from
	risky, safe := t.Loan.Supply, t.Loan.Borrow
	if t.Target < 0 {
		risky, safe = safe, risky
	}
	exposure *= math.Exp(risky * p.Step)
	cash *= math.Exp(safe * p.Step)
	fee := math.Exp(-t.Fee * p.Step)
	exposure, cash = exposure*fee, cash*fee
	collateral, debt := exposure, -cash
	if t.Target < 0 {
		collateral, debt = cash, -exposure
	}
	halvings := 0
	stopped := false
	for collateral > 0 && debt > 0 && t.Loan.Threshold > 0 && collateral*t.Loan.Threshold < debt {
		repaid := debt
		if collateral*t.Loan.Threshold > 0.95*debt {
			repaid = debt / 2
			halvings++
		}
		stopped = true
		collateral, debt = collateral-min(collateral, repaid*(1+t.Loan.Bonus)), debt-repaid
		if collateral == 0 {
			debt = 1
		}
	}
	equity := collateral - debt
	if !(equity > 0) {
		return plainBook{label: "ruined"}
	}
	if stopped {
		return plainBook{equity: equity, label: fmt.Sprint("stopped after ", halvings, debt == 0)}
	}
	leverage := exposure / equity
	size := math.Abs(leverage)
	if size >= t.Band.Low && size <= t.Band.High {
		return plainBook{equity: equity, label: "moved"}
	}
	to, label := t.Target, "traded down"
	if size < t.Band.Low {
		label = "traded up"
	}
	if t.Band.To == tokens.Edge {
		to = math.Copysign(min(max(size, t.Band.Low), t.Band.High), t.Target)
	}
	cost, sign := t.Buy, 1.0
	if to < leverage {
		cost, sign = t.Sell, -1
	}
	// exposure + d = to·(equity − cost·|d|)
	d := (to*equity - exposure) / (1 + sign*cost*to)
	if equity -= cost * math.Abs(d); !(equity > 0) {
		return plainBook{label: "ruined"}
	}
	return plainBook{equity: equity, label: label}
}

// density of a step's move of ln S, and its ends.
func (p Problem) moves() (density func(x float64) float64, low, high, narrow float64) {
	mean := func(mu, sigma float64) float64 { return (mu - sigma*sigma/2) * p.Step }
	normal := func(x, mean, sd float64) float64 {
		return math.Exp(-(x-mean)*(x-mean)/(2*sd*sd)) / (sd * math.Sqrt(2*math.Pi))
	}
	switch m := p.Model.(type) {
	case models.GBM:
		a, sd := mean(m.Mu, m.Sigma), m.Sigma*math.Sqrt(p.Step)
		return func(x float64) float64 { return normal(x, a, sd) }, a - 9*sd, a + 9*sd, sd
	case models.Merton:
		a := mean(m.Mu, m.Sigma) - m.Rate*p.Step*math.Expm1(m.JumpMean+m.JumpSD*m.JumpSD/2)
		sd := m.Sigma * math.Sqrt(p.Step)
		at := func(n int) (float64, float64) {
			return a + float64(n)*m.JumpMean, math.Sqrt(sd*sd + float64(n)*m.JumpSD*m.JumpSD)
		}
		const most = 14
		far, wide := at(most)
		return func(x float64) (f float64) {
			weight := math.Exp(-m.Rate * p.Step)
			for n := range most {
				b, s := at(n)
				f += weight * normal(x, b, s)
				weight *= m.Rate * p.Step / float64(n+1)
			}
			return f
		}, min(a, far) - 9*wide, max(a, far) + 9*wide, sd
	}
	panic("no such price")
}

// recursed are expectations by as many plain steps as the horizon has, and what they
// may be off by.
type recursed struct {
	nav, log, rebalances, liquidated, ruined, unsure float64

	power complex128 // E[NAV^z; not ruined]
}

// recursion carries value functions back from the horizon, one step at a time, on
// dense nodes of the log of collateral over debt. Ends of panels are wherever the
// bookkeeping takes another way, found by halving.
func recursion(p Problem, steps int, z complex128) (r recursed) {
	t := p.Token
	density, low, high, narrow := p.moves()
	y := func(l float64) float64 { return -math.Log1p(-1 / l) }
	l := func(y float64) float64 { return -1 / math.Expm1(-y) }
	carry := (t.Loan.Supply - t.Loan.Borrow) * p.Step
	if t.Target < 0 {
		carry = -carry
	}
	inner, outer := math.Copysign(t.Band.Low, t.Target), math.Copysign(t.Band.High, t.Target)
	bottom, top := min(y(inner), y(outer)), max(y(inner), y(outer))
	var in quad.Rule
	in.Grade(bottom, top, narrow, narrow)
	starts := []float64{t.Target, t.Target, t.Target} // the first, and after trading up and down
	if t.Band.To == tokens.Edge {
		starts[1], starts[2] = inner, outer
	}
	from := append([]float64{}, in.X...)
	for _, w := range starts {
		from = append(from, y(w))
	}
	n, first := len(from), len(in.X)

	// where the way changes, seen from the middle
	label := func(at float64) string { return p.book(t.Target, at-y(t.Target)-carry).label }
	cuts := []float64{bottom, top}
	const cells = 60_000
	end, size := bottom+low+carry, (top-bottom+high-low)/cells
	for k, was := 0, label(end); k < cells; k++ {
		a, b := end+float64(k)*size, end+float64(k+1)*size
		now := label(b)
		for now != was && !(a < bottom && b > bottom) && !(a < top && b > top) { // many in one cell, maybe
			from, to := a, b
			for range 60 {
				if mid := (from + to) / 2; label(mid) == was {
					from = mid
				} else {
					to = mid
				}
			}
			cuts = append(cuts, to)
			a, was = to, label(to)
		}
		was = now
	}
	cuts = append(cuts, end, top+high+carry)
	var out quad.Rule
	for _, side := range [][2]float64{{end, bottom}, {top, top + high + carry}} {
		var here []float64
		for _, c := range cuts {
			if c >= side[0] && c <= side[1] {
				here = append(here, c)
			}
		}
		sortFloats(here)
		for k := 1; k < len(here); k++ {
			a, b := here[k-1], here[k]
			ruin := label(a-size/10) == "ruined" || label(b+size/10) == "ruined"
			switch mid := (a + b) / 2; {
			case ruin: // the log falls off without end
				out.Grade(a, mid, (b-a)*1e-12, narrow/2)
				out.Grade(b, mid, (b-a)*1e-12, narrow/2)
			default:
				out.Grade(a, b, narrow/2, narrow/2)
			}
		}
	}

	type row struct {
		stay, gain, logs []float64
		trade, nav, log  [3]float64 // by the start that a trade leads to; 0: stopped
		ruined           float64
		powers           []complex128
		power            [3]complex128
	}
	rows := make([]row, n)
	defect := 0.0
	for i, a := range from {
		x := row{stay: make([]float64, first), gain: make([]float64, first), logs: make([]float64, first),
			powers: make([]complex128, first)}
		mass := 0.0
		for j, b := range in.X {
			move := b - a - carry
			w := in.W[j] * density(move)
			g := p.book(l(a), move).equity
			x.stay[j], x.gain[j], x.logs[j] = w, w*g, w*math.Log(g)
			x.powers[j] = complex(w, 0) * cmplx.Exp(z*complex(math.Log(g), 0))
			mass += w
		}
		for j, b := range out.X {
			move := b - a - carry
			w := out.W[j] * density(move)
			if w < 1e-40 {
				continue
			}
			mass += w
			e := p.book(l(a), move)
			to := 0
			switch e.label {
			case "ruined":
				x.ruined += w
				continue
			case "traded up":
				to = 1
			case "traded down":
				to = 2
			case "moved":
				panic(fmt.Sprintf("%+v: moved to %v, outside %v to %v", p, b, bottom, top))
			}
			x.trade[to] += w
			x.nav[to] += w * e.equity
			x.log[to] += w * math.Log(e.equity)
			x.power[to] += complex(w, 0) * cmplx.Exp(z*complex(math.Log(e.equity), 0))
		}
		defect = max(defect, math.Abs(mass-1))
		rows[i] = x
	}
	power, nextPower := make([]complex128, n), make([]complex128, n)
	var now, next struct{ alive, nav, log, count, liquidated, ruined []float64 }
	fields := func(s *struct{ alive, nav, log, count, liquidated, ruined []float64 }) []*[]float64 {
		return []*[]float64{&s.alive, &s.nav, &s.log, &s.count, &s.liquidated, &s.ruined}
	}
	for _, f := range append(fields(&now), fields(&next)...) {
		*f = make([]float64, n)
	}
	for i := range n {
		now.alive[i], now.nav[i], power[i] = 1, 1, 1
	}
	for range steps {
		for i, x := range rows {
			alive, nav, log, count, liquidated, ruined := x.trade[0], x.nav[0], x.log[0], 0.0,
				x.trade[0]+x.ruined, x.ruined
			sum := x.power[0]
			for j, w := range x.stay {
				alive += w * now.alive[j]
				nav += x.gain[j] * now.nav[j]
				log += x.logs[j]*now.alive[j] + w*now.log[j]
				count += w * now.count[j]
				liquidated += w * now.liquidated[j]
				ruined += w * now.ruined[j]
				sum += x.powers[j] * power[j]
			}
			for to := 1; to < 3; to++ {
				s := first + to
				alive += x.trade[to] * now.alive[s]
				nav += x.nav[to] * now.nav[s]
				log += x.log[to]*now.alive[s] + x.trade[to]*now.log[s]
				count += x.trade[to] * (1 + now.count[s])
				liquidated += x.trade[to] * now.liquidated[s]
				ruined += x.trade[to] * now.ruined[s]
				sum += x.power[to] * power[s]
			}
			next.alive[i], next.nav[i], next.log[i] = alive, nav, log
			next.count[i], next.liquidated[i], next.ruined[i] = count, liquidated, ruined
			nextPower[i] = sum
		}
		now, next = next, now
		power, nextPower = nextPower, power
	}
	return recursed{nav: now.nav[first], log: now.log[first] / now.alive[first], rebalances: now.count[first],
		liquidated: now.liquidated[first], ruined: now.ruined[first], power: power[first],
		unsure: 1e-11 + float64(steps)*(defect+1e-14)*(1+now.count[first])}
}

func sortFloats(x []float64) {
	for i := range x {
		for j := i; j > 0 && x[j] < x[j-1]; j-- {
			x[j], x[j-1] = x[j-1], x[j]
		}
	}
}

// agrees holds moments to the recursion within both errors, counted as Bound does.
func (r recursed) agrees(m NAVMoments) error {
	for _, q := range []struct {
		name             string
		got, want, scale float64
	}{
		{"NAV", m.NAV, r.nav, r.nav}, {"log", m.Log, r.log, 1 + math.Abs(r.log)},
		{"rebalances", m.Rebalances, r.rebalances, 1 + r.rebalances},
		{"liquidated", m.Liquidated, r.liquidated, 1 + r.liquidated}, {"ruined", m.Ruined, r.ruined, 1 + r.ruined},
	} {
		if off := math.Abs(q.got-q.want) / q.scale; !(off <= m.Bound+r.unsure) {
			return fmt.Errorf("%s = %.12g, %.12g step by step: off by %.2g of it with a bound of %.2g and %.2g",
				q.name, q.got, q.want, off, m.Bound, r.unsure)
		}
	}
	return nil
}

// Cycles as regular as a clock's over more than 60 steps; a long horizon under strong
// growth; and a liquidation that leaves another part at each of many health factors:
// here once by halves, four, three, two and one times, and once without end.
func TestStepByStep(t *testing.T) {
	at := func(target, low, high, threshold, bonus, borrow float64) Token {
		return Token{Target: target, Band: tokens.Band{Low: low, High: high, To: tokens.Target},
			Loan: tokens.Loan{Borrow: borrow, Threshold: threshold, Bonus: bonus}, Buy: 0.001, Sell: 0.001}
	}
	for _, tt := range []struct {
		name    string
		p       Problem
		steps   int
		nav     float64 // known from elsewhere, if not 0
		log, re float64
	}{
		{"a regular cycle", Problem{Token: at(3, 2.9, 3.1, 0.85, 0, 0.3), Model: models.GBM{Mu: 0.5, Sigma: 0.01},
			Step: day}, 200, 0, 0.4869359295, 5.6741588},
		{"strong growth", Problem{Token: at(3, 2, 4, 0, 0, 0), Model: models.GBM{Mu: 3, Sigma: 0.2}, Step: day},
			300, 0, 0, 0},
		{"halvings", Problem{Token: at(7, 6.9, 7.1, 0.9, 0.05, 0), Model: models.GBM{Sigma: 0.8}, Step: day}, 1,
			0.9769646, 0, 0},
		{"halvings without end", Problem{Token: at(12, 11, 13, 0.95, 0.04, 0.05), Model: models.GBM{Sigma: 0.5},
			Step: day}, 10, 0, 0, 0},
		{"a short's halvings", Problem{Token: at(-5, 4.8, 5.2, 0.9, 0.05, 0.1), Model: models.GBM{Mu: 0.3, Sigma: 0.8},
			Step: day}, 70, 0, 0, 0},
	} {
		m, err := tt.p.Doubled(float64(tt.steps) * tt.p.Step)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if err := recursion(tt.p, tt.steps, 0).agrees(m); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		for _, known := range [][2]float64{{tt.nav, m.NAV}, {tt.log, m.Log}, {tt.re, m.Rebalances}} {
			if want, got := known[0], known[1]; want != 0 && !(math.Abs(got/want-1) < 1e-8+5e-8/want) {
				t.Errorf("%s: %.10g; want %.10g", tt.name, got, want)
			}
		}
		if !(m.Bound < 1e-6) {
			t.Errorf("%s: the bound is %.2g", tt.name, m.Bound)
		}
	}
}

// Whatever the cycles, thresholds and horizons, moments are those of plain steps
// within their bound.
func TestAnyProblemStepByStep(t *testing.T) {
	asked, answered := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		pick := func(lo, hi float64) float64 { return lo * math.Pow(hi/lo, random.Float64()) }
		var p Problem
		var steps int
		p.Step = rapid.SampledFrom([]float64{day, 4 * hour, hour}).Draw(r, "step")
		size := pick(1.3, 8)
		target := size
		if rapid.Bool().Draw(r, "short") {
			size /= 2
			target = -size
		}
		p.Token.Target = target
		least := 0.0
		if target > 0 {
			least = 1
		}
		width := pick(0.02, 0.9)
		p.Token.Band = tokens.Band{Low: size - width*(size-least), High: size * (1 + width*pick(0.1, 1)),
			To: rapid.SampledFrom([]tokens.Destination{tokens.Target, tokens.Edge}).Draw(r, "to")}
		p.Token.Buy, p.Token.Sell = pick(1e-4, 0.005), pick(1e-4, 0.005)
		p.Token.Fee, p.Token.Loan.Borrow, p.Token.Loan.Supply = pick(0.001, 0.1), pick(0.01, 0.5), pick(0.001, 0.1)
		if rapid.Bool().Draw(r, "loan") { // from not far beyond the band to almost 1
			worst := 1 - 1/p.Token.Band.High
			if target < 0 {
				worst = p.Token.Band.High / (1 + p.Token.Band.High)
			}
			p.Token.Loan.Threshold = worst + (1-worst)*pick(0.05, 0.8)
			p.Token.Loan.Bonus = pick(0.005, 0.15)
		}
		f := newFrame(p.Token, models.GBM{Sigma: 1})
		moves := pick(3, 60) // standard deviations of a step that the band is wide
		if rapid.Bool().Draw(r, "wild") {
			moves = pick(0.3, 3)
		}
		sigma := (f.high - f.low) / moves / math.Sqrt(p.Step)
		mu := sigma / math.Sqrt(p.Step) * rapid.SampledFrom([]float64{0, 0, 0.1, 1, 1, -1}).Draw(r, "drift")
		steps = int(pick(1, 700))
		if sigma > 4 || math.Abs(mu)*float64(steps)*p.Step*size > 200 {
			return
		}
		p.Model = models.GBM{Mu: mu, Sigma: sigma}
		if rapid.IntRange(0, 3).Draw(r, "jumps") == 0 {
			p.Model = models.Merton{Mu: mu, Sigma: sigma, Rate: 0.1 / p.Step, JumpMean: -sigma * math.Sqrt(p.Step),
				JumpSD: 2 * sigma * math.Sqrt(p.Step)}
		}
		if !(math.Abs(mu) <= 100) { // of what the models take
			return
		}
		asked++
		m, err := p.Doubled(float64(steps) * p.Step)
		if err != nil {
			refusedProperly(r, err)
			return
		}
		answered++
		if err := recursion(p, steps, 0).agrees(m); err != nil {
			r.Fatalf("%+v over %d steps: %v", p, steps, err)
		}
	})
	t.Logf("%d of %d answered", answered, asked)
	if answered < asked*2/3 || answered == 0 {
		t.Errorf("%d of %d answered: too many refused to show much", answered, asked)
	}
}

// The law's transform is that of plain steps within what it says of itself, where
// the log grows by much a year, over more steps than are inverted from a circle, at
// frequencies that decide the law and one that is between those at which it is
// checked. A contour alone was up to 7e-5 off.
func TestTransformStepByStep(t *testing.T) {
	for _, p := range []Problem{
		{Token: band(3, 0.9, tokens.Target), Model: models.GBM{Mu: 3, Sigma: 0.3}, Step: day},
		{Token: band(3, 0.3, tokens.Edge), Model: models.GBM{Mu: 2, Sigma: 0.3}, Step: day},
		{Token: band(-2, 0.3, tokens.Target), Model: models.GBM{Mu: -2, Sigma: 0.4}, Step: 4 * hour},
		{Token: band(3, 0.6, tokens.Target), Model: models.GBM{Mu: -1.5, Sigma: 0.5}, Step: day},
	} {
		const steps = 600
		v, err := p.inverter(steps*p.Step, 0, false)
		if err != nil {
			t.Errorf("%+v: %v", p, err)
			continue
		}
		for _, f := range []float64{0.5, 1, 2, 4} {
			z := complex(0, f/v.SD)
			got, err := v.CF(z)
			if err != nil {
				t.Fatal(err)
			}
			r := recursion(p, steps, z)
			if off := cmplx.Abs(got - r.power); !(off <= v.Unsure+r.unsure) || v.Unsure > 1e-8 {
				t.Errorf("%+v: E[e^{zX}] at %v = %v, %v step by step: off by %.2g with a bound of %.2g and %.2g", p, z,
					got, r.power, off, v.Unsure, r.unsure)
			}
		}
	}
}
