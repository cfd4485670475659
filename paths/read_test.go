package paths

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
)

// A shapeCase is a file of one of the shapes that people have.
type shapeCase struct {
	name    string
	text    string
	options ReadOptions
	first   string // start of the first bar
	step    time.Duration
	bars    int
	last    [4]float64 // open, high, low and close of the last bar
	gaps    int
	closes  bool
	notes   []string // as "kind count: text", the text in part
}

const (
	klines = "1704067200000,100,103,99,102,7,1704070799999,1,1,1,1,0\n" +
		"1704070800000,102,104,101,103,8,1704074399999,1,1,1,1,0\n" +
		"1704074400000,103,105,102,104,9,1704077999999,1,1,1,1,0\n"
	bars3 = "2024-01-01,100,103,99,102\n2024-01-02,102,104,101,103\n2024-01-03,103,105,102,104\n"
)

var (
	last3      = [4]float64{103, 105, 102, 104}
	newYork, _ = time.LoadLocation("America/New_York")
)

// ofClose is a bar of which only the close is known.
func ofClose(p float64) [4]float64 { return [4]float64{p, p, p, p} }

// hourly are lines of a text for each of n hours, from a first one on.
func hourly(first string, n int, line func(i int, at time.Time) string) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(line(i, utc(first).Add(time.Duration(i)*time.Hour)) + "\n")
	}
	return out.String()
}

// afterOutage are 30 hours, of which six begin 28 minutes late after an outage of
// three, as Binance's of February 2018.
func afterOutage(late time.Duration) string {
	return hourly("2018-02-08T00:00:00Z", 30, func(i int, at time.Time) string {
		switch {
		case i >= 10 && i < 13:
			return ""
		case i >= 13 && i < 19:
			at = at.Add(late)
		}
		return fmt.Sprintf("%d,100,103,99,%d,7,%d,1,1,1,1,0", at.UnixMilli(), 100+i%3, at.UnixMilli()+3599999)
	})
}

