package paths

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// The same three bars of 12 March 2020 in every form that is read.
func TestHistoryForms(t *testing.T) {
	want := []Bar{
		{utc("2020-03-12T10:00:00Z"), 7250, 7290.5, 5555, 5640, 1200.25},
		{utc("2020-03-12T11:00:00Z"), 5641, 6100, 5500, 5960, 990},
		{utc("2020-03-12T12:00:00Z"), 5960, 6050, 5800, 5900.75, 0},
	}
	text := func(file string) string {
		data, err := os.ReadFile(filepath.Join("testdata", "history", file))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	header, ms, us := text("header.csv"), text("klines_ms.csv"), text("klines_us.csv")
	msLines, usLines := strings.SplitAfter(ms, "\n"), strings.SplitAfter(us, "\n")
	for _, tt := range []struct{ name, csv string }{
		{"header", header},
		{"klines in ms without a header", ms},
		{"klines in µs with a header", us},
		{"klines that change from ms to µs", msLines[0] + usLines[2] + usLines[3]},
		{"byte order mark", "\ufeff" + header},
		{"byte order mark before klines", "\ufeff" + ms},
		{"carriage returns", strings.ReplaceAll(header, "\n", "\r\n")},
		{"blank lines", "\n" + header + "\n\r\n  \n\n"},
		{"no newline at the end", strings.TrimSpace(header)},
		{"packed", packed(header)},
		{"packed, with a byte order mark", packed("\ufeff" + header)},
		{"upper case and spaces", strings.Replace(header, "timestamp,open", "Timestamp, Open ", 1)},
		{"quotes", strings.ReplaceAll(header, "5641", `"5641"`)},
		{"another time zone", strings.ReplaceAll(header, "T11:00:00Z", "T14:00:00+03:00")},
		{"order and extra columns", "stale,close,low,date,high,open,volume\n" +
			"0,5640,5555,2020-03-12T10:00:00Z,7290.5,7250,1200.25\n" +
			"0,5960,5500,2020-03-12T11:00:00Z,6100,5641,990\n" +
			"1,5900.75,5800,2020-03-12T12:00:00Z,6050,5960,0\n"},
		{"timestamp goes before date", "date,timestamp,open,high,low,close,volume\n" +
			"x,2020-03-12T10:00:00Z,7250,7290.5,5555,5640,1200.25\n" +
			"x,2020-03-12T11:00:00Z,5641,6100,5500,5960,990\n" +
			"x,2020-03-12T12:00:00Z,5960,6050,5800,5900.75,0\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ReadHistory(iotest.OneByteReader(strings.NewReader(tt.csv)), "f.csv")
			if err != nil {
				t.Fatal(err)
			}
			if h.Name != "f.csv" || h.Step != time.Hour || !reflect.DeepEqual(h.Bars, want) || h.Gaps != nil {
				t.Errorf("got %+v\nwant bars %v", h, want)
			}
		})
	}
}

