package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/paths"
)

// ReadHistory reads a file of prices and returns its SHA-256 too.
func ReadHistory(path string) (*paths.History, string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	hash := sha256.New()
	h, err := paths.ReadHistory(io.TeeReader(file, hash), path)
	return h, hex.EncodeToString(hash.Sum(nil)), err
}

// GapNotes say where bars of a history are missing, the first few one by one.
func GapNotes(h *paths.History) []string {
	const most = 5
	var notes []string
	for _, g := range h.Gaps[:min(most, len(h.Gaps))] {
		notes = append(notes, fmt.Sprintf("%s: %s; no return was taken over it", h.Name, g))
	}
	if more := len(h.Gaps) - most; more > 0 {
		notes = append(notes, fmt.Sprintf("%s: %d more gaps; no return was taken over them", h.Name, more))
	}
	return notes
}

// HistoryOptions are the part of a price history that a command reads.
type HistoryOptions struct{ Since, Until string }

// Bind adds the flags to a command.
func (o *HistoryOptions) Bind(cmd *cobra.Command, section string) {
	Text(cmd.Flags(), &o.Since, section, "since", "time", "", "of the first bar, in UTC: 2020-03-12 or 2020-03-12T10:00:00Z (default the file's)")
	Text(cmd.Flags(), &o.Until, section, "until", "time", "", "before which the last bar starts (default the file's end)")
}

// Read reads a history, cuts it to the part, and returns the SHA-256 of the file.
func (o *HistoryOptions) Read(path string) (*paths.History, string, error) {
	h, hash, err := ReadHistory(path)
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
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--%s = %q; want a day such as 2020-03-12 or a time such as 2020-03-12T10:00:00Z", name, text)
}