var shapeCases = []shapeCase{
	{name: "klines in a zip archive", text: zipped("A-1h.csv", klines), first: "2024-01-01T00:00:00Z",
		step: time.Hour, bars: 3,
		last: last3, notes: []string{`member 1: read "A-1h.csv" of the zip archive`}},
	{name: "klines in a zip archive of a Mac", text: zipped("A.csv", klines, "__MACOSX/._A.csv", "x", ".DS_Store", "y"),
		first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 3, last: last3, notes: []string{"member 1: A.csv"}},
	{name: "klines in µs", text: strings.NewReplacer("00000,1", "00000000,1").Replace(klines),
		first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 3, last: last3},
	{name: "klines after an outage", text: afterOutage(28 * time.Minute), first: "2018-02-08T00:00:00Z",
		step: time.Hour, bars: 27,
		last: [4]float64{100, 103, 99, 102}, gaps: 1,
		notes: []string{"placed 6: 6 bars off the grid of 1h0m0s placed on the step in which they begin; " +
			"the first on line 14"}},
	{name: "klines with one more inside an hour", text: hourly("2024-01-01T00:00:00Z", 12, func(i int,
		at time.Time) string {
		line := fmt.Sprintf("%d,100,103,99,102,7,%d,1,1,1,1,0\n", at.UnixMilli(), at.UnixMilli()+3599999)
		if i == 5 {
			line += fmt.Sprintf("%d,100,103,99,102,7,%d,1,1,1,1,0", at.UnixMilli()+1_000_000, at.UnixMilli()+3599999)
		}
		return line
	}) + "1704110400000,100,103,99,102,7,1,1,1,1,1,0\n1704112000000,1,1,1,1,7,1,1,1,1,1,0\n" +
		hourly("2024-01-01T13:00:00Z", 30, func(_ int, at time.Time) string {
			return fmt.Sprintf("%d,100,103,99,102,7,1,1,1,1,1,0", at.UnixMilli())
		}), first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 43, last: [4]float64{100, 103, 99, 102},
		notes: []string{
			"left-out 2: 2 bars off the grid left out, whose step has a bar already; the first on line 12"}},
	{name: "Kraken's OHLCVT", text: "1704067200,100,103,99,102,7,9\n1704070800,102,104,101,103,8,9\n" +
		"1704074400,103,105,102,104,9,9\n",
		first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 3, last: last3},
	{name: "TradingView", text: "time,open,high,low,close,Volume\n1704067200,100,103,99,102,7\n" +
		"1704070800,102,104,101,103,8\n" +
		"1704074400,103,105,102,104,9\n", first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 3, last: last3},
	{name: "CryptoDataDownload", text: "https://www.example.org/\n" +
		"unix,date,symbol,open,high,low,close,Volume ETH,Volume USD\n" +
		"1704074400,2024-01-01 02:00:00,ETH/USD,103,105,102,104,9,9\n1704070800,x,ETH/USD,102,104,101,103,8,8\n" +
		"1704067200,x,ETH/USD,100,103,99,102,7,7\n", first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 3,
		last: last3,
		notes: []string{"preamble 1: 1 line of comment or address",
			"newest-first 3: newest bar first: 3 bars turned round"}},
	{name: "CryptoDataDownload, hours in words", text: "date,symbol,open,high,low,close\n" +
		"2024-01-01 01-PM,E,100,103,99,102\n" +
		"2024-01-01 02-PM,E,102,104,101,103\n2024-01-01 03-PM,E,103,105,102,104\n", first: "2024-01-01T13:00:00Z",
		step: time.Hour,
		bars: 3, last: last3, notes: []string{"zone 3: 3 stamps without a zone read as UTC; the first on line 2"}},
	{name: "CoinGecko", text: "snapped_at,price,market_cap,total_volume\n2024-01-01 00:00:00 UTC,100,1,1\n" +
		"2024-01-02 00:00:00 UTC,102,1,1\n2024-01-03 00:00:00 UTC,104,1,1\n", first: "2023-12-31T00:00:00Z",
		step: 24 * time.Hour,
		bars: 3, last: ofClose(104), closes: true, notes: []string{
			"stamp 3: stamps are taken as the ends of the bars, as the prices are those at their stamps",
			"closes-only 3: closes only: no open, high or low of 3 bars is known"}},
	{name: "CoinGecko's JSON", text: `{"prices": [[1704067200000, 100], [1704153600000, 102.5],` +
		"\n" + ` [1704240000000, null], [1704326400000, 104]], "market_caps": [[1704067200000, 5]]}`,
		first: "2023-12-31T00:00:00Z",
		step:  24 * time.Hour, bars: 3, last: ofClose(104), gaps: 1, closes: true,
		notes: []string{"stamp 3: ", "closes-only 3: ",
			"missing-rows 1: 1 row without prices taken as missing bars; on line 2"}},
	{name: "CoinGecko's JSON of hours and now", text: `{"prices": [` + strings.TrimSuffix(strings.TrimSpace(
		hourly("2024-01-01T00:00:00Z", 24, func(i int, at time.Time) string {
			return fmt.Sprintf("[%d,%d],", at.UnixMilli()+int64(i*i%37*1000), 100+i)
		})), ",") + `]}`, first: "2023-12-31T23:00:00Z", step: time.Hour, bars: 24, last: ofClose(123), closes: true,
		notes: []string{"placed 24: 24 prices taken some seconds off whole steps of 1h0m0s", "stamp 24: ",
			"closes-only 24: "}},
	{name: "yfinance of one ticker", text: "Price,Close,High,Low,Open,Volume\nTicker,A,A,A,A,A\nDate,,,,,\n" +
		"2024-01-01,102,103,99,100,7\n2024-01-02,103,104,101,102,8\n2024-01-03,104,105,102,103,9\n",
		first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3},
	{name: "yfinance of two tickers", text: ",B-USD,B-USD,B-USD,B-USD,A,A,A,A\n" +
		",Open,High,Low,Close,Open,High,Low,Close\n" +
		"Date,,,,,,,,\n2024-01-01,,,,,100,103,99,102\n2024-01-02,1,1,1,1,102,104,101,103\n" +
		"2024-01-03,1,1,1,1,103,105,102,104\n",
		options: ReadOptions{Column: "a"}, first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3},
	{name: "yfinance, adjusted closes", text: "Price,Adj Close,Close\nTicker,A,A\nDate,,\n2024-01-01,50,100\n" +
		"2024-01-02,51,102\n",
		options: ReadOptions{Column: "Adj Close"}, first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 2,
		last: ofClose(51), closes: true, notes: []string{`column 1: the prices are the column "Adj Close"`,
			"closes-only 2: "}},
	{name: "yfinance with UTC", text: "Date,Open,High,Low,Close,Volume,Dividends\n" +
		"2024-01-01 00:00:00+00:00,100,103,99,102,7,0\n" +
		"2024-01-02 00:00:00+00:00,102,104,101,103,8,0\n2024-01-03 00:00:00+00:00,103,105,102,104,9,0\n",
		first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3},
	{name: "yfinance in New York over the change of clocks", text: "Date,Open,High,Low,Close\n" +
		"2024-03-08 00:00:00-05:00,100,103,99,102\n2024-03-09 00:00:00-05:00,1,1,1,1\n" +
		"2024-03-10 00:00:00-05:00,1,1,1,1\n" +
		"2024-03-11 00:00:00-04:00,103,105,102,104\n", first: "2024-03-08T00:00:00Z", step: 24 * time.Hour,
		bars: 4, last: last3,
		notes: []string{"days 4: 4 stamps at 00:00:00 of a zone whose offset from UTC changes: read as days"}},
	{name: "pandas without a zone", text: ",open,high,low,close\n2024-01-01 00:00:00,100,103,99,102\n" +
		"2024-01-01 01:00:00,102,104,101,103\n2024-01-01 02:00:00,103,105,102,104\n", first: "2024-01-01T00:00:00Z",
		step: time.Hour, bars: 3, last: last3,
		notes: []string{"zone 3: 3 stamps without a zone read as UTC; the first on line 2"}},
	{name: "pandas in New York", text: "time,open,high,low,close\n2024-01-01 00:00,100,103,99,102\n" +
		"2024-01-01 01:00,102,104,101,103\n" +
		"2024-01-01 02:00,103,105,102,104\n", options: ReadOptions{Zone: newYork}, first: "2024-01-01T05:00:00Z",
		step: time.Hour,
		bars: 3, last: last3, notes: []string{"zone 3: 3 stamps without a zone read as America/New_York"}},
	{name: "nanoseconds as floats", text: "timestamp,open,high,low,close\n1704067200000000000.0,100,103,99,102\n" +
		"1704070800000000000.0,103,105,102,104\n", first: "2024-01-01T00:00:00Z", step: time.Hour, bars: 2,
		last: last3},
	{name: "days in digits and slashes", text: "date,open,high,low,close\n20240101,100,103,99,102\n" +
		"2024/01/02,103,105,102,104\n",
		first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 2, last: last3},
	{name: "semicolons", text: "date;open;high;low;close\n" + strings.ReplaceAll(bars3, ",", ";"),
		first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3},
	{name: "tabs", text: "# made by hand\ndate\topen\thigh\tlow\tclose\n" + strings.ReplaceAll(bars3, ",", "\t"),
		first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3, notes: []string{"preamble 1: "}},
	{name: "rows of NaN", text: "date,open,high,low,close,volume\n2023-12-31,100,103,99,102,1\n" +
		"2024-01-01,100,103,99,102,1\n" +
		"2024-01-02,NaN,NaN,nan,,0\n2024-01-03,null,null,null,null,null\n2024-01-04,103,105,102,104,NaN\n",
		first: "2023-12-31T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3, gaps: 1,
		notes: []string{"missing-rows 2: 2 rows without prices taken as missing bars; the first on line 4"}},
	{name: "adjusted, off by rounding", text: "date,open,high,low,close\n2024-01-01,100,103,100.00000000000001,102\n" +
		"2024-01-02,103,104.99999999999997,102,105\n", first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 2,
		last: [4]float64{103, 105, 102, 105},
		notes: []string{"rounding 2: 2 bars with a high or low inside the open and close by rounding, moved to them; " +
			"the first on line 2"}},
	{name: "a wide file", text: "date,a,b,c\n2024-01-01,100,,1\n2024-01-02,101,50,1\n2024-01-03,102,51,1\n",
		options: ReadOptions{Column: " B "},
		first:   "2024-01-02T00:00:00Z", step: 24 * time.Hour, bars: 2, last: ofClose(51), closes: true,
		notes: []string{
			`column 1: the prices are the column "b", as asked for`, "closes-only 2: ", "missing-rows 1: "}},
	{name: "one price beside the time", text: "observation_date,SP500\n2024-01-01,100\n2024-01-02,.\n" +
		"2024-01-03,102\n2024-01-04,103\n",
		first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 3, last: ofClose(103), gaps: 1, closes: true,
		notes: []string{
			`column 1: the prices are the column "SP500", the only one beside the time`, "closes-only 3: ",
			"missing-rows 1: "}},
	{name: "the close of a file of bars", text: "date,open,high,low,close,adj close\n2024-01-01,9,9,9,9,4\n" +
		"2024-01-02,9,9,9,9,5\n",
		options: ReadOptions{Column: "adj close"}, first: "2024-01-01T00:00:00Z", step: 24 * time.Hour, bars: 2,
		last:   ofClose(5),
		closes: true, notes: []string{`column 1: the prices are the column "adj close"`, "closes-only 2: "}},
	{name: "stamped at the close, as asked for", text: "date,open,high,low,close\n" + bars3,
		options: ReadOptions{Stamp: StampClose},
		first:   "2023-12-31T00:00:00Z", step: 24 * time.Hour, bars: 3, last: last3,
		notes: []string{"stamp 3: stamps are taken as the ends of the bars, as asked for"}},
	{name: "stamped at the last millisecond", text: "time,open,high,low,close\n1704070799999,100,103,99,102\n" +
		"1704074399999,102,104,101,103\n1704077999999,103,105,102,104\n", first: "2024-01-01T00:00:00Z",
		step: time.Hour, bars: 3,
		last:  last3,
		notes: []string{"stamp 3: stamps are taken as the ends of the bars, as they stand 1ms before whole steps"}},
	{name: "stamped at the last millisecond, but opens", text: "time,open,high,low,close\n" +
		"1704070799999,100,103,99,102\n" +
		"1704074399999,103,105,102,104\n", options: ReadOptions{Stamp: StampOpen}, first: "2024-01-01T00:59:59.999Z",
		step: time.Hour, bars: 2, last: last3},
	{name: "a column of closing times", text: "close_time,open,high,low,close\n" + bars3, first: "2023-12-31T00:00:00Z",
		step: 24 * time.Hour, bars: 3, last: last3,
		notes: []string{"stamp 3: stamps are taken as the ends of the bars, as their column is called close_time"}},
	{name: "a last bar that is yet to end", text: "date,open,high,low,close\n" + bars3, first: "2024-01-01T00:00:00Z",
		options: ReadOptions{Now: utc("2024-01-03T12:00:00Z")}, step: 24 * time.Hour, bars: 3, last: last3,
		notes: []string{
			"doubtful-stamp 1: the last bar would end at 2024-01-04T00:00:00Z, " +
				"which is yet to come: it is not finished, " +
				"or are they stamped at their closes"}},
	{name: "a last bar that has just ended", text: "date,open,high,low,close\n" + bars3, first: "2024-01-01T00:00:00Z",
		options: ReadOptions{Now: utc("2024-01-04T00:00:00Z")}, step: 24 * time.Hour, bars: 3, last: last3},
	{name: "trading days with the day after", text: "date,open,high,low,close\n" + days("2024-01-02", 19,
		func(d time.Time) bool {
			return d.Weekday() == time.Sunday || d.Weekday() == time.Monday
		}), first: "2024-01-02T00:00:00Z", step: 24 * time.Hour, bars: 15, last: [4]float64{100, 103, 99, 102}, gaps: 2,
		notes: []string{"doubtful-stamp 3: 3 bars on Saturdays and none on Mondays: are they stamped at their closes"}},
}

