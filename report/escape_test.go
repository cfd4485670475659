package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/plots"
)

// hostile are names that somebody might give a token.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</table></main>`, `' onmouseover='alert(1)`,
	`=HYPERLINK("http://example.org")`, "a,b\r\nc", `{{.Title}}`, `a|b\|c`,
	"*bold* `code` [x](y)", "\x1b[31mred\x07", "\u202edesrever", "\xff",
}

// named is a document that has a name everywhere.
func named(name string) Document {
	columns := []Column{{Name: name, Title: name, Interval: name, Wrap: true}, {Name: "x"}}
	t := Table{Name: name, Title: name, Columns: columns}
	t.Add(name, 1.0)
	t.Add(Shown{between(1, 2, 3), name, name}, 2.0)
	figure := Figure{Name: name, Alt: name, Caption: name, Draw: func() (*plots.Figure, error) {
		return plots.CostDrag(plots.CostDragData{
			Title: name, Caption: name, Label: name,
			Items: []plots.CostItem{{Name: name, Drag: between(0.01, 0.02, 0.03)}},
		})
	}}
	settings := Settings{{name, name, name}}
	return Document{Title: name, FigureDir: "figures", Blocks: []Block{Text(name), Note(name), t, figure, settings}}
}

// The page has the same elements whatever the names are, and shows them.
func TestHTMLCannotBeInjected(t *testing.T) {
	elements := func(name string) (list []string, texts string) {
		var page bytes.Buffer
		if err := WriteHTML(&page, named(name)); err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(&page)
		d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
		inDrawing := 0
		for {
			token, err := d.Token()
			if err == io.EOF {
				return list, texts
			}
			if err != nil {
				t.Fatal(err)
			}
			switch x := token.(type) {
			case xml.StartElement:
				if x.Name.Local == "svg" || inDrawing > 0 {
					inDrawing++
				}
				if inDrawing > 1 && x.Name.Local != "script" && x.Name.Local != "img" {
					continue // as many outlines of letters as the name has
				}
				list = append(list, x.Name.Local)
				for _, a := range x.Attr {
					list = append(list, x.Name.Local+" "+a.Name.Local)
				}
			case xml.EndElement:
				inDrawing = max(0, inDrawing-1)
			case xml.CharData:
				texts += string(x)
			}
		}
	}
	want, _ := elements("harmless")
	for _, name := range hostile {
		got, texts := elements(name)
		if !slices.Equal(got, want) {
			t.Errorf("%q changes the elements of the page: %q, want %q", name, got, want)
		}
		if !strings.Contains(texts, clean(name)) {
			t.Errorf("%q is not on the page", name)
		}
	}
}

// A page needs nothing from elsewhere, and no two of its elements have the same id,
// even if a figure is there twice.
func TestHTMLStandsAlone(t *testing.T) {
	heat := Figure{Name: "heat", Draw: func() (*plots.Figure, error) {
		return plots.HeatMap(plots.HeatMapData{Title: "Map", XLabel: "x", YLabel: "y", Label: "z",
			X: []string{"1", "2"}, Y: []string{"1", "2"}, Values: [][]float64{{1, 2}, {3, 4}}})
	}}
	d := small()
	d.Blocks = append(d.Blocks, heat, heat)
	var page bytes.Buffer
	if err := WriteHTML(&page, d); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page.String(), "<svg "); n != 3 {
		t.Errorf("%d drawings; want 3", n)
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="[^"]*"`).FindAllString(page.String(), -1) {
		if ids[id] {
			t.Errorf("two elements have%s", id)
		}
		ids[id] = true
	}
	outside := regexp.MustCompile(`<script|<link|<\?xml|url\(|href="[^d#]|src="[^d]|@import`)
	if found := outside.FindString(page.String()); found != "" {
		t.Errorf("the page has %q", found)
	}
}

func TestHTMLSaysWhichFigureFails(t *testing.T) {
	broken := errors.New("no data")
	d := Document{Blocks: []Block{Figure{Name: "fan", Draw: func() (*plots.Figure, error) { return nil, broken }}}}
	if err := WriteHTML(io.Discard, d); !errors.Is(err, broken) || !strings.Contains(err.Error(), "figure fan") {
		t.Errorf("error %v; want that of figure fan", err)
	}
}

// A row of a Markdown table has as many cells as its head, on one line, whatever
// is in them.
func TestMarkdownCells(t *testing.T) {
	bars := func(line string) (n int) {
		for i := 0; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++ // what is escaped is no bar
			case '|':
				n++
			}
		}
		return n
	}
	for _, name := range hostile {
		var out bytes.Buffer
		if err := WriteMarkdown(&out, named(name)); err != nil {
			t.Fatal(err)
		}
		rows := 0
		for line := range strings.Lines(out.String()) {
			if strings.HasPrefix(line, "| ") && !strings.Contains(line, "---") {
				rows++
				if n := bars(line); n != 4 {
					t.Errorf("%q: %d bars in %q; want 4", name, n, line)
				}
			}
		}
		if rows != 5 {
			t.Errorf("%q: %d rows of tables; want 5:\n%s", name, rows, &out)
		}
	}
}

