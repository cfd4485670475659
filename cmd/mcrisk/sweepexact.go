package main

import (
	"context"
	"fmt"
	"time"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// exactly sweeps without sampling.
func (o *sweepOptions) exactly(ctx context.Context, r *cli.Resolved, sweep *study.Sweep,
	settings assess.SweepSettings) error {
	if o.dryRun {
		_, err := fmt.Fprintf(r.Session.Out, "%s, without sampling\n", report.Count(sweep.Cells(), "cell"))
		return err
	}
	if sweep.Cells() > cli.ManyCells && !o.yes {
		return cli.Input("%s cells; with --yes they are run", report.Thousands(sweep.Cells()))
	}
	r.Note("exact answers end with a first liquidation (--after-liquidation stop)")
	var result *assess.ExactSweep
	compute := func(ctx context.Context, opt study.Options) (p cli.Publication, err error) {
		start := time.Now()
		if result, err = assess.SweepExactly(ctx, sweep, settings, opt); err != nil {
			return p, cli.AsInput(err)
		}
		fmt.Fprintf(r.Session.Err, "%s in %.2f s\n", report.Count(sweep.Cells(), "cell"), time.Since(start).Seconds())
		p.Document = report.ExactSweep(result, report.Provenance{Settings: r.Settings()})
		p.Notes = report.ExactSweepNotes(result)
		if !o.output.NoSave && !o.output.NoFigures {
			figures, notes := report.ExactSweepFigures(result)
			p.Document.Blocks, p.Notes = append(p.Document.Blocks, figures...), append(p.Notes, notes...)
		}
		return p, nil
	}
	err := o.output.Publish(ctx, "cells", o.study.Workers, compute, r)
	if err == nil && result.Failed > 0 {
		err = cli.FailedCells{Failed: result.Failed, Cells: sweep.Cells()}
	}
	return err
}
