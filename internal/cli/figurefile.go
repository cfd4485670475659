package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"mcrisk/plots"
	"mcrisk/report"
	"mcrisk/rundir"
)

// A FigureFile is a file that a figure is written to.
type FigureFile struct {
	file  *rundir.File
	write func(*plots.Figure, io.Writer) error
}

// CreateFigure begins the file of a figure, which must not exist and whose name ends
// in .png, .svg or .pdf. Errors speak of --out.
func CreateFigure(path string) (*FigureFile, error) {
	f := new(FigureFile)
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		f.write = (*plots.Figure).WritePNG
	case ".svg":
		f.write = (*plots.Figure).WriteSVG
	case ".pdf":
		f.write = (*plots.Figure).WritePDF
	default:
		return nil, Input("--out %s; want a name that ends in .png, .svg or .pdf", path)
	}
	var err error
	if f.file, err = rundir.CreateFile(path); err != nil {
		return nil, fmt.Errorf("--out: %w", Existing(err))
	}
	return f, nil
}

// Path is where the file will be.
func (f *FigureFile) Path() string { return f.file.Path }

// Commit draws a figure, writes the file and gives it its name. A figure that the run
// does not have is bad input.
func (f *FigureFile) Commit(figure report.Figure) error {
	drawn, err := figure.Draw()
	if err == nil && drawn == nil {
		err = report.NoValue(figure.Name)
	}
	if errors.As(err, new(report.UndrawableError)) {
		return AsInput(err)
	}
	if err != nil {
		return err
	}
	if err := f.file.Commit(func(w io.Writer) error { return f.write(drawn, w) }); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// Abort removes what was written, unless the file was committed.
func (f *FigureFile) Abort() { f.file.Abort() }