// days are bars of n days from a first one on, but those that are shut.
func days(first string, n int, shut func(time.Time) bool) string {
	return hourly(first+"T00:00:00Z", n, func(i int, _ time.Time) string {
		day := utc(first+"T00:00:00Z").AddDate(0, 0, i)
		if shut(day) {
			return ""
		}
		return day.Format(time.DateOnly) + ",100,103,99,102"
	})
}

// zipped is a zip archive of files, each a name and a text.
func zipped(files ...string) string {
	var out strings.Builder
	w := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		file, _ := w.Create(files[i])
		_, _ = io.WriteString(file, files[i+1])
	}
	_ = w.Close()
	return out.String()
}

// Every shape is read as it was meant, and what was done about it is said.
func TestHistoryShapes(t *testing.T) {
	for _, tt := range shapeCases {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ReadHistoryWith(strings.NewReader(tt.text), "f.csv", tt.options)
			if err != nil {
				t.Fatal(err)
			}
			checkHistory(t, h)
			last := h.Bars[len(h.Bars)-1]
			if h.Step != tt.step || len(h.Bars) != tt.bars || len(h.Gaps) != tt.gaps || h.ClosesOnly != tt.closes ||
				!h.Bars[0].Start.Equal(utc(tt.first)) || [4]float64{last.Open, last.High, last.Low,
				last.Close} != tt.last {
				t.Errorf("got %+v", h)
			}
			var got []string
			for _, n := range h.Notes {
				got = append(got, fmt.Sprintf("%s %d: %s", n.Kind, n.Count, n))
			}
			if !slices.EqualFunc(got, tt.notes, func(got, want string) bool {
				kind, text, _ := strings.Cut(want, ": ")
				return strings.HasPrefix(got, kind+": ") && strings.Contains(got, text)
			}) {
				t.Errorf("notes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.notes, "\n"))
			}
		})
	}
}

