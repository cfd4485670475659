package cli

import (
	"context"

	"mcrisk/rundir"
)

// OpenVerified opens a finished run and compares it with its manifest. A folder that is no
// run, or of a sweep that is not finished, is bad input.
func OpenVerified(ctx context.Context, dir string) (*rundir.Stored, error) {
	run, err := rundir.Open(dir, rundir.Read)
	if err != nil {
		return nil, notRun(err)
	}
	switch {
	case run.Finished():
		err = run.Check(ctx)
	case run.Swept():
		err = Input("%s is not finished; mcrisk sweep --resume %s goes on with it", dir, ShellWord(dir))
	default:
		err = Input("%s has no %s; want the directory of a run", dir, rundir.ManifestFile)
	}
	if err != nil {
		run.Close()
		return nil, err
	}
	return run, nil
}

// Word is a word of a command line; empty beyond its end.
func Word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}
