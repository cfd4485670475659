package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"mcrisk/analytics"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A storedRun is a run of simulate read back from its directory.
type storedRun struct {
	dir       string
	plan      *plan
	manifest  rundir.Manifest
	ensembles []tokens.Ensemble
}

// openRun reads a run and checks that its lifetimes are those it was written
// with.
func openRun(dir string) (*storedRun, error) {
	r := &storedRun{dir: dir, plan: &plan{origins: origins{}, inputs: map[string]string{}}}
	data, err := os.ReadFile(filepath.Join(dir, "spec.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, badInput("%s has no spec.yaml; want the directory that mcrisk simulate wrote", dir)
	}
	if err != nil {
		return nil, err
	}
	spec, err := rundir.ReadSpec(data, filepath.Join(dir, "spec.yaml"))
	if err != nil {
		return nil, inputError{err}
	}
	if r.plan.spec, err = spec.Complete(); err != nil {
		return nil, inputError{err}
	}
	if err := r.read("manifest.json", func(in io.Reader) (err error) {
		r.manifest, err = rundir.ReadManifest(in)
		return err
	}); err != nil {
		return nil, err
	}
	for _, s := range r.manifest.Settings {
		r.plan.origins[s.Name] = s.Origin
	}
	for _, t := range r.plan.spec.Tokens {
		token, err := t.Build()
		if err != nil {
			return nil, inputError{err}
		}
		name := r.tokenFile("lifetimes", t.Name)
		if err := r.read(name, func(in io.Reader) error {
			e, err := rundir.ReadLifetimes(in, filepath.Join(dir, name), token, r.plan.spec.Horizon)
			r.ensembles = append(r.ensembles, e)
			return err
		}); err != nil {
			return nil, err
		}
	}
	if hash := study.Hash(r.ensembles); hash != r.manifest.ResultsHash {
		return nil, fmt.Errorf("%s: the lifetimes have results_hash %s, the manifest says %s; they are not those of the run", dir, hash, r.manifest.ResultsHash)
	}
	return r, nil
}

// tokenFile is the name of a table of one token.
func (r *storedRun) tokenFile(table, token string) string {
	return tokenFile(table, token, len(r.plan.spec.Tokens))
}

func tokenFile(table, token string, of int) string {
	if of > 1 {
		return table + "-" + token + ".csv"
	}
	return table + ".csv"
}

func (r *storedRun) read(name string, from func(io.Reader) error) error {
	f, err := os.Open(filepath.Join(r.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return badInput("%s has no %s; want the directory that mcrisk simulate wrote", r.dir, name)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := from(f); err != nil {
		return fmt.Errorf("%s: %w", r.dir, err)
	}
	return nil
}

// summaries estimate anew from the stored lifetimes.
func (r *storedRun) summaries(control bool) []analytics.Summary {
	return summarise(r.plan.spec, r.ensembles, control)
}

func summarise(s study.Spec, ensembles []tokens.Ensemble, control bool) []analytics.Summary {
	out := make([]analytics.Summary, len(ensembles))
	for i := range ensembles {
		c := caseOf(s, i, &ensembles[i], 0)
		if !control {
			c.Known = nil
		}
		out[i] = analytics.Summarise(c)
	}
	return out
}

// token is the number of a run's token by name; an empty name is the first.
func (r *storedRun) token(name string) (int, error) {
	if name == "" {
		return 0, nil
	}
	i := slices.IndexFunc(r.plan.spec.Tokens, func(t study.TokenSpec) bool { return t.Name == name })
	if i < 0 {
		return 0, badInput("--of = %q; no token of the study has that name", name)
	}
	return i, nil
}

// writeHorizons writes the estimates at every time.
func writeHorizons(w io.Writer, rows []analytics.HorizonRow) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"years", "name", "estimate", "lo", "hi", "n", "confidence", "interval", "unit", "meaning"})
	f := numberText
	for _, r := range rows {
		_ = out.Write([]string{f(r.Years), r.Name, f(r.Value), f(r.Lo), f(r.Hi), strconv.Itoa(r.N), f(r.Confidence), string(r.Method), string(r.Unit), r.Doc})
	}
	out.Flush()
	return out.Error()
}

// writeHistograms writes the buckets of what is drawn as a density: decay
// factors and leverage at every time.
func writeHistograms(w io.Writer, h *analytics.Horizons) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"years", "name", "low", "high", "count"})
	f := numberText
	for i, years := range h.Times {
		for _, x := range []struct {
			name string
			of   *analytics.LogHistogram
		}{{"decay_factor", &h.Decay[i]}, {"leverage", &h.Leverage[i]}} {
			edges, counts := x.of.Buckets()
			for b, n := range counts {
				if n > 0 {
					_ = out.Write([]string{f(years), x.name, f(edges[b]), f(edges[b+1]), strconv.Itoa(n)})
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// readTable reads a CSV table of a run by column.
func readTable(in io.Reader, name string) (map[string][]string, error) {
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	columns := map[string][]string{}
	for _, row := range rows[1:] {
		for i, v := range row {
			columns[rows[0][i]] = append(columns[rows[0][i]], v)
		}
	}
	return columns, nil
}

// A horizonTable is the estimates of a run at its marks, by name.
type horizonTable map[string]horizonColumn

type horizonColumn struct{ years, value, lo, hi []float64 }

// tabulate is what the table of some rows reads back as.
func tabulate(rows []analytics.HorizonRow) horizonTable {
	out := horizonTable{}
	for _, r := range rows {
		c := out[r.Name]
		c.years, c.value, c.lo, c.hi = append(c.years, r.Years), append(c.value, r.Value), append(c.lo, r.Lo), append(c.hi, r.Hi)
		out[r.Name] = c
	}
	return out
}

func (r *storedRun) horizons(token string) (horizonTable, error) {
	name := r.tokenFile("horizons", token)
	out := horizonTable{}
	err := r.read(name, func(in io.Reader) error {
		t, err := readTable(in, name)
		if err != nil {
			return err
		}
		for i, n := range t["name"] {
			c := out[n]
			for _, x := range []struct {
				column string
				dst    *[]float64
			}{{"years", &c.years}, {"estimate", &c.value}, {"lo", &c.lo}, {"hi", &c.hi}} {
				v, err := number(t[x.column], i)
				if err != nil {
					return fmt.Errorf("%s:%d: %s: %w", name, i+2, x.column, err)
				}
				*x.dst = append(*x.dst, v)
			}
			out[n] = c
		}
		return nil
	})
	return out, err
}

func number(column []string, i int) (float64, error) {
	if i >= len(column) {
		return 0, errors.New("missing")
	}
	if column[i] == "" {
		return nan, nil
	}
	return strconv.ParseFloat(column[i], 64)
}
