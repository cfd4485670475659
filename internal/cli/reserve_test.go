package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A flag that a command sets itself is refused with what to give instead, and its
// help is without it.
func TestReserve(t *testing.T) {
	cmd := &cobra.Command{Use: "scan", Run: func(*cobra.Command, []string) {}}
	new(StudyOptions).Bind(cmd)
	refuse := Reserve(cmd, [][2]string{{"latency", "--latencies"}, {"token", "--tokens"}})
	var help bytes.Buffer
	if err := writeHelp(&help, cmd, true); err != nil {
		t.Fatal(err)
	}
	if text := help.String(); strings.Contains(text, "--latency ") || !strings.Contains(text, "--sigma ") {
		t.Errorf("help is\n%s", text)
	}
	for _, tt := range []struct{ args, want string }{
		{"--sigma=1", ""},
		{"--latency=1h", "--latency: scan sets it itself; want --latencies"},
		{"--token=x", "--token: scan sets it itself; want --tokens"},
	} {
		cmd.Flags().Lookup("latency").Changed, cmd.Flags().Lookup("token").Changed = false, false
		if err := cmd.ParseFlags([]string{tt.args}); err != nil {
			t.Fatal(err)
		}
		switch err := refuse(); {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.args, err)
		case tt.want != "" && (!errors.As(err, new(InputError)) || err.Error() != tt.want):
			t.Errorf("%s: %v; want %s", tt.args, err, tt.want)
		}
	}
}
