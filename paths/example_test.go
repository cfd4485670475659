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

// A file of funds' closes has no bars on weekends: its returns are those from one
// trading day to the next, and a year has as many as the calendar gives it.
func ExampleReadHistoryWith() {
	const file = `date,qqq,spy
2024-01-04,398.3,467.3
2024-01-05,398.8,467.9
2024-01-08,407.0,474.6
2024-01-09,407.8,473.9
`
	h, err := paths.ReadHistoryWith(strings.NewReader(file), "funds.csv", paths.ReadOptions{Column: "qqq"})
	if err != nil {
		log.Fatal(err)
	}
	for _, note := range h.Notes {
		fmt.Println(note)
	}
	returns, years := h.Returns()
	fmt.Printf("%.4f, %.0f of them a year\n", returns, 1/years)
	// Output:
	// the prices are the column "qqq", as asked for
	// closes only: no open, high or low of 4 bars is known
	// [0.0013 0.0204 0.0020], 219 of them a year
}
