package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// completed are the words that the program offers for the last of some, without what
// they mean, and the directive to the shell.
func completed(t *testing.T, words ...string) (names []string, directive string) {
	t.Helper()
	out := resultsOf(t, append([]string{cobra.ShellCompRequestCmd}, words...)...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines[:len(lines)-1] {
		name, _, _ := strings.Cut(line, "\t")
		names = append(names, name)
	}
	return names, lines[len(lines)-1]
}

// Names of tokens, models, policies, metrics, figures, parameters, topics and files are
// completed, and nothing where a number is wanted.
func TestCompletion(t *testing.T) {
	const names, list, dirs, files, extensions = ":4", ":6", ":16", ":0", ":8"
	for _, tt := range []struct {
		line      string // the last word is completed; none ends with a space
		want, not []string
		directive string
	}{
		{"simulate --token E", []string{"ETHBULL3X", "BTCBEAR1X"}, nil, names},
		{"tokens ", []string{"ETHBULL3X"}, nil, names},
		{"tokens ETHBULL3X ", nil, []string{"ETHBULL3X"}, names},
		{"compare --tokens ETHBULL3X,", []string{"ETHBULL3X,BTCBULL3X"}, []string{"ETHBULL3X,ETHBULL3X"}, list},
		{"simulate --model ", []string{"gbm", "heston"}, []string{"all"}, names},
		{"calibrate prices.csv --model gbm,", []string{"gbm,kou", "gbm,all"}, []string{"gbm,gbm"}, list},
		{"exact --policy ", []string{"band", "hold"}, nil, names},
		{"trace --mechanism ", []string{"loan", "perp"}, nil, names},
		{"simulate --to ", []string{"edge", "target", "partial"}, nil, names},
		{"simulate --after-liquidation ", []string{"continue", "stop"}, nil, names},
		{"heatmap --metric ", []string{"log_growth", "nav"}, []string{"nav_p50"}, names},
		{"heatmap --x horizon --metric ", []string{"nav_p50"}, []string{"log_growth"}, names},
		{"heatmap --x ", []string{"horizon", "half-width=", "model="}, nil, list},
		{"heatmap --y ", []string{"half-width=", "sigma="}, []string{"horizon"}, list},
		{"sweep --over ", []string{"half-width=", "low=", "jump-rate=", "maintenance=", "fee=", "model="}, nil, list},
		{"sweep --over model=gbm,", []string{"model=gbm,kou"}, []string{"model=gbm,gbm"}, list},
		{"sweep --over to=", []string{"to=edge", "to=target"}, nil, list},
		{"sweep --over fee=", nil, []string{"fee="}, list},
		{"sweep --over fee=1bp,2bp --over sigma=1,2 --select ", []string{"fee", "sigma"}, []string{"half-width"}, list},
		{"sweep --optimise ", []string{"utility", "tracking_cost"}, nil, names},
		{"sweep --pareto cost_drag,", []string{"cost_drag,tracking_error"}, nil, list},
		{"breakeven --objective ", []string{"log_growth"}, nil, names},
		{"summary run --require ", []string{"p_liquidation", "nav"}, nil, list},
		{"trace --events ", []string{"rebalance", "liquidation"}, nil, list},
		{"plot run --figure ", []string{"fan", "waterfall", "path"}, nil, names},
		{"plot ", nil, nil, dirs},
		{"merge one ", nil, nil, dirs},
		{"verify one ", nil, nil, names},
		{"simulate --out ", nil, nil, dirs},
		{"sweep ", []string{"yaml", "yml"}, nil, extensions},
		{"simulate --spec ", []string{"yaml", "yml"}, nil, extensions},
		{"simulate --prices ", nil, nil, files},
		{"calibrate ", nil, nil, files},
		{"simulate --fee ", nil, []string{"fee"}, names},
		{"simulate ", nil, nil, names},
		{"help ", []string{"simulate", "policies", "files"}, nil, names},
		{"help sweep ", []string{"all"}, nil, names},
		{"history prices.csv --stamp ", []string{"open", "close"}, nil, names},
		{"sweep --sel", []string{"--select"}, []string{"--choose"}, names},
		{"sweep --ch", nil, []string{"--choose"}, names},
		{"swe", []string{"sweep"}, []string{"simulate"}, names},
	} {
		got, directive := completed(t, strings.Split(tt.line, " ")...)
		if directive != tt.directive {
			t.Errorf("%q: the directive is %s; want %s", tt.line, directive, tt.directive)
		}
		for i, word := range slices.Concat(tt.want, tt.not) {
			if slices.Contains(got, word) != (i < len(tt.want)) {
				t.Errorf("%q: has %s is %v in %q", tt.line, word, i >= len(tt.want), got)
			}
		}
	}
}

// The scripts complete in the shells that they are for.
func TestCompletionScripts(t *testing.T) {
	for shell, script := range map[string]string{
		// Without the package bash-completion its one function that is called is written here.
		"bash": `
			if [ -f /usr/share/bash-completion/bash_completion ]; then
				. /usr/share/bash-completion/bash_completion
			else
				_get_comp_words_by_ref() {
					cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
					words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
				}
			fi
			. "$SCRIPT"
			COMP_WORDS=($LINE) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$LINE COMP_POINT=${#LINE} COMP_TYPE=37
			__start_mcrisk
			printf '%s\n' "${COMPREPLY[@]}"`,
		// The function is called as the line editor calls it; what it offers for the word is printed.
		"zsh": `
			compdef() { : }
			_describe() {
				for offered in $completions; do [[ $offered == ${words[-1]}* ]] && print -r -- $offered; done
			}
			_arguments() { print -- files }
			. "$SCRIPT"
			words=(${=LINE}) CURRENT=${#words}
			_mcrisk; true`,
		"fish": `source $SCRIPT; complete -C $LINE`,
	} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("%s is not installed", shell)
			}
			dir := t.TempDir()
			if err := os.Symlink(os.Args[0], filepath.Join(dir, "mcrisk")); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "script")
			if err := os.WriteFile(file, []byte(resultsOf(t, "completion", shell)), 0o644); err != nil {
				t.Fatal(err)
			}
			for line, want := range map[string][2]string{ // has the first, has not the second
				"mcrisk simulate --token ETHB":            {"ETHBULL3X", "BTCBULL3X"},
				"mcrisk simulate --model h":               {"heston", "gbm"},
				"mcrisk sweep --over half":                {"half-width=", "sigma="},
				"mcrisk help pol":                         {"policies", "models"},
				"mcrisk compare --tokens ETHBULL3X,BTCBU": {"ETHBULL3X,BTCBULL3X", "ETHBULL3X,SOLBULL3X"},
			} {
				c := exec.Command(path, "-c", script)
				if shell == "zsh" {
					c.Args = []string{"zsh", "-f", "-c", script}
				}
				c.Env = append(os.Environ(), asCommand+"=1", "PATH="+dir+":"+os.Getenv("PATH"),
					"SCRIPT="+file, "LINE="+line, "HOME="+dir)
				out, err := c.CombinedOutput()
				if err != nil {
					t.Errorf("%s: %v\n%s", line, err, out)
					continue
				}
				text := strings.ReplaceAll(string(out), `\`, "") // with which a shell quotes
				if !strings.Contains(text, want[0]) || strings.Contains(text, want[1]) {
					t.Errorf("%s: offered %q; want %s, and not %s", line, out, want[0], want[1])
				}
			}
		})
	}
}
