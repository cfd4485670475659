package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/report"
	"mcrisk/rundir"
)

// FileOptions say how a file of prices is read.
type FileOptions struct{ Column, Stamp, Zone string }

// Bind adds the flags to a command.
func (o *FileOptions) Bind(cmd *cobra.Command, section string) {
	s := cmd.Flags()
	Text(s, &o.Column, section, "column", "name", "",
		"column of prices, or ticker in a file of several")
	Text(s, &o.Stamp, section, "stamp", "open|close", "",
		"end of a bar that its time marks, if the file does not say it (default open)")
	Text(s, &o.Zone, section, "zone", "name", "", "zone of times without one, such as Europe/Berlin (default UTC)")
}

// Read reads a file of prices, - being standard input, and returns its SHA-256 too.
func (o *FileOptions) Read(session *Session, path string) (*paths.History, string, error) {
	with, err := o.options()
	if err != nil {
		return nil, "", err
	}
	return readPrices(session, path, with)
}

// readPrices reads a file of prices, - being standard input, and returns its SHA-256 too.
func readPrices(session *Session, path string, with paths.ReadOptions) (*paths.History, string, error) {
	in, err := session.open(path)
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	// Bars may take most of what an input may take; what reading leaves behind is to be
	// collected in time.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(pricesMemory))
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		with.Size = info.Size()
	}
	hash := sha256.New()
	h, err := paths.ReadHistoryWith(io.TeeReader(in, hash), path, with)
	return h, hex.EncodeToString(hash.Sum(nil)), err
}

// options are how a file of prices is read.
func (o *FileOptions) options() (with paths.ReadOptions, err error) {
	stamp, ok := map[string]paths.Stamp{"": paths.StampAuto,
		"open": paths.StampOpen, "close": paths.StampClose}[o.Stamp]
	if !ok {
		return with, Input("--stamp = %q; want open or close", o.Stamp)
	}
	with = paths.ReadOptions{Column: o.Column, Stamp: stamp, Now: time.Now()}
	if o.Zone != "" {
		if with.Zone, err = time.LoadLocation(o.Zone); err != nil {
			return with, Input("--zone = %q; want a name such as UTC or Europe/Berlin", o.Zone)
		}
	}
	return with, nil
}

// pricesMemory is the memory that the program takes at most while it reads prices, if it
// can, in bytes.
const pricesMemory = 180 << 20

// ParseSeries reads how a history is annualised: periods a year, and interest a
// year; what is empty was not given.
func ParseSeries(periods, riskFree string) (o assess.SeriesOptions, err error) {
	if periods != "" {
		if o.PeriodsPerYear, err = param.Number(periods); err != nil ||
			!(o.PeriodsPerYear > 0 && o.PeriodsPerYear <= 1e9) {
			return o, Input("--periods-per-year = %q; want a number above 0, such as 252", periods)
		}
	}
	o.RiskFree, err = RiskFree(riskFree)
	return o, err
}

// RiskFree reads interest on cash a year; zero where it was not given.
func RiskFree(text string) (rate float64, err error) {
	if text == "" {
		return 0, nil
	}
	if rate, err = param.Number(text); err != nil || !(rate > -1 && rate <= 2) {
		return 0, Input("--risk-free = %q; want a rate a year such as 4%%", text)
	}
	return rate, nil
}

// ReadNotes say what was repaired or assumed in a history, and which prices look
// wrong.
func ReadNotes(h *paths.History) (notes []string) {
	for _, n := range h.Notes {
		notes = append(notes, h.Name+": "+n.Text)
	}
	return append(notes, h.WrongPrices()...)
}

// HistoryNotes are ReadNotes, and where bars are missing that returns are taken
// from, the first few one by one.
func HistoryNotes(h *paths.History) []string {
	const most = 5
	notes := ReadNotes(h)
	if h.MarketCloses() {
		return append(notes,
			fmt.Sprintf("%s: gaps: %d, as of a market that closes; returns over those of up to a week count",
				h.Name, len(h.Gaps)))
	}
	for _, g := range h.Gaps[:min(most, len(h.Gaps))] {
		notes = append(notes, fmt.Sprintf("%s: %s; no return was taken over it", h.Name, g))
	}
	if more := len(h.Gaps) - most; more > 0 {
		notes = append(notes, fmt.Sprintf("%s: %d more gaps; no return was taken over them", h.Name, more))
	}
	return notes
}

// ReplayedNotes are ReadNotes, and that bars are missing through which tokens live.
func ReplayedNotes(h *paths.History) []string {
	notes := ReadNotes(h)
	if len(h.Gaps) == 0 {
		return notes
	}
	missing, longest := 0, h.Gaps[0]
	for _, g := range h.Gaps {
		if missing += g.Missing; g.Missing > longest.Missing {
			longest = g
		}
	}
	return append(notes, fmt.Sprintf("%s: %s missing in %s, the longest from %s to %s: the price stands still over "+
		"them, then jumps", h.Name, report.Count(missing, "bar"), report.Count(len(h.Gaps), "gap"),
		report.Minute(longest.From), report.Minute(longest.To)))
}

// HistoryOptions are the part of a price history that a command reads.
type HistoryOptions struct {
	File         *FileOptions
	Since, Until string
}

// Bind adds the flags to a command, but for those of the file where a study has them.
func (o *HistoryOptions) Bind(cmd *cobra.Command, section string) {
	if o.File == nil {
		o.File = new(FileOptions)
		o.File.Bind(cmd, section)
	}
	s := cmd.Flags()
	Text(s, &o.Since, section, "since", "time", "",
		"start of the first bar, as 2020-03-12 or 2020-03-12T10:00:00Z; UTC")
	Text(s, &o.Until, section, "until", "time", "", "end of the part; the last bar starts before it")
}

// Read reads a history, cuts it to the part, and returns the SHA-256 of the file.
func (o *HistoryOptions) Read(session *Session, path string) (*paths.History, string, error) {
	h, hash, err := o.File.Read(session, path)
	if err == nil && (o.Since != "" || o.Until != "") {
		h, err = o.cut(h)
	}
	return h, hash, AsInput(err)
}

func (o *HistoryOptions) cut(h *paths.History) (*paths.History, error) {
	since, errSince := instant("since", o.Since)
	until, errUntil := instant("until", o.Until)
	if err := errors.Join(errSince, errUntil); err != nil {
		return nil, err
	}
	return h.Between(since, until)
}

// instant reads a day or a time; of nothing it is zero.
func instant(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := rundir.ParseInstant(text)
	if err != nil {
		err = fmt.Errorf("--%s = %w", name, err)
	}
	return t, err
}
