package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
)

// mergeOptions are the options of mcrisk merge.
type mergeOptions struct {
	output cli.OutputOptions // where the whole goes
}

func newMerge() *cobra.Command {
	o := new(mergeOptions)
	cmd := &cobra.Command{
		Use:   "merge --out WHOLE PART...",
		Short: "Join the shards of a sweep",
		Long: `merge joins the parts of a sweep that were run with sweep --shard. It writes the
same files, to the byte, as the sweep in one run; only times and host in the
manifest differ.`,
		Example: `  mcrisk merge --out runs/whole runs/part1 runs/part2 runs/part3`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Input("no part; want the directories that mcrisk sweep --shard wrote")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd), args) },
	}
	s := cmd.Flags()
	cli.Text(s, &o.output.Out, cli.SectionOutput, "out", "directory", "", "run directory to write; it must not exist")
	o.output.FormOptions.Bind(cmd)
	o.output.BindFull(cmd)
	s.BoolVar(&o.output.NoFigures, "no-figures", false, "draw no figures")
	return cmd
}

func (o *mergeOptions) run(ctx context.Context, session *cli.Session, paths []string) error {
	if o.output.Out == "" {
		return cli.Input("--out is missing; want the directory to write the whole to")
	}
	if err := o.output.Check(); err != nil {
		return err
	}
	start := time.Now()
	parts, err := openParts(ctx, paths)
	var records []*rundir.Records
	for _, part := range parts {
		defer part.Close()
		records = append(records, part.Records)
	}
	if err != nil {
		return err
	}
	stored, err := rundir.MergeSweep(ctx, o.output.Out, parts[0].Origin, records)
	if err != nil {
		return cli.Existing(err)
	}
	defer stored.Close()
	whole, err := cli.SweepOf(stored)
	if err != nil {
		return err
	}
	return whole.Unfinished(ctx, whole.Finish(ctx, session, o.output, 0, start))
}

// openParts opens the parts of a sweep, which must have all of its units.
func openParts(ctx context.Context, paths []string) (parts []*cli.SweepRun, err error) {
	var lacking []int // units
	for i, path := range paths {
		part, err := cli.OpenSweep(path, rundir.Read)
		if err != nil {
			return parts, err
		}
		parts = append(parts, part)
		if i == 0 {
			lacking = part.Sweep.AllUnits()
		} else if err := part.Same(parts[0].Records); err != nil {
			return parts, cli.AsInput(err)
		}
		var damaged []error
		if lacking, damaged, err = part.Missing(ctx, lacking); err != nil {
			return parts, err
		}
		if len(damaged) > 0 {
			return parts, errors.Join(damaged...)
		}
	}
	if len(lacking) > 0 {
		return parts, cli.NotMet(fmt.Errorf("%d of %d units, in none of the parts; see: mcrisk missing",
			len(lacking), parts[0].Sweep.Units()))
	}
	return parts, nil
}

func newMissing() *cobra.Command {
	form := new(cli.FormOptions)
	cmd := &cobra.Command{
		Use:   "missing RUN",
		Short: "List what a sweep has not done yet",
		Long: `missing lists the units of work of a sweep that are not finished, with their cells
and paths. The exit status is 3 if there are any.`,
		Example: `  mcrisk missing runs/ETHBULL3X-20260102T030405Z-0123abcd`,
		Args:    cli.One("run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return listMissing(cmd.Context(), cli.SessionOf(cmd), form, args[0])
		},
	}
	form.Bind(cmd)
	return cmd
}

// listMissing prints the units that a sweep lacks.
func listMissing(ctx context.Context, session *cli.Session, form *cli.FormOptions, path string) error {
	if err := form.Check(); err != nil {
		return err
	}
	run, err := cli.OpenSweep(path, rundir.Look)
	if err != nil {
		return err
	}
	defer run.Close()
	missing, damaged, err := run.Missing(ctx, run.Sweep.AllUnits())
	if err != nil {
		return err
	}
	if err := form.Print(session.Out, report.Missing(path, run.Sweep, missing)); err != nil {
		return err
	}
	for _, d := range damaged {
		session.Notes("damaged: " + d.Error())
	}
	if len(missing) == 0 {
		return nil
	}
	return cli.NotMet(fmt.Errorf("%d of %d units missing; mcrisk sweep --resume %s does them", len(missing),
		run.Sweep.Units(), cli.ShellWord(path)))
}
