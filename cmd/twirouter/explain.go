package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/twilio"
)

func (c *cli) explainCommand() *cobra.Command {
	var tokens []string
	var url string
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "Say of a captured request whether its signature is right, and who would take it",
		Long: `Say of a captured request whether its signature is right and if not, why not;
which events it holds, which route takes each, and which scripts would run.
Nothing is run, nothing is called, and neither a token nor the right signature
is ever printed. The exit code is 3 for a wrong signature.

It is verified with --token, else with the tokens of the configuration, else with
$TWILIO_AUTH_TOKEN. The URL in the file counts as the one that Twilio called;
--url names another, and means the file's path and query where it leaves them
out. If the server, which goes by server.public_url, decides otherwise, the hint
says so.

` + captureHelp,
		Example: `  twirouter explain request.json
  twirouter explain request.txt --token "$TWILIO_AUTH_TOKEN" --url https://hooks.example.com`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if url != "" {
				if _, err := parseURL(url); err != nil {
					return misuse("--url https://hooks.example.com/twilio", "--url: %v", err)
				}
			}
			if slices.Contains(tokens, "") {
				return misuse("is the variable set?", "--token is empty")
			}
			return c.explain(cmd.Context(), args[0], tokens, url)
		},
	}
	cmd.Flags().StringArrayVar(&tokens, "token", nil, "auth token to verify with, in place of the configured ones")
	cmd.Flags().StringVar(&url, "url", "", "URL that Twilio was given, in place of the one in the file")
	return cmd
}

// explained is what explain prints for programs. What is absent is null.
type explained struct {
	Signature explainedSignature `json:"signature"`
	Events    []explainedEvent   `json:"events"`
}

type explainedSignature struct {
	Valid  *bool   `json:"valid"` // null: it was not verified
	Reason *string `json:"reason"`
	Hint   *string `json:"hint"`

	note string // for people
}

type explainedEvent struct {
	Kind          string           `json:"kind"`
	Product       string           `json:"product"`
	Status        *string          `json:"status"`
	SID           *string          `json:"sid"`
	Account       *string          `json:"account"`
	Channel       *string          `json:"channel"`
	From          *string          `json:"from"`
	To            *string          `json:"to"`
	Wants         router.Wants     `json:"wants"`
	Key           *string          `json:"key"`        // of the fact itself
	DedupedBy     *string          `json:"deduped_by"` // "fact", "request" or nothing
	Order         *string          `json:"order"`
	Fallback      bool             `json:"fallback"`
	FallbackError *router.Fallback `json:"fallback_error"`
	Error         *router.Fault    `json:"error"`
	Pre           bool             `json:"pre"`
	OptOut        *string          `json:"opt_out"`
	Batch         int              `json:"batch"`
	Path          *string          `json:"path"`
	Step          *string          `json:"step"`
	Route         *string          `json:"route"`
	Inline        bool             `json:"inline"` // the answer waits for the scripts
	Scripts       []string         `json:"scripts"`
	Background    []string         `json:"background"` // scripts with handlers that run after the answer
	Vars          map[string]any   `json:"vars"`
	Notes         []string         `json:"notes"`

	event  *router.Event
	route  *router.Route
	takers []*router.Script
	trials []trial
}

