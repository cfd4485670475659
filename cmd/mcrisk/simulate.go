package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// simulateOptions are the options of mcrisk simulate.
type simulateOptions struct {
	study     cli.StudyOptions
	dated     cli.DatedOptions
	output    cli.OutputOptions
	lifetimes string   // CSV file of all lifetimes; empty: none
	printSpec bool     // print the study and run nothing
	plain     bool     // do not use control variates
	requires  []string // bounds on metrics
}

func newSimulate() *cobra.Command {
	o := new(simulateOptions)
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Simulate the lifetimes of a token and summarise them",
		Long: `simulate runs thousands of lifetimes of a token and prints its metrics: final net
asset value, decay, drawdown, cost, probabilities of loss. Each
estimate has a 95 % confidence interval, which is its Monte Carlo error.

Without --model a token of the catalogue has the price model that is recommended for
its underlying (see mcrisk help models). Beside the headline stands then what
geometric Brownian motion would have said, computed without sampling where it can be.
Without --rates such a token has one rate for each lifetime (see mcrisk help rates).

It writes a run directory with the spec, all lifetimes, the summary, seven figures
and report.html, one page with all of them.`,
		Example: `  mcrisk simulate --token ETHBULL3X
  mcrisk simulate --token ETHBULL3X --band 2.8:3.2 --to target --fee 10bp
  mcrisk simulate --target 3 --band 2.8:3.2 --borrow 5% --sigma 0.6
  mcrisk simulate --token BTCBULL3X --model merton --jump-rate 10 --latency 30m
  mcrisk simulate --token ETHBULL3X --prices eth_usdt_perp_1h.csv --json`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.dated.Bind(cmd)
	o.output.Bind(cmd)
	o.output.BindFull(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.lifetimes, cli.SectionOutput, "lifetimes", "file", "",
		"CSV to write all lifetimes to as well; it must not exist")
	s.BoolVar(&o.printSpec, "print-spec", false, "print the study as YAML, and run nothing")
	s.BoolVar(&o.plain, "no-control", false, cli.PlainUsage)
	s.StringArrayVar(&o.requires, "require", nil, cli.RequireUsage)
	cli.Essential(cmd, "token", "target", "band", "policy", "fee", "model", "sigma", "horizon", "paths", "seed",
		"require", "out", "json")
	return cmd
}

func (o *simulateOptions) run(ctx context.Context, session *cli.Session) error {
	r, err := o.study.Resolve(session, cli.Demand{Amend: cli.WithMarks, Dated: &o.dated, Drawn: true})
	if err != nil {
		return err
	}
	if o.printSpec {
		return rundir.WriteSpec(session.Out, r.Study)
	}
	requirements, err := cli.ParseRequirements(o.requires)
	if err != nil {
		return err
	}
	if n := r.Study.Tokens(); o.lifetimes != "" && n > 1 {
		return cli.Input("--lifetimes with %d tokens; want one token, or the run directory, which has a file for each",
			n)
	}
	if err := cli.FitsMarks(r.Study); err != nil {
		return err
	}
	var file *rundir.File
	if o.lifetimes != "" {
		if file, err = rundir.CreateFile(o.lifetimes); err != nil {
			return fmt.Errorf("--lifetimes: %w", cli.Existing(err))
		}
		defer file.Abort()
	}
	var result *assess.Simulation
	compute := func(ctx context.Context, opt study.Options) (p cli.Publication, err error) {
		if result, err = o.simulate(ctx, r, opt); err != nil {
			return p, err
		}
		p = cli.Publication{Hash: result.Hash, Document: report.Simulation(result, r.Provenance(result.Hash))}
		p.Files = func(d *rundir.Dir) error { return writeLifetimes(d, result, p.Document.Data) }
		if file != nil {
			p.Beside = func() error { return commitLifetimes(file, result) }
		}
		return p, nil
	}
	if err := o.output.Publish(ctx, "lifetimes", o.study.Workers, compute, r); err != nil {
		return err
	}
	session.Next(r.AfterSimulate())
	notes, err := cli.Require(requirements, result.Summaries)
	session.Notes(notes...)
	return err
}

// simulate runs the study, and what its figures need besides if they are drawn.
func (o *simulateOptions) simulate(ctx context.Context, r *cli.Resolved, opt study.Options,
) (*assess.Simulation, error) {
	start, took := time.Now(), 0.0
	progress := opt.Progress
	opt.Progress = func(done, total int) {
		took = time.Since(start).Seconds()
		progress(done, total)
	}
	result, err := assess.Simulate(ctx, r.Study, assess.Options{Options: opt, Plain: o.plain, Textbook: r.Textbook()})
	if err != nil {
		return nil, err
	}
	lifetimes := float64(r.Study.Spec().Paths * r.Study.Tokens())
	fmt.Fprintf(r.Session.Err, "simulated in %.1f s, %s a second\n",
		took, report.Count(int(lifetimes/took), "lifetime"))
	if err := r.NoteLiquidations(ctx); err != nil {
		return nil, err
	}
	if !o.output.NoSave && !o.output.NoFigures {
		err = result.SweepBands(ctx, study.Options{Workers: opt.Workers})
	}
	return result, err
}

// commitLifetimes writes the file of --lifetimes.
func commitLifetimes(f *rundir.File, r *assess.Simulation) error {
	if err := f.Commit(func(w io.Writer) error { return rundir.WriteLifetimes(w, &r.Ensembles[0]) }); err != nil {
		return fmt.Errorf("--lifetimes: %w", err)
	}
	return nil
}

// writeLifetimes writes the lifetimes and the summary as JSON into a run.
func writeLifetimes(d *rundir.Dir, r *assess.Simulation, summary any) error {
	if err := d.File("summary.json", func(w io.Writer) error { return report.EncodeJSON(w, summary) }); err != nil {
		return err
	}
	for i := range r.Ensembles {
		e := &r.Ensembles[i]
		name := r.Study.TableOf("lifetimes", i) + ".csv"
		if err := d.File(name, func(w io.Writer) error { return rundir.WriteLifetimes(w, e) }); err != nil {
			return err
		}
	}
	return nil
}