// packed is a text as gzip packs it.
func packed(text string) string {
	var out strings.Builder
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

func TestHistoryReportsGaps(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "history", "daily_gap.csv"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := ReadHistory(strings.NewReader(string(data)), "daily_gap.csv")
	if err != nil {
		t.Fatal(err)
	}
	gap := Gap{Line: 4, From: utc("2020-03-11T00:00:00Z"), To: utc("2020-03-13T00:00:00Z"), Missing: 2}
	if h.Step != 24*time.Hour || len(h.Gaps) != 1 || h.Gaps[0] != gap {
		t.Errorf("step %v, gaps %v; want 24h, %v", h.Step, h.Gaps, gap)
	}
	if got, want := gap.String(),
		"line 4: 2 bars missing from 2020-03-11T00:00:00Z to 2020-03-13T00:00:00Z"; got != want {
		t.Errorf("gap reads %q; want %q", got, want)
	}
	// By hand: 1.5 to 2, nothing over the gap, 1 to 1.
	returns := h.LogReturns()
	if len(returns) != 2 || math.Abs(returns[0]-0.287682072451780927) > 1e-15 || returns[1] != 0 {
		t.Errorf("returns %v; want [ln 4/3, 0]", returns)
	}
	if h.StepYears() != 1.0/365 || h.Span() != 6*24*time.Hour {
		t.Errorf("step %v years, span %v; want 1/365, six days", h.StepYears(), h.Span())
	}
	if !math.IsNaN(h.Bars[0].Volume) {
		t.Errorf("volume %v of a file without volumes; want NaN", h.Bars[0].Volume)
	}
}

// Returns are finite for every price that is, and lines count blank ones.
func TestHistoryExtremes(t *testing.T) {
	h, err := ReadHistory(strings.NewReader("date,open,high,low,close,volume\n"+
		"2020-01-01,1,1e308,1e-308,1e-308,\n\n2020-01-02,1,1e308,1e-308,1e308,1\n\n\n"+
		"2020-01-04,1,1e308,1e-308,1,\n"), "f.csv")
	if err != nil {
		t.Fatal(err)
	}
	if r := h.LogReturns(); len(r) != 1 || math.Abs(r[0]-616*math.Ln10) > 1e-12 {
		t.Errorf("returns %v; want [616 ln 10]", r)
	}
	if len(h.Gaps) != 1 || h.Gaps[0].Line != 7 {
		t.Errorf("gaps %v; want one, on line 7", h.Gaps)
	}
	if v := h.Bars[0].Volume; !math.IsNaN(v) || h.Bars[1].Volume != 1 {
		t.Errorf("volumes %v and %v; want NaN and 1", v, h.Bars[1].Volume)
	}
}

// Every fault of a file is reported at once, each by its line.
func TestHistoryFaults(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "history", "faults.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = ReadHistory(f, "faults.csv")
	got := strings.Split(fmt.Sprint(err), "\n")
	want := []string{
		`line 3: high = 9 is below low = 12; want low ≤ open, close ≤ high`,
		`line 4: high = 12 is below close = 13; want low ≤ open, close ≤ high`,
		`line 5: open = 8 is below low = 9; want low ≤ open, close ≤ high`,
		`line 6: open = "0"; want a finite number > 0`,
		`line 7: low = "-9"; want a finite number > 0`,
		`line 8: close = "NaN"; want a finite number > 0`,
		`line 9: high = "+Inf"; want a finite number > 0`,
		`line 10: close = "ten"; want a finite number > 0`,
		`line 11: volume = "-1"; want a finite number ≥ 0, or nothing`,
		`line 12: timestamp = 2020-03-12T09:00:00Z again, as on line 11; want each bar once`,
		`line 13: timestamp = 2020-03-12T08:00:00Z is before that of line 12; want the oldest bar first`,
		`line 14: timestamp = 2020-03-12T10:30:00Z is not on the grid of the others; want whole steps of 1h0m0s`,
		`line 15: 5 fields; want 6`,
		`line 16: timestamp = "12.03.2020 12:00"; want the year first, as in 2020-03-12: ` +
			`this may be day and month or month and day`,
		`line 17: timestamp = "15840180000"; want whole seconds (10 digits), milliseconds (13), ` +
			`microseconds (16) or nanoseconds (19) since 1970`,
		`line 18: extraneous or missing " in quoted-field`,
		`line 19: close = ""; want a finite number > 0`,
	}
	for i := range want {
		want[i] = "paths: faults.csv: " + want[i]
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestHistoryRefuses(t *testing.T) {
	const header = "date,open,high,low,close\n"
	for _, tt := range []struct{ name, csv, want string }{
		{"empty", "", "paths: f.csv is empty; want a header and at least two bars"},
		{"blank", "\n\r\n", "paths: f.csv is empty; want a header and at least two bars"},
		{"header only", header, "paths: f.csv has no bars; want at least two"},
		{"one bar", header + "2020-01-01,1,1,1,1\n", "paths: f.csv has one bar only; want at least two"},
		{"one bar twice", header + "2020-01-01,1,1,1,1\n2020-01-01,1,1,1,1\n",
			`paths: f.csv: line 3: date = 2020-01-01T00:00:00Z again, as on line 2; want each bar once`},
		{"no such columns", "\nwhen,open,hi,low,close\n",
			`paths: f.csv: line 2: header "when,open,hi,low,close" has no timestamp, high; ` +
				`want the columns timestamp (or date), open, high, low, close and perhaps volume`},
		{"column twice", "date,open,high,low,close,Close\n",
			`paths: f.csv: line 1: two columns are called "close"; want one`},
		{"no header", "1584007200000,1,1,1,1,1\n",
			"paths: f.csv: line 1: 6 columns and no header; want a header, the 12 columns of a Binance kline file, " +
				"or the 7 of Kraken's OHLCVT"},
		{"header in quotes that never end", `"date,open`,
			`paths: f.csv: line 1: extraneous or missing " in quoted-field`},
		{"day that does not exist", header + "2021-02-29,1,1,1,1\n2021-03-01,1,1,1,1\n",
			`paths: f.csv: line 2: date = "2021-02-29"; ` +
				`want a time such as 2020-03-12T10:00:00Z or a day such as 2020-03-12`},
		{"year too far", header + "0001-01-01,1,1,1,1\n2150-01-01,1,1,1,1\n",
			"paths: f.csv: line 2: date = \"0001-01-01\"; want a year from 1900 to 2149\n" +
				"paths: f.csv: line 3: date = \"2150-01-01\"; want a year from 1900 to 2149"},
		{"price too large", header + "2020-01-01,1,1,1,1\n2020-01-02,1,1e309,1,1\n",
			`paths: f.csv: line 3: high = "1e309"; want a finite number > 0`},
		{"too many fields", header + "2020-01-01,1,1,1,1,1\n2020-01-02,1,1,1,1\n",
			"paths: f.csv: line 2: 6 fields; want 5: a decimal comma, or separators of thousands?"},
		{"volume that is no number", "date,open,high,low,close,volume\n2020-01-01,1,1,1,1,lots\n" +
			"2020-01-02,1,1,1,1,+Inf\n",
			"paths: f.csv: line 2: volume = \"lots\"; want a finite number ≥ 0, or nothing\n" +
				"paths: f.csv: line 3: volume = \"+Inf\"; want a finite number ≥ 0, or nothing"},
		{"newest first but one", header + "2020-01-07,1,1,1,1\n2020-01-06,1,1,1,1\n2020-01-05,1,1,1,1\n" +
			"2020-01-02,1,1,1,1\n" +
			"2020-01-03,1,1,1,1\n2020-01-01,1,1,1,1\n2019-12-31,1,1,1,1\n2019-12-30,1,1,1,1\n",
			"paths: f.csv: line 6: date = 2020-01-03T00:00:00Z is after that of line 5; " +
				"want the newest bar first, as in the rest of the file"},
		{"months", header + "2020-01-01,1,1,1,1\n2020-02-01,1,1,1,1\n2020-03-01,1,1,1,1\n2020-04-01,1,1,1,1\n",
			"paths: f.csv: line 2: date = 2020-01-01T00:00:00Z is not on the grid of the others; " +
				"want whole steps of 744h0m0s\n" +
				"paths: f.csv: line 3: date = 2020-02-01T00:00:00Z is not on the grid of the others; " +
				"want whole steps of 744h0m0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ReadHistory(strings.NewReader(tt.csv), "f.csv")
			if h != nil || fmt.Sprint(err) != tt.want {
				t.Errorf("got %v, error\n%v\nwant\n%s", h, err, tt.want)
			}
		})
	}
}

// A file that is wrong throughout gives a short answer.
func TestHistoryCountsFaults(t *testing.T) {
	csv := "date,open,high,low,close\n" + strings.Repeat("2020-01-01,x,1,1,1\n", 1000)
	_, err := ReadHistory(strings.NewReader(csv), "f.csv")
	lines := strings.Split(fmt.Sprint(err), "\n")
	if last := "paths: f.csv: and 1979 more"; len(lines) != 21 || lines[20] != last {
		t.Errorf("%d lines, the last %q; want 21, %q", len(lines), lines[len(lines)-1], last)
	}
}

func TestHistoryReaderFails(t *testing.T) {
	broken := errors.New("broken")
	for _, csv := range []string{"", "date,open,high,low,close\n",
		"date,open,high,low,close\n2020-01-01,1,1,1,1\n2020-01-02,1,1,1,1\n"} {
		r := io.MultiReader(strings.NewReader(csv), iotest.ErrReader(broken))
		if h, err := ReadHistory(r, "f.csv"); h != nil || !errors.Is(err, broken) {
			t.Errorf("after %q: %v, %v; want the reader's error", csv, h, err)
		}
	}
}

func TestHistoryPackedIsCut(t *testing.T) {
	whole := packed("date,open,high,low,close\n2020-01-01,1,1,1,1\n2020-01-02,1,1,1,1\n")
	for n := 2; n < len(whole); n++ {
		if h, err := ReadHistory(strings.NewReader(whole[:n]), "f.csv.gz"); h != nil || err == nil ||
			!strings.Contains(err.Error(), "f.csv.gz") {
			t.Fatalf("%d of %d bytes: %v, %v; want an error", n, len(whole), h, err)
		}
	}
}

// What is written is what is read, bar by bar and gap by gap.
func TestHistoryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour}).Draw(t,
			"step")
		price := rapid.Float64Range(1e-9, 1e9)
		at := utc("2020-01-01T00:00:00Z").Add(step * time.Duration(rapid.IntRange(0, 1000).Draw(t, "offset")))
		want := History{Name: "f.csv", Step: step}
		var csv strings.Builder
		csv.WriteString("volume,timestamp,low,close,open,high\n")
		for i := range rapid.IntRange(3, 50).Draw(t, "bars") {
			if i > 2 { // the first spacings are whole, so that one step is the most common spacing
				if missing := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 7}).Draw(t, "missing"); missing > 0 {
					resumed := at.Add(step * time.Duration(missing))
					want.Gaps = append(want.Gaps, Gap{Line: i + 2, From: at, To: resumed, Missing: missing})
					at = resumed
				}
			}
			p := []float64{price.Draw(t, "p"), price.Draw(t, "p"), price.Draw(t, "p"), price.Draw(t, "p")}
			slices.Sort(p)
			bar := Bar{Start: at, Low: p[0], Open: p[1], Close: p[2], High: p[3], Volume: price.Draw(t, "volume")}
			if rapid.Bool().Draw(t, "falls") {
				bar.Open, bar.Close = bar.Close, bar.Open
			}
			want.Bars = append(want.Bars, bar)
			fmt.Fprintf(&csv, "%v,%s,%v,%v,%v,%v\n", bar.Volume, at.Format(time.RFC3339), bar.Low, bar.Close,
				bar.Open, bar.High)
			at = at.Add(step)
		}
		// A step can lose its majority to one and the same gap; that file has another grid.
		alike := map[int]int{}
		for _, g := range want.Gaps {
			if alike[g.Missing]++; alike[g.Missing] >= len(want.Bars)-1-len(want.Gaps) {
				t.Skip("a gap is as common as a step")
			}
		}
		got, err := ReadHistory(strings.NewReader(csv.String()), "f.csv")
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*got, want) {
			t.Fatalf("got %+v\nwant %+v", *got, want)
		}
	})
}