func TestMarkdownText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"p_liquidation of _x_", `p_liquidation of \_x\_`},
		{"a|b", `a\|b`},
		{`a\b`, `a\\b`},
		{"<b>", `\<b\>`},
		{"&lt; & &", `\&lt; & &`},
		{"*x* `y` [z](u) ~1", "\\*x\\* \\`y\\` \\[z\\](u) \\~1"},
		{"- x", `\- x`},
		{"1. x", `1\. x`},
		{"# x\n  - y", "\\# x\\\n&nbsp;&nbsp;\\- y"},
		{"−5 %", "−5 %"},
	} {
		if got := markdownParagraph(c.in); got != c.want {
			t.Errorf("%q is written %q, want %q", c.in, got, c.want)
		}
	}
}

// What is written as CSV is read back, formulas and all: a file of numbers that
// were changed for the sake of one spreadsheet would be wrong in all others.
func TestCSVIsReadBack(t *testing.T) {
	for _, name := range hostile {
		var out bytes.Buffer
		if err := WriteCSV(&out, named(name)); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		name = strings.ReplaceAll(name, "\r\n", "\n") // as the reader does
		want := [][]string{{name, name + "_lo", name + "_hi", "x"}, {name, "", "", "1"}, {"2", "1", "3", "2"}}
		if !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
			t.Errorf("got %q, want %q", rows, want)
		}
	}
}

// Tables for files hide what people see, and several have an empty line between
// them.
func TestCSVChoosesTables(t *testing.T) {
	table := func(name string, data, people bool) Table {
		t := Table{Name: name, Columns: []Column{{Name: name}}, DataOnly: data, PeopleOnly: people}
		t.Add(1)
		return t
	}
	for _, c := range []struct {
		blocks []Block
		want   string
	}{
		{[]Block{table("a", false, false), table("b", false, true), table("c", false, false)}, "a\n1\n\nc\n1\n"},
		{[]Block{table("a", false, false), table("b", true, false)}, "b\n1\n"},
		{[]Block{table("a", false, true)}, ""},
	} {
		var out bytes.Buffer
		if err := WriteCSV(&out, Document{Blocks: c.blocks}); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("got %q, want %q", &out, c.want)
		}
	}
}

func TestJSON(t *testing.T) {
	controlled := between(1, 2, 3)
	controlled.VarianceReduction, controlled.Warning = 16, analytics.HeavyTail
	nan, inf := math.NaN(), math.Inf(1)
	nothing := analytics.Estimate{Value: nan, SE: nan, Lo: -inf, Hi: inf, Method: analytics.Normal}
	for _, c := range []struct {
		name string
		in   any
		want string
	}{
		{"as they are", "a < b & c > d", `"a < b & c > d"`},
		{"number", []Number{1.5, 1e21, 1e-7, 0, Number(nan), Number(-inf)}, `[1.5,1e+21,1e-7,0,null,"-Infinity"]`},
		{"control and warning", ToJSON(controlled), `{"estimate":2,"se":0.5102040816326531,"lo":1,"hi":3,"n":10000,` +
			`"interval":"normal","variance_reduction":16,"warning":"heavy-tail"}`},
		{"nothing", ToJSON(nothing), `{"estimate":null,"se":null,"lo":null,"hi":null,"n":0,"interval":"normal"}`},
		{"object", object{{"b", "<"}, {"a", []object{{{"c", Number(1)}}, nil}}}, `{"b":"<","a":[{"c":1},{}]}`},
	} {
		var out, flat bytes.Buffer
		if err := EncodeJSON(&out, c.in); err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&flat, out.Bytes()); err != nil {
			t.Fatal(err)
		}
		if flat.String() != c.want {
			t.Errorf("%s: got %s, want %s", c.name, &flat, c.want)
		}
	}
}

func TestJSONWritesData(t *testing.T) {
	d := small()
	d.Data = struct {
		Hash string `json:"results_hash"`
	}{"abc"}
	var out bytes.Buffer
	if err := WriteJSON(&out, d); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"results_hash\": \"abc\"\n}\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
	err := WriteJSON(io.Discard, Document{Blocks: []Block{Table{Title: "no name"}}})
	if err == nil || !strings.Contains(err.Error(), `"no name"`) {
		t.Errorf("error %v; want one about the table without a name", err)
	}
}

// Bugs of builders do not become wrong tables.
func TestBuildersBugsPanic(t *testing.T) {
	for name, d := range map[string]Document{
		"a row too short":  {Blocks: []Block{Table{Columns: []Column{{Name: "a"}, {Name: "b"}}, Rows: [][]any{{1}}}}},
		"a row too long":   {Blocks: []Block{Table{Columns: []Column{{Name: "a"}}, Rows: [][]any{{1, 2}}}}},
		"an unknown cell":  {Blocks: []Block{Table{Columns: []Column{{Name: "a"}}, Rows: [][]any{{struct{}{}}}}}},
		"a pointer":        {Blocks: []Block{&Table{}}},
		"nothing":          {Blocks: []Block{nil}},
		"an unknown month": {Blocks: []Block{Table{Columns: []Column{{Name: "a"}}, Rows: [][]any{{time.May}}}}},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "report: ") {
					t.Errorf("%s: no panic that says so: %q", name, text)
				}
			}()
			_ = WriteText(io.Discard, d, 80)
		}()
	}
}
