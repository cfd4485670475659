package plots_test

import (
	"bytes"
	"fmt"
	"strings"

	"mcrisk/analytics"
	"mcrisk/plots"
)

// Two bands of which neither is better in both, and a third that loses to one of
// them in growth and in tracking.
func ExampleTradeoff() {
	between := func(lo, value, hi float64) analytics.Estimate {
		return analytics.Estimate{Value: value, Lo: lo, Hi: hi, Confidence: 0.95, N: 10_000, Method: analytics.Normal}
	}
	figure, err := plots.Tradeoff(plots.TradeoffData{
		Title:  "Growth against tracking error",
		XLabel: "Tracking error (% per √year)", XScale: plots.Percent, XBetter: analytics.Lower,
		YLabel: "Expected growth (% a year)", YScale: plots.Percent, YBetter: analytics.Higher,
		PointLabel: "half-width (leverage)",
		Panels: []plots.TradeoffPanel{{Series: []plots.TradeoffSeries{{Name: "to the target",
			Points: []plots.TradeoffPoint{
				{Label: "0.1", X: between(0.019, 0.020, 0.021),
					Y: between(-1.94, -1.93, -1.92), Standing: analytics.OnFront},
				{Label: "0.3", X: between(0.057, 0.060, 0.063),
					Y: between(-1.87, -1.86, -1.85), Standing: analytics.OnFront},
				{Label: "0.6", X: between(0.115, 0.120, 0.125),
					Y: between(-1.89, -1.88, -1.87), Standing: analytics.Dominated},
			}}}}},
		Caption: "10,000 paths of a year of hours, seed 1. Intervals: 95 %.",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	if err := figure.WriteSVG(&svg); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Contains(svg.String(),
		"Numbers at some points of the front: half-width (leverage). Better is up and left."))
	// Output:
	// true
}

// What a token costs a year, by item. Supply interest is earned, so its drag is
// negative; gas is zero and is named below the bars.
func ExampleCostDrag() {
	between := func(lo, value, hi float64) analytics.Estimate {
		return analytics.Estimate{Value: value, Lo: lo, Hi: hi, Confidence: 0.95, N: 10_000, Method: analytics.Normal}
	}
	figure, err := plots.CostDrag(plots.CostDragData{
		Title: "What ETHBULL3X costs its holder",
		Label: "Cost drag (log units per year)",
		Items: []plots.CostItem{
			{Name: "Trade fee", Drag: between(0.0301, 0.0312, 0.0323)},
			{Name: "Borrow interest", Drag: between(0.1071, 0.1102, 0.1133)},
			{Name: "Supply interest", Drag: between(-0.0157, -0.0150, -0.0143)},
			{Name: "Gas"},
		},
		Caption: "10,000 paths of a year of hours, seed 1. Intervals: 95 %.",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var png bytes.Buffer
	if err := figure.WritePNG(&png); err != nil {
		fmt.Println(err)
		return
	}
	width, height := figure.Size()
	fmt.Printf("%.1f by %.1f inches, %s\n", width, height, png.Bytes()[1:4])
	// Output:
	// 6.5 by 2.4 inches, PNG
}