// readShared reads one of the market data files, which are not part of the
// repository, or skips the test.
func readShared(t *testing.T, name string) *History {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadHistory(f, name)
	if err != nil {
		t.Fatal(err)
	}
	checkHistory(t, h)
	return h
}

// Rows, ranges and missing bars are those counted when the files were made;
// the numbers of gaps were counted by a script of another language.
func TestHistoryOfRealFiles(t *testing.T) {
	for _, tt := range []struct {
		file                string
		bars, gaps, missing int
		step                time.Duration
		first, last         string
	}{
		{"btc_usdt_perp_1h.csv", 43_848, 0, 0, time.Hour, "2020-01-01T00:00:00Z", "2024-12-31T23:00:00Z"},
		{"eth_usdt_perp_1h.csv", 43_848, 0, 0, time.Hour, "2020-01-01T00:00:00Z", "2024-12-31T23:00:00Z"},
		{"sol_usdt_perp_1h.csv", 31_973, 0, 0, time.Hour, "2020-10-23T08:00:00Z", "2024-06-16T12:00:00Z"},
		{"btc_usdt_spot_1h.csv", 43_828, 10, 20, time.Hour, "2020-01-01T00:00:00Z", "2024-12-31T23:00:00Z"},
		{"eth_usdt_spot_1h.csv", 23_537, 38, 55, time.Hour, "2020-01-01T00:00:00Z", "2022-09-09T23:00:00Z"},
		{"btc_usd_1h_bitfinex.csv", 26_273, 4, 7, time.Hour, "2017-01-01T00:00:00Z", "2019-12-31T23:00:00Z"},
		{"eth_usd_1h_bitfinex.csv", 26_254, 20, 26, time.Hour, "2017-01-01T00:00:00Z", "2019-12-31T23:00:00Z"},
		// 676 minutes without a trade in 290 gaps, and six gaps of days between the windows.
		{"btc_usd_1m_bitfinex_windows.csv", 61_244, 296, 676 + 912_960, time.Minute, "2017-12-20T00:00:00Z",
			"2019-10-27T23:59:00Z"},
		{"btc_usdt_spot_4h.csv", 5_606, 0, 0, 4 * time.Hour, "2020-05-14T08:00:00Z", "2022-12-04T12:00:00Z"},
		{"binance_btcup_4h.csv", 5_606, 0, 0, 4 * time.Hour, "2020-05-14T08:00:00Z", "2022-12-04T12:00:00Z"},
		{"binance_btcdown_4h.csv", 5_606, 0, 0, 4 * time.Hour, "2020-05-14T08:00:00Z", "2022-12-04T12:00:00Z"},
		{"btc_usd_1d.csv", 3_564, 0, 0, 24 * time.Hour, "2014-09-17T00:00:00Z", "2024-06-19T00:00:00Z"},
		{"eth_usd_1d.csv", 3_240, 0, 0, 24 * time.Hour, "2015-08-07T00:00:00Z", "2024-06-19T00:00:00Z"},
		{"ftx_bull_1d.csv", 331, 0, 0, 24 * time.Hour, "2020-01-21T00:00:00Z", "2020-12-16T00:00:00Z"},
		{"ftx_bear_1d.csv", 331, 0, 0, 24 * time.Hour, "2020-01-21T00:00:00Z", "2020-12-16T00:00:00Z"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			h := readShared(t, tt.file)
			missing := 0
			for _, g := range h.Gaps {
				missing += g.Missing
			}
			if len(h.Bars) != tt.bars || len(h.Gaps) != tt.gaps || missing != tt.missing || h.Step != tt.step {
				t.Errorf("%d bars of %v, %d missing in %d gaps; want %d of %v, %d in %d",
					len(h.Bars), h.Step, missing, len(h.Gaps), tt.bars, tt.step, tt.missing, tt.gaps)
			}
			if first, last := h.Bars[0].Start, h.Bars[len(h.Bars)-1].Start; first != utc(tt.first) ||
				last != utc(tt.last) {
				t.Errorf("from %v to %v; want %s to %s", first, last, tt.first, tt.last)
			}
		})
	}
}

