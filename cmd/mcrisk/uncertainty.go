package main

import (
	"context"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"mcrisk/analytics"
	"mcrisk/study"
)

// withoutUncertainty summarises a study with the model's numbers taken as
// known, on the same random numbers; nothing for a study that takes them so.
func withoutUncertainty(ctx context.Context, s *study.Study, workers int) ([]analytics.Summary, error) {
	if !s.Spec().Uncertain {
		return nil, nil
	}
	s, err := s.Certain().Sized(s.Spec().Paths, 0)
	if err != nil {
		return nil, err
	}
	ensembles, err := study.Ensembles(ctx, s, study.Options{Workers: workers}, nil)
	if err != nil {
		return nil, err
	}
	return summarise(s, ensembles, false), nil
}

// writeWidening prints what uncertain parameters change: the spread of the
// results, beside the plain ones.
func writeWidening(w io.Writer, uncertain, certain []analytics.Summary) error {
	for i, c := range certain {
		u := uncertain[i]
		fmt.Fprintf(w, "%s: what the errors of the fitted parameters change, on the same random numbers\n\n", u.Token)
		t := newTable(w)
		t.AppendHeader(table.Row{"", "parameters uncertain", "interval", "parameters as fitted", "interval"})
		row := func(name string, a, b analytics.Estimate) {
			t.AppendRow(table.Row{name, short(a.Value), interval(a), short(b.Value), interval(b)})
		}
		for _, name := range []string{"log_nav", "volatility", "p_loss_50", "p_profit", "max_drawdown", "p_liquidation"} {
			a, okA := u.Metric(name)
			b, okB := c.Metric(name)
			if okA && okB {
				row(name, a.Estimate, b.Estimate)
			}
		}
		for j, q := range u.Quantiles {
			row(fmt.Sprintf("NAV, %s %% quantile", short(100*q.P)), q.Estimate, c.Quantiles[j].Estimate)
		}
		t.Render()
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	return nil
}
