package rundir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// LoadHistory reads the history of a spec that was read from a file, which must be the one
// that the spec was made with. A spec without one is left alone.
func LoadHistory(ctx context.Context, s *study.Spec) error {
	h := s.History
	if h == nil || h.Series != nil {
		return nil
	}
	options, err := HistoryOptions(*h)
	if err != nil {
		return err
	}
	full := *h
	full.SHA256, err = readInput(ctx, "history", h.File, h.SHA256, func(in io.Reader) error {
		read, err := paths.ReadHistoryWith(in, h.File, options)
		if err == nil {
			full.Series, err = read.Series()
		}
		return err
	})
	if err != nil {
		return err
	}
	s.History = &full
	return nil
}

// readInput reads a file that a spec names, and returns its SHA-256, which must be that of
// the spec if the spec has one.
func readInput(ctx context.Context, what, file, sha string, read func(io.Reader) error) (sum string, err error) {
	in, err := paths.OpenInput(ctx, file)
	if err != nil {
		if sha != "" { // of a spec that a run left
			err = fmt.Errorf("%w (its name is as it was given, from the folder of that time)", err)
		}
		return "", fmt.Errorf("rundir: %s: %w", what, err)
	}
	defer in.Close()
	hash := sha256.New()
	err = read(io.TeeReader(in, hash))
	sum = hex.EncodeToString(hash.Sum(nil))
	if sha != "" && sum != sha && ctx.Err() == nil {
		err = errors.Join(fmt.Errorf("rundir: %s is not the %s that the spec was made with: SHA-256 %s; want %s",
			file, what, sum, sha), err)
	}
	return sum, err
}

// HistoryOptions are how a history is read.
func HistoryOptions(h study.History) (o paths.ReadOptions, err error) {
	stamp, ok := map[string]paths.Stamp{"": paths.StampAuto,
		"open": paths.StampOpen, "close": paths.StampClose}[h.Stamp]
	if !ok {
		return o, fmt.Errorf("rundir: stamp = %q; want open or close", h.Stamp)
	}
	o = paths.ReadOptions{Column: h.Column, Stamp: stamp}
	if h.Zone != "" {
		if o.Zone, err = time.LoadLocation(h.Zone); err != nil {
			return o, fmt.Errorf("rundir: zone = %q; want a name such as UTC or Europe/Berlin", h.Zone)
		}
	}
	return o, nil
}

// historyItem is a history as YAML.
func historyItem(h study.History) yaml.MapItem {
	m := yaml.MapSlice{{Key: "file", Value: h.File}, {Key: "sha256", Value: h.SHA256}}
	for _, item := range []struct{ key, value string }{{"column", h.Column}, {"stamp", h.Stamp}, {"zone", h.Zone}} {
		if item.value != "" {
			m = append(m, yaml.MapItem{Key: item.key, Value: item.value})
		}
	}
	return yaml.MapItem{Key: "history", Value: m}
}

func stampText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// history reads what the spec says of the history.
func (r *reader) history(n ast.Node) *study.History {
	h := new(study.History)
	r.mapping(n, "history", fields{
		"file":   func(n ast.Node) { h.File = text(n) },
		"sha256": func(n ast.Node) { h.SHA256 = text(n) },
		"column": func(n ast.Node) { h.Column = text(n) },
		"stamp":  func(n ast.Node) { h.Stamp = text(n) },
		"zone":   func(n ast.Node) { h.Zone = text(n) },
	})
	if h.File == "" {
		r.fault(n, "history: no file; want the name of a file of prices")
	}
	return h
}

// lastItem is a volatility at the end of a history as YAML.
func lastItem(v study.LastVolatility) yaml.MapItem {
	return yaml.MapItem{Key: "last", Value: yaml.MapSlice{
		{Key: "volatility", Value: scalar(strconv.FormatFloat(v.Volatility, 'g', -1, 64))},
		{Key: "at", Value: stampText(v.At)}}}
}

func (r *reader) last(n ast.Node) *study.LastVolatility {
	v := new(study.LastVolatility)
	r.mapping(n, "last", fields{
		"volatility": func(n ast.Node) {
			var err error
			if v.Volatility, err = param.Number(text(n)); err != nil || !(v.Volatility > 0 && v.Volatility <= 100) {
				r.fault(n, "volatility = %q; want a number above 0, such as 0.55", text(n))
			}
		},
		"at": func(n ast.Node) {
			var err error
			if v.At, err = time.Parse(time.RFC3339, text(n)); err != nil {
				r.fault(n, "at = %q; want a time such as 2020-03-12T10:00:00Z", text(n))
			}
		},
	})
	if v.Volatility == 0 {
		r.fault(n, "last: no volatility; want a number above 0")
	}
	return v
}