// Exchange maintenance of Binance, as the notes on the data describe it.
func TestHistoryLongestGaps(t *testing.T) {
	h := readShared(t, "btc_usdt_spot_1h.csv")
	var four []string
	for _, g := range h.Gaps {
		if g.Missing > 4 {
			t.Errorf("%v; want at most four hours", g)
		}
		if g.Missing == 4 {
			four = append(four, g.From.Format("2006-01-02T15h"))
		}
	}
	if want := []string{"2020-12-21T14h", "2021-08-13T02h"}; !slices.Equal(four, want) {
		t.Errorf("gaps of four hours at %v; want %v", four, want)
	}
}

// Faults put into the real file are found on their own lines.
func TestHistoryOfDamagedRealFile(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "eth_usdt_perp_1h.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("eth_usdt_perp_1h.csv is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	read := func(line int, edit func(fields []string) string) (*History, error) {
		damaged := slices.Clone(lines)
		damaged[line-1] = edit(strings.Split(strings.TrimSpace(lines[line-1]), ","))
		return ReadHistory(strings.NewReader(strings.Join(damaged, "")), "eth.csv")
	}
	const line = 20_002
	h, err := read(line, func([]string) string { return "" })
	if err != nil || len(h.Gaps) != 1 || h.Gaps[0].Line != line || h.Gaps[0].Missing != 1 {
		t.Errorf("missing hour: %v; want one gap on line %d", err, line)
	}
	for name, edit := range map[string]func(f []string) string{
		"swapped high and low": func(f []string) string { f[2], f[3] = f[3], f[2]; return strings.Join(f, ",") + "\n" },
		"duplicate":            func(f []string) string { s := strings.Join(f, ",") + "\n"; return lines[line-2] + s },
		"NaN":                  func(f []string) string { f[4] = "NaN"; return strings.Join(f, ",") + "\n" },
		"zero":                 func(f []string) string { f[1] = "0"; return strings.Join(f, ",") + "\n" },
	} {
		if _, err := read(line, edit); err == nil || !strings.HasPrefix(err.Error(),
			"paths: eth.csv: line "+strconv.Itoa(line)+": ") {
			t.Errorf("%s: %v; want a fault on line %d", name, err, line)
		}
	}
}