// What cannot be read says why, and where.
func TestHistoryRefusesShapes(t *testing.T) {
	const closes = "date,close\n2024-01-01,100\n"
	encrypted := []byte(zipped("A.csv", klines))
	encrypted[6] |= 1                                                    // of the local header
	encrypted[strings.LastIndex(string(encrypted), "PK\x01\x02")+8] |= 1 // of the directory
	for _, tt := range []struct {
		name, text string
		options    ReadOptions
		want       string
	}{
		{"separators of thousands", closes + "2024-01-02,\"1,234.50\"\n", ReadOptions{},
			`line 3: close = "1,234.50"; separators of thousands are not read`},
		{"separators of thousands in spaces", "date;close\n2024-01-01;1 234.5\n", ReadOptions{},
			`line 2: close = "1 234.5"; separators of thousands are not read`},
		{"separators of thousands as points", "date;close\n2024-01-01;1.234.567\n", ReadOptions{},
			`line 2: close = "1.234.567"; separators of thousands are not read`},
		{"comma of either kind", "date;close\n2024-01-01;1,234\n", ReadOptions{},
			`line 2: close = "1,234"; a decimal comma or a separator of thousands`},
		{"comma without quotes", closes + "2024-01-02,1,5\n", ReadOptions{},
			"line 3: 3 fields; want 2: a decimal comma, or separators of thousands?"},
		{"dollars", closes + "2024-01-02,$101\n", ReadOptions{},
			`line 3: close = "$101"; a sign of currency or percent`},
		{"hexadecimal", closes + "2024-01-02,0x1p4\n", ReadOptions{},
			`line 3: close = "0x1p4"; want a finite number > 0`},
		{"some prices missing", "date,open,high,low,close\n2024-01-01,1,,1,1\n", ReadOptions{},
			`line 2: high = ""; want a finite number > 0`},
		{"no prices", "date,close\n2024-01-01,\n2024-01-02,nan\n", ReadOptions{},
			"f.csv has no bars, and 2 rows without prices; want at least two"},
		{"off by more than rounding", "date,open,high,low,close\n2024-01-01,100,99.9999999,99,99\n", ReadOptions{},
			"line 2: high = 99.9999999 is below open = 100"},
		{"a zone's name", "date,close\n2024-01-01 00:00:00 EST,100\n", ReadOptions{},
			`line 2: date = "2024-01-01 00:00:00 EST"; want UTC or an offset such as -05:00 for the zone EST`},
		{"day and month", "date,close\n01/02/2024,100\n", ReadOptions{}, "this may be day and month or month and day"},
		{"seconds of other digits", "date,close\n170406720,100\n", ReadOptions{}, "want whole seconds (10 digits)"},
		{"half seconds", "date,close\n1704067200.5,100\n", ReadOptions{}, "want whole seconds (10 digits)"},
		{"a wide file, no ticker", "date,qqq,tqqq,cash\n", ReadOptions{},
			`line 1: header "date,qqq,tqqq,cash" has 3 columns that may be prices; ` +
				`want the name of one (option Column, --column): "qqq", "tqqq", "cash"`},
		{"a wide file, another ticker", "date,qqq,tqqq\n", ReadOptions{Column: "SPY"},
			`header "date,qqq,tqqq" has no column of prices "SPY" beside a time; want one of "qqq", "tqqq"`},
		{"a column twice", "date,qqq,QQQ\n", ReadOptions{Column: "qqq"}, `two columns are called "qqq"; want one`},
		{"a column without a header", klines, ReadOptions{Column: "close"},
			`no header that could name a column "close"`},
		{"a column of JSON", `{"prices":[]}`, ReadOptions{Column: "x"}, `JSON has no column "x"`},
		{"several tickers", "Price,Close,Close\nTicker,A,B\nDate,,\n2024-01-01,1,2\n", ReadOptions{},
			"bars of several tickers; want the name of one (option Column, --column): A, B"},
		{"a time alone", "date\n2024-01-01\n", ReadOptions{}, "has a time and nothing else"},
		{"headerless prices of unknown order", "1704067200,1,2,3,4,5\n", ReadOptions{}, "6 columns and no header"},
		{"mostly off the grid", "date,close\n2024-01-01T00:00:00Z,1\n2024-01-01T01:00:00Z,1\n2024-01-01T02:00:00Z,1\n" +
			"2024-01-01T03:30:00Z,1\n", ReadOptions{}, "line 5: date = 2024-01-01T03:30:00Z is not on the grid"},
		{"JSON of a list", `[[1704067200000,1]]`, ReadOptions{}, "JSON of a list; want a market_chart"},
		{"JSON without prices", `{"price":[]}`, ReadOptions{}, `JSON without "prices"`},
		{"JSON with prices twice", `{"prices":[],"prices":[]}`, ReadOptions{}, `two arrays "prices"`},
		{"JSON with prices of another kind", `{"prices":{}}`, ReadOptions{}, `"prices" that is no array`},
		{"JSON twice", `{"prices":[[1704067200000,1]]}{}`, ReadOptions{}, "JSON goes on after its object"},
		{"JSON and more", `{"prices":[[1704067200000,1]]}x`, ReadOptions{}, "JSON: invalid character"},
		{"JSON cut short", `{"prices":[[1704067200000,1],[17040`, ReadOptions{}, "JSON ends early"},
		{"JSON of three", "{\"prices\":[\n[1704067200000,1,2]]}", ReadOptions{}, "line 2: prices[0] has 3 values"},
		{"JSON of texts", `{"prices":[["a",1]]}`, ReadOptions{}, "prices[0]"},
		{"JSON of zeros", `{"prices":[[1704067200000,0]]}`, ReadOptions{},
			`prices[0][1] = "0"; want a finite number > 0`},
		{"JSON of years", `{"prices":[[2024,1]]}`, ReadOptions{}, `prices[0][0] = "2024"; want whole seconds`},
		{"two files", zipped("a.csv", "x", "b.csv", "y"), ReadOptions{},
			`zip archive of 2 files ("a.csv", "b.csv"); want one`},
		{"an empty archive", zipped(), ReadOptions{}, "zip archive of 0 files"},
		{"a workbook", zipped("[Content_Types].xml", "x", "xl/a.xml", "y"), ReadOptions{}, "save it as CSV"},
		{"an archive with a password", string(encrypted), ReadOptions{}, `"A.csv" is encrypted`},
		{"an archive cut short", zipped("A.csv", klines)[:60], ReadOptions{}, "zip: not a valid zip file"},
		{"Parquet", "PAR1xxxx", ReadOptions{}, "this is a Parquet file; want CSV"},
		{"UTF-16", "\xff\xfed\x00a\x00", ReadOptions{}, "text in UTF-16"},
		{"bytes of zero", "d\x00a\x00", ReadOptions{}, "bytes of zero"},
		{"a web page", "<!DOCTYPE html>", ReadOptions{}, "a page of HTML"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ReadHistoryWith(strings.NewReader(tt.text), "f.csv", tt.options)
			if h != nil || err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(),
				"paths: f.csv") {
				t.Errorf("got %v, error %v; want %q", h, err, tt.want)
			}
		})
	}
}

