package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var same = flag.Int("same", 0, "how many studies to compare between builds of the command, up to twelve; 0: "+
	"two, between the settings of one build")

// filed are studies that write files of every kind, under every kind of model; the
// first few span most.
var filed = []string{
	"sweep --target 3 --band 2.7:3.3 --fee 10bp --model merton --over half-width=0.1:0.3:0.1 " +
		"--horizon 10d --paths 120",
	"simulate --target 3 --band 2.6:3.4 --fee 10bp --model heston --xi 4 --horizon 10d --paths 120",
	"sweep --target 3 --band 2.7:3.3 --fee 10bp --over half-width=0.2,0.3 --horizon 20d --step 6h --exact",
	"simulate --token ETHBULL3X --model bates --xi 4 --horizon 20d --paths 200",
	"simulate --target 3 --band 2.6:3.4 --fee 10bp --model garch --horizon 20d --paths 200",
	"simulate --token hyperliquid-eth3x --horizon 20d --paths 200", // a perpetual with tiers
	"simulate --target -2 --band 1.6:2.4 --fee 10bp --model merton --jump-rate 40 " +
		"--liquidation-threshold 0.8 --horizon 20d --paths 200",
	"simulate --token SOLBULL3X --model kou --horizon 20d --paths 200",
	"simulate --token BTCBEAR2X --model regimes --horizon 20d --paths 200",
	"compare --tokens toros-eth2x,indexcoop-eth2x,etf-daily-2x,hold-2x --horizon 20d --paths 200",
	"heatmap --token ETHBULL3X --x half-width=0.1,0.3 --y sigma=0.5,1 --metric log_growth --horizon 20d --paths 200",
	"breakeven --token ETHBULL3X --borrow-rates 0:20%:10% --funding-rates=-5%:25%:10% --horizon 20d --paths 100",
}

// A build of the command, and how it is run.
type build struct {
	name    string
	command []string
	env     []string
}

// Every file of a run, figures too, has the same bytes whatever instructions the
// command was compiled to and the processor has: but for when, and on which machine,
// it ran, which manifest.json says.
func TestSameFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("whole studies with figures; not with -short")
	}
	own := build{"as built", []string{os.Args[0]}, []string{asCommand + "=1"}}
	builds := []build{own}
	studies := filed[1:3]
	if *same > 0 {
		studies = filed[:min(*same, len(filed))]
		builds = compiled(t)
	}
	plain := builds[0]
	for _, setting := range []string{"cpu.fma=off", "cpu.avx2=off", "cpu.avx512f=off"} {
		builds = append(builds, build{setting, plain.command, append([]string{"GODEBUG=" + setting}, plain.env...)})
	}
	for n, line := range studies {
		t.Run(fmt.Sprintf("%d-%s", n+1, strings.Fields(line)[0]), func(t *testing.T) {
			t.Parallel()
			want := plain.files(t, line)
			if len(want) < 5 {
				t.Fatalf("%d files: %v", len(want), slices.Sorted(maps.Keys(want)))
			}
			for _, b := range builds[1:] {
				got := b.files(t, line)
				for _, name := range slices.Sorted(maps.Keys(want)) {
					if !bytes.Equal(got[name], want[name]) {
						t.Errorf("%s: %s differs from that of %s:\n%s", b.name, name, plain.name,
							firstDifference(got[name], want[name]))
					}
				}
				if len(got) != len(want) {
					t.Errorf("%s: %d files, not %d", b.name, len(got), len(want))
				}
			}
		})
	}
}

// compiled builds the command for other instruction sets. MCRISK_EMULATOR, as
// "arm64 qemu-aarch64-static", adds another processor.
func compiled(t *testing.T) (all []build) {
	t.Helper()
	dir := t.TempDir()
	kinds := []struct {
		name      string
		env, args []string
		emulator  string
	}{
		{"plain", nil, nil, ""},
		{"GOAMD64=v3", []string{"GOAMD64=v3"}, nil, ""},
		{"purego", nil, []string{"-tags", "purego"}, ""},
	}
	if arch, emulator, ok := strings.Cut(os.Getenv("MCRISK_EMULATOR"), " "); ok {
		kinds = append(kinds, kinds[0])
		k := &kinds[len(kinds)-1]
		k.name, k.env, k.emulator = arch, []string{"GOARCH=" + arch}, emulator
	}
	for _, k := range kinds {
		file := filepath.Join(dir, k.name)
		c := exec.Command("go", slices.Concat([]string{"build", "-o", file}, k.args, []string{"."})...)
		c.Env = append(os.Environ(), k.env...)
		if text, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", k.name, err, text)
		}
		b := build{name: k.name, command: []string{file}}
		if k.emulator != "" {
			b.command = []string{k.emulator, file}
		}
		all = append(all, b)
	}
	return all
}

// files runs a study and returns the files it leaves, by name.
func (b build) files(t *testing.T, line string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	c := exec.Command(b.command[0], slices.Concat(b.command[1:], strings.Fields(line), []string{"--out", "run"})...)
	c.Dir, c.Env = dir, append(os.Environ(), b.env...)
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: mcrisk %s: %v\n%s", b.name, line, err, text)
	}
	all := map[string][]byte{}
	root := os.DirFS(filepath.Join(dir, "run"))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if name == "manifest.json" {
			data = withoutMachine(t, data)
		}
		all[name] = data
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// withoutMachine is a manifest without what says when and where it was written.
func withoutMachine(t *testing.T, manifest []byte) []byte {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(manifest, &all); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"start", "end", "system", "processor", "workers", "go", "digest"} {
		if _, ok := all[key]; !ok {
			t.Fatalf("the manifest has no %q", key)
		}
		delete(all, key)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// firstDifference shows where two texts part.
func firstDifference(got, want []byte) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	part := func(b []byte) string { return fmt.Sprintf("%q", b[min(max(0, i-60), len(b)):min(len(b), i+60)]) }
	return fmt.Sprintf("%s\n%s at byte %d", part(got), part(want), i)
}