// checkHistory holds a history to what its type promises.
func checkHistory(t *testing.T, h *History) {
	t.Helper()
	if h.Step <= 0 || len(h.Bars) < 2 {
		t.Fatalf("%d bars of %v; want two or more of a positive step", len(h.Bars), h.Step)
	}
	missing, gaps := 0, 0
	for i, b := range h.Bars {
		if h.ClosesOnly && (b.Open != b.Close || b.High != b.Close || b.Low != b.Close) {
			t.Fatalf("bar %d is %+v; want its close alone", i, b)
		}
		if !(b.Low > 0 && b.Low <= b.Open && b.Low <= b.Close && b.Open <= b.High && b.Close <= b.High &&
			b.High <= math.MaxFloat64) || b.Volume < 0 {
			t.Fatalf("bar %d is %+v", i, b)
		}
		if i == 0 || b.Start.Sub(h.Bars[i-1].Start) == h.Step {
			continue
		}
		g := h.Gaps[gaps]
		if g.From != h.Bars[i-1].Start.Add(h.Step) || g.To != b.Start || g.Missing < 1 ||
			g.From.Add(h.Step*time.Duration(g.Missing)) != g.To {
			t.Fatalf("gap %d is %+v before bar %d of %v", gaps, g, i, b.Start)
		}
		missing, gaps = missing+g.Missing, gaps+1
	}
	if rs, years := h.Returns(); len(rs) > 0 && (!(years >= h.StepYears()*(1-1e-12)) || math.IsInf(years, 0)) {
		t.Fatalf("%d returns of %v years each, in bars of %v", len(rs), years, h.StepYears())
	}
	if gaps != len(h.Gaps) || h.Span() != h.Step*time.Duration(len(h.Bars)+missing) {
		t.Fatalf("%d gaps, span %v; want %d gaps, %d bars of %v", len(h.Gaps), h.Span(), gaps, len(h.Bars)+missing,
			h.Step)
	}
	returns := h.LogReturns()
	if len(returns) != len(h.Bars)-1-gaps || slices.ContainsFunc(returns,
		func(r float64) bool { return math.IsNaN(r - r) }) {
		t.Fatalf("%d returns of %d bars with %d gaps, or one that is not finite", len(returns), len(h.Bars), gaps)
	}
}