// endless repeats a text for ever.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

// No input takes more than the limits, whatever it is packed in.
func TestHistoryStopsAtLimits(t *testing.T) {
	small := readLimits{packed: 1000, members: 9, text: 4 << 20, json: 2 << 20, line: 64 << 10,
		lines: 3 << 20, rows: 50_000}
	const head = "date,open,high,low,close\n"
	row := "2024-01-01,1,1,1,1\n"
	for _, tt := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"rows", io.MultiReader(strings.NewReader(head), &endless{text: row}), "line 50002: more than 50,000 rows"},
		{"blank lines", io.MultiReader(strings.NewReader(head), &endless{text: "\n"}),
			"more than 3,145,728 lines"},
		{"lines of spaces", io.MultiReader(strings.NewReader(head), &endless{text: strings.Repeat(" ", 9) + "\n"}),
			"more than 4 MB"},
		{"one line", &endless{text: "1"}, "line 1 is longer than 65,536 bytes"},
		{"one line later", io.MultiReader(strings.NewReader(head+row), &endless{text: "1,"}),
			"line 3 is longer than 65,536 bytes"},
		{"a quote", io.MultiReader(strings.NewReader(head+`"`), &endless{text: "1,"}),
			"line 2 is longer than 65,536 bytes"},
		{"JSON", io.MultiReader(strings.NewReader(`{"a":"`), &endless{text: "1"}), "more than 2 MB"},
		{"prices of JSON", io.MultiReader(strings.NewReader(`{"prices":[[1704067200000,1]`),
			&endless{text: ",[1704067200000,1]"}),
			"more than 50,000 rows"},
		{"a bomb of gzip", strings.NewReader(packed(head + strings.Repeat("  \n", 2<<20))), "more than 4 MB"},
		{"a bomb of zip", strings.NewReader(zipped("a.csv", head+strings.Repeat("\n", 500<<10)+strings.Repeat("1",
			100_000))),
			"line 512002 is longer than 65,536 bytes"},
		{"an archive", io.MultiReader(strings.NewReader("PK\x03\x04"), &endless{text: "x"}),
			"zip archive: more than 1,000 bytes"},
		{"files of an archive", strings.NewReader("PK\x03\x04" + strings.Repeat("PK\x01\x02", 10)),
			"zip archive of 10 files; want one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := readLimited(tt.r, "f.csv", ReadOptions{}, small)
			if h != nil || err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(),
				"paths: f.csv: ") {
				t.Errorf("got %v, error %.300v; want %q", h, err, tt.want)
			}
		})
	}
	// What is exactly as much is read.
	text := head + bars3
	if _, err := readLimited(strings.NewReader(text), "f.csv", ReadOptions{}, readLimits{text: int64(len(text)),
		line: 27, lines: 4, rows: 3}); err != nil {
		t.Error(err)
	}
}

