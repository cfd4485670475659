package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/cli"
)

// readers are the commands that read a file of prices, with a token where they want one.
func readers(file string) [][]string {
	return [][]string{
		{"history", file},
		{"calibrate", file},
		{"replay", file, "--target", "2", "--policy", "hold", "--latencies", "0", "--no-save"},
		{"simulate", "--prices", file, "--target", "2", "--policy", "hold", "--horizon", "2d", "--paths", "20",
			"--no-save", "--no-figures"},
	}
}

// days are daily bars from the first of January 2024 on, as rows of a CSV file.
func days(n int, row func(i int, date time.Time) string) string {
	var b strings.Builder
	b.WriteString("date,open,high,low,close\n")
	for i := range n {
		if text := row(i, time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC)); text != "" {
			fmt.Fprintln(&b, text)
		}
	}
	return b.String()
}

// flat is a bar at one price.
func flat(date time.Time, price float64) string {
	return fmt.Sprintf("%s,%v,%v,%v,%[2]v", date.Format(time.DateOnly), price, price, price)
}

// Every command reads the same files, repairs the same and says so in the same words;
// standard input and one column of many are files as others.
func TestCommandsReadAlike(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	const zone, missing, closes = "stamps without a zone read as UTC; the first on line 2",
		"1 row without prices taken as missing bars; on line 5", "closes only: no open, high or low"
	odd := "date;open;high;low;close\n"
	for i := range 30 {
		price := fmt.Sprint(100 + i*i%7)
		if i == 3 {
			price = "NaN"
		}
		date := time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC)
		odd += date.Format(time.DateTime) + strings.Repeat(";"+price, 4) + "\n"
	}
	wide := strings.Replace(days(30, func(i int, date time.Time) string {
		return fmt.Sprintf("%s,%d,9", date.Format(time.DateOnly), 100+i*i%7)
	}), "open,high,low,close", "eth,btc", 1)
	for _, tt := range []struct {
		name, text string
		flags      []string
		notes      []string
	}{
		{"odd.csv", odd, nil, []string{zone, missing}},
		{"wide.csv", wide, []string{"--column", "eth"}, []string{closes}},
	} {
		file := write(t, tt.name, tt.text)
		for _, args := range readers(file) {
			_, said := expect(t, cli.Done, append(args, tt.flags...)...)
			for _, note := range tt.notes {
				if strings.Count(said, note) != 1 {
					t.Errorf("%v says\n%s\nwant %q once", args, said, note)
				}
			}
		}
		results := map[string]string{}
		for _, name := range []string{file, "-"} {
			in, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			defer func(old *os.File) { os.Stdin = old }(os.Stdin)
			os.Stdin = in
			results[name] = resultsOf(t, append([]string{"history", name, "--json"}, tt.flags...)...)
		}
		if results[file] != results["-"] || len(results[file]) < 500 {
			t.Errorf("%s: from standard input\n%s\nwant\n%s", tt.name, results["-"], results[file])
		}
	}
}

// Where a split divides prices by ten, every command asks about it, by its date.
func TestCommandsAskAboutSplits(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	prices := func(split float64) string {
		price := 1000.0
		return write(t, "p.csv", days(60, func(i int, date time.Time) string {
			price *= 1 + 0.02*float64(1-2*(i%2))
			if i == 40 {
				price /= split
			}
			return flat(date, price)
		}))
	}
	for _, split := range []float64{1, 10} {
		for _, args := range readers(prices(split)) {
			_, said := expect(t, cli.Done, args...)
			asked := strings.Contains(said, "wrong prices?") && strings.Contains(said, "on 2024-02-10")
			if asked != (split == 10) {
				t.Errorf("split of %v: %v says %q", split, args, said)
			}
		}
	}
}

