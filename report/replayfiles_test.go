package report

import (
	"math"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/tokens"
)

// Times are written as the library writes them, and the numbers of an event to ten digits, whatever was written
// before.
func TestRowsOfEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rowEnd{items: int(tokens.Items)}
		nought := math.Copysign(0, -1)
		number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, nought, 1, 1e6, math.Inf(1)}))
		start := time.Unix(rapid.Int64Range(-3e9, 5e9).Draw(t, "start"), rapid.Int64Range(0, 1e9-1).Draw(t, "part"))
		if rapid.Bool().Draw(t, "whole start") {
			start = start.Truncate(time.Second)
		}
		d, after := daysFrom(start), time.Duration(0)
		var e tokens.Event
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			after = max(0, after+time.Duration(rapid.Int64Range(-1e14, 1e14).Draw(t, "later")))
			if rapid.Bool().Draw(t, "whole") {
				after = after.Truncate(time.Second)
			}
			want := "x," + start.Add(after).UTC().Format(time.RFC3339Nano)
			if got := string(d.append([]byte("x,"), after)); got != want {
				t.Errorf("%s; want %s", got, want)
			}
			numbers := []*float64{&e.Price, &e.Exposure, &e.Cash, &e.Equity, &e.Leverage, &e.AUM}
			for i := range e.Money {
				numbers = append(numbers, &e.Money[i])
			}
			want = ""
			for _, v := range numbers {
				if rapid.Bool().Draw(t, "changes") {
					*v = number.Draw(t, "number")
				}
				written := strconv.FormatFloat(*v, 'g', 10, 64)
				if *v == 0 {
					written = "0"
				}
				want += "," + written
			}
			if got := string(end.of(&e)); got != want {
				t.Errorf("%s; want %s", got, want)
			}
		}
	})
}
