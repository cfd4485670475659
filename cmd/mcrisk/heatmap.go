package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// heatMapOptions are the options of mcrisk heatmap.
type heatMapOptions struct {
	study  cli.StudyOptions
	output cli.OutputOptions
	x, y   string // name=values; x may be horizon
	metric string
}

func newHeatMap() *cobra.Command {
	o := new(heatMapOptions)
	cmd := &cobra.Command{
		Use:   "heatmap",
		Short: "Map one metric over two parameters, or time and a parameter",
		Long: `heatmap runs a token at every pair of values of two parameters, on the same random
numbers. It prints one metric of each pair with its interval, and draws it.

With --x horizon the columns are up to twelve times of one run. The metric is then
one of those that simulate stores over time, such as p_loss_50 or nav_p50.`,
		Example: `  mcrisk heatmap --token ETHBULL3X --x half-width=0.1:0.6:0.1 --y fee=5bp,20bp
  mcrisk heatmap --token ETHBULL3X --x horizon --y sigma=0.5,1 --metric nav_p50
  mcrisk heatmap --token ETHBULL3X --x latency=0,1h --y sigma=1,2 --metric nav`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.output.Bind(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.x, cli.SectionStudy, "x", "name=values", "", "columns: horizon, or name=values as in --y")
	cli.Text(s, &o.y, cli.SectionStudy, "y", "name=values", "", "rows: "+cli.OverUsage)
	cli.Text(s, &o.metric, cli.SectionStudy, "metric", "name", "log_growth",
		"metric to draw; one of "+strings.Join(assess.MapMetrics(false), ", ")+
			", or with --x horizon "+strings.Join(assess.MapMetrics(true), ", "))
	cli.Essential(cmd, "token", "x", "y", "metric", "target", "band", "model", "sigma", "horizon", "paths", "out",
		"json")
	return cmd
}

func (o *heatMapOptions) run(ctx context.Context, session *cli.Session) error {
	r, err := o.study.Resolve(session, cli.Demand{Over: []string{o.x, o.y}})
	if err != nil {
		return err
	}
	plan, err := o.plan(r)
	if err != nil {
		return cli.AsInput(err)
	}
	r.Study = plan.Study
	cells, columns := plan.Size()
	if err := cli.Fits(r.Study, cells, columns); err != nil {
		return err
	}
	compute := func(ctx context.Context, opt study.Options) (cli.Publication, error) {
		m, err := plan.Run(ctx, assess.Options{Options: opt})
		if err != nil {
			return cli.Publication{}, err
		}
		p := report.Provenance{Settings: r.Settings(), Hash: m.Hash}
		return cli.Publication{Hash: m.Hash, Document: report.HeatMap(m, p)}, nil
	}
	return o.output.Publish(ctx, "cells", o.study.Workers, compute, r)
}

// plan reads the axes and the metric.
func (o *heatMapOptions) plan(r *cli.Resolved) (*assess.HeatMapPlan, error) {
	overTime := o.x == assess.Horizon
	var over rundir.SweepPlan
	y, err := cli.ParseOver(r, "--y", o.y)
	over.Over = append(over.Over, y)
	if !overTime {
		x, fault := cli.ParseOver(r, "--x", o.x)
		over.Over, err = append(over.Over, x), errors.Join(err, fault)
	}
	if err != nil {
		return nil, err
	}
	flag := "--metric"
	if overTime {
		flag = "--x horizon --metric"
	}
	name, err := cli.ParseMetric(flag, o.metric, assess.MapMetrics(overTime))
	if err != nil {
		return nil, err
	}
	axes, err := over.Axes(r.Study.Spec())
	var plan *assess.HeatMapPlan
	switch {
	case err != nil:
	case overTime:
		plan, err = assess.PlanHeatMapOverTime(r.Study, axes[0], name)
	default:
		plan, err = assess.PlanHeatMap(r.Study, axes[1], axes[0], name)
	}
	if err != nil {
		return nil, cli.Input("--y %s and --x %s: %w", o.y, o.x, err)
	}
	return plan, r.AxisNotes(axes)
}
