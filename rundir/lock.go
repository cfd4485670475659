package rundir

import (
	"errors"
	"fmt"
	"os"
)

// An Access says what a process does with a run directory, and so who else may use it
// at the same time. The lock that holds others off ends with the process, however it
// ends.
type Access int

const (
	Look   Access = iota // reads what is finished, while others may write
	Read                 // reads, with others that read
	Change               // reads and writes, alone
)

// ErrInUse says that another process writes a run, or reads one that is to be written.
var ErrInUse = errors.New("in use by another process; want to wait until that ends")

// lock takes the lock of a run. The file that has it is the plan of a sweep, which a run
// has from its beginning and which is never replaced. Other runs are never changed once
// they have their name, and need none.
func (f *folder) lock(access Access) (*os.File, error) {
	if access == Look {
		return nil, nil
	}
	flag := os.O_RDONLY
	if access == Change {
		flag = os.O_RDWR
	}
	file, err := f.open(SweepFile, flag)
	if err != nil {
		return nil, err
	}
	if err := lockFile(file, access == Change); err != nil {
		file.Close()
		if !errors.Is(err, ErrInUse) {
			err = fmt.Errorf("it cannot be locked, so that other processes might change it: %w", err)
		}
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	return file, nil
}
