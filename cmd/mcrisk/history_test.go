package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/cli"
)

// Closes 1, 2, 1, 2, 1.5 a day apart: what analytics says of them, in every form.
func TestHistory(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	file := filepath.Join(t.TempDir(), "p.csv")
	rows := "date,open,high,low,close,volume\n2024-01-01,1,1,1,1,1\n2024-01-02,1,2,1,2,1\n" +
		"2024-01-03,2,2,1,1,1\n2024-01-04,1,2,1,2,1\n2024-01-05,2,2,1.5,1.5,1\n"
	if err := os.WriteFile(file, []byte(rows), 0o666); err != nil {
		t.Fatal(err)
	}
	out, _ := expect(t, cli.Done, "history", file, "--json")
	var h struct {
		Values  int
		Step    string
		From    string
		Metrics map[string]*float64
	}
	if err := json.Unmarshal([]byte(out), &h); err != nil {
		t.Fatal(err)
	}
	if h.Values != 5 || h.Step != "1d" || h.From != "2024-01-02T00:00:00Z" || *h.Metrics["max_drawdown"] != 0.5 ||
		math.Abs(*h.Metrics["ulcer"]-0.25) > 1e-15 || math.Abs(*h.Metrics["log_growth"]-math.Log(1.5)*365/4) > 1e-12 {
		t.Errorf("%s", out)
	}
	if out, errs := expect(t, cli.Done, "history", file); errs != "" ||
		!strings.HasPrefix(out, file+": 5 closes, 1d apart, 2024-01-02 00:00 to 2024-01-06 00:00\n") {
		t.Errorf("%s%s", errs, out)
	}
	gaps := strings.NewReplacer("2024-01-02,1,2,1,2,1\n", "", "2024-01-05", "2024-01-09").Replace(rows)
	gaps += "2024-01-10,1,1,1,1,1\n2024-01-11,1,1,1,1,1\n"
	if err := os.WriteFile(file, []byte(gaps), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, errs := expect(t, cli.Done, "history", file); strings.Count(errs, "\n") != 1 ||
		!strings.Contains(errs, "gaps: 2, the first on line 3: 1 bar missing") {
		t.Errorf("%s; want one line about both gaps", errs)
	}
	// Of two gaps the second is in the part from the fourth on.
	if out, errs := expect(t, cli.Done, "history", file, "--since", "2024-01-04", "--until",
		"2024-01-11"); !strings.Contains(errs, "gaps: 1, the first on line 5") ||
		!strings.Contains(out, ": 3 closes, 1d apart, 2024-01-05 00:00 to 2024-01-11 00:00\n") {
		t.Errorf("%s%s", errs, out)
	}
	if out, errs := expect(t, cli.Done, "history", file, "--since", "2024-01-03T00:00:00Z", "--until",
		"2024-01-05"); errs != "" || !strings.Contains(out, ": 2 closes, ") {
		t.Errorf("%s%s", errs, out)
	}
	if _, errs := expect(t, cli.BadInput, "history", file, "--since", "2024-01-11"); !strings.Contains(errs,
		"from 2024-01-11T00:00:00Z to its end: 1 of its bars") {
		t.Errorf("%s", errs)
	}
	for _, form := range []string{"--csv", "--markdown"} {
		if out, _ := expect(t, cli.Done, "history", file, form); !strings.Contains(out, "max_drawdown") {
			t.Errorf("%s: %s", form, out)
		}
	}
	expect(t, cli.BadInput, "history", file, "--csv", "--json")
	expect(t, cli.BadInput, "history")
	expect(t, cli.BadInput, "history", file+".none")
}

// One column of a file with several, against
// numbers worked out by hand: 11 months of 10 % each after the first.
func TestHistoryOfAColumn(t *testing.T) {
	var file strings.Builder
	file.WriteString("date,aaa,bbb\n")
	for day, price := 0, 100.0; day <= 365; day++ {
		fmt.Fprintf(&file, "%s,1,%v\n", time.Date(2023, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), price)
		if day%2 == 0 {
			price *= 1.01
		} else {
			price /= 1.005
		}
	}
	path := write(t, "wide.csv", file.String())
	said := expectFailure(t, "history", path)
	if !strings.Contains(said, "aaa") || !strings.Contains(said, "--column") {
		t.Errorf("without a column: %s", said)
	}
	metric := func(args ...string) map[string]float64 {
		var all struct{ Metrics map[string]float64 }
		if err := json.Unmarshal([]byte(resultsOf(t,
			append([]string{"history", path, "--column", "bbb", "--json"}, args...)...)), &all); err != nil {
			t.Fatal(err)
		}
		return all.Metrics
	}
	// 183 rises and 182 falls in 365 days.
	want := math.Pow(1.01, 183)/math.Pow(1.005, 182) - 1
	if got := metric()["cagr"]; math.Abs(got-want) > 1e-9 {
		t.Errorf("cagr %v; want %v", got, want)
	}
	plain, less := metric()["sharpe"], metric("--risk-free", "4%")["sharpe"]
	sd := metric()["volatility"]
	if math.Abs(plain-less-0.04/sd) > 1e-9 {
		t.Errorf("sharpe %v, less 4 %% %v; want %v between them", plain, less, 0.04/sd)
	}
	if got, want := metric("--periods-per-year", "252")["volatility"],
		sd*math.Sqrt(252.0/365); math.Abs(got-want) > 1e-9 {
		t.Errorf("volatility of 252 periods %v; want %v", got, want)
	}
}

// expectFailure runs the command on bad input and returns what it says.
func expectFailure(t *testing.T, args ...string) string {
	t.Helper()
	_, said := expect(t, cli.BadInput, args...)
	return said
}
