package paths

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A stampReader reads the stamps of one file and remembers what they have in common.
type stampReader struct {
	layout   int // of stampLayouts, that of the last stamp
	zoneless tally
	unzoned  bool                   // the last stamp had a time of day and no zone
	zones    map[int]*time.Location // by offset in seconds; one value of each, as every bar refers to one
}

// stampLayouts are stamps with a T between day and time. The first of them have zones.
var stampLayouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T03-PM",
}

const layoutsWithZones = 4

// read reads a stamp; nil is UTC. Its error says what was wanted. The time stands in
// the zone of its offset.
func (s *stampReader) read(text string, zone *time.Location) (time.Time, error) {
	s.unzoned = false
	t, ok := utcStamp(text)
	if !ok {
		var err error
		if t, err = s.parse(text, zone); err != nil {
			return t, err
		}
	}
	// Durations reach 292 years; spacings and spans must not overflow.
	if year := t.UTC().Year(); year < 1900 || year >= 2150 {
		return t, errors.New("a year from 1900 to 2149")
	}
	return s.shared(t), nil
}

// utcStamp reads 2020-03-12T10:00:00Z, as most stamps are, with a space for the T too. It says no to what it does
// not read, faults among it.
func utcStamp(text string) (t time.Time, ok bool) {
	const form = "0000-00-00T00:00:00Z"
	if len(text) != len(form) {
		return t, false
	}
	var parts [6]int
	part := 0
	for i := range len(form) {
		switch c := text[i]; {
		case form[i] == '0' && '0' <= c && c <= '9':
			parts[part] = 10*parts[part] + int(c-'0')
		case form[i] != '0' && (c == form[i] || c == ' ' && form[i] == 'T'):
			part++
		default:
			return t, false
		}
	}
	year, month, day, hour, minute, second := parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]
	t = time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return t, month >= 1 && month <= 12 && day >= 1 && t.Day() == day && hour < 24 && minute < 60 && second < 60
}

func (s *stampReader) parse(text string, zone *time.Location) (time.Time, error) {
	whole, fraction, pointed := strings.Cut(text, ".")
	if pointed && !allDigits(fraction) {
		whole = "" // no number
	}
	switch {
	case allDigits(text) && len(text) == 8:
		return parseDay(text, "20060102")
	case allDigits(whole) && len(whole) >= 10 && len(whole) <= 19 && strings.Trim(fraction, "0") == "":
		return parseUnix(whole)
	case allDigits(whole):
		return time.Time{}, errUnix
	case len(text) == len(time.DateOnly):
		return parseDay(strings.ReplaceAll(text, "/", "-"), time.DateOnly)
	}
	return s.parseText(text, zone)
}

func parseDay(text, layout string) (time.Time, error) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return t, stampFault(text)
	}
	return t, nil
}

var errUnix = errors.New("whole seconds (10 digits), milliseconds (13), microseconds (16) " +
	"or nanoseconds (19) since 1970")

// parseUnix reads a time since 1970, whose unit follows from its digits.
func parseUnix(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		switch len(text) {
		case 10:
			return time.Unix(n, 0).UTC(), nil
		case 13:
			return time.UnixMilli(n).UTC(), nil
		case 16:
			return time.UnixMicro(n).UTC(), nil
		case 19:
			return time.Unix(0, n).UTC(), nil
		}
	}
	return time.Time{}, errUnix
}

// parseText reads a stamp with a time of day.
func (s *stampReader) parseText(text string, zone *time.Location) (time.Time, error) {
	stamp := text
	if len(stamp) > 10 && stamp[10] == ' ' {
		stamp = stamp[:10] + "T" + stamp[11:]
	}
	if len(stamp) > 10 && stamp[4] == '/' {
		stamp = strings.Replace(stamp, "/", "-", 2)
	}
	for _, name := range []string{" UTC", " GMT", " Z"} {
		if bare, ok := strings.CutSuffix(stamp, name); ok {
			stamp = bare + "Z"
		}
	}
	if bare, offset, ok := strings.Cut(stamp, " +"); ok { // "+0000" after a space, as Go and Ruby write
		stamp = bare + "+" + offset
	}
	if zone == nil {
		zone = time.UTC
	}
	for i := range stampLayouts {
		i = (s.layout + i) % len(stampLayouts)
		if t, err := time.ParseInLocation(stampLayouts[i], stamp, zone); err == nil {
			s.layout, s.unzoned = i, i >= layoutsWithZones
			return t, nil
		}
	}
	return time.Time{}, stampFault(text)
}

// stampFault says what is wrong with a stamp.
func stampFault(text string) error {
	if last := text[strings.LastIndexByte(text, ' ')+1:]; len(text) > len(last) && len(last) >= 3 && len(last) <= 5 &&
		strings.Trim(last, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && last != "UTC" && last != "GMT" {
		return fmt.Errorf("UTC or an offset such as -05:00 for the zone %s", last)
	}
	if len(text) >= 8 && strings.Trim(text, "0123456789/.-: ") == "" && strings.ContainsAny(text[:3], "/.-") {
		return errors.New("the year first, as in 2020-03-12: this may be day and month or month and day")
	}
	return errors.New("a time such as 2020-03-12T10:00:00Z or a day such as 2020-03-12")
}

// count counts the stamp read last, if it had no zone.
func (s *stampReader) count(line int) {
	if s.unzoned {
		s.zoneless.add(line)
	}
}

// shared is t in the one location of its offset.
func (s *stampReader) shared(t time.Time) time.Time {
	_, offset := t.Zone()
	if offset == 0 {
		return t.UTC()
	}
	if s.zones[offset] == nil {
		if s.zones == nil {
			s.zones = map[int]*time.Location{}
		}
		s.zones[offset] = time.FixedZone("", offset)
	}
	return t.In(s.zones[offset])
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
