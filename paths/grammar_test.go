package paths

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/fuzz"
)

// oddFields are what stands in tables of prices and is no price.
var oddFields = []string{"", "0", "-1", "nan", "null", "1e999", "1,5", "1.234,5", "$5", "\"7\"", "\"7", "0x1p3",
	"1e-320",
	"2024-02-30", "2024-01-01 25:00", "1704067200000000000000", "1899-01-01", "03/04/2024", "\x00", "\xff", "é", " ",
	"1_000"}

// A priceFile is a history of prices and how a file has it.
type priceFile struct {
	*fuzz.Source
	start time.Time
	step  time.Duration
	bars  []Bar
}

func newPriceFile(seed []byte) *priceFile {
	f := &priceFile{Source: fuzz.New(seed)}
	f.step = fuzz.Pick(f.Source, time.Minute, 5*time.Minute, time.Hour, 4*time.Hour, 24*time.Hour)
	f.start = time.Date(f.Number(2010, 2024), time.Month(f.Number(1, 12)), f.Number(1, 28), 0, 0, 0, 0, time.UTC)
	price, at := 100.0, f.start
	for range f.Number(2, 40) {
		open := price
		price *= 1 + 0.01*float64(f.Number(-5, 5))
		f.bars = append(f.bars, Bar{Start: at, Open: open, High: max(open, price) * 1.01, Low: min(open, price) * 0.99,
			Close: price, Volume: float64(f.Number(0, 9))})
		at = at.Add(f.step)
		switch f.Number(0, 60) {
		case 0: // a gap
			at = at.Add(time.Duration(f.Number(1, 9)) * f.step)
		case 1: // the same again
			at = at.Add(-f.step)
		case 2: // off the grid
			at = at.Add(f.step / 3)
		}
	}
	return f
}

func (f *priceFile) price(v float64) string {
	if f.Rarely(300) {
		return fuzz.Pick(f.Source, oddFields...)
	}
	return strconv.FormatFloat(v, 'f', fuzz.Pick(f.Source, -1, 8), 64)
}

// table writes columns of the bars with separators, by their names.
func (f *priceFile) table(columns []string, head bool, stamp func(time.Time) string) string {
	comma := fuzz.Pick(f.Source, ",", ",", ",", ";", "\t")
	var lines []string
	for _, b := range f.bars {
		var fields []string
		for _, name := range columns {
			var text string
			switch strings.ToLower(name) {
			case "open":
				text = f.price(b.Open)
			case "high":
				text = f.price(b.High)
			case "low":
				text = f.price(b.Low)
			case "close", "price", "btc", "eth", "adj close":
				text = f.price(b.Close)
			case "volume", "trades", "x":
				text = f.price(b.Volume)
			default:
				text = stamp(b.Start)
			}
			fields = append(fields, text)
		}
		if f.Rarely(300) {
			fields = append(fields, fuzz.Pick(f.Source, oddFields...))
		}
		lines = append(lines, strings.Join(fields, comma))
	}
	if f.Rarely(6) {
		slices.Reverse(lines)
	}
	if head {
		lines = slices.Insert(lines, 0, strings.Join(columns, comma))
	}
	if f.Rarely(10) {
		lines = slices.Insert(lines, 0, fuzz.Pick(f.Source, "# a comment", "https://example.org/data", ""))
	}
	end := fuzz.Pick(f.Source, "\n", "\n", "\r\n")
	return strings.Join(lines, end) + end
}

// stamp is one of the ways in which files write times.
func (f *priceFile) stamp() func(time.Time) string {
	layouts := []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05.000Z", "2006-01-02 15:04:05+02:00",
		"2006-01-02 15:04:05 UTC", "2006-01-02 15:04"}
	if f.step >= 24*time.Hour {
		layouts = append(layouts, time.DateOnly, "20060102", "2006/01/02")
	}
	switch f.Number(0, 4) {
	case 0:
		return func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	case 1:
		return func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	}
	layout := fuzz.Pick(f.Source, layouts...)
	return func(t time.Time) string { return t.Format(layout) }
}

