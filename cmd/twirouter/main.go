// Command twirouter routes Twilio's webhooks to Lua scripts.
//
// Read root.go for the commands, server.go for how the parts are wired together,
// and then the command that you are after: each has a file of its own.
package main

import (
	"context"
	"io"
	"log"
	"os"
)

func main() {
	// net/http writes what strange servers send to the log of the standard
	// library, and it cannot be told otherwise. Our own log is slog.
	log.SetOutput(io.Discard)
	os.Exit(Main(context.Background(), os.Args[1:], Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
