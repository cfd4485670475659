package paths

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// foreign are files that people have and that are no text, by how they begin.
var foreign = []struct{ magic, what string }{
	{"PAR1", "a Parquet file; want CSV"},
	{"\xff\xfe", "text in UTF-16; want UTF-8"},
	{"\xfe\xff", "text in UTF-16; want UTF-8"},
	{"\x28\xb5\x2f\xfd", "packed by zstd; want gzip, zip or plain text"},
	{"\xfd7zXZ\x00", "packed by xz; want gzip, zip or plain text"},
	{"BZh", "packed by bzip2; want gzip, zip or plain text"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive; want gzip, zip or plain text"},
	{"\xd0\xcf\x11\xe0", "an Excel workbook; save it as CSV"},
	{"SQLite format 3", "an SQLite database; want CSV"},
	{"\x89HDF", "an HDF5 file; want CSV"},
	{"<", "a page of HTML or XML, perhaps an error message of the site; want CSV"},
}

// unpack returns the text of a file, which may be packed by gzip or be a zip archive
// of one file, without its byte order mark. Reading on fails at the limit of its kind.
func (f *barFile) unpack(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	switch magic, _ := in.Peek(4); {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		r = unpacked
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")), bytes.HasPrefix(magic, []byte("PK\x05\x06")):
		member, err := f.member(in)
		if err != nil {
			return nil, err
		}
		r = member
	default:
		r = in
	}
	text := bufio.NewReaderSize(&limited{r: r, left: f.limits.text, limit: f.limits.text}, f.limits.line+1)
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		_, _ = text.Discard(3)
	}
	head, _ := text.Peek(512) // an error comes again with the first line
	for _, kind := range foreign {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return nil, errors.New("this is " + kind.what)
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, errors.New("this is no text: it has bytes of zero; want CSV")
	}
	return text, nil
}

// member opens the one file of a zip archive.
func (f *barFile) member(r io.Reader) (io.Reader, error) {
	packed, err := io.ReadAll(&limited{r: r, left: f.limits.packed, limit: f.limits.packed})
	if err != nil {
		return nil, fmt.Errorf("zip archive: %w", err)
	}
	if n := bytes.Count(packed, []byte("PK\x01\x02")); n > f.limits.members { // each begins the entry of a file
		return nil, fmt.Errorf("zip archive of %s files; want one", grouped(n))
	}
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	var files []*zip.File
	var names []string
	for _, file := range archive.File {
		base := path.Base(file.Name)
		switch {
		case file.Name == "[Content_Types].xml":
			return nil, errors.New("this is an Excel workbook or another document; save it as CSV")
		case file.FileInfo().IsDir(), strings.HasPrefix(file.Name, "__MACOSX/"), strings.HasPrefix(base, "."):
			continue // what a file manager adds
		}
		files = append(files, file)
		if len(names) < 5 {
			names = append(names, fmt.Sprintf("%.60q", file.Name))
		}
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("zip archive of %d files (%s); want one", len(files), strings.Join(names, ", "))
	}
	if files[0].Flags&1 != 0 {
		return nil, fmt.Errorf("zip archive: %.60q is encrypted; want it without a password", files[0].Name)
	}
	text, err := files[0].Open()
	if err != nil {
		return nil, fmt.Errorf("zip archive: %.60q: %w", files[0].Name, err)
	}
	f.note(NoteMember, 1, "read %.60q of the zip archive", files[0].Name)
	return text, nil
}

// limited reads so many bytes, and then fails if there are more.
type limited struct {
	r           io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left == 0 {
		var one [1]byte
		switch n, err := io.ReadFull(l.r, one[:]); {
		case n > 0:
			return 0, fmt.Errorf("more than %s; want at most that much: split the file", byteSize(l.limit))
		default:
			return 0, err
		}
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// byteSize writes a limit.
func byteSize(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return grouped(int(n)) + " bytes"
}
