package plots

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// Two figures stand in one page: no id is given twice, each element is named by
// its own title and description, and the drawing is that of the file.
func TestWriteInline(t *testing.T) {
	f, err := CostDrag(costs())
	if err != nil {
		t.Fatal(err)
	}
	var page, file bytes.Buffer
	if err := f.WriteSVG(&file); err != nil {
		t.Fatal(err)
	}
	page.WriteString("<body>")
	for _, id := range []string{"cost-1", "cost_2"} {
		if err := f.WriteInline(&page, id); err != nil {
			t.Fatal(err)
		}
	}
	page.WriteString("</body>")
	ids, named := map[string]string{}, []string(nil)
	for dec := xml.NewDecoder(bytes.NewReader(page.Bytes())); ; {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if _, prolog := token.(xml.ProcInst); prolog {
			t.Error("the page has an XML prolog in its body")
		}
		for _, a := range e.Attr {
			switch {
			case ok && a.Name.Local == "id" && ids[a.Value] != "":
				t.Errorf("id %q is given twice", a.Value)
			case ok && a.Name.Local == "id":
				ids[a.Value] = e.Name.Local
			case ok && a.Name.Local == "aria-labelledby":
				named = append(named, strings.Fields(a.Value)...)
			}
		}
	}
	for _, id := range []string{"cost-1", "cost_2"} {
		if ids[id] != "svg" || ids[id+"-title"] != "title" || ids[id+"-desc"] != "desc" {
			t.Errorf("ids are %v; want svg, title and desc of %s", ids, id)
		}
	}
	if len(ids) != 6 || len(named) != 4 {
		t.Errorf("%d ids and %d references to them; want 6 and 4", len(ids), len(named))
	}
	for _, id := range named {
		if ids[id] == "" {
			t.Errorf("nothing has the id %q", id)
		}
	}
	if strings.Contains(page.String(), "url(") {
		t.Error("a drawing refers to something by id")
	}
	_, drawing, _ := strings.Cut(file.String(), "</desc>")
	if got := strings.Count(page.String(), drawing); got != 2 {
		t.Errorf("the drawing of the file stands %d times in the page; want 2", got)
	}
}

// An id that could end the attribute, or that a style cannot name, is refused.
func TestWriteInlineRefuses(t *testing.T) {
	f, err := CostDrag(costs())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "1st", "a b", `a"`, "a<", "größe", "a.b", "-a", "a\n"} {
		var b bytes.Buffer
		if err := f.WriteInline(&b, id); err == nil || !strings.Contains(err.Error(), "want a letter") || b.Len() > 0 {
			t.Errorf("id %q: %v and %d bytes; want an error and none", id, err, b.Len())
		}
	}
}