// A part of a history has the bars from one time to before another, and the gaps
// between them; the history itself stays whole.
func TestHistoryBetween(t *testing.T) {
	const days = "date,open,high,low,close\n"
	text := days
	for _, day := range []int{1, 2, 4, 5, 9, 10} { // the third, and the sixth to the eighth, are missing
		text += fmt.Sprintf("2024-01-%02d,%d,%[2]d,%[2]d,%[2]d\n", day, day)
	}
	h, err := ReadHistory(strings.NewReader(text), "days.csv")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day int) time.Time {
		if day == 0 {
			return time.Time{}
		}
		return time.Date(2024, 1, day, 0, 0, 0, 0, time.UTC)
	}
	for _, tt := range []struct {
		since, until int // days; 0: none
		first, last  float64
		bars, gaps   int
	}{
		{0, 0, 1, 10, 6, 2},
		{1, 11, 1, 10, 6, 2},
		{2, 0, 2, 10, 5, 2},
		{3, 0, 4, 10, 4, 1}, // what is missing before its first bar is no gap of it
		{0, 9, 1, 5, 4, 1},
		{0, 10, 1, 9, 5, 2},
		{4, 6, 4, 5, 2, 0},
		{5, 10, 5, 9, 2, 1},
	} {
		part, err := h.Between(at(tt.since), at(tt.until))
		if err != nil {
			t.Errorf("from %d to %d: %v", tt.since, tt.until, err)
			continue
		}
		checkHistory(t, part)
		n := len(part.Bars)
		if n != tt.bars || len(part.Gaps) != tt.gaps || part.Name != h.Name || part.Step != h.Step ||
			part.Bars[0].Open != tt.first || part.Bars[n-1].Open != tt.last {
			t.Errorf("from %d to %d: %+v", tt.since, tt.until, part)
		}
		_ = append(part.Bars, Bar{}) // must not write into h
	}
	if checkHistory(t, h); len(h.Bars) != 6 || len(h.Gaps) != 2 {
		t.Errorf("%d bars and %d gaps are left of the whole", len(h.Bars), len(h.Gaps))
	}
	for _, tt := range []struct {
		since, until int
		want         string
	}{
		{10, 0, "paths: days.csv, from 2024-01-10T00:00:00Z to its end: 1 of its bars; " +
			"want two or more of those from 2024-01-01T00:00:00Z to 2024-01-10T00:00:00Z"},
		{0, 1, "from its start to 2024-01-01T00:00:00Z: 0 of its bars; want two"},
		{9, 4, "from 2024-01-09T00:00:00Z to 2024-01-04T00:00:00Z: 0 of its bars"},
	} {
		if part, err := h.Between(at(tt.since), at(tt.until)); part != nil || !strings.Contains(message(err), tt.want) {
			t.Errorf("from %d to %d: %v, error %v; want %q", tt.since, tt.until, part, err, tt.want)
		}
	}
}

