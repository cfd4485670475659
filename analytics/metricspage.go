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

Every number that mcrisk reports of a token. The page is written by the program (` + "`make metrics`" + `). The
[glossary](glossary.md) has the same metrics in plain words, by topic.

- T is the target leverage, S the price of the underlying relative to its initial price, NAV the net asset
  value. A year has 365 days.
- "Over survivors": paths that end with nothing are left out, because they have no logarithm. Their share is
` + "  `ruined`" + `.
- Better: which way is better for the holder.
- Swept: ` + "`sweep` and `compare`" + ` report it for every setting. An objective is one by which they compare
  settings.
` + "  `simulate`" + ` reports all but those that weigh by an aversion, and ` + "`heatmap`" + ` draws any.
- Exact: ` + "`exact`" + ` gives the number without sampling, where the token and the model allow it.
- Columns: what it is computed from in ` + "[lifetimes.csv](files.md#lifetimescsv)" + `.

| name | unit | meaning | better | swept | exact | columns |
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
