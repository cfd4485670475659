package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Closes 1, 2, 1, 2, 1.5 a day apart: what analytics says of them, in every form.
func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.csv")
	rows := "date,open,high,low,close,volume\n2024-01-01,1,1,1,1,1\n2024-01-02,1,2,1,2,1\n2024-01-03,2,2,1,1,1\n2024-01-04,1,2,1,2,1\n2024-01-05,2,2,1.5,1.5,1\n"
	if err := os.WriteFile(file, []byte(rows), 0o666); err != nil {
		t.Fatal(err)
	}
	out, _ := expect(t, exitDone, "history", file, "--json")
	var h struct {
		Values  int
		Step    string
		Metrics map[string]*float64
	}
	if err := json.Unmarshal([]byte(out), &h); err != nil {
		t.Fatal(err)
	}
	if h.Values != 5 || h.Step != "1d" || *h.Metrics["max_drawdown"] != 0.5 || math.Abs(*h.Metrics["ulcer"]-0.25) > 1e-15 || math.Abs(*h.Metrics["log_growth"]-math.Log(1.5)*365/4) > 1e-12 {
		t.Errorf("%s", out)
	}
	for _, form := range []string{"--csv", "--markdown"} {
		if out, _ := expect(t, exitDone, "history", file, form); !strings.Contains(out, "max_drawdown") {
			t.Errorf("%s: %s", form, out)
		}
	}
	expect(t, exitInput, "history", file, "--csv", "--json")
	expect(t, exitInput, "history")
	expect(t, exitInput, "history", file+".none")
}
