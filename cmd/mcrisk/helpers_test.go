package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// expect runs the command and returns what it printed.
func expect(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(context.Background(), inFull(args), &out, &errs); got != want {
		t.Fatalf("mcrisk %s: exit status %d, want %d\n%s", strings.Join(args, " "), got, want, errs.String())
	}
	return out.String(), errs.String()
}

// says expects the command to say something on standard error.
func says(t *testing.T, status int, want string, args ...string) {
	t.Helper()
	if _, said := expect(t, status, args...); !strings.Contains(said, want) {
		t.Errorf("mcrisk %s: said %q; want %q in it", strings.Join(args, " "), said, want)
	}
}

// stored is a small run on disk.
func stored(t *testing.T, name string, args ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	expect(t, cli.Done, append([]string{"simulate", "--target", "3", "--band", "2.8:3.2", "--to", "target",
		"--fee", "10bp", "--sigma", "0.6",
		"--horizon", "20d", "--paths", "300", "--out", dir}, args...)...)
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// column reads one column of a CSV file of lifetimes.
func column(t *testing.T, file, name string) []float64 {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var xs []float64
	for c, head := range records[0] {
		if head == name {
			for _, r := range records[1:] {
				x, err := strconv.ParseFloat(r[c], 64)
				if err != nil {
					t.Fatal(err)
				}
				xs = append(xs, x)
			}
		}
	}
	return xs
}

// csvRows reads a CSV file.
func csvRows(t *testing.T, path string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(read(t, path))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// banded sweeps a token whose every answer is known.
func banded(args ...string) []string {
	return append([]string{"sweep", "--target", "3", "--band", "2.7:3.3", "--sigma", "0.8"}, args...)
}

// named reads a CSV file by the names of its columns.
func named(t *testing.T, path string) (list []map[string]string) {
	t.Helper()
	rows := csvRows(t, path)
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			m[rows[0][i]] = v
		}
		list = append(list, m)
	}
	return list
}

func parse(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// lifetimes reads a CSV of lifetimes as text, by column.
func lifetimes(t *testing.T, path string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			columns[name] = append(columns[name], row[i])
		}
	}
	return columns
}
