package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
)

func newRuns() *cobra.Command {
	form := new(cli.FormOptions)
	cmd := &cobra.Command{
		Use:   "runs [FOLDER]",
		Short: "List stored runs, the latest first",
		Long: `runs lists the run directories in a folder, by default runs, with the command and
the tokens of each, when it began, and some metrics of the first token of a
simulation. It checks manifests only: verify checks everything.`,
		Example: `  mcrisk runs
  mcrisk runs studies --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return cli.Input("%d folders; want one at most", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := form.Check(); err != nil {
				return err
			}
			folder := cli.RunsFolder
			if len(args) > 0 {
				folder = args[0]
			}
			list, err := rundir.List(folder)
			if err != nil && !(errors.Is(err, fs.ErrNotExist) && len(args) == 0) {
				return cli.AsInput(err)
			}
			var runs []report.StoredRun
			for _, l := range list {
				runs = append(runs, report.StoredRun(l))
			}
			return form.Print(cli.SessionOf(cmd).Out, report.Runs(runs))
		},
	}
	form.Bind(cmd)
	return cmd
}
