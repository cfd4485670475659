package report

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"
)

func parse(t interface{ Fatal(...any) }, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Whatever the table and the width: no line is longer than the width unless it
// is a single word, every word of every cell is there, in the order of the rows,
// and every part of a table that was split begins with the key columns.
func TestTablesFit(t *testing.T) {
	word := rapid.StringMatching(`[a-z0-9.,−_|é漢字ー]{1,12}`)
	texts := rapid.Custom(func(t *rapid.T) string {
		gap := rapid.SampledFrom([]string{" ", "  ", "\n"}).Draw(t, "gap")
		return strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "words"), gap)
	})
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(40, 140).Draw(t, "width")
		table := Table{Name: "t", Title: texts.Draw(t, "title"), Keys: rapid.IntRange(0, 3).Draw(t, "keys")}
		columns := rapid.IntRange(1, 14).Draw(t, "columns")
		for j := range columns {
			table.Columns = append(table.Columns, Column{
				Name: "h" + strconv.Itoa(j), Title: "h" + strconv.Itoa(j) + " " + texts.Draw(t, "header"),
				Wrap: rapid.Bool().Draw(t, "wrap"), Align: Align(rapid.IntRange(0, 2).Draw(t, "align")),
			})
		}
		rows := rapid.IntRange(0, 5).Draw(t, "rows")
		for i := range rows {
			row := make([]any, columns)
			for j := range row {
				row[j] = texts.Draw(t, "cell")
			}
			row[0] = "row" + strconv.Itoa(i) + " " + row[0].(string)
			table.Add(row...)
		}
		var out bytes.Buffer
		if err := WriteText(&out, Document{Blocks: []Block{table}}, width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if runewidth.StringWidth(line) > width && strings.Contains(line, " ") {
				t.Errorf("%d columns where %d are: %q", runewidth.StringWidth(line), width, line)
			}
		}
		// The cells' words are on lines of the row, so that this counts each of them.
		count := map[string]int{}
		for _, w := range words(out.String()) {
			count[w]++
		}
		for _, r := range table.Rows {
			for _, cell := range r {
				for _, w := range words(cell.(string)) {
					if count[w]--; count[w] < 0 {
						t.Errorf("word %q of a cell is missing in\n%s", w, &out)
					}
				}
			}
		}
		at := -1
		for i := range rows {
			next := strings.Index(out.String(), "row"+strconv.Itoa(i))
			if next <= at {
				t.Errorf("row %d is not below the one before it:\n%s", i, &out)
			}
			at = next
		}
	})
}

// A table of more numbers than fit is split, and each part says which row is which.
func TestSplitRepeatsKeys(t *testing.T) {
	table := Table{Name: "t", Keys: 2, Columns: []Column{{Name: "token"}, {Name: "band"}}}
	row := []any{"ETHBULL3X", 0.25}
	for j := range 12 {
		table.Columns = append(table.Columns, Column{Name: "metric" + strconv.Itoa(j), Interval: "interval"})
		row = append(row, between(0.1, 0.1234, 0.15))
	}
	table.Add(row...)
	var out bytes.Buffer
	if err := WriteText(&out, Document{Blocks: []Block{table}}, 80); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(strings.TrimSpace(out.String()), "\n\n")
	if len(parts) != 6 {
		t.Errorf("%d parts; want 6, of two estimates each:\n%s", len(parts), &out)
	}
	for _, p := range parts {
		if !strings.Contains(p, "token") || !strings.Contains(p, "ETHBULL3X  0.25") {
			t.Errorf("a part does not begin with the keys:\n%s", p)
		}
	}
}

// A row that fits in no table is a list of names and values.
func TestListWhereNothingFits(t *testing.T) {
	long := strings.Repeat("x", 38)
	table := Table{Name: "t", Columns: []Column{{Name: "token"}, {Name: "hash"}}}
	table.Add(long, long)
	var out bytes.Buffer
	if err := WriteText(&out, Document{Blocks: []Block{table}}, 50); err != nil {
		t.Fatal(err)
	}
	if want := "token: " + long + "\nhash: " + long + "\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// Where the key columns leave no room, names too are broken between words before
// the table becomes a list.
func TestLongNamesAreBroken(t *testing.T) {
	table := Table{Name: "t", Columns: []Column{{Name: "token"}, {Name: "nav"}}}
	table.Add("Index Coop Leveraged Bitcoin Index", 0.5)
	var out bytes.Buffer
	if err := WriteText(&out, Document{Blocks: []Block{table}}, 30); err != nil {
		t.Fatal(err)
	}
	if want := " token                 nav\n Index Coop Leveraged  0.5\n Bitcoin Index\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// The interval of a key belongs to the key.
func TestKeysWithIntervals(t *testing.T) {
	table := Table{Keys: 1, Columns: []Column{{Name: "edge", Interval: "interval"}, {Name: "a"}}}
	table.Add(between(1, 2, 3), 1.0)
	if p := table.people(); p.keys != 2 {
		t.Errorf("%d columns are keys; want 2", p.keys)
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\tb\r\nc", "a b\nc"},
		{"\x1b[31mred\x07", "\ufffd[31mred\ufffd"},
		{"\u202edesrever\u2066", "\ufffddesrever\ufffd"},
		{"a\u2028b", "a\ufffdb"},
		{"\xff\u0085", "\ufffd\ufffd"},
		{"−5 % 漢字", "−5 % 漢字"},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in string
		width    int
		want     string
	}{
		{"fits as it is", "a  b", 4, "a  b"},
		{"breaks at spaces", "one two three", 7, "one two/three"},
		{"own breaks are kept", "a\nb c", 10, "a/b c"},
		{"indented", "  one two three", 9, "  one two/  three"},
		{"a long word has its own line", "  a incomprehensible b", 8, "  a/incomprehensible/  b"},
		{"a no-break space keeps together", "is 5\u00a0%", 5, "is/5\u00a0%"},
		{"wide characters", "漢字 漢字", 7, "漢字/漢字"},
		{"empty", "", 5, ""},
	} {
		if got := strings.Join(wrap(c.in, c.width), "/"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWidth(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		columns string
		want    int
	}{{"", 80}, {"132", 132}, {"40", 40}, {"39", 80}, {"-5", 80}, {"1001", 80}, {"wide", 80}} {
		t.Setenv("COLUMNS", c.columns)
		if got := Width(file); got != c.want {
			t.Errorf("COLUMNS=%q: %d, want %d", c.columns, got, c.want)
		}
		if got := Width(new(bytes.Buffer)); got != c.want {
			t.Errorf("COLUMNS=%q: %d into memory, want %d", c.columns, got, c.want)
		}
	}
}