func (c *cli) explain(ctx context.Context, file string, tokens []string, url string) error {
	l := c.newLoader(nil, true).takesAll()
	defer l.close()
	g, err := c.generation(ctx, l)
	if err != nil {
		return err
	}
	from, err := c.readCapture(file)
	if err != nil {
		return err
	}
	a, err := arrive(g, from, url)
	if err != nil {
		return err
	}
	var res explained
	var v twilio.Verdict
	res.Signature, v, err = a.verify(tokens)
	if err != nil {
		return err
	}
	verified := router.VerifiedOff
	if ok := res.Signature.Valid; ok != nil {
		verified = router.VerifiedFailed
		if *ok {
			verified = router.VerifiedYes
		}
	}
	a.normalise(v, verified, time.Now(), l.deps.IDs.Next)
	for _, ev := range a.events {
		e, err := a.explain(ctx, ev)
		if err != nil {
			return err
		}
		if verified == router.VerifiedFailed && e.route != nil && e.route.Verify != router.VerifyEnforce {
			e.Notes = append(e.Notes, fmt.Sprintf("the server lets it in all the same: verify of route %s is %s", e.route.Name, e.route.Verify))
		}
		res.Events = append(res.Events, e)
	}
	if err := c.print(res, func(w io.Writer) { res.show(w, a) }); err != nil {
		return err
	}
	if res.Signature.Valid != nil && !*res.Signature.Valid {
		return found()
	}
	return nil
}

// flagToken is the name of the account that --token stands for.
const flagToken, envToken = "--token", "$TWILIO_AUTH_TOKEN"

// keys are those that a request is verified with.
func keys(g *router.Generation, tokens []string) (*twilio.Keyring, error) {
	accounts := g.Accounts
	anyone := router.Account{Name: flagToken, SID: router.AnyAccount}
	for _, t := range tokens {
		anyone.Tokens = append(anyone.Tokens, router.Secret(t))
	}
	if t := os.Getenv("TWILIO_AUTH_TOKEN"); t != "" && len(tokens) == 0 && !verifies(accounts) {
		anyone.Name, anyone.Tokens = envToken, []router.Secret{router.Secret(t)}
	}
	if len(anyone.Tokens) > 0 {
		accounts = []router.Account{anyone}
	}
	return twilio.NewKeyring(accounts)
}

func verifies(accounts []router.Account) bool {
	return slices.ContainsFunc(accounts, func(a router.Account) bool { return len(a.Tokens)+len(a.SharedKeys) > 0 })
}

// verify says whether the signature is right, and if not, why not.
func (a *arrival) verify(tokens []string) (explainedSignature, twilio.Verdict, error) {
	because := func(reason, hint string) explainedSignature {
		return explainedSignature{Reason: text(reason), Hint: text(hint)}
	}
	if a.signed == nil {
		return because("an event, not a request: there is nothing signed", ""), twilio.Verdict{}, nil
	}
	ring, err := keys(a.gen, tokens)
	if err != nil {
		return explainedSignature{}, twilio.Verdict{}, fail("", "%v", err)
	}
	v := ring.Verify(a.signed)
	if ring.Empty() {
		if v.Reason == twilio.TooManyParameters {
			f := twilio.Explain(a.signed, ring, a.clues)
			return because(f.What, f.Hint), v, nil
		}
		return because("no token", "--token, account.NAME.auth_tokens or "+envToken+" gives the one to verify with"), v, nil
	}
	ok := v.OK()
	served := v
	if a.served != nil {
		served = ring.Verify(a.served)
	}
	if ok {
		s := explainedSignature{Valid: &ok, note: v.Candidate.String() + ", with " + keyOf(v)}
		if !served.OK() {
			f := twilio.Explain(a.served, ring, withOrigins(a.clues, a.signed.Target.Origins))
			s.Hint = text("the server refuses it all the same, for it verifies with server.public_url: " + f.What)
		}
		return s, v, nil
	}
	f := twilio.Explain(a.signed, ring, withOrigins(a.clues, origins(a.gen)))
	hint := f.Hint
	if f.Setting != "" && !strings.Contains(f.Setting, flagToken) && !strings.Contains(f.Setting, envToken) {
		hint = strings.TrimSpace(hint + " (" + f.Setting + ")")
	}
	if served.OK() {
		hint = "the server lets it in, for it verifies with server.public_url, not with the URL that was captured"
	}
	s := because(f.What, hint)
	s.Valid = &ok
	return s, v, nil
}

