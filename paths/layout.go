package paths

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A layout says where in a line the values of a bar are.
type layout struct {
	header int // lines
	fields int // of a line
	time   column
	prices [4]column // open, high, low and close; if only closes are known, all are the close
	volume column    // index −1 if there is none

	where []column // by which rows are picked

	closesOnly bool
	moments    bool   // the time is the moment of the price, not the start of a bar
	closing    bool   // the time is called that of the close
	chosen     string // what to say of the choice of the price, if it was one
}

type column struct {
	name  string
	index int
}

var noColumn = column{index: -1}

// The shapes of tables, each with a function that reads the layout off the head. It
// returns nil for a head of another shape. The first shape that fits is the file's.
var shapes = []func(h *head, o ReadOptions) (*layout, error){
	withoutHeader, yfinance, namedColumn, namedBars, namedClose,
}

// columnOption is how a column is asked for, in a program and on the command line.
const columnOption = "option Column, --column"

// layoutOf detects the shape of a table.
func layoutOf(h *head, o ReadOptions) (*layout, error) {
	for _, shape := range shapes {
		l, err := shape(h, o)
		if l != nil && err == nil && len(o.Where) > 0 {
			if l.header == 0 {
				return nil, errors.New("no header that could name a column to pick rows by; want one")
			}
			l.where, err = newHeader(h.lines[0].fields).picks(o.Where)
		}
		if l != nil || err != nil {
			return l, err
		}
	}
	panic("paths: no shape fits, and the last fits all") // namedClose has an error for what it does not read
}

// timeNames are what columns of stamps are called, the best first.
var timeNames = []string{
	"timestamp", "unix", "open_time", "time", "datetime", "date", "snapped_at", "observation_date", "close_time",
}

// priceNames are what the prices of a bar are called.
var priceNames = []string{"open", "high", "low", "close"}

// columnName is a name as names are compared: low case, with underscores for spaces.
func columnName(field string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(field)), " ", "_")
}

// A header is the columns of a table by name.
type header struct {
	fields []string // as in the file
	names  []string // as compared
}

func newHeader(fields []string) header {
	h := header{fields: fields}
	for _, field := range fields {
		h.names = append(h.names, columnName(field))
	}
	return h
}

// find returns the column of a name, −1 if there is none. Two of them are an error.
func (h header) find(name string) (column, error) {
	i := slices.Index(h.names, name)
	if i >= 0 && slices.Contains(h.names[i+1:], name) {
		return noColumn, fmt.Errorf("two columns are called %.40q; want one", name)
	}
	return column{name, i}, nil
}

// picks returns the columns that rows are picked by; each carries the value wanted as its name.
func (h header) picks(where map[string]string) (columns []column, err error) {
	for _, key := range slices.Sorted(maps.Keys(where)) {
		c, err := h.find(columnName(key))
		if err != nil {
			return nil, err
		}
		if c.index < 0 {
			return nil, fmt.Errorf("header %s has no column %.40q to pick rows by", h.quoted(), key)
		}
		columns = append(columns, column{strings.TrimSpace(where[key]), c.index})
	}
	return columns, nil
}

// picks says whether a row has the values wanted, in any case.
func picks(where []column, fields []string) bool {
	for _, c := range where {
		if !strings.EqualFold(strings.TrimSpace(fields[c.index]), c.name) {
			return false
		}
	}
	return true
}

// time returns the column of stamps: one by its name, or else the first column if it has none.
func (h header) time() (column, error) {
	for _, name := range timeNames {
		if c, err := h.find(name); c.index >= 0 || err != nil {
			return c, err
		}
	}
	if h.names[0] == "" || h.names[0] == "unnamed:_0" { // the index of pandas
		return column{"the first column", 0}, nil
	}
	return noColumn, nil
}

