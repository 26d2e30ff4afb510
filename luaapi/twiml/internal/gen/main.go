// Command gen writes the generated half of the TwiML schema from a JSON
// description of Twilio's elements:
//
//	go run ./internal/gen -facts FACTS.json -o schema/elements.txt
//
// It takes names, nesting, types and limits, and no prose. What the facts do
// not say is written by hand in schema/own.txt, which gen never touches.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	facts := flag.String("facts", "", "the `file` that describes the elements")
	out := flag.String("o", "", "the `file` to write; standard output if empty")
	flag.Parse()
	if err := run(*facts, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(facts, out string) error {
	data, err := os.ReadFile(facts)
	if err != nil {
		return err
	}
	var f Facts
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("%s: %w", facts, err)
	}
	var buf bytes.Buffer
	if err := write(&buf, &f); err != nil {
		return fmt.Errorf("%s: %w", facts, err)
	}
	if out == "" {
		_, err = os.Stdout.Write(buf.Bytes())
		return err
	}
	return os.WriteFile(out, buf.Bytes(), 0o644)
}
