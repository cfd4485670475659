package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and how random numbers are made",
		Args:  cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), version())
			return err
		},
	}
}

// version is the version of the program and what results depend on.
func version() string {
	return fmt.Sprintf("mcrisk %s, generator %s, %s %s/%s",
		rundir.Version(), rundir.Generator, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