// volume returns the column of volumes, or the first of several, "Volume ETH".
func (h header) volume() (column, error) {
	c, err := h.find("volume")
	if c.index >= 0 || err != nil {
		return c, err
	}
	first := slices.IndexFunc(h.names, func(name string) bool { return strings.HasPrefix(name, "volume_") })
	return column{"volume", first}, nil
}

// written is the name of a column as in the file.
func (h header) written(i int) string { return strings.TrimSpace(h.fields[i]) }

// quoted is the header for an error.
func (h header) quoted() string { return fmt.Sprintf("%.200q", strings.Join(h.fields, ",")) }

func (h header) lacks(what string) error {
	return fmt.Errorf("header %s has no %s; want the columns timestamp (or date), open, high, low, close "+
		"and perhaps volume", h.quoted(), what)
}

// klineColumns are the columns of a Binance kline file without a header, and
// krakenColumns those of Kraken's OHLCVT.
var (
	klineColumns = []string{"open_time", "open", "high", "low", "close", "volume",
		"close_time", "quote_volume", "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore"}
	krakenColumns = []string{"time", "open", "high", "low", "close", "volume", "trades"}
)

// withoutHeader is the layout of a table whose first line is a bar already.
func withoutHeader(h *head, o ReadOptions) (*layout, error) {
	first := h.lines[0].fields
	var stamps stampReader
	if _, err := stamps.read(strings.TrimSpace(first[0]), nil); err != nil && !allDigits(first[0]) {
		return nil, nil
	}
	if o.Column != "" {
		return nil, fmt.Errorf("no header that could name a column %.40q; want a header, or no column asked for",
			o.Column)
	}
	var names []string
	switch len(first) {
	case len(klineColumns):
		names = klineColumns
	case len(krakenColumns):
		names = krakenColumns
	default:
		return nil, fmt.Errorf("%d columns and no header; want a header, the 12 columns of a Binance kline file, "+
			"or the 7 of Kraken's OHLCVT", len(first))
	}
	l, err := namedBars(&head{lines: []headLine{{fields: names}}}, o)
	if l != nil {
		l.header = 0
	}
	return l, err
}

// namedColumn is the layout of a table of which one column was asked for.
func namedColumn(h *head, o ReadOptions) (*layout, error) {
	if o.Column == "" {
		return nil, nil
	}
	names := newHeader(h.lines[0].fields)
	time, err := names.time()
	if err != nil {
		return nil, err
	}
	price, err := names.find(columnName(o.Column))
	if err != nil {
		return nil, err
	}
	if time.index < 0 || price.index < 0 || price.index == time.index {
		return nil, fmt.Errorf("header %s has no column of prices %.40q beside a time; want one of %s",
			names.quoted(), o.Column, names.list(time.index))
	}
	l := closesOf(names, time, price)
	l.chosen = fmt.Sprintf("the prices are the column %.60q, as asked for", names.written(price.index))
	return l, nil
}

// list writes the names of the columns but one, at most 20.
func (h header) list(but int) string {
	var names []string
	for i := range h.fields {
		if i == but {
			continue
		}
		if len(names) == 20 {
			names = append(names, "…")
			break
		}
		names = append(names, fmt.Sprintf("%.40q", h.written(i)))
	}
	return strings.Join(names, ", ")
}

// namedBars is the layout of a table with a time, open, high, low and close.
func namedBars(h *head, _ ReadOptions) (*layout, error) {
	names := newHeader(h.lines[0].fields)
	bars := false
	for _, name := range priceNames[:3] {
		bars = bars || slices.Contains(names.names, name)
	}
	if !bars {
		return nil, nil // closes, if anything
	}
	l := &layout{header: 1, fields: len(names.fields)}
	var missing []string
	var err error
	if l.time, err = names.time(); err != nil {
		return nil, err
	}
	if l.time.index < 0 {
		missing = append(missing, "timestamp")
	}
	l.closing = strings.HasPrefix(l.time.name, "close_")
	for i, name := range priceNames {
		if l.prices[i], err = names.find(name); err != nil {
			return nil, err
		}
		if l.prices[i].index < 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, names.lacks(strings.Join(missing, ", "))
	}
	l.volume, err = names.volume()
	return l, err
}

