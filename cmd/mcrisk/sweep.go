package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
)

// sweepOptions are those of mcrisk sweep. What is empty was not given.
type sweepOptions struct {
	study    cli.StudyOptions
	output   cli.OutputOptions
	over     []string // axes: name=low:high:step or name=a,b,c
	sample   string   // cells of a Latin hypercube sample
	selected string   // axes along which the best is sought
	aversion string
	pareto   string
	optimise string
	exact    bool // without sampling
	resume   string
	shard    string // k/n
	dryRun   bool
	failFast bool
	yes      bool // run more than cli.ManyCells cells
}

func newSweep() *cobra.Command {
	o := new(sweepOptions)
	cmd := &cobra.Command{
		Use:   "sweep [SPEC]",
		Short: "Run a token at many values of any parameters, on the same paths",
		Long: `sweep runs a token at every combination of the values of some parameters: a cell
each. All cells live on the same paths, so differences between them are paired
and their intervals narrow. It tells which cell is best for each of nine
objectives, which others cannot be told from it, and how much a little more
costs; along the first --over, or those named by --select, for each combination
of the others.

What is done is on disk at once: a sweep that was interrupted goes on with
--resume, and ends with the same results. --shard computes a part of it, for
mcrisk merge to join. With --exact nothing is sampled.

Exit status 1 says that a cell failed, though the others were run.`,
		Example: `  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05
  mcrisk sweep --token ETHBULL3X --over half-width=0.1:0.6:0.1 --over fee=5bp,10bp,30bp --over sigma=0.4:1.2:0.2
  mcrisk sweep --token BTCBULL3X --over latency=0,5m,1h --over model=gbm,merton,kou
  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05 --optimise utility
  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05 --exact
  mcrisk sweep --resume runs/ETHBULL3X-20260102T030405Z-0123abcd`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return cli.Input("arguments %s; want at most one, a spec", strings.Join(args, " "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if o.study.Spec != "" {
					return cli.Input("--spec %s and the spec %s; want one of them", o.study.Spec, args[0])
				}
				if err := cmd.Flags().Set("spec", args[0]); err != nil {
					return cli.AsInput(err)
				}
			}
			if o.resume != "" {
				return o.goOn(cmd.Context(), cli.SessionOf(cmd))
			}
			return o.run(cmd.Context(), cli.SessionOf(cmd))
		},
	}
	o.study.Bind(cmd)
	o.output.Bind(cmd)
	o.bind(cmd)
	return cmd
}

// bind adds the flags that only a sweep has.
func (o *sweepOptions) bind(cmd *cobra.Command) {
	cli.Rename(cmd, map[string]string{"choose": "select"})
	s := cmd.Flags()
	s.StringArrayVar(&o.over, "over", nil, "`name=values`: "+cli.OverUsage+"; may be repeated")
	cli.InSection(s, cli.SectionStudy, "over")
	cli.Text(s, &o.sample, cli.SectionStudy, "sample", "count", "",
		"run a Latin hypercube sample of so many cells instead of the whole grid")
	cli.Text(s, &o.selected, cli.SectionStudy, "select", "names", "",
		"parameters of --over along which the best is sought; the others make up scenarios "+
			"(default the first; with --sample all)")
	cli.Text(s, &o.aversion, cli.SectionStudy, "aversion", "number", "",
		"weight of tracking variance, against growth and cost, in the objectives utility and tracking_cost")
	cli.Text(s, &o.pareto, cli.SectionStudy, "pareto", "a,b", "", "objectives to trade off against each other")
	cli.Text(s, &o.optimise, cli.SectionStudy, "optimise", "objective", "",
		"find the best value of the one selected parameter, between the cells too")
	s.Lookup("aversion").DefValue = fmt.Sprint(assess.Aversion)
	s.Lookup("pareto").DefValue = strings.Join(assess.TradedOff, ",")
	s.BoolVar(&o.exact, "exact", false, "sweep without sampling, where that is possible")
	cli.Text(s, &o.resume, cli.SectionOutput, "resume", "run", "", "go on with a sweep that was interrupted")
	cli.Text(s, &o.shard, cli.SectionOutput, "shard", "k/n", "", "run the k-th of n parts only")
	s.BoolVar(&o.dryRun, "dry-run", false, "say how many cells there are and what they take, and run nothing")
	s.BoolVar(&o.failFast, "fail-fast", false, "stop at the first cell that fails")
	s.BoolVar(&o.yes, "yes", false, fmt.Sprintf("run more than %s cells", report.Thousands(cli.ManyCells)))
}

// run begins a sweep.
func (o *sweepOptions) run(ctx context.Context, session *cli.Session) error {
	r, err := o.study.Resolve(session, cli.Demand{Swept: true})
	if err != nil {
		return err
	}
	plan, err := o.plan(r)
	if err != nil {
		return cli.AsInput(err)
	}
	if o.exact {
		for _, x := range []struct {
			flag  string
			given bool
		}{{"optimise", o.optimise != ""}, {"pareto", o.pareto != ""}, {"shard", o.shard != ""},
			{"fail-fast", o.failFast}} {
			if x.given {
				return cli.Input("--exact and --%s; want one of them", x.flag)
			}
		}
		plan.Optimise = "" // of a file, where sampling finds it
	}
	sweep, settings, err := cli.NewGrid(r.Study, &plan)
	if err != nil {
		return cli.AsInput(err)
	}
	r.RoundedAxes(sweep.Axes)
	if err := o.output.Check(); err != nil {
		return err
	}
	if o.exact {
		return o.exactly(ctx, r, sweep, settings)
	}
	allowance := cli.Allowance{Workers: o.study.Workers, Optimum: plan.Optimise != "",
		Place: o.output.SweepPlace(), Many: o.yes}
	if o.dryRun {
		text, err := allowance.Estimate(ctx, sweep)
		if err == nil {
			_, err = fmt.Fprintln(session.Out, text)
		}
		return err
	}
	if err := allowance.Allow(ctx, sweep); err != nil {
		return err
	}
	return o.begin(ctx, r, plan, sweep)
}

// plan is what the flags say of the sweep, over what a spec said.
func (o *sweepOptions) plan(r *cli.Resolved) (rundir.SweepPlan, error) {
	plan := rundir.SweepPlan{Aversion: assess.Aversion}
	if r.Swept != nil {
		plan = *r.Swept
	}
	if len(o.over) > 0 {
		plan.Over, plan.Select = nil, nil
	}
	for _, text := range o.over {
		axis, err := cli.ParseOver(r, "--over", text)
		if err != nil {
			return plan, err
		}
		plan.Over = append(plan.Over, axis)
	}
	if len(plan.Over) == 0 {
		return plan, cli.Input("--over is missing; want name=low:high:step or name=a,b,c, " +
			"as in half-width=0.05:0.6:0.05")
	}
	var err error
	if o.sample != "" {
		if plan.Sample, err = cli.ParseSample(o.sample); err != nil {
			return plan, err
		}
	}
	if o.aversion != "" {
		if plan.Aversion, err = cli.ParseAversion(o.aversion); err != nil {
			return plan, err
		}
	}
	if o.pareto != "" {
		plan.Pareto = strings.Split(o.pareto, ",")
	}
	if o.selected != "" {
		plan.Select = strings.Split(o.selected, ",")
	}
	if o.optimise != "" {
		plan.Optimise = o.optimise
	}
	return plan, nil
}
