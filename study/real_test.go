package study

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"mcrisk/paths"
	"mcrisk/tokens"
)

var update = flag.Bool("update", false, "write docs/evidence/real-tokens.md")

const (
	realData = "../../shared/data"
	realPage = "../docs/evidence/real-tokens.md"
)

// A fund resets to its target at every close of the exchange.
type fund struct {
	name, underlying string
	target, expenses float64
}

var funds = []fund{
	{"tqqq", "qqq", 3, 0.0095}, {"qld", "qqq", 2, 0.0095}, {"psq", "qqq", -1, 0.0095}, {"sqqq", "qqq", -3, 0.0095},
	{"sso", "spy", 2, 0.0090}, {"sh", "spy", -1, 0.0089}, {"sds", "spy", -2, 0.0090},
}

func realFile(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.Open(filepath.Join(realData, name))
	if os.IsNotExist(err) {
		t.Skip("the histories of real tokens are not here: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return file
}

// dated is a table of numbers by day; NaN where there is none.
type dated struct {
	days    []time.Time
	columns map[string][]float64
}

func readDated(t *testing.T, name string) dated {
	t.Helper()
	file := realFile(t, name)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := dated{columns: map[string][]float64{}}
	for _, row := range rows[1:] {
		day, err := time.Parse(time.DateOnly, row[0])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d.days = append(d.days, day)
		for i, text := range row[1:] {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				v = math.NaN()
			}
			d.columns[rows[0][i+1]] = append(d.columns[rows[0][i+1]], v)
		}
	}
	return d
}

// rate is the mean of a column of fractions a year over days from a to b.
func (d dated) rate(column string, a, b time.Time) float64 {
	sum, n := 0.0, 0.0
	for i, day := range d.days {
		if !day.Before(a) && day.Before(b) {
			sum, n = sum+d.columns[column][i], n+1
		}
	}
	return sum / n
}

// replayYear is the growth of a fund over closes first to last, and that of a
// replay: resets at so many closes each, interest at the central bank's rate,
// expenses.
func (f fund) replayYear(t *testing.T, d, rates dated, first, last, every int, interest bool) (actual, replay float64) {
	t.Helper()
	prices, navs := d.columns[f.underlying], d.columns[f.name]
	step := (d.days[last].Sub(d.days[first]) / time.Duration(last-first)).Truncate(time.Second)
	p := tokens.Path{Step: step}
	for i := first + 1; i <= last; i++ {
		p.Bars = append(p.Bars, tokens.Bar{Move: math.Log(prices[i] / prices[i-1])})
	}
	// a long owes its rate, a short earns it on what it has
	rate := rates.rate("fed_funds", d.days[first], d.days[last])
	loan := tokens.Loan{Borrow: rate, Threshold: 0.99}
	if f.target < 0 {
		loan = tokens.Loan{Supply: rate, Threshold: 0.99}
	}
	if !interest {
		loan.Borrow, loan.Supply = 0, 0
	}
	k, err := tokens.Compile(tokens.Token{Target: f.target, AUM: 1e9,
		Policy: tokens.Every{Interval: time.Duration(every) * step}, Mechanism: loan, StreamingFee: f.expenses}, step)
	if err != nil {
		t.Fatal(err)
	}
	return math.Log(navs[last] / navs[first]), math.Log(k.Live(p).NAV)
}

// years are the closes that begin and end each calendar year of a fund, the last
// of one year the first of the next.
func (f fund) years(d dated) (bounds [][2]int) {
	first := -1
	for i, day := range d.days {
		if math.IsNaN(d.columns[f.name][i]) {
			continue
		}
		if first < 0 {
			first = i
		}
		if i+1 == len(d.days) || d.days[i+1].Year() != day.Year() {
			bounds, first = append(bounds, [2]int{first, i}), i
		}
	}
	return bounds
}

// TestRealTokens replays tokens that existed through the prices of what they
// followed, and makes docs/evidence/real-tokens.md or checks it. Nothing is fitted.
//
// Daily funds, of which only closes are known: a year's growth within 5 %, the
// average replay's at most 0.2 % below and 1.2 % above, since the spread
// of their swaps over the central bank's rate is left out; a replay that resets only
// weekly, or pays no interest, is off by half as much again, or more. FTX's tokens by
// weeks: within 3.5 % of root mean square, and the week of 12 March 2020 within 20 %.
func TestRealTokens(t *testing.T) {
	d, rates := readDated(t, "letf_daily.csv"), readDated(t, "us_rates_daily.csv")
	var page strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&page, format+"\n", args...) }
	line("# Replays of real tokens\n")
	line("Written by `go test ./study -run TestRealTokens -update`; " +
		"the same test without the flag checks it where the histories are. Growth is that of ln NAV, " +
		"and a difference is the replay's less the token's. No number is fitted to the tokens.\n")
	line("## Funds that reset every day\n")
	line("Each year is replayed from its first close to its last on the returns of QQQ or SPY: reset at every close, " +
		"interest at the mean fed funds rate of the year on what a long owes or a short has, the expense ratio. " +
		"What the replay leaves out is the spread of the swaps over that rate and the cost of trading; " +
		"closes of fund and underlying are not struck at the same instant. " +
		"The last columns are what it would be off by with resets once in five closes, and without interest.\n")
	line("| fund | target | years | growth | replayed | difference a year | root mean square of a year | " +
		"farthest year | resets every five: root mean square | no interest: root mean square |\n" +
		"|---|---|---|---|---|---|---|---|---|---|")
	for _, f := range funds {
		var off, weekly, free []float64
		var growth, replayed, far float64
		farYear := 0
		for _, y := range f.years(d) {
			actual, replay := f.replayYear(t, d, rates, y[0], y[1], 1, true)
			growth, replayed, off = growth+actual, replayed+replay, append(off, replay-actual)
			if math.Abs(replay-actual) > math.Abs(far) {
				far, farYear = replay-actual, d.days[y[1]].Year()
			}
			_, replay = f.replayYear(t, d, rates, y[0], y[1], 5, true)
			weekly = append(weekly, replay-actual)
			_, replay = f.replayYear(t, d, rates, y[0], y[1], 1, false)
			free = append(free, replay-actual)
		}
		mean, rms := stat.Mean(off, nil), rootMeanSquare(off)
		line("| %s | %+g | %d | %.3f | %.3f | %+.2f %% | %.2f %% | %+.2f %% in %d | %.2f %% | %.2f %% |",
			strings.ToUpper(f.name), f.target, len(off),
			growth, replayed, 100*mean, 100*rms, 100*far, farYear, 100*rootMeanSquare(weekly), 100*rootMeanSquare(free))
		if !(math.Abs(far) < 0.05) || !(mean > -0.002 && mean < 0.012) {
			t.Errorf("%s: %v off in %d, %v a year", f.name, far, farYear, mean)
		}
		if !(rootMeanSquare(weekly) > 1.5*rms && rootMeanSquare(free) > 1.5*rms) {
			t.Errorf("%s: %v off, with weekly resets %v, without interest %v",
				f.name, rms, rootMeanSquare(weekly), rootMeanSquare(free))
		}
	}
	ftx(t, line)
	if *update {
		if err := os.WriteFile(realPage, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(realPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page.String() {
		t.Errorf("%s is out of date (go test ./study -run TestRealTokens -update):\n%s", realPage, page.String())
	}
}

func rootMeanSquare(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x * x
	}
	return math.Sqrt(sum / float64(len(xs)))
}

func realHistory(t *testing.T, name string) *paths.History {
	t.Helper()
	file := realFile(t, name)
	defer file.Close()
	h, err := paths.ReadHistory(file, name)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// meanFunding is the mean of an asset's funding from a to b, 1/year.
func meanFunding(t *testing.T, asset string, a, b time.Time) float64 {
	t.Helper()
	file := realFile(t, "funding_binance_8h.csv")
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rates []float64
	for _, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[0])
		if err != nil {
			t.Fatal(err)
		}
		if row[1] == asset && !at.Before(a) && at.Before(b) {
			rate, err := strconv.ParseFloat(row[2], 64) // of 8 hours
			if err != nil {
				t.Fatal(err)
			}
			rates = append(rates, 3*365*rate)
		}
	}
	return stat.Mean(rates, nil)
}

