package report

import "mcrisk/assess"

// Everlasting is the value of an everlasting call.
func Everlasting(c assess.EverlastingCall) Document {
	d := Document{Data: struct {
		Value     Number `json:"value"`
		Payoff    Number `json:"payoff"`
		TimeValue Number `json:"time_value"`
		Funding   Number `json:"funding"`
		Sigma     Number `json:"sigma"`
		Period    Number `json:"period"`
		Strike    Number `json:"strike"`
		Price     Number `json:"price"`
	}{Number(c.Value), Number(c.Payoff), Number(c.TimeValue), Number(c.Funding), Number(c.Sigma), Number(c.Period),
		Number(c.Strike), Number(c.Price)}}
	t := Table{Name: "everlasting", Columns: []Column{
		{Name: "quantity"}, {Name: "value", Align: Left, Format: func(v float64) string { return Digits(v, 10) }},
		{Name: "unit"}, {Name: "meaning", Wrap: true},
	}}
	t.Add("value", c.Value, "USD", "payoff and time value")
	t.Add("payoff", c.Payoff, "USD", "price less strike, or nothing")
	t.Add("time_value", c.TimeValue, "USD", "what the right to wait is worth, at a price without growth")
	t.Add("funding", c.Funding, "1/year", "time value over the period, a fraction of the price: the fair funding rate")
	d.Blocks = append(d.Blocks, Text("Everlasting call under geometric Brownian motion without growth"), t)
	return d
}