// splitFile are n days at 2 % a day to and fro, of which one divides the price by a factor.
func splitFile(n int, at int, factor float64) string {
	price := 1000.0
	return "date,open,high,low,close\n" + hourly("2024-01-01T00:00:00Z", n, func(i int, _ time.Time) string {
		open := price
		price *= 1 + 0.02*float64(1-2*(i%2))
		if i == at {
			price /= factor
			open = price
		}
		day := utc("2024-01-01T00:00:00Z").AddDate(0, 0, i)
		return fmt.Sprintf("%s,%v,%v,%v,%v", day.Format(time.DateOnly), open, max(open, price), min(open, price), price)
	})
}

// A split is asked about by its date, and so is an extreme that no price is near. An
// ordinary history is not.
func TestHistoryWrongPrices(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"split of 10", splitFile(300, 200, 10), "f.csv: wrong prices? The close goes from 960.782 to "},
		{"on its date", splitFile(300, 200, 10), "on 2024-07-19 (times 0.102)"},
		{"split of 2", splitFile(300, 200, 2), "on 2024-07-19"},
		{"split of 10 in a short file", splitFile(10, 5, 10), "on 2024-01-06"},
		{"an extreme", "date,open,high,low,close\n2024-01-01,1,1,1,1\n2024-01-02,1,5,1,1\n2024-01-03,1,1,.2,1\n",
			"f.csv: wrong prices? 2 bars have an extreme more than four times away from open and close; " +
				"the first, on 2024-01-02: " +
				"open 1, high 5, low 1, close 1"},
		{"at its hour", "time,open,high,low,close\n1704067200,1,1,1,1\n1704070800,1,1,1,1\n1704074400,1,5,1,5\n",
			"on 2024-01-01T02:00:00Z (times 5)"},
	} {
		h, err := ReadHistory(strings.NewReader(tt.text), "f.csv")
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if got := strings.Join(h.WrongPrices(), "\n"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
	for _, text := range []string{splitFile(300, -1, 1), splitFile(300, 200, 1.02), klines} {
		if h, err := ReadHistory(strings.NewReader(text), "f.csv"); err != nil || h.WrongPrices() != nil {
			t.Errorf("%v, %q; want nothing to ask", err, h.WrongPrices())
		}
	}
}

// A market that closes over weekends has a return for each day but the first, which
// together take the time that passed; one that never closes has none over its gaps.
func TestHistoryReturns(t *testing.T) {
	weekend := func(d time.Time) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }
	read := func(shut func(time.Time) bool) *History {
		h, err := ReadHistory(strings.NewReader("date,open,high,low,close\n"+days("2024-01-01", 29, shut)), "f.csv")
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	holiday := func(from, to int) func(time.Time) bool {
		return func(d time.Time) bool {
			return weekend(d) || d.Day() >= from && d.Day() < to && d.Month() == time.January
		}
	}
	for _, tt := range []struct {
		name    string
		shut    func(time.Time) bool
		returns int
		years   float64
	}{
		{"never", func(time.Time) bool { return false }, 28, 1.0 / 365},
		{"a day of data", func(d time.Time) bool { return d.Day() == 10 }, 26, 1.0 / 365},
		{"weekends", weekend, 20, 28.0 / 365 / 20},
		{"weekends and a day", holiday(10, 11), 19, 28.0 / 365 / 19},
		// from Friday the 5th to Tuesday the 16th: ten days are missing, more than a market closes for
		{"weekends and a week", holiday(8, 16), 13, 17.0 / 365 / 13},
	} {
		returns, years := read(tt.shut).Returns()
		if len(returns) != tt.returns || math.Abs(years-tt.years) > 1e-15 {
			t.Errorf("%s: %d returns of %v years; want %d of %v", tt.name, len(returns), years, tt.returns, tt.years)
		}
	}
	h := read(weekend)
	closes, times := h.Closes()
	if n := len(h.Bars); len(closes) != n || len(times) != n || closes[0] != 102 || times[0] != 1.0/365 ||
		times[n-1] != h.Years() ||
		math.Abs(h.Years()-29.0/365) > 1e-15 {
		t.Errorf("closes %v at %v of %v years", closes, times, h.Years())
	}
}

// The trading days of a fund, whose volatility and growth are those of a calendar.
func TestHistoryReturnsOfTradingDays(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "letf_daily.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("letf_daily.csv is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadHistoryWith(f, "letf_daily.csv", ReadOptions{Column: "qqq"})
	if err != nil {
		t.Fatal(err)
	}
	returns, years := h.Returns()
	fit, err := models.FitGBM(returns, years)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%d returns: mu %.4f, sigma %.4f", len(returns), fit.Values[0],
		fit.Values[1]); got != "4663 returns: mu 0.1715, sigma 0.2202" {
		t.Errorf("%s; want 4663 returns: mu 0.1715, sigma 0.2202", got)
	}
}

