package rundir

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

const (
	horizonHead   = "years,name,estimate,lo,hi,n,confidence,interval,unit,meaning\n"
	histogramHead = "years,name,low,high,count\n"

	// Two times, and a series at the last.
	horizonRows = `0.1,nav_p50,1,0.9,1.1,5,0.95,order-statistic,initial equity,median
0.1,ruined,0,0,0.5,5,0.95,clopper-pearson,probability,"of nothing, by then"
0.2,nav_p50,0.8,,+Inf,5,0.95,order-statistic,initial equity,median
0.2,ruined,0.2,0,0.5,5,0.95,clopper-pearson,probability,"of nothing, by then"
0.2,series_sharpe_p50,1,0.9,1.1,5,0.95,order-statistic,,median
`
	histogramRows = "0.1,leverage,2.9,3,3\n0.1,leverage,3,3.1,2\n0.2,leverage,2.8,2.9,5\n"
)

// storeRun writes a run of two tokens seen at two times, and returns it as simulated.
func storeRun(t *testing.T) (dir string, s *study.Study, hash string) {
	t.Helper()
	spec := study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 48 * time.Hour,
		Step:    time.Hour,
		Paths:   5,
		Seed:    3,
		Marks:   2,
	}
	for _, name := range []string{"a", "b"} {
		spec.Tokens = append(
			spec.Tokens,
			study.TokenSpec{Name: name, Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}},
		)
	}
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	es, err := study.Ensembles(t.Context(), s, study.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "run")
	d, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	faults := []error{d.File(SpecFile, func(w io.Writer) error { return WriteSpec(w, s) })}
	for i := range es {
		faults = append(faults,
			d.File(s.TableOf("lifetimes", i)+".csv", func(w io.Writer) error { return WriteLifetimes(w, &es[i]) }),
			d.Bytes(s.TableOf("horizons", i)+".csv", []byte(horizonHead+horizonRows)),
			d.Bytes(s.TableOf("histograms", i)+".csv", []byte(histogramHead+histogramRows)))
	}
	hash = study.Hash(es)
	faults = append(faults, d.Commit(Manifest{ResultsHash: hash,
		Settings: s.Settings(study.Origins{"sigma": "given"})}))
	if err := errors.Join(faults...); err != nil {
		t.Fatal(err)
	}
	return dir, s, hash
}

// A run is read back as it was simulated.
func TestOpenRun(t *testing.T) {
	dir, s, hash := storeRun(t)
	r, err := OpenRun(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := study.Hash(r.Ensembles); got != hash || r.Study.Token(1) != s.Token(1) ||
		r.Origins().Of("sigma") != "given" ||
		r.Origins().Of("fee") != "default" {
		t.Errorf("it has the hash %s, token %+v and sigma from %q", got, r.Study.Token(1), r.Origins().Of("sigma"))
	}
	rows, err := r.Horizons(t.Context(), 1)
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v; want 5", len(rows), err)
	}
	last := rows[2]
	if last.Years != 0.2 || last.Name != "nav_p50" || last.Estimate.Value != 0.8 || last.Lo == last.Lo ||
		!(last.Hi > 1e308) || last.N != 5 ||
		last.Confidence != 0.95 || last.Method != "order-statistic" || last.Unit != "initial equity" ||
		last.Doc != "median" ||
		last.SE == last.SE {
		t.Errorf("row 3 is %+v", last)
	}
	counts, err := r.Histograms(t.Context(), 0)
	if err != nil || len(counts) != 3 || counts[1].Low != 3 || counts[1].High != 3.1 || counts[1].Count != 2 ||
		counts[1].Name != "leverage" {
		t.Errorf("%+v, %v", counts, err)
	}
}

