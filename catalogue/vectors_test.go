package catalogue

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"mcrisk/param"
	"mcrisk/tokens"
)

// The page that says which test holds which published number names tests that
// are there.
func TestVectorsAreHeld(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "decisions", "test-vectors.md"))
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	named := regexp.MustCompile("`([a-z]+)\\.(Test\\w+)`").FindAllStringSubmatch(string(page), -1)
	for _, name := range named {
		pkg, test := name[1], name[2]
		if _, ok := sources[pkg]; !ok {
			files, err := filepath.Glob(filepath.Join("..", pkg, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			below, err := filepath.Glob(filepath.Join("..", "*", pkg, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range append(files, below...) {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				sources[pkg] += string(text)
			}
		}
		if !regexp.MustCompile(`(?m)^func ` + test + `\(t \*testing\.T\) {$`).MatchString(sources[pkg]) {
			t.Errorf("there is no %s in package %s", test, pkg)
		}
	}
	if len(named) < 50 {
		t.Errorf("the page names %d tests; want all of them", len(named))
	}
}

// Where sources contradict each other, numbers left out are what the live pages
// and the code say.
func TestDefaults(t *testing.T) {
	band, err := tokens.Policies.Build(param.Part{Kind: "band"})
	if err != nil {
		t.Fatal(err)
	}
	if want := (tokens.Band{Low: 2.7, High: 3.3, To: tokens.Edge, Speed: 0.05}); band != tokens.Policy(want) {
		t.Errorf("band %+v; want %+v", band, want)
	}
	emergency, err := tokens.Policies.Build(param.Part{Kind: "emergency"})
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := emergency.(tokens.Emergency); !ok || e.High != 4 {
		t.Errorf("emergency %+v; want a reset at 4", emergency)
	}
	for _, x := range Tokens() {
		if x.Venue.Value != "GMX v2" {
			continue
		}
		if fee := x.Numbers.Values["fee"]; fee != 0.0006 || x.Mechanism.Values["close-fee"] != 0.0006 {
			t.Errorf("%s pays %v to trade and %v to close; want 6 bp, what a position pays that worsens the balance",
				x.Name, fee, x.Mechanism.Values["close-fee"])
		}
	}
}