// Whatever the bytes, a file is either read to what a History promises, or refused by
// its name. Seeds are a file of every shape, with its options, and those that fail.
func FuzzReadHistory(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "history", "*.csv"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds in testdata/history", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data), "", uint8(0), false)
		f.Add(packed(string(data)), "", uint8(0), false)
	}
	for _, s := range shapeCases {
		f.Add(s.text, s.options.Column, uint8(s.options.Stamp), s.options.Zone != nil)
	}
	limits := readLimits{packed: 1 << 16, text: 1 << 20, json: 1 << 18, line: 1 << 12, lines: 20_000, rows: 10_000,
		members: 9}
	f.Fuzz(func(t *testing.T, text, column string, stamp uint8, zone bool) {
		o := ReadOptions{Column: column, Stamp: Stamp(stamp % 3), Now: utc("2024-06-01T00:00:00Z")}
		if zone {
			o.Zone = newYork
		}
		h, err := readLimited(strings.NewReader(text), "fuzz.csv", o, limits)
		if (h == nil) != (err != nil) {
			t.Fatalf("history %v with error %v; want one of them", h, err)
		}
		if h == nil {
			if !strings.Contains(err.Error(), "fuzz.csv") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		checkHistory(t, h)
		for _, n := range h.Notes {
			if n.Count < 1 || n.Text == "" || strings.Contains(n.Text, "%!") {
				t.Errorf("note %+v", n)
			}
		}
		for _, ask := range h.WrongPrices() {
			if !strings.Contains(ask, "wrong prices?") {
				t.Errorf("asks %q", ask)
			}
		}
	})
}

func BenchmarkReadHistory(b *testing.B) {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "eth_usdt_perp_1h.csv"))
	if err != nil {
		b.Skip("the history is not beside this checkout: ", err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadHistory(strings.NewReader(string(data)), "eth"); err != nil {
			b.Fatal(err)
		}
	}
}