// ftx replays BULL and BEAR by weeks.
func ftx(t *testing.T, line func(string, ...any)) {
	t.Helper()
	price := realHistory(t, "btc_usdt_perp_1h.csv")
	crash := time.Date(2020, 3, 11, 0, 0, 0, 0, time.UTC)
	funding := meanFunding(t, "BTC", crash.AddDate(0, 0, -49), crash.AddDate(0, 0, 7*40))
	line("\n## Tokens with emergency resets\n")
	line("FTX's BULL and BEAR, three times Bitcoin and its inverse, from 22 January to 16 December 2020: "+
		"reset daily at 00:02 UTC, and at once when leverage reaches 4; 0.03 %% a day of fees; "+
		"Binance's mean funding of that time, %.1f %% a year, and 5 bp of what is traded stand for theirs. Each week "+
		"begins at the target, on hourly bars of Binance's perpetual. The price inside a bar goes over the nearer "+
		"extreme and then the farther one; quotes of the tokens are averages over venues around midnight. On 12 "+
		"March 2020 BULL lost 85 %%, where a token that resets only daily would have been liquidated.\n", 100*funding)
	line("| token | keeper's latency | weeks | correlation | root mean square | growth | replayed | " +
		"week of 12 March | replayed | emergencies |\n|---|---|---|---|---|---|---|---|---|---|")
	for _, f := range []struct {
		name   string
		target float64
	}{{"bull", 3}, {"bear", -3}} {
		h := realHistory(t, "ftx_"+f.name+"_1d.csv")
		at := map[time.Time]float64{} // ln of the quote at a midnight
		for _, b := range h.Bars {
			at[b.Start.Add(h.Step)] = math.Log(b.Close)
		}
		for _, latency := range []time.Duration{0, time.Minute} {
			token := tokens.Token{
				Name: f.name, Target: f.target, AUM: 1e7, StreamingFee: 0.0003 * 365, Cost: tokens.Cost{Fee: 0.0005},
				Policy: tokens.Emergency{Reset: tokens.Every{Interval: 24 * time.Hour, Offset: 2 * time.Minute},
					High: 4},
				Mechanism: tokens.Perp{Funding: funding, Maintenance: 0.01},
				Keeper:    tokens.Keeper{Latency: latency},
			}
			var actual, replayed, off []float64
			var fell, felt float64
			var resets uint64
			for begin := h.Bars[0].Start.Add(h.Step); ; begin = begin.AddDate(0, 0, 7) {
				end := begin.AddDate(0, 0, 7)
				if at[end] == 0 {
					break
				}
				week, err := price.Between(begin, end)
				if err != nil {
					t.Fatal(err)
				}
				r, err := Replay([]tokens.Token{token}, week, false)
				if err != nil {
					t.Fatal(err)
				}
				if r.Lives[0].Liquidations > 0 {
					t.Errorf("%s is liquidated in the week of %v", f.name, begin)
				}
				resets += uint64(r.Lives[0].Rebalances) - 7
				actual, replayed = append(actual, at[end]-at[begin]), append(replayed, math.Log(r.Lives[0].NAV))
				n := len(actual) - 1
				off = append(off, replayed[n]-actual[n])
				if begin.Equal(crash) {
					fell, felt = actual[n], replayed[n]
				}
			}
			n := float64(len(actual))
			rms := rootMeanSquare(off)
			line("| %s | %v | %d | %.4f | %.1f %% | %.2f | %.2f | %.2f | %.2f | %d |",
				strings.ToUpper(f.name), latency, len(actual), stat.Correlation(actual, replayed, nil), 100*rms,
				n*stat.Mean(actual, nil), n*stat.Mean(replayed, nil), fell, felt, resets)
			if !(rms < 0.035) || !(math.Abs(felt-fell) < 0.2) || n != 47 {
				t.Errorf("%s, latency %v: %v off over %v weeks, in March %v of %v", f.name, latency, rms, n, felt, fell)
			}
		}
	}
}
