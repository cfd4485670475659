package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"mcrisk/rundir"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and how random numbers are made",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "mcrisk %s, generator %s, %s %s/%s\n", rundir.Version(), rundir.Generator, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
