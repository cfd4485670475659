package analytics

import (
	"cmp"
	"fmt"
	"strings"
)

// MetricsPage is the page docs/metrics.md: every row of the registry, in Markdown.
func MetricsPage() string {
	var b strings.Builder
	b.WriteString(`# Metrics

This page is written from the registry of package analytics (make metrics). The commands, the axes of figures and
this page read the same rows.

- simulate reports all metrics except those that need an aversion.
- sweep and compare report the metrics marked under "swept". A setting can be selected by those marked "objective".
- heatmap draws any metric.
- "exact": the command exact computes the metric without sampling, for the tokens it can answer.

A year has 365 days. "Over survivors" leaves out ruined paths, whose share is ` + "`ruined`" + `. T is the target
leverage, S the final price of the underlying over its first.

| name | unit | meaning | better | swept | exact | columns of lifetimes |
|---|---|---|---|---|---|---|
`)
	for _, m := range All() {
		meaning := m.Doc
		if len(m.Aliases) > 0 {
			meaning += " (also `" + strings.Join(m.Aliases, "`, `") + "`)"
		}
		better := map[Sense]string{Higher: "higher", Lower: "lower"}[m.Sense]
		swept := ""
		switch {
		case m.Swept > 0 && m.Sense != Neither:
			swept = "objective"
		case m.Swept > 0:
			swept = "yes"
		}
		exact := ""
		if m.Exact != nil {
			exact = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | `%s` |\n", m.Name, cmp.Or(string(m.Unit), "–"),
			strings.ReplaceAll(meaning, "|", `\|`), better, swept, exact, strings.Join(m.Needs, "`, `"))
	}
	return b.String()
}
