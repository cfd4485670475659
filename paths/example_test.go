package paths_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"mcrisk/paths"
)

// A day is missing from a file of prices, and no return is taken over it.
func ExampleReadHistory() {
	const file = `date,open,high,low,close
2024-01-01,100,105,95,100
2024-01-02,100,112,99,110
2024-01-04,120,125,118,121
2024-01-05,121,122,108,110
`
	h, err := paths.ReadHistory(strings.NewReader(file), "eth.csv")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bars over %v: %.4f; %v\n", len(h.Bars), h.Span(), h.LogReturns(), h.Gaps[0])
	january4 := time.Date(2024, 1, 4, 0, 0, 0, 0, time.UTC)
	late, err := h.Between(january4, time.Time{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bars over %v: %.4f\n", len(late.Bars), late.Span(), late.LogReturns())
	// Output:
	// 4 bars over 120h0m0s: [0.0953 -0.0953]; line 4: 1 bar missing from 2024-01-03T00:00:00Z to 2024-01-04T00:00:00Z
	// 2 bars over 48h0m0s: [-0.0953]
}
