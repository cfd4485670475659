package rundir

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A Listing is a run directory among others.
type Listing struct {
	Path     string
	Command  []string // as it was typed; of an unfinished sweep its first
	Tokens   []string // names of the study's tokens
	Start    time.Time
	End      time.Time // zero: it is a sweep that is not finished
	Seed     uint64
	Paths    int
	Headline map[string]float64 // of the first token of a simulation: some metrics by name
	Fault    error              // why it cannot be read; nil: it can
}

// headlines are the metrics of a [Listing].
var headlines = []string{"median_nav", "p_loss_50", "p_liquidation"}

// List reads what the run directories in a folder are, the latest first. Folders that are no runs are left out; one
// whose manifest is damaged has a Fault. Files other than the manifest are not checked.
func List(dir string) ([]Listing, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []Listing
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if l, ok := list(filepath.Join(dir, e.Name())); ok {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b Listing) int { return b.Start.Compare(a.Start) })
	return all, nil
}

// list reads one run; ok: it is one.
func list(path string) (l Listing, ok bool) {
	l.Path = path
	f, err := openFolder(path)
	if err != nil {
		l.Fault = err
		return l, true
	}
	defer f.root.Close()
	s := Stored{folder: f}
	m, err := s.manifest(ManifestFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		var o Origin
		text, err := f.text(OriginFile)
		if err == nil {
			err = unseal(text, &o)
		}
		if err != nil {
			l.Fault = err
			return l, !errors.Is(err, fs.ErrNotExist)
		}
		l.Command = o.Command
		if info, err := f.lookup(OriginFile, 0); err == nil {
			l.Start = info.ModTime()
		}
	case err != nil:
		l.Fault = err
		return l, true
	default:
		l.Command, l.Start, l.End, l.Seed, l.Paths = m.Command, m.Start, m.End, m.Seed, m.Paths
	}
	if text, err := f.text(SpecFile); err == nil {
		if file, err := ReadSpecFile(text, f.join(SpecFile), true); err == nil {
			for _, t := range file.Spec.Tokens {
				l.Tokens = append(l.Tokens, t.Name)
			}
		}
	}
	if text, err := f.text("summary.json"); err == nil {
		l.Headline = headline(text)
	}
	return l, true
}

// headline is that of the first token of a summary.json; nil: it has none.
func headline(text []byte) map[string]float64 {
	var summary struct {
		Tokens []struct {
			Metrics map[string]struct{ Estimate *float64 }
		}
	}
	if json.Unmarshal(text, &summary) != nil || len(summary.Tokens) == 0 {
		return nil
	}
	values := map[string]float64{}
	for _, name := range headlines {
		if m, ok := summary.Tokens[0].Metrics[name]; ok && m.Estimate != nil {
			values[name] = *m.Estimate
		}
	}
	return values
}
