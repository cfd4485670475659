package report

import (
	"bufio"
	"io"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WriteMarkdown writes a document in GitHub's Markdown: a heading, paragraphs and
// tables. Figures are links to their files if FigureDir says where these are, and
// left out otherwise. What looks like markup in a text is escaped.
func WriteMarkdown(w io.Writer, d Document) error {
	out := bufio.NewWriter(w)
	first := true
	block := func(s string) {
		if !first {
			out.WriteByte('\n')
		}
		first = false
		out.WriteString(s)
		out.WriteByte('\n')
	}
	text := func(prefix, s string) {
		for _, p := range paragraphs(clean(s)) {
			block(prefix + strings.ReplaceAll(markdownParagraph(p), "\n", "\n"+prefix))
		}
	}
	tables := func(t *Table) {
		p := t.people()
		if p.title != "" {
			block("**" + markdownLine(p.title) + "**")
		}
		if len(p.head) > 0 {
			block(p.markdown())
		}
	}
	if d.Title != "" {
		block("# " + markdownLine(d.Title))
	}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case Text:
			text("", string(b))
		case Note:
			text("> ", "Note: "+string(b))
		case Settings:
			tables(b.table())
		case Table:
			if !b.DataOnly {
				tables(&b)
			}
		case Figure:
			if d.FigureDir == "" {
				continue
			}
			path := (&url.URL{Path: d.FigureDir + "/" + b.Name + ".svg"}).EscapedPath()
			block("![" + markdownLine(b.Alt) + "](" + strings.NewReplacer("(", "%28", ")", "%29").Replace(path) + ")")
			text("", b.Caption)
		default:
			panic(foreign(b))
		}
	}
	return out.Flush()
}

func (p *people) markdown() string {
	var b strings.Builder
	row := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + strings.ReplaceAll(markdownText(clean(c)), "\n", "<br>") + " ")
		}
		b.WriteString("|\n")
	}
	row(p.head)
	for _, right := range p.right {
		if right {
			b.WriteString("| ---: ")
		} else {
			b.WriteString("| --- ")
		}
	}
	b.WriteString("|\n")
	for _, r := range p.rows {
		row(r)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// markdownLine is a text on one line.
func markdownLine(s string) string {
	return markdownText(strings.ReplaceAll(clean(s), "\n", " "))
}

var (
	markdownEntity = regexp.MustCompile(`^&[#A-Za-z0-9]+;`)
	markdownStart  = regexp.MustCompile(`^([-+#=]|\d+[.)])`)
)

// markdownParagraph is a text of one or more lines, whose indentation is kept.
func markdownParagraph(s string) string {
	lines := strings.Split(markdownText(s), "\n")
	for i, line := range lines {
		text := strings.TrimLeft(line, " ")
		text = markdownStart.ReplaceAllStringFunc(text, func(m string) string {
			at := len(m) - 1 // the last character is the markup: a bullet, or the point after a number
			return m[:at] + `\` + m[at:]
		})
		lines[i] = strings.Repeat("&nbsp;", len(line)-len(strings.TrimLeft(line, " "))) + text
	}
	return strings.Join(lines, "\\\n")
}

// markdownText escapes what Markdown would read as markup within a line. An
// underscore inside a word is none, so that names of metrics stay readable.
func markdownText(s string) string {
	var b strings.Builder
	before := ' '
	for i, r := range s {
		after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		switch {
		case strings.ContainsRune("\\`*[]<>|~", r), r == '_' && !(wordRune(before) && wordRune(after)),
			r == '&' && markdownEntity.MatchString(s[i:]):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
