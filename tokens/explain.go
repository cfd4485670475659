package tokens

import "math"

// PriceMove is the price's relative move that takes a position which is not
// traded from one signed leverage to another,
//
//	P'/P − 1 = to·(1 − from) / (from·(1 − to)) − 1.
func PriceMove(from, to float64) float64 {
	from, to = float64(from), float64(to)
	return to*(1-from)/(from*(1-to)) - 1
}

// CarryAtTarget is interest, funding and borrow fee of a year at the
// target's leverage, a fraction of net asset value; negative if it is paid.
func (t Token) CarryAtTarget() float64 {
	if o, ok := t.Mechanism.(Option); ok {
		return o.CarryAtTarget(t)
	}
	v := t.Mechanism.Terms(t)
	return float64(t.Target*v.ExposureInterest.Rate) + float64((1-t.Target)*v.CashInterest.Rate) -
		float64(t.Target*v.Funding.Rate) - float64(math.Abs(t.Target)*v.BorrowFee.Rate) + v.MarginInterest.Rate
}