// namedClose is the layout of a table with a time and one price.
func namedClose(h *head, _ ReadOptions) (*layout, error) {
	names := newHeader(h.lines[0].fields)
	time, err := names.time()
	if err != nil {
		return nil, err
	}
	if time.index < 0 {
		return nil, names.lacks("timestamp")
	}
	for _, name := range []string{"close", "price"} {
		if price, err := names.find(name); err != nil {
			return nil, err
		} else if price.index >= 0 {
			return closesOf(names, time, price), nil
		}
	}
	switch len(names.fields) {
	case 1:
		return nil, fmt.Errorf("header %s has a time and nothing else; want prices", names.quoted())
	case 2:
		other := 1 - time.index
		l := closesOf(names, time, column{names.names[other], other})
		l.chosen = fmt.Sprintf("the prices are the column %.60q, the only one beside the time", names.written(other))
		return l, nil
	}
	return nil, fmt.Errorf("header %s has %d columns that may be prices; want the name of one (%s): %s",
		names.quoted(), len(names.fields)-1, columnOption, names.list(time.index))
}

// closesOf is the layout of a table with a time and one price.
func closesOf(names header, time, price column) *layout {
	l := &layout{header: 1, fields: len(names.fields), time: time, volume: noColumn, closesOnly: true}
	l.prices = [4]column{price, price, price, price}
	l.moments = time.name == "snapped_at"
	l.closing = strings.HasPrefix(time.name, "close_")
	return l
}

// yfinance is the layout of a table with a line of prices, a line of tickers, in
// either order, and a third that names the time and nothing else.
func yfinance(h *head, o ReadOptions) (*layout, error) {
	if len(h.lines) < headLines {
		return nil, nil
	}
	prices, tickers, third := newHeader(h.lines[0].fields), newHeader(h.lines[1].fields), newHeader(h.lines[2].fields)
	n := len(prices.fields)
	if n < 2 || len(tickers.fields) != n || len(third.fields) != n ||
		!slices.Contains([]string{"date", "datetime"}, third.names[0]) ||
		slices.ContainsFunc(third.names[1:], func(name string) bool { return name != "" }) {
		return nil, nil
	}
	if !slices.Contains(prices.names, "close") {
		prices, tickers = tickers, prices
	}
	ticker, err := oneTicker(tickers, prices, o.Column)
	if err != nil {
		return nil, err
	}
	// The rest is a table whose other columns have no names.
	fields := make([]string, n)
	fields[0] = third.fields[0]
	for i := 1; i < n; i++ {
		if tickers.names[i] == ticker {
			fields[i] = prices.fields[i]
		}
	}
	one := &head{lines: []headLine{{fields: fields}}}
	var l *layout
	if columnName(o.Column) == ticker || o.Column == "" {
		l, err = namedBars(one, o)
		if l == nil && err == nil {
			l, err = namedColumn(one, ReadOptions{Column: "close"})
		}
	} else {
		l, err = namedColumn(one, o)
	}
	if l != nil {
		l.header = headLines
	}
	return l, err
}

// oneTicker is the ticker to read of a table that has one, or of which it was asked for.
func oneTicker(tickers, prices header, wanted string) (string, error) {
	var found []string
	for i, name := range tickers.names[1:] {
		if prices.names[i+1] != "" && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	switch {
	case slices.Contains(found, columnName(wanted)) && wanted != "":
		return columnName(wanted), nil
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return "", errors.New("three lines of header, and no column has a price")
	}
	if len(found) > 20 {
		found = append(found[:20], "…")
	}
	return "", fmt.Errorf("bars of several tickers; want the name of one (%s): %.1000s",
		columnOption, strings.ToUpper(strings.Join(found, ", ")))
}