// text is the file, and whether it is as it should be but for its bars.
func (f *priceFile) text() (text, column string) {
	when := fuzz.Pick(f.Source, "timestamp", "Date", "open_time", "time", "datetime", "snapped_at", "close_time")
	switch f.Number(0, 6) {
	case 0:
		columns := []string{when, "Open", "High", "Low", "Close", "Volume"}
		if f.Rarely(2) {
			columns = columns[:5]
		}
		text = f.table(columns, true, f.stamp())
	case 1:
		text = f.table([]string{when, fuzz.Pick(f.Source, "price", "close")}, true, f.stamp())
	case 2:
		text, column = f.table([]string{when, "btc", "eth"}, true, f.stamp()), fuzz.Pick(f.Source, "btc", "eth",
			"ETH", "sol", "")
	case 3: // Kraken
		text = f.table([]string{"t", "open", "high", "low", "close", "volume", "trades"}, false,
			func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) })
	case 4: // Binance
		columns := []string{"t", "open", "high", "low", "close", "volume", "t", "x", "x", "x", "x", "x"}
		text = f.table(columns, false, func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) })
	case 5: // CoinGecko
		var points []string
		for _, b := range f.bars {
			points = append(points, fmt.Sprintf("[%d, %s]", b.Start.UnixMilli(), f.price(b.Close)))
		}
		text = `{"prices": [` + strings.Join(points, ",") + `], "market_caps": []}`
	default: // yfinance
		text = "Price,Close,High,Low,Open,Volume\nTicker,A,A,A,A,A\nDate,,,,,\n"
		for _, b := range f.bars {
			text += fmt.Sprintf("%s,%s,%s,%s,%s,%s\n", b.Start.Format(time.DateOnly), f.price(b.Close), f.price(b.High),
				f.price(b.Low), f.price(b.Open), f.price(b.Volume))
		}
	}
	if f.Rarely(20) {
		at := f.Number(0, len(text))
		text = text[:at] + fuzz.Pick(f.Source, oddFields...) + text[at:]
	}
	if f.Rarely(20) {
		text = text[:f.Number(0, len(text))]
	}
	switch f.Number(0, 12) {
	case 0:
		text = "\ufeff" + text
	case 1:
		text = packed(text)
	case 2:
		text = zipped("a.csv", text)
	}
	if f.Rarely(20) && len(text) > 0 {
		b := []byte(text)
		b[f.Number(0, len(b)-1)] ^= 1 << f.Number(0, 7)
		text = string(b)
	}
	return text, column
}

// checkPriceFile says whether a generated file is read, and holds that to what a History
// promises.
func checkPriceFile(t *testing.T, seed []byte) bool {
	t.Helper()
	f := newPriceFile(seed)
	text, column := f.text()
	o := ReadOptions{Column: column, Stamp: Stamp(f.Number(0, 2)), Now: utc("2025-06-01T00:00:00Z")}
	if f.Rarely(4) {
		o.Zone = newYork
	}
	h, err := ReadHistoryWith(strings.NewReader(text), "fuzz.csv", o)
	if err != nil {
		if h != nil || !strings.Contains(err.Error(), "fuzz.csv") || len(err.Error()) > 20_000 {
			t.Errorf("history %v, error %.500q of %q; want one that names the file", h, err, text)
		}
		return false
	}
	checkHistory(t, h)
	for _, b := range h.Bars {
		if math.IsNaN(b.Close) || b.Start.Location() != time.UTC {
			t.Errorf("bar %+v of %q", b, text)
		}
	}
	_ = h.WrongPrices()
	return true
}

func FuzzPriceFiles(f *testing.F) {
	fuzz.Seeds(f, 300)
	f.Fuzz(func(t *testing.T, seed []byte) { checkPriceFile(t, seed) })
}

// The grammar reaches what is behind the readers: of its files a third is read.
func TestGrammarReaches(t *testing.T) {
	const all = 300
	read := 0
	for i := range all {
		if checkPriceFile(t, []byte{byte(i), byte(i >> 8)}) {
			read++
		}
	}
	t.Logf("%d of %d", read, all)
	if 3*read < all {
		t.Errorf("%d of %d are read; want a third", read, all)
	}
}
