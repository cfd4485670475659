package analytics_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"mcrisk/analytics"
)

var writeMetrics = flag.Bool("metrics", false, "write docs/metrics.md anew")

// docs/metrics.md says what the registry does. make metrics writes it.
func TestMetricsPage(t *testing.T) {
	const file = "../docs/metrics.md"
	page := analytics.MetricsPage()
	if *writeMetrics {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != page {
		t.Errorf("%s is not what the registry says (%v); make metrics writes it", file, err)
	}
}

// The glossary has every metric in plain words.
func TestGlossary(t *testing.T) {
	page, err := os.ReadFile("../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range analytics.All() {
		if !strings.Contains(string(page), "`"+m.Name+"`") {
			t.Errorf("docs/glossary.md does not have %s", m.Name)
		}
	}
}
