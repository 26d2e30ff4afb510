//go:build ignore

// Command errordict_gen writes errordict.txt: the codes and messages of Twilio's
// error dictionary, of a table "code<tab>message" or of the JSON that Twilio
// publishes at https://www.twilio.com/docs/api/errors/twilio-error-codes.json.
//
//	go run errordict_gen.go FILE
//
// Codes of the old table that FILE does not have are kept: Twilio retires codes,
// but old events still carry them.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
)

const table = "errordict.txt"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 || os.Args[1] == "" {
		log.Fatal("usage: go run errordict_gen.go FILE (go generate takes it from $ERROR_CODES)")
	}
	file := os.Args[1]
	messages := map[string]string{}
	if old, err := os.ReadFile(table); err == nil {
		read(messages, old, " ")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		var codes []struct {
			Code    int
			Message string
		}
		if err := json.Unmarshal(text, &codes); err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		for _, c := range codes {
			messages[fmt.Sprint(c.Code)] = c.Message
		}
	} else {
		read(messages, text, "\t")
	}
	var out bytes.Buffer
	for _, code := range slices.SortedFunc(maps.Keys(messages), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	}) {
		message := strings.Join(strings.Fields(messages[code]), " ")
		if strings.Trim(code, "0123456789") != "" || message == "" || len(code) > 6 {
			log.Printf("left out: %q %q", code, message)
			continue
		}
		fmt.Fprintf(&out, "%s %s\n", code, message)
	}
	if err := os.WriteFile(table, out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

func read(into map[string]string, text []byte, separator string) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if code, message, ok := strings.Cut(lines.Text(), separator); ok {
			into[strings.TrimSpace(code)] = message
		}
	}
}
