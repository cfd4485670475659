package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/report"
	"mcrisk/study"
)

// A command that is interrupted before all is written leaves nothing.
func TestPublishInterrupted(t *testing.T) {
	options := StudyOptions{Token: "ETHBULL3X", Horizon: "1h", Paths: "1"}
	r, err := options.Resolve(&Session{Out: io.Discard, Err: io.Discard}, Demand{})
	if err != nil {
		t.Fatal(err)
	}
	table := report.Table{Name: "a", DataOnly: true, Columns: []report.Column{{Name: "x"}}}
	table.Add(1)
	for _, interrupted := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		parent := t.TempDir()
		o := OutputOptions{Out: filepath.Join(parent, "run")}
		err := o.Publish(ctx, "cells", 1, func(context.Context, study.Options) (Publication, error) {
			if interrupted {
				cancel()
			}
			return Publication{Document: report.Document{Blocks: []report.Block{table}}}, nil
		}, r)
		cancel()
		var left []string
		walk := func(path string, _ os.DirEntry, err error) error {
			left = append(left, strings.TrimPrefix(path, parent))
			return err
		}
		if err := filepath.WalkDir(parent, walk); err != nil {
			t.Fatal(err)
		}
		all := strings.Join(left, " ")
		if (err != nil) != interrupted || strings.Contains(all, "a.csv") == interrupted || interrupted && len(left) > 1 {
			t.Errorf("interrupted %v: error %v; it left %q", interrupted, err, left)
		}
	}
}
