package report

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"sync"
)

//go:embed page.html
var pageText string

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageText))
})

// What the page is made of. All texts are escaped by the template; the drawings
// are not, since plots writes them from numbers and escapes their words.
type (
	htmlBlock struct {
		Paragraphs []string
		Notes      []string
		Table      *htmlTable
		Figure     *htmlFigure
	}
	htmlTable struct {
		Title string
		Head  []htmlCell
		Rows  [][]htmlCell
	}
	htmlCell struct {
		Text, Class string
		Key         bool // it says which row it is
	}
	htmlFigure struct {
		SVG          template.HTML
		Alt, Caption string
	}
)

// WriteHTML writes a document as one page that needs nothing beside it: no script,
// and the figures as drawings within the page. It reads in light and dark, on
// paper and on a phone, where wide tables scroll sideways. A figure that is an
// [UndrawableError] is a note; it returns any other error of one.
func WriteHTML(w io.Writer, d Document) error {
	data := struct {
		Title  string
		Blocks []htmlBlock
	}{Title: clean(d.Title)}
	figures := 0
	for _, b := range d.Blocks {
		var h htmlBlock
		switch b := b.(type) {
		case Text:
			h.Paragraphs = paragraphs(clean(string(b)))
		case Note:
			h.Notes = paragraphs(clean(string(b)))
		case Settings:
			h.Table = b.table().people().html()
		case Table:
			if !b.DataOnly {
				h.Table = b.people().html()
			}
		case Figure:
			figures++
			svg, err := b.svg("figure-" + strconv.Itoa(figures))
			var none UndrawableError
			switch {
			case errors.As(err, &none):
				h.Notes = paragraphs(clean(none.reason))
			case err != nil:
				return err
			default:
				h.Figure = &htmlFigure{svg, clean(b.Alt), clean(b.Caption)}
			}
		default:
			panic(foreign(b))
		}
		data.Blocks = append(data.Blocks, h)
	}
	return page().Execute(w, data)
}

func (p people) html() *htmlTable {
	t := &htmlTable{Title: clean(p.title), Rows: make([][]htmlCell, len(p.rows))}
	long := make([]bool, len(p.head)) // texts that would make the table wide
	for j := range p.head {
		natural, _, _ := p.widths(j)
		long[j] = p.wrap[j] && natural > 2*narrow
	}
	cell := func(j int, text string, key bool) htmlCell {
		c := htmlCell{Text: clean(text), Key: key}
		switch {
		case long[j]:
			c.Class = "wrap"
		case p.right[j]:
			c.Class = "right"
		}
		return c
	}
	for j, text := range p.head {
		t.Head = append(t.Head, cell(j, text, false))
	}
	for i, r := range p.rows {
		for j, text := range r {
			t.Rows[i] = append(t.Rows[i], cell(j, text, j < p.keys))
		}
	}
	return t
}

// svg is the drawing as an element of a page, with an id that no other has.
func (f Figure) svg(id string) (template.HTML, error) {
	drawn, err := f.Draw()
	if err != nil {
		return "", fmt.Errorf("report: figure %s: %w", f.Name, err)
	}
	if drawn == nil {
		return "", NoValue(f.Name)
	}
	var b bytes.Buffer
	if err := drawn.WriteInline(&b, id); err != nil {
		return "", fmt.Errorf("report: figure %s: %w", f.Name, err)
	}
	return template.HTML(b.String()), nil
}
