package tokens

import "math"

// Where rates change on the way, what a step charges is added up step by step. A venue's
// charges, over the equity e at the start of a step, at leverage L and v = 1 − L, are
//
//	d = r0·L + r1·w − r2·L − r3·L
//
// with w = v if r1 is paid on cash and w = 1 if on equity; r3 is signed as the token's side. They
// multiply p by (1 + r0)/carry and b by carry,
//
//	carry = 1 + r1 + p·(r2 + r3 − r1·[r1 is paid on equity]).
//
// In the ledger each has its amount, and of the step's log equity its share ln(1+d)/d.
type datedPath struct {
	sign     float64 // of the token's target
	onEquity bool    // r1 is paid on equity
	drawn    bool    // rates are drawn with the paths: they are in tracks, not in rows

	// For vector code, a row of rates for each of the kernel's dated, and where each bar's is, in bytes.
	// Where a trade's cost depends on its size, gas over AUM and impact follow the rates.
	rows  rowKind
	from  int // the rates that the rows have, to before till
	till  int
	size  int // of a row, in numbers
	rates []float64
	ofBar []int32
}

// A rowKind is which rates the rows have.
type rowKind int

const (
	anyRates  rowKind = iota // r0 to r3
	loanRates                // r0 and r1, paid on cash: the others are zero in all
	perpRates                // r1, paid on equity, r2 and r3
	rowKinds
)

// mostRows keeps offsets of rows below 2³¹ bytes.
const mostRows = 1 << 24

// newDatedPath returns nil for a venue that charges both on cash and on the margin, and for rates that change
// more often than vector code can tell.
func newDatedPath(k *Kernel) *datedPath {
	cash, margin := false, false
	if d := k.drawn; d != nil {
		cash = d.moves(onCash) || d.zero.growB != 0
		margin = d.moves(onMargin) || d.zero.onMargin != 0
	}
	for i := range k.dated {
		cash = cash || k.dated[i].growB != 0
		margin = margin || k.dated[i].onMargin != 0
	}
	if cash && margin || len(k.dated) > mostRows {
		return nil
	}
	return &datedPath{sign: k.sign, onEquity: margin}
}

// drawn reports whether rates are drawn with the paths.
func (c *fastPath) drawn() bool { return c.dated != nil && c.dated.drawn }

// tabulate makes the rows.
func (c *datedPath) tabulate(k *Kernel, sizeCost bool) {
	var paid [4]bool
	for i := range k.dated {
		for j, r := range k.dated[i].rates(k.sign) {
			paid[j] = paid[j] || r != 0
		}
	}
	c.shape(paid, sizeCost)
	c.rates = make([]float64, 0, len(k.dated)*c.size+2)
	for i := range k.dated {
		d := &k.dated[i]
		r := d.rates(k.sign)
		c.rates = append(c.rates, r[c.from:c.till]...)
		if sizeCost {
			c.rates = append(c.rates, d.gas/k.token.AUM, d.impact)
		}
	}
	c.rates = append(c.rates, 0, 0) // up to four numbers are read from where a row begins
}

// shape says which of the rates rows need.
func (c *datedPath) shape(paid [4]bool, sizeCost bool) {
	c.from, c.till = 0, 4
	switch {
	case !paid[2] && !paid[3] && !c.onEquity:
		c.rows, c.till = loanRates, 2
	case !paid[0] && (c.onEquity || !paid[1]):
		c.rows, c.from = perpRates, 1
	}
	c.size = c.till - c.from
	if sizeCost {
		c.size += 2
	}
}

// place says which row each bar has.
func (c *datedPath) place(ofBar []int32) {
	c.ofBar = make([]int32, len(ofBar))
	for i, row := range ofBar {
		c.ofBar[i] = row * int32(8*c.size)
	}
}

// rates are r0 to r3 of the charges.
func (c *charges) rates(sign float64) [4]float64 {
	return [...]float64{c.growX, c.growB + c.onMargin, c.funding, float64(sign * c.borrowFee)}
}

// datedSums are what is added up of dated charges, their amounts and what they are of log equity;
// and of the step at work, those over equity and their sum d.
type datedSums struct {
	money, logs [4]float64
	due         [4]float64
	d           float64
}

// mostDue is the largest part of equity that a step may charge on the fast path: the first term
// that logPerDue leaves out, its 7th power over 8, is below 2e-17.
const mostDue = 0.004

// charge finds what a lane's next step charges and reports whether it is little, with what that
// multiplies exposure and cash by.
func (c *datedPath) charge(q *fastState, r *charges) (x, carry float64, little bool) {
	r1, r3 := r.growB+r.onMargin, float64(c.sign*r.borrowFee)
	leverage, w, both := 1-q.v, q.v, r.funding+r3
	if c.onEquity {
		w = 1
		both -= r1
	}
	q.due = [...]float64{float64(r.growX * leverage), float64(r1 * w), float64(r.funding * leverage),
		float64(r3 * leverage)}
	q.d = (q.due[0] + q.due[1]) - (q.due[2] + q.due[3])
	return 1 + r.growX, (1 + r1) + float64(q.p*both), math.Abs(q.d) <= mostDue
}

// pay adds up what a step charged on equity e.
func (s *datedSums) pay(e float64) {
	per := logPerDue(s.d)
	for i := range s.due {
		s.money[i] += float64(s.due[i] * e)
		s.logs[i] += float64(s.due[i] * per)
	}
}

// logPerDue is ln(1+d)/d.
func logPerDue(d float64) float64 {
	p := float64(d * (1.0 / 7))
	p = float64((1.0/6 - p) * d)
	p = float64((1.0/5 - p) * d)
	p = float64((1.0/4 - p) * d)
	p = float64((1.0/3 - p) * d)
	p = float64((1.0/2 - p) * d)
	return 1 - p
}

// charged are the sums by the kinds of Terms, negative where they are paid.
func (c *datedPath) charged(s *datedSums) (r chargeSums) {
	cash := onCash
	if c.onEquity {
		cash = onMargin
	}
	r.money[onExposure], r.logs[onExposure] = s.money[0], s.logs[0]
	r.money[cash], r.logs[cash] = s.money[1], s.logs[1]
	r.money[ofFunding], r.logs[ofFunding] = -s.money[2], -s.logs[2]
	r.money[ofBorrowing], r.logs[ofBorrowing] = -s.money[3], -s.logs[3]
	return r
}
