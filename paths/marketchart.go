package paths

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// readMarketChart reads the JSON of CoinGecko's market_chart, an object with
// "prices": [[milliseconds, price], …], one price at a time.
func (f *barFile) readMarketChart(text *bufio.Reader) error {
	f.timeName, f.closesOnly, f.moments = "time", true, true
	if name := columnName(f.options.Column); name != "" && name != "prices" {
		return fmt.Errorf("JSON has no column %.40q; want none asked for, or \"prices\"", f.options.Column)
	}
	if len(f.options.Where) > 0 {
		return errors.New("JSON has no columns to pick rows by; want a table")
	}
	lines := &newlineCounter{r: &limited{r: text, left: f.limits.json, limit: f.limits.json}}
	in := json.NewDecoder(lines)
	in.UseNumber()
	if token, err := in.Token(); err != nil || token != json.Delim('{') {
		return jsonFault(err, "a list")
	}
	found := false
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return jsonFault(err, "")
		}
		if key != "prices" {
			var other json.RawMessage
			if err := in.Decode(&other); err != nil {
				return jsonFault(err, "")
			}
			continue
		}
		if found {
			return errors.New(`JSON with two arrays "prices"; want one`)
		}
		found = true
		if err := f.readPoints(in, lines); err != nil {
			return err
		}
	}
	if _, err := in.Token(); err != nil {
		return jsonFault(err, "")
	}
	if _, err := in.Token(); err == nil {
		return errors.New("JSON goes on after its object; want one market_chart")
	} else if !errors.Is(err, io.EOF) {
		return jsonFault(err, "")
	}
	if !found {
		return errors.New(`JSON without "prices"; want a market_chart, {"prices": [[milliseconds, price], …]}`)
	}
	return nil
}

// readPoints reads the array of prices.
func (f *barFile) readPoints(in *json.Decoder, lines *newlineCounter) error {
	if token, err := in.Token(); err != nil || token != json.Delim('[') {
		return jsonFault(err, `"prices" that is no array`)
	}
	for i := 0; in.More(); i++ {
		if err := f.countRow(); err != nil {
			return err
		}
		var point []*json.Number
		if err := in.Decode(&point); err != nil {
			return jsonFault(fmt.Errorf("prices[%d]: %w", i, err), "")
		}
		f.point(point, i, lines.at(in.InputOffset()))
	}
	_, err := in.Token()
	return jsonFault(err, "")
}

// point keeps one price; null is a missing one.
func (f *barFile) point(point []*json.Number, i, line int) {
	if len(point) != 2 || point[0] == nil {
		f.faults.add(line, "prices[%d] has %d values, or no time; want [milliseconds, price]", i, len(point))
		return
	}
	if point[1] == nil {
		f.missing.add(line)
		return
	}
	price := f.price(fmt.Sprintf("prices[%d][1]", i), point[1].String(), line)
	at, err := f.stamps.read(point[0].String(), nil)
	if err != nil {
		f.faults.add(line, "prices[%d][0] = %.40q; want %v", i, point[0].String(), err)
		return
	}
	f.keep(Bar{Start: at, Open: price, High: price, Low: price, Close: price, Volume: math.NaN()}, line)
}

// jsonFault is what is wrong with JSON: an error, or something else than what was wanted.
func jsonFault(err error, what string) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("JSON ends early; want the whole file")
	case err != nil:
		return fmt.Errorf("JSON: %w", err)
	case what != "":
		return fmt.Errorf(`JSON of %s; want a market_chart, {"prices": [[milliseconds, price], …]}`, what)
	}
	return nil
}

// A newlineCounter knows on which line a byte of what was read is.
type newlineCounter struct {
	r    io.Reader
	seen int64   // bytes
	ends []int64 // of the lines after those counted
	line int     // lines that ended before the last byte asked for
}

func (c *newlineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.ends = append(c.ends, c.seen+int64(i))
		}
	}
	c.seen += int64(n)
	return n, err
}

// at is the line, from 1, of a byte not before the one asked for last.
func (c *newlineCounter) at(offset int64) int {
	passed := 0
	for passed < len(c.ends) && c.ends[passed] < offset {
		passed++
	}
	c.line += passed
	c.ends = c.ends[passed:]
	return c.line + 1
}
