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

Written from the registry of package analytics (make metrics): a metric is one row there, and simulate, sweep, compare,
	heatmap, exact, figures and this page
read it. simulate reports all but those that weigh by an aversion; sweep and compare report those that are swept,
	of which the objectives are what a setting can
be chosen by; heatmap draws any. Exact says that exact gives the number without sampling,
	where a token allows it. A year has 365 days; "over survivors" leaves
out ruined paths, whose share is ` + "`ruined`" + `. T is the target leverage,
	S the price of the underlying over its first.

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
