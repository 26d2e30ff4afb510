package twilio

import (
	_ "embed"
	"strings"
)

//go:generate go run errordict_gen.go $ERROR_CODES

// errorTable is Twilio's error dictionary, one line "code message" each, by code:
// shorter codes first, then in the order of their digits.
//
//go:embed errordict.txt
var errorTable string

// ErrorMessage returns what a code means by Twilio's error dictionary
// (https://www.twilio.com/docs/api/errors), "" for one that it does not know:
// Twilio adds codes all the time. It searches the table as it lies in the
// program and allocates nothing.
func ErrorMessage(code string) string {
	if code == "" || len(code) > 6 {
		return ""
	}
	low, high := 0, len(errorTable) // a line begins at low, one ends before high
	for low < high {
		middle := low + (high-low)/2
		start := strings.LastIndexByte(errorTable[low:middle], '\n') + 1 + low
		end := start + strings.IndexByte(errorTable[start:], '\n')
		known, message, _ := strings.Cut(errorTable[start:end], " ")
		switch {
		case known == code:
			return message
		case len(known) < len(code) || len(known) == len(code) && known < code:
			low = end + 1
		default:
			high = start
		}
	}
	return ""
}
