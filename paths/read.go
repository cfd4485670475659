package paths

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"mcrisk/internal/prefault"
)

// ReadOptions say what a file of prices does not say itself. The zero value is right
// for files of bars with a header, stamped at their opens.
type ReadOptions struct {
	// Column names the column to read as closes, in any case: a ticker of a wide
	// file, or a column such as "adj close". Of a file that has bars of several
	// tickers it names the ticker. Empty: the file's only price.
	Column string
	// Where picks the rows whose column of that name has that value, in any case, of a table with a
	// header; the others are missing bars. Nil: all.
	Where map[string]string
	Stamp Stamp          // which end of a bar its stamp is
	Zone  *time.Location // of stamps with a time of day and no zone; nil: UTC, which a note says
	Now   time.Time      // when the file is read, to note a bar that would end later. Zero: not known
	Size  int64          // of the file, in bytes, from which follows how many bars it has, about. Zero: not known
}

// A Stamp says which end of a bar its stamp is.
type Stamp int

const (
	// StampAuto is the stamp of the file's own kind: the open, but the close where
	// the file calls it so, holds prices at moments (CoinGecko), or stamps within a
	// second before whole steps (23:59:59.999). What is not the open is noted.
	StampAuto  Stamp = iota
	StampOpen        // bars begin at their stamps
	StampClose       // bars end at their stamps
)

// readLimits are what a reader stops at, so that no input takes all memory or time:
// one that is refused takes two seconds and 200 MB at most.
type readLimits struct {
	packed  int64 // bytes of a zip archive, which is held in memory
	members int   // files of a zip archive
	text    int64 // bytes of text, unpacked
	json    int64 // bytes of JSON, unpacked
	line    int   // bytes of a line, its end included
	lines   int   // of a table, blank ones included
	rows    int   // lines with prices, or prices
}

var statedLimits = readLimits{packed: MaxPacked, members: 1000, text: MaxText, json: MaxJSON, line: MaxLine,
	lines: 4_000_000, rows: MaxRows}

// Limits of files of prices: of rows, and in bytes.
const (
	MaxRows   = 1_500_000
	MaxText   = 192 << 20 // unpacked
	MaxJSON   = 8 << 20   // unpacked
	MaxPacked = 32 << 20  // of a zip archive
	MaxLine   = 64 << 10
)

// ReadHistory is [ReadHistoryWith] without options.
func ReadHistory(r io.Reader, name string) (*History, error) {
	return ReadHistoryWith(r, name, ReadOptions{})
}

// ReadHistoryWith reads price bars, one pass, a line at a time. The name is used in
// errors and kept in the History. It reads, plain, packed by gzip or as the only file
// of a zip archive,
//
//   - tables with a header that names, in any order and case, a time (timestamp,
//     unix, open_time, time, datetime, date, snapped_at, observation_date or close_time,
//     the first of these that is there), open, high, low and close, perhaps volume, and anything
//     else, which is ignored: TradingView, CryptoDataDownload, pandas and others;
//   - tables of yfinance with three lines of header;
//   - tables with a time and one price, and wide ones with a column for each ticker
//     ([ReadOptions].Column), where only closes are known: CoinGecko and others;
//   - without a header, klines of Binance (12 columns: open time, open, high, low,
//     close, volume and others) and OHLCVT of Kraken (7 columns);
//   - JSON with an array "prices" of [milliseconds, price], the market_chart of
//     CoinGecko, where only closes are known.
//
// Fields stand between commas, semicolons or tabs. Times are stamps such as
// 2020-03-12T10:00:00Z, with a space for the T, with UTC or an offset for the Z or
// without any (ReadOptions.Zone); days such as 2020-03-12 or 20200312 (midnight UTC);
// or whole numbers of 10, 13, 16 or 19 digits, which are seconds, milli-, micro- or
// nanoseconds since 1970. A byte order mark, CRLF, blank lines, and an address or
// comments before the header are passed over.
//
// Missing bars are reported in Gaps, and rows without prices are missing bars. The
// newest bar may be first. Extremes inside the open or close by less than 1e-12 of the
// price are rounding. Bars off the grid that the others share, as after an outage, are
// placed on the step in which they begin, or left out if it has a bar. All that is said in Notes.
//
// Everything else that is wrong with the file is an error that names the line, the
// column, the value and what was wanted; up to 20 such faults are joined, and the
// rest counted. Numbers with separators of thousands or a decimal comma are such
// faults. So are more than 1.5 million bars, 4 million lines, 192 MB of text (8 MB of JSON,
// 32 MB of a zip archive while packed, 1,000 files in one) and lines above 64 kB.
func ReadHistoryWith(r io.Reader, name string, o ReadOptions) (*History, error) {
	return readLimited(r, name, o, statedLimits)
}

