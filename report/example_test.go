package report_test

import (
	"fmt"
	"os"

	"mcrisk/analytics"
	"mcrisk/report"
)

// A table whose cells are estimates: people see the digits that the interval
// supports, and a file would have all.
func Example() {
	between := func(lo, value, hi float64) analytics.Estimate {
		return analytics.Estimate{Value: value, Lo: lo, Hi: hi, Confidence: 0.95, N: 10_000, Method: analytics.Normal}
	}
	t := report.Table{Name: "compare", Columns: []report.Column{
		{Name: "token"},
		{Name: "log_growth", Title: "growth a year", Interval: "95 % interval", Percent: true},
		{Name: "p_liquidation", Title: "liquidated", Percent: true},
	}}
	t.Add("BTCBULL3X", between(-0.1234567, -0.1112345, -0.0990123), between(0.01012, 0.01214, 0.01445))
	t.Add("ETHBULL3X", between(-0.3301, -0.3012, -0.2723), nil)
	d := report.Document{Title: "Tokens on the same paths", Blocks: []report.Block{t}}
	if err := report.WriteText(os.Stdout, d, report.DefaultWidth); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Tokens on the same paths
	//
	//  token      growth a year (%)   95 % interval       liquidated (%)
	//  BTCBULL3X              −11.1   −12.3 to −9.9  1.21 (1.01 to 1.44)
	//  ETHBULL3X              −30.1  −33.0 to −27.2                    –
}