// A part of a history of closes is one too.
func TestHistoryBetweenKeepsNotes(t *testing.T) {
	h, err := ReadHistoryWith(strings.NewReader("date,a,b\n2024-01-01,1,1\n2024-01-02,1,1\n2024-01-03,2,1\n"),
		"f.csv", ReadOptions{Column: "a"})
	if err != nil {
		t.Fatal(err)
	}
	part, err := h.Between(utc("2024-01-02T00:00:00Z"), time.Time{})
	if err != nil || !part.ClosesOnly || !reflect.DeepEqual(part.Notes, h.Notes) || len(part.Notes) != 2 {
		t.Errorf("%+v, %v; want closes with their notes", part, err)
	}
}

// Files of real exporters' shapes, which are not part of the repository.
func TestHistoryOfCases(t *testing.T) {
	for file, want := range map[string]struct {
		bars  int
		notes []NoteKind
	}{
		"ETHUSDT-1h-2025-01.zip":    {1440, []NoteKind{NoteMember}},
		"adjusted.csv":              {79, []NoteKind{NoteRounding}},
		"binance_2018_02_shape.csv": {131, []NoteKind{NotePlaced}},
		"coingecko.csv":             {79, []NoteKind{NoteStamp, NoteCloses}},
		"coingecko.json":            {80, []NoteKind{NoteStamp, NoteCloses}},
		"cryptodatadownload.csv":    {80, []NoteKind{NotePreamble, NoteOrder}},
		"kraken_ohlcvt.csv":         {80, nil},
		"nanrow.csv":                {40, []NoteKind{NoteMissing}},
		"pandas_ts.csv":             {79, []NoteKind{NoteZone}},
		"right_label.csv":           {79, nil},
		"semicolon.csv":             {79, nil},
		"split.csv":                 {299, nil},
		"tv_unix.csv":               {79, nil},
		"yfinance_multi.csv":        {77, nil},
		"yfinance_tz.csv":           {79, nil},
	} {
		t.Run(file, func(t *testing.T) {
			f, err := os.Open(filepath.Join("..", "..", "shared", "cases", file))
			if errors.Is(err, fs.ErrNotExist) {
				t.Skipf("%s of other tools' files is not beside this checkout", file)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			h, err := ReadHistory(f, file)
			if err != nil {
				t.Fatal(err)
			}
			checkHistory(t, h)
			var kinds []NoteKind
			for _, n := range h.Notes {
				kinds = append(kinds, n.Kind)
			}
			if len(h.Bars) != want.bars || !slices.Equal(kinds, want.notes) {
				t.Errorf("%d bars, notes %v; want %d, %v", len(h.Bars), h.Notes, want.bars, want.notes)
			}
			asks := strings.Join(h.WrongPrices(), "\n")
			if asked := strings.Contains(asks, "wrong prices?") && strings.Contains(asks,
				"2024-07-19"); asked != (file == "split.csv") {
				t.Errorf("asks %q", asks)
			}
		})
	}
}
