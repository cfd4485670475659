package plots_test

import (
	"bytes"
	"fmt"

	"mcrisk/analytics"
	"mcrisk/plots"
)

// What a token costs a year, by item. Supply interest is earned, so its drag is
// negative; gas is zero and is named below the bars.
func ExampleCostDrag() {
	between := func(lo, value, hi float64) analytics.Estimate {
		return analytics.Estimate{Value: value, Lo: lo, Hi: hi, Confidence: 0.95, N: 10_000, Method: analytics.Normal}
	}
	figure, err := plots.CostDrag(plots.CostDragData{
		Title: "What ETHBULL3X costs its holder",
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
