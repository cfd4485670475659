// Command mcrisk simulates leveraged tokens over thousands of possible price
// histories and says what rebalancing does to their holder.
package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
	"mcrisk/internal/prefault"
)

func main() {
	prefault.Heap()
	cli.CollectLater()
	os.Exit(run(cli.Interruptible(os.Stderr), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command as a function; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Execute(ctx, newRoot(args...), args, stdout, stderr)
}

// commands are those of the program, by their names.
var commands = []struct {
	name string
	make func() *cobra.Command
}{
	{"simulate", newSimulate},
	{"summary", newSummary},
	{"runs", newRuns},
	{"plot", newPlot},
	{"sweep", newSweep},
	{"merge", newMerge},
	{"missing", newMissing},
	{"verify", newVerify},
	{"breakeven", newBreakEven},
	{"costs", newCosts},
	{"position", newPosition},
	{"compare", newCompare},
	{"heatmap", newHeatMap},
	{"liquidation", newLiquidation},
	{"exact", newExact},
	{"trace", newTrace},
	{"calibrate", newCalibrate},
	{"validate", newValidate},
	{"history", newHistory},
	{"replay", newReplay},
	{"cohorts", newCohorts},
	{"tokens", newTokens},
	{"version", newVersion},
}

// newRoot is the program with the command that the first argument names, or with all of them: to make
// their many flags takes longer than to print a version.
func newRoot(args ...string) *cobra.Command {
	root := &cobra.Command{
		Use:   "mcrisk",
		Short: "Monte Carlo risk of leveraged tokens",
		Long: `mcrisk simulates leveraged tokens. Begin with: mcrisk simulate --token ETHBULL3X

Results go to standard output, progress and notes to standard error.
Exit status: 0 done, 1 failed, 2 bad input, 3 a --require does not hold, 130
interrupted, 141 results not read to their end.`,
		Example: `  mcrisk simulate --token ETHBULL3X
  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05
  mcrisk trace --token ETHBULL3X --path 4821
  mcrisk replay btc_usdt_spot_1h.csv --token BTCBULL3X --since 2020-03-11
  mcrisk tokens ETHBULL3X`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cli.UnknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(cli.FlagError)
	for _, c := range commands {
		if len(args) > 0 && c.name == args[0] {
			root.AddCommand(c.make())
		}
	}
	if !root.HasSubCommands() {
		for _, c := range commands {
			root.AddCommand(c.make())
		}
	}
	cli.Help(root)
	return root
}
