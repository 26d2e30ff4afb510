package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
)

// devFile is what `dev` leaves for `send`, readable by its owner alone: it
// holds a token.
var devFile = filepath.Join(".twirouter", "dev.json")

// devServer is the content of devFile.
type devServer struct {
	URL     string `json:"url"`     // what requests are sent to
	Public  string `json:"public"`  // what they are signed for
	Path    string `json:"path"`    // where they go unless told otherwise
	Token   string `json:"token"`   // what they are signed with
	Account string `json:"account"` // AccountSid that they speak for
	Admin   string `json:"admin"`
}

// devAccount is the AccountSid that `send` uses where none is configured.
const devAccount = "AC00000000000000000000000000000000"

func (c *cli) devCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dev",
		Short: "Run a server on this machine: no account, no settings",
		Long: `Run a server for a first minute on this machine. It uses ./config.toml and
./scripts if they are there and needs neither. It verifies signatures with the
configured tokens, else with $TWILIO_AUTH_TOKEN, else with a token that it makes
and leaves, with its address, in .twirouter/dev.json for "twirouter send".
Every event and every reload is shown as it happens.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.dev(cmd.Context()) },
	}
}

func (c *cli) dev(ctx context.Context) error {
	ctx, hangup, stop := signals(ctx) // before devFile is there: an interrupt removes it
	defer stop()
	var token router.Secret
	s, err := newServer(ctx, c, func(cfg *config.Config, deps *config.Deps) (*teller, *slog.Logger, error) {
		var err error
		if token, err = devToken(); err != nil {
			return nil, nil, err
		}
		deps.Accounts = []router.Account{{Name: "dev", SID: router.AnyAccount, Tokens: []router.Secret{token}}}
		t := newTeller(slog.New(slog.DiscardHandler), cfg.Log)
		t.screen = c.Out
		return t, slog.New(screen{t: t}), nil
	})
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.listen(ctx, true); err != nil {
		return err
	}
	dev := s.devServer(token)
	if err := dev.leave(); err != nil {
		return err
	}
	defer func() { _ = os.Remove(devFile) }() // nobody listens there any more
	s.welcome(c.Out, dev)
	return s.run(ctx, hangup)
}

// devToken is what `dev` verifies with if no account is configured.
func devToken() (router.Secret, error) {
	if token := os.Getenv("TWILIO_AUTH_TOKEN"); token != "" {
		return router.Secret(token), nil
	}
	var b [16]byte
	if _, err := io.ReadFull(rand.Reader, b[:]); err != nil {
		return "", fail("", "no randomness for a token: %v", err)
	}
	return router.Secret(hex.EncodeToString(b[:])), nil
}

// devServer says how `send` reaches this server.
func (s *server) devServer(token router.Secret) devServer {
	g := s.live.Load()
	d := devServer{URL: s.url(s.public[0]), Token: token.Reveal(), Account: devAccount, Admin: "http://" + reachable(s.people.Addr())}
	if sid := os.Getenv("TWILIO_ACCOUNT_SID"); sid != "" {
		d.Account = sid
	}
	for _, a := range g.Accounts {
		if len(a.Tokens) > 0 && a.SID != router.AnyAccount {
			d.Account, d.Token = a.SID, a.Tokens[0].Reveal()
			break
		}
	}
	d.Public = d.URL
	if len(g.Server.PublicURLs) > 0 {
		d.Public = strings.TrimRight(g.Server.PublicURLs[0], "/")
	}
	d.Path = strings.TrimSuffix(g.Routes[0].Path, "*")
	return d
}

func (s *server) url(l net.Listener) string {
	scheme := "http://"
	if s.first.Server.TLS != nil {
		scheme = "https://"
	}
	return scheme + reachable(l.Addr())
}

// reachable is an address that a program on this machine can connect to.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// leave writes devFile, whole or not at all.
func (d devServer) leave() error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(devFile), 0o700); err != nil {
		return fail("run dev in a folder that you may write to", "%v", err)
	}
	next := devFile + ".new"
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return fail("run dev in a folder that you may write to", "%v", err)
	}
	if err := os.Rename(next, devFile); err != nil {
		return fail("run dev in a folder that you may write to", "%v", err)
	}
	return nil
}

// welcome says what is there and what to try next.
func (s *server) welcome(w io.Writer, d devServer) {
	g := s.live.Load()
	fmt.Fprintf(w, "twirouter %s  %s\n\n", thisBuild().Version, s.loader.name())
	for _, sc := range g.Scripts {
		fmt.Fprintf(w, "  %-28s %s\n", sc.File, strings.Join(handledKinds(sc), ", "))
	}
	if len(g.Scripts) == 0 {
		fmt.Fprintf(w, "  no scripts in %s yet: %s new sms writes one\n", s.first.Scripts.Dir, program())
	}
	fmt.Fprintf(w, "\n  Twilio's requests go to  %s%s\n  the web page is          %s/\n\n", d.URL, d.Path, d.Admin)
	fmt.Fprint(w, "Try, in a second terminal in this folder:\n\n")
	for _, try := range tries(g) {
		fmt.Fprintf(w, "  %s send %s\n", program(), try)
	}
	fmt.Fprint(w, "\nThen edit a script, save, and send again.\n\n")
}

// tries are arguments of send that some script handles: a message and a call if
// there are handlers for them, else the first kind that one names.
func tries(g *router.Generation) []string {
	var out []string
	for _, known := range []struct{ kind, send string }{{"message.received", "sms Body=hello"}, {"call.received", "call"}} {
		if len(g.Scripts) == 0 || slices.ContainsFunc(g.Scripts, func(s *router.Script) bool { return s.Handles(&router.Event{Kind: known.kind}) }) {
			out = append(out, known.send)
		}
	}
	for _, s := range g.Scripts {
		for _, h := range s.Handlers {
			for _, k := range h.Kinds {
				if kind, exact := k.Exact(); exact && len(out) == 0 && !strings.HasPrefix(kind, "app.") {
					out = append(out, kind)
				}
			}
		}
	}
	return out
}

// program is how this program was called.
func program() string {
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") && filepath.Base(filepath.Dir(exe)) == "exe" {
		return "go run ./cmd/twirouter"
	}
	return "twirouter"
}

// handledKinds are the kinds of a script's handlers and its steps.
func handledKinds(sc *router.Script) []string {
	var out []string
	for _, h := range sc.Handlers {
		for _, k := range h.Kinds {
			out = append(out, string(k))
		}
	}
	for _, step := range sc.Steps {
		out = append(out, "step "+step)
	}
	return out
}
