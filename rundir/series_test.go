package rundir

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

const datedSpec = `model: {kind: gbm}
horizon: 1d
step: 1h
paths: 1
seed: 1
tokens:
- name: three
  target: 3
  policy: {kind: hold}
  mechanism:
    kind: loan
    borrow: {series: FILE, column: apr, where: {asset: USDC, chain: base}, gaps: hold}
    supply: {series: FILE, column: other, where: {asset: DAI}, zone: Asia/Tokyo, scale: 0, shift: -1%}
  from:
  - {date: 2024-03-01, target: 2, streaming-fee: 1%}
  - {date: 2024-04-01T06:00:00Z, target: 3}
`

const aprs = "date,chain,asset,apr,other\n2024-01-01,base,USDC,0.05,0.2\n2024-01-02,base,USDC,0.06,0.2\n" +
	"2024-01-01,base,DAI,0.07,0.1\n"

// A spec with dated series and changes is read, written and read again; the file must be the one that it
// was made with.
func TestSpecOfSeries(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(file, []byte(aprs), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(text string) study.Spec {
		s, err := ReadSpec([]byte(text), "f.yaml")
		if err != nil {
			t.Fatal(err)
		}
		sums, err := LoadSeries(t.Context(), &s)
		if err != nil || len(sums) != 1 || sums[file] != Hash([]byte(aprs)) {
			t.Fatalf("%v, %v", sums, err)
		}
		return s
	}
	s := read(strings.ReplaceAll(datedSpec, "FILE", file))
	token := s.Tokens[0]
	if borrow := token.Series["borrow"]; len(borrow.Values) != 2 || borrow.Values[1] != 0.06 || !borrow.Hold ||
		borrow.SHA256 != Hash([]byte(aprs)) || token.Series["supply"].Values[0] != 0.1 || token.Series["supply"].Hold {
		t.Errorf("%+v", token.Series)
	}
	if supply := token.Series["supply"]; supply.Zone != "Asia/Tokyo" ||
		!reflect.DeepEqual(supply.Adjust, param.Values{"supply-scale": 0, "supply-shift": -0.01}) {
		t.Errorf("%+v", supply)
	}
	march := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	want := []study.Change{{At: march, Name: "target", Value: 2}, {At: march, Name: "streaming-fee", Value: 0.01},
		{At: march.Add(31*24*time.Hour + 6*time.Hour), Name: "target", Value: 3}}
	if !reflect.DeepEqual(token.Changes, want) {
		t.Errorf("%+v; want %+v", token.Changes, want)
	}
	built, err := study.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteSpec(&b, built); err != nil {
		t.Fatal(err)
	}
	again, err := study.New(read(b.String()))
	if err != nil || !reflect.DeepEqual(again.Spec().Tokens, built.Spec().Tokens) {
		t.Errorf("%s\nwas read as %+v, %v", b.String(), again.Spec().Tokens, err)
	}
	if err := os.WriteFile(file, []byte(aprs+"2025-01-01,base,DAI,0,0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := ReadSpec(b.Bytes(), "f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSeries(t.Context(), &other); err == nil || !strings.Contains(err.Error(),
		"borrow: rundir: "+file+" is not the series that the spec was made with: SHA-256") {
		t.Errorf("%v; want that it is another file", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSeries(t.Context(), &other); err == nil || !strings.Contains(err.Error(),
		"no such file or directory (its name is as it was given, from the folder of that time)") {
		t.Errorf("%v; want a hint where the file was", err)
	}
}

func TestSpecOfSeriesFaults(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"series: FILE, column: apr", "column: apr", "borrow: no series; want the name of a file of rates"},
		{"gaps: hold", "gaps: fill", `gaps = "fill"; want hold`},
		{"gaps: hold", "gap: hold", `borrow has no "gap"; did you mean gaps?`},
		{"{kind: hold}", "{kind: every, reset-interval: {series: FILE}}", "f.yaml:9:"},
		{"date: 2024-03-01, ", "", "a change without a date or a number"},
		{"2024-03-01", "March", `date = "March"; want a day such as`},
		{"target: 2", "targt: 2", `a token has no "targt"; did you mean target?`},
		{"target: 2", "target: 200", "target = 200"},
	} {
		text := strings.Replace(datedSpec, tt.from, tt.to, 1)
		if _, err := ReadSpec([]byte(text), "f.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.to, err, tt.want)
		}
	}
}