// withOrigins lets the doctor try those origins, too.
func withOrigins(clues twilio.Clues, list []twilio.Origin) twilio.Clues {
	clues.Schemes, clues.Hosts = slices.Clone(clues.Schemes), slices.Clone(clues.Hosts)
	for _, o := range list {
		clues.Schemes, clues.Hosts = append(clues.Schemes, o.Scheme), append(clues.Hosts, o.Host)
	}
	return clues
}

// keyOf says which key a request was signed with.
func keyOf(v twilio.Verdict) string {
	switch {
	case v.KeySID != "":
		return "the shared key " + v.KeySID + " of account " + v.Name
	case v.Name == flagToken || v.Name == envToken:
		return v.Name
	}
	return "the auth token of account " + v.Name
}

// text is s, or null where there is none.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// requestKey begins the key of an event that is known by its request alone.
const requestKey = "request+"

// explain says what would become of one event.
func (a *arrival) explain(ctx context.Context, ev *router.Event) (explainedEvent, error) {
	r, err := a.match(ctx, ev)
	if err != nil {
		return explainedEvent{}, err
	}
	e := explainedEvent{
		Kind: ev.Kind, Product: ev.Product, Status: text(ev.Status), SID: text(ev.SID), Account: text(ev.Account),
		Channel: text(ev.Channel), From: text(ev.From), To: text(ev.To), Wants: ev.Wants, Order: text(ev.Order),
		Fallback: ev.Fallback != nil, FallbackError: ev.Fallback, Error: ev.Error, Pre: ev.Pre, OptOut: text(ev.OptOut),
		Batch: ev.Batch, Path: text(ev.Path), Step: text(ev.Step), Route: text(ev.Route), Vars: ev.Vars,
		Scripts: []string{}, Background: []string{}, Notes: append([]string{}, ev.Notes...),
		event: ev, route: r, trials: a.trials(ctx, ev, r),
	}
	switch {
	case strings.HasPrefix(ev.Key, requestKey):
		e.DedupedBy = text("request")
	case ev.Key != "":
		e.Key, e.DedupedBy = &ev.Key, text("fact")
	}
	if a.refused != "" {
		e.Notes = append(e.Notes, "the door answers "+a.refused)
	}
	if r == nil {
		return e, nil
	}
	e.Inline = ev.Batch == 0 && ev.Origin == router.OriginDoor && r.Inline(ev)
	var note string
	if e.takers, note = takers(a.gen, r, ev); note != "" {
		e.Notes = append(e.Notes, note)
	}
	for _, s := range e.takers {
		e.Scripts = append(e.Scripts, s.Name)
	}
	for _, s := range chained(a.gen, r, ev) {
		if slices.ContainsFunc(s.Handlers, func(h router.Handler) bool { return h.Background && h.Takes(ev) }) {
			e.Background = append(e.Background, s.Name)
		}
	}
	return e, nil
}

// chained are the scripts that an event may meet.
func chained(g *router.Generation, r *router.Route, ev *router.Event) []*router.Script {
	if ev.Origin != router.OriginDoor {
		return g.Scripts
	}
	return r.Scripts
}

// takers are the scripts that would be run for an event, in order, until one of
// them settles it; the one that the URL names if it carries a step.
func takers(g *router.Generation, r *router.Route, ev *router.Event) (out []*router.Script, note string) {
	if ev.Step != "" && ev.Wants.Reply() {
		script, step := "", ev.Step
		if i := strings.LastIndexByte(ev.Step, '.'); i >= 0 {
			script, step = ev.Step[:i], ev.Step[i+1:]
		}
		for _, s := range r.Scripts {
			if s.Name == script && slices.Contains(s.Steps, step) {
				return []*router.Script{s}, ""
			}
		}
		return nil, fmt.Sprintf("no script of route %s has the step %q", r.Name, ev.Step)
	}
	for _, s := range chained(g, r, ev) {
		if s.Handles(ev) {
			out = append(out, s)
		}
	}
	return out, ""
}