func readLimited(r io.Reader, name string, o ReadOptions, limits readLimits) (*History, error) {
	f := &barFile{name: name, options: o, limits: limits, faults: historyFaults{name: name}}
	text, err := f.unpack(r)
	if err != nil {
		return nil, fmt.Errorf("paths: %s: %w", name, err)
	}
	read := f.readTable
	if startsJSON(text) {
		read = f.readMarketChart
	}
	switch err := read(text); {
	case errors.Is(err, errEmpty):
		return nil, fmt.Errorf("paths: %s %w", name, err)
	case err != nil:
		return nil, fmt.Errorf("paths: %s: %w", name, err)
	}
	return f.history()
}

// errEmpty stands for a file without a line.
var errEmpty = errors.New("is empty; want a header and at least two bars")

// startsJSON says whether the first thing of a text is a bracket of JSON.
func startsJSON(text *bufio.Reader) bool {
	head, _ := text.Peek(64) // an error comes again with the first line
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

// A barFile is a file of prices while it is read.
type barFile struct {
	name    string
	options ReadOptions
	limits  readLimits
	faults  historyFaults
	notes   []Note

	timeName   string // of the column of stamps
	closesOnly bool
	moments    bool // prices are those at their stamps
	closing    bool // the file calls its stamps closes
	stamps     stampReader
	missing    tally // rows without prices
	rounded    tally // rows with extremes inside the body by rounding
	rows       int
	bytes      int64 // of these

	bars  []Bar
	lines []int // of the file, by bar
}

func (f *barFile) note(kind NoteKind, count int, format string, args ...any) {
	f.notes = append(f.notes, Note{Kind: kind, Count: count, Text: fmt.Sprintf(format, args...)})
}

// countRow counts a row before it is kept.
func (f *barFile) countRow() error {
	if f.rows++; f.rows > f.limits.rows {
		return fmt.Errorf("more than %s rows; want at most that many: split the file, or take longer bars",
			grouped(f.limits.rows))
	}
	return nil
}

// manyRows is the number of rows from which room is made for as many as there may be.
const manyRows = 1 << 16

// moreRows are the numbers of rows from which room is made for the next, and after the last for as many as
// there may be: to grow step by step would take twice the memory, and what is not used is looked at too
// when memory is collected.
var moreRows = []int{1 << 9, manyRows}

func (f *barFile) keep(bar Bar, line int) {
	if n := len(f.bars); n >= moreRows[0] && n == cap(f.bars) {
		room := f.limits.rows
		if i := slices.IndexFunc(moreRows, func(rows int) bool { return rows > n }); i >= 0 {
			room = moreRows[i]
			if rows := int(f.options.Size * int64(n) / max(f.bytes, 1)); rows > n { // packed, it would have fewer
				room = min(room, rows+rows/50)
			}
		}
		bars, lines := make([]Bar, 0, room), make([]int, 0, room)
		if room <= manyRows { // most of it will be used
			prefault.Slice(bars)
			prefault.Slice(lines)
		}
		f.bars, f.lines = append(bars, f.bars...), append(lines, f.lines...)
	}
	f.bars = append(f.bars, bar)
	f.lines = append(f.lines, line)
}

// historyFaults collects what is wrong with a file, up to a limit.
type historyFaults struct {
	name  string
	kept  []historyFault
	count int
}

type historyFault struct {
	line int
	err  error
}

const maxHistoryFaults = 20

func (f *historyFaults) add(line int, format string, args ...any) {
	if f.count++; f.count <= maxHistoryFaults {
		err := fmt.Errorf("paths: %s: line %d: %s", f.name, line, fmt.Sprintf(format, args...))
		f.kept = append(f.kept, historyFault{line, err})
	}
}

// join is all faults in the order of lines, nil if there are none.
func (f *historyFaults) join() error {
	slices.SortStableFunc(f.kept, func(a, b historyFault) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for _, fault := range f.kept {
		errs = append(errs, fault.err)
	}
	if more := f.count - len(f.kept); more > 0 {
		errs = append(errs, fmt.Errorf("paths: %s: and %d more", f.name, more))
	}
	return errors.Join(errs...)
}