// Years are time: of a market that closes over weekends history and calibrate give the
// volatility of the time that passed, and a replay pays for it.
func TestYearsAreTime(t *testing.T) {
	price, n := 100.0, 0
	file := write(t, "p.csv", days(57, func(_ int, date time.Time) string {
		if date.Weekday() == time.Saturday || date.Weekday() == time.Sunday {
			return ""
		}
		if n++; n%2 == 0 {
			price *= math.Exp(0.01)
		} else if n > 1 {
			price *= math.Exp(-0.01)
		}
		return flat(date, price)
	}))
	const years, returns = 56.0 / 365, 40.0 // from Monday's close to Monday's
	if n != returns+1 {
		t.Fatalf("%d trading days", n)
	}
	var h struct{ Metrics map[string]*float64 }
	if err := json.Unmarshal([]byte(resultsOf(t, "history", file, "--json")), &h); err != nil {
		t.Fatal(err)
	}
	// As many rises as falls, whose simple returns are a and b.
	a, b := math.Expm1(0.01), math.Expm1(-0.01)
	sd := (a - b) / 2 * math.Sqrt(returns/(returns-1)*returns/years)
	if got := *h.Metrics["volatility"]; math.Abs(got/sd-1) > 1e-9 {
		t.Errorf("history: volatility %v; want %v", got, sd)
	}
	var c struct {
		Models []struct {
			Parameters map[string]struct{ Estimate float64 }
		}
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "calibrate", file, "--json")), &c); err != nil {
		t.Fatal(err)
	}
	sd = 0.01 * math.Sqrt(returns/(returns-1)*returns/years)
	if got := c.Models[0].Parameters["sigma"].Estimate; math.Abs(got/sd-1) > 1e-9 {
		t.Errorf("calibrate: sigma %v; want %v", got, sd)
	}
	var r struct {
		Tokens []map[string]any
	}
	text := resultsOf(t, "replay", file, "--target", "1", "--policy", "hold", "--mechanism", "perp", "--funding", "0",
		"--streaming-fee", "10%", "--latencies", "0", "--no-save", "--json")
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	// Its bars begin on a Monday and end with the Monday eight weeks on.
	logs := r.Tokens[0]["ledger"].(map[string]any)["log"].(map[string]any)
	if got, want := logs["streaming_fee"].(float64), -0.1*57/365; math.Abs(got-want) > 1e-12 {
		t.Errorf("replay: a streaming fee of %v; want %v", got, want)
	}
}

// A ratio without losses is infinite and one of constant returns is undefined; JSON
// tells them apart, and the table too.
func TestHistoryTellsInfinityFromUndefined(t *testing.T) {
	constant := days(30, func(i int, date time.Time) string { return flat(date, 1000*math.Pow(1.001, float64(i))) })
	one := days(2, func(i int, date time.Time) string { return flat(date, 100-2*float64(i)) })
	for _, tt := range []struct {
		text string
		want map[string]any
	}{
		{constant, map[string]any{"volatility": 0.0, "sharpe": nil, "sortino": "Infinity", "omega": "Infinity",
			"calmar": "Infinity", "kurtosis": nil}},
		{one, map[string]any{"volatility": nil, "sharpe": nil, "sortino": nil, "omega": 0.0}},
	} {
		var h struct{ Metrics map[string]any }
		file := write(t, "p.csv", tt.text)
		if err := json.Unmarshal([]byte(resultsOf(t, "history", file, "--json")), &h); err != nil {
			t.Fatal(err)
		}
		table := resultsOf(t, "history", file)
		for name, want := range tt.want {
			got, ok := h.Metrics[name]
			if !ok || got != want {
				t.Errorf("%s = %v (%t); want %v", name, got, ok, want)
			}
			shown := map[any]string{nil: "–", "Infinity": "∞", 0.0: "0"}[want]
			if row := rowOf(table, name); len(row) < 2 || row[1] != shown {
				t.Errorf("the table has %q; want %s", row, shown)
			}
		}
	}
}

// rowOf are the words of a table's first row of a name.
func rowOf(table, name string) []string {
	for line := range strings.Lines(table) {
		if f := strings.Fields(line); len(f) > 0 && f[0] == name {
			return f
		}
	}
	return nil
}

// Prices that take a token exactly to an edge of its band and no further move it as one
// that is held, at each of the four edges and in whatever unit the prices are.
func TestReplayToTheEdge(t *testing.T) {
	for _, tt := range []struct{ target, edge float64 }{{2, 3.0 / 2}, {2, 3.0 / 4}, {-2, 9.0 / 10}, {-2, 9.0 / 8}} {
		end := (1 + tt.edge) / 2
		for _, unit := range []float64{100, 1000, 10, 100.0 / 3} {
			bar := func(hour int, from, to float64) string {
				return fmt.Sprintf("2024-01-01T%02d:00:00Z,%v,%v,%v,%v\n", hour, unit*from, unit*max(from, to),
					unit*min(from, to), unit*to)
			}
			file := write(t, "p.csv", "time,open,high,low,close\n"+bar(0, 1, tt.edge)+bar(1, tt.edge, end))
			var r struct {
				Tokens []map[string]any
			}
			text := resultsOf(t, "replay", file, "--target", fmt.Sprint(tt.target), "--band", "1.5:3", "--to", "target",
				"--mechanism", "perp", "--funding", "0", "--latencies", "0", "--no-save", "--json")
			if err := json.Unmarshal([]byte(text), &r); err != nil {
				t.Fatal(err)
			}
			got, want := r.Tokens[0], 1+tt.target*(end-1)
			if got["rebalances"] != 0.0 || math.Abs(got["nav"].(float64)-want) > 1e-12 {
				t.Errorf("%vx to %v, unit %v: %v trades, NAV %v; want none and %v", tt.target, tt.edge, unit,
					got["rebalances"], got["nav"], want)
			}
		}
	}
}