// What is not a run, and what is no longer the run that was written, is refused with
// the file, and the line where one is at fault.
func TestRunFaults(t *testing.T) {
	dir, _, _ := storeRun(t)
	change := func(old, new string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, new, 1) }
	}
	cut := func(lines int) func(string) string {
		return func(text string) string { return strings.Join(strings.SplitAfter(text, "\n")[:lines], "") }
	}
	gone := func(string) string { return "" }
	for _, tt := range []struct {
		name, file string
		edit       func(string) string // to nothing: removed
		want       string
		notRun     bool
	}{
		{"no spec", "spec.yaml", gone, "run has no spec.yaml; want the directory that mcrisk simulate wrote", true},
		{"spec of another form", "spec.yaml", change("horizon", "horizen"),
			`run/spec.yaml:\d+:1: the spec has no "horizen"`, true},
		{"spec of no study", "spec.yaml", change("paths: 5", "paths: 0"), `run/spec.yaml:.*paths = "0"`, true},
		{"no manifest", "manifest.json", gone, "run has no manifest.json", true},
		{"half a manifest", "manifest.json", change("results_hash", "results\n"), "run/manifest.json", false},
		{"no lifetimes", "lifetimes-b.csv", gone, "run has no lifetimes-b.csv", true},
		{"changed lifetime", "lifetimes-a.csv", change("\n3,", "\n3,1"),
			"results_hash .* they are not those of the run", false},
		{"lifetimes cut short", "lifetimes-a.csv", cut(4), "run/lifetimes-a.csv:4: 3 paths; want the 5", false},
		{"lifetimes cut within a row", "lifetimes-a.csv", func(s string) string { return s[:len(s)-40] },
			"run/lifetimes-a.csv: record on line 6", false},
		{"a column less", "lifetimes-a.csv", change("max_drawdown", "deepest_fall"),
			"run/lifetimes-a.csv:1: no column max_drawdown", false},

		{"no horizons", "horizons-a.csv", gone, "run has no horizons-a.csv", true},
		{"head alone", "horizons-a.csv", cut(1), "run/horizons-a.csv:1: the table ends after 0 times", false},
		{"time cut off", "horizons-a.csv", cut(3),
			`run/horizons-a.csv:3: the table ends after 1 times and 2 of 2 names; want 2 times`, false},
		{"name cut off", "horizons-a.csv", cut(4),
			`run/horizons-a.csv:4: the table ends after 2 times and 1 of 2 names`, false},
		{"name missing", "horizons-a.csv",
			change("0.1,ruined,0,0,0.5,5,0.95,clopper-pearson,probability,\"of nothing, by then\"\n",
				""), "run/horizons-a.csv:4: name = \"ruined\"", false},
		{"last name of a time missing", "horizons-a.csv", change("0.2,nav_p50", "0.3,nav_p50"),
			"run/horizons-a.csv:5: years = 0.2 after 1 of 2 names at 0.3", false},
		{"cut within a row", "horizons-a.csv", func(s string) string { return s[:len(s)-12] },
			"run/horizons-a.csv: record on line 6: wrong number of fields", false},
		{"no number", "horizons-a.csv", change("0.2,0,0.5", "0.2,zero,0.5"),
			`run/horizons-a.csv:5: lo = "zero"; want a number`, false},
		{"no count", "horizons-a.csv", change("1.1,5,", "1.1,-5,"),
			`run/horizons-a.csv:2: n = "-5"; want a whole number from 0`, false},
		{"no time", "horizons-a.csv", change("0.1,nav_p50", ",nav_p50"),
			"run/horizons-a.csv:2: years = NaN; want a time above 0", false},
		{"no column", "horizons-a.csv", change("estimate", "value"), "run/horizons-a.csv:2: no column estimate", false},
		{"ragged", "histograms-a.csv", change("3.1,2", "3.1"), "run/histograms-a.csv: record on line 3", false},
		{"bucket without a width", "histograms-a.csv", change("2.9,3,", "3,3,"),
			"run/histograms-a.csv:2: 3 from 3 to 3 after 0.1 years", false},
		{"bucket below zero", "histograms-a.csv", change("2.9,3,", "-1,3,"),
			"run/histograms-a.csv:2: 3 from -1 to 3", false},
		{"bucket of NaN", "histograms-a.csv", change("2.9,3,", "NaN,3,"),
			"run/histograms-a.csv:2: 3 from NaN to 3", false},
		{"endless bucket", "histograms-a.csv", change("3.1,2", "+Inf,2"), "run/histograms-a.csv:3: 2 from 3 to \\+Inf",
			false},
		{"empty bucket", "histograms-a.csv", change("3.1,2", "3.1,0"), "run/histograms-a.csv:3: 0 from 3", false},
		{"buckets that overlap", "histograms-a.csv", change("3,3.1", "2.95,3.1"),
			"run/histograms-a.csv:3: low = 2.95, and the bucket before ends at 3", false},
	} {
		path := filepath.Join(dir, tt.file)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := tt.edit(string(whole))
		if text == string(whole) {
			t.Fatalf("%s: nothing was changed", tt.name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if text != "" && tt.file != ManifestFile {
			// It is not what the manifest says. Then it is listed, as by one who means it.
			err := readAll(t, dir)
			if err == nil || !strings.Contains(err.Error(), tt.file+": its content has the SHA-256") {
				t.Errorf("%s: %v; want that the content is another", tt.name, err)
			}
			reseal(t, dir, tt.file, text)
		}
		err = readAll(t, dir)
		if err == nil || !regexp.MustCompile(tt.want).MatchString(err.Error()) ||
			errors.As(err, new(NotRunError)) != tt.notRun {
			t.Errorf("%s: %v; want %q, and that it is no run: %v", tt.name, err, tt.want, tt.notRun)
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
		if tt.file != ManifestFile {
			reseal(t, dir, tt.file, string(whole))
		}
	}
	if err := readAll(t, dir); err != nil {
		t.Errorf("put right again: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "horizons-a.csv"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	reseal(t, dir, "horizons-a.csv", "")
	if err := readAll(t, dir); err == nil ||
		!strings.Contains(err.Error(), "run/horizons-a.csv:1: the table is empty") {
		t.Errorf("an empty table: %v", err)
	}
}

// reseal writes a manifest as it would be if a file had this content.
func reseal(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, ManifestFile)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := ReadManifest(f)
	if err != nil {
		t.Fatal(err)
	}
	m.Outputs[name], m.Digest = Hash([]byte(content)), ""
	text, err := seal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// readAll reads all of a run.
func readAll(t *testing.T, dir string) error {
	r, err := OpenRun(t.Context(), dir)
	if err != nil {
		return err
	}
	for token := range r.Ensembles {
		_, err1 := r.Horizons(t.Context(), token)
		_, err2 := r.Histograms(t.Context(), token)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
	}
	return nil
}

// Whatever the tables of a run have become, reading them ends with rows or with an
// error that names the file.
func FuzzStoredTables(f *testing.F) {
	f.Add([]byte(horizonHead + horizonRows))
	f.Add([]byte(histogramHead + histogramRows))
	f.Add([]byte(histogramHead + "0.1,leverage,1,2,3\n0.1,leverage,\"2\n\",3,1\n"))
	f.Add([]byte("years\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, times := range []int{0, 1, 2} {
			table, err := newTable(strings.NewReader(string(data)), "f.csv")
			if err == nil {
				_, err = readHorizons(table, times)
			}
			if err != nil && !strings.Contains(err.Error(), "f.csv") {
				t.Errorf("%d times: error %q does not name the file", times, err)
			}
		}
		table, err := newTable(strings.NewReader(string(data)), "f.csv")
		if err != nil {
			return
		}
		rows, err := readHistograms(table)
		if err != nil && !strings.Contains(err.Error(), "f.csv") {
			t.Errorf("error %q does not name the file", err)
		}
		for _, r := range rows {
			if !(r.Low > 0 && r.High > r.Low && r.Count > 0) {
				t.Errorf("%q was read as the bucket %+v", data, r)
			}
		}
	})
}
