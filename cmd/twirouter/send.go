package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/twilio"
)

// Bounds of send.
const (
	sendTimeout = 20 * time.Second // Twilio gives up after 15
	maxAnswer   = 4 << 20          // bytes that are read of an answer
	maxAtOnce   = 64               // requests under way with --count
)

// sending is one call of send.
type sending struct {
	c      *cli
	to     string
	method string
	repeat int
	count  int
	rate   float64
}

func (c *cli) sendCommand() *cobra.Command {
	s := sending{c: c}
	cmd := &cobra.Command{
		Use:   "send KIND [KEY=VALUE…]",
		Short: "Send what Twilio would send, signed, and print the answer",
		Long: `Build the request that Twilio would send for a kind of event, with all its
parameters, sign it, post it, and print the answer. KEY=VALUE sets a parameter.
It goes to the server that "twirouter dev" runs in this folder, else to the
configured one, signed with its token. "sms" and "call" are short for
message.received and call.received.`,
		Example: `  twirouter send sms Body=hours
  twirouter send call From=+15551230000
  twirouter send gather.finished Digits=1 --to '/twilio?step=ivr.choice'
  twirouter send message.delivered --repeat 2`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeKinds,
		RunE:              func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args) },
	}
	cmd.Flags().StringVar(&s.to, "to", "", "URL or path to send to, such as an action URL of an answer")
	cmd.Flags().StringVar(&s.method, "method", "POST", "POST or GET")
	cmd.Flags().IntVar(&s.repeat, "repeat", 1, "send the very same request so many times, as Twilio does when it tries again")
	cmd.Flags().IntVar(&s.count, "count", 1, "send so many events, each with SIDs of its own, and print a summary")
	cmd.Flags().Float64Var(&s.rate, "rate", 0, "with --count: so many a second; 0 is as fast as they are answered")
	return cmd
}

func (s *sending) run(ctx context.Context, args []string) error {
	info, err := kindNamed(args[0])
	if err != nil {
		return err
	}
	var set router.Params
	for _, arg := range args[1:] {
		key, value, ok := strings.Cut(arg, "=")
		if !ok || key == "" {
			return misuse("parameters are Twilio's own: From=+15551230000 Body=hello", "%q is not KEY=VALUE", arg)
		}
		set = append(set, router.Param{Key: key, Value: value})
	}
	if s.method = strings.ToUpper(s.method); s.method != http.MethodPost && s.method != http.MethodGet {
		return misuse("Twilio uses POST and GET", "--method %s", s.method)
	}
	if s.repeat < 1 || s.count < 1 || s.rate < 0 {
		return misuse("", "--repeat and --count are at least 1, --rate at least 0")
	}
	goal, err := s.c.goal(s.to, info.Kind)
	if err != nil {
		return err
	}
	if s.count > 1 {
		return s.many(ctx, info.Kind, set, goal)
	}
	req, err := s.build(info.Kind, set, goal)
	if err != nil {
		return err
	}
	bad := false
	for range s.repeat {
		a, err := goal.post(ctx, req)
		if err != nil {
			return err
		}
		if err := s.c.print(a, a.show); err != nil {
			return err
		}
		bad = bad || a.Status >= http.StatusBadRequest
	}
	if bad {
		return &failure{code: exitFailed, silent: true}
	}
	return nil
}

// goal is where requests go and how they are signed.
type goal struct {
	url     string // what is connected to
	signed  string // what Twilio was given
	account string
	key     twilio.Credential
	basic   *config.BasicAuth // what Twilio was given as userinfo; nil if nothing is demanded
	client  *http.Client
}

// goal finds the server: that of dev in this folder, else the configured one.
func (c *cli) goal(to, kind string) (*goal, error) {
	var cfg *config.Config
	d, ok := readDev()
	if !ok || c.configFile != "" {
		var err error
		if d, cfg, err = c.configured(kind); err != nil {
			return nil, err
		}
	}
	g := &goal{
		account: d.Account, key: twilio.Credential{Secret: router.Secret(d.Token)},
		client: &http.Client{
			Timeout: sendTimeout,
			Transport: &http.Transport{
				Proxy: nil, MaxIdleConnsPerHost: maxAtOnce,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if to == "" {
		to = d.Path
	}
	switch {
	case strings.HasPrefix(to, "/"):
		g.url, g.signed = d.URL+to, d.Public+to
	case strings.HasPrefix(to, d.Public):
		g.url, g.signed = d.URL+strings.TrimPrefix(to, d.Public), to
	case strings.HasPrefix(to, "http://") || strings.HasPrefix(to, "https://"):
		g.url, g.signed = to, to
	default:
		return nil, misuse("/twilio, or https://hooks.example.com/twilio", "--to %q is neither a path nor a URL", to)
	}
	// Fragments are Twilio's own settings of a connection and never sent.
	g.url, _, _ = strings.Cut(g.url, "#")
	g.signed, _, _ = strings.Cut(g.signed, "#")
	if path, own := strings.CutPrefix(g.url, d.URL); own {
		// The server's certificate names its public host; this is a connection to
		// its address on this machine.
		g.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		path, _, _ = strings.Cut(path, "?")
		g.basic = basicAuth(cfg, path)
	}
	return g, nil
}

// basicAuth is what the route of a path demands, nil if that is nothing.
func basicAuth(cfg *config.Config, path string) *config.BasicAuth {
	if cfg == nil {
		return nil
	}
	var found *config.Route
	for _, rt := range cfg.Routes {
		covers := (&router.Route{Path: rt.Path}).Covers(path)
		if rt.Enabled && covers && (found == nil || found.Path != path && len(rt.Path) > len(found.Path) || rt.Path == path && found.Path != path) {
			found = rt
		}
	}
	if found == nil {
		return nil
	}
	return found.BasicAuth
}

// pathFor is where requests of a kind go unless told otherwise: to the first
// route that takes it, or to the first there is.
func pathFor(routes []*config.Route, kind string) string {
	path := ""
	for _, rt := range routes {
		takes := len(rt.On) == 0 || slices.ContainsFunc(rt.On, func(on string) bool { return router.KindPattern(on).Match(kind) })
		if rt.Enabled && (takes || path == "") {
			path = strings.TrimSuffix(rt.Path, "*")
			if takes {
				break
			}
		}
	}
	return path
}

// configured is the server of the configuration file.
func (c *cli) configured(kind string) (devServer, *config.Config, error) {
	if c.configFile != "" && !exists(c.configFile) {
		return devServer{}, nil, noConfig(c.configFile)
	}
	l := c.newLoader(nil, true)
	defer l.close()
	snapshot, err := l.Read()
	if err != nil {
		return devServer{}, nil, err
	}
	cfg := snapshot.Data.(*config.Files).Config()
	d := devServer{Path: "/twilio"}
	scheme := "http://"
	if cfg.Server.TLS != nil {
		scheme = "https://"
	}
	if d.URL, err = loopbackURL(scheme, cfg.Server.Listen[0]); err != nil {
		return d, nil, err
	}
	d.Public = d.URL
	if len(cfg.Server.PublicURL) > 0 {
		d.Public = strings.TrimRight(cfg.Server.PublicURL[0], "/")
	}
	if path := pathFor(cfg.Routes, kind); path != "" {
		d.Path = path
	}
	for _, a := range cfg.Accounts {
		if len(a.AuthTokens) > 0 {
			d.Account, d.Token = a.SID, a.AuthTokens[0].Reveal()
			return d, cfg, nil
		}
	}
	return d, nil, fail(`start "twirouter dev" in this folder, or give the configuration an account with auth_tokens`, "there is no token to sign with")
}

// build makes the signed request.
func (s *sending) build(kind string, set router.Params, g *goal) (*http.Request, error) {
	draft, err := twilio.Build(kind, set, twilio.BuildOptions{Account: g.account, Now: time.Now(), Rand: rand.Reader})
	if err != nil {
		return nil, misuse("docs/events.md lists the kinds", "%v", err)
	}
	var m twilio.Message
	switch {
	case draft.JSON != nil:
		m, err = g.key.SignJSON(g.signed, draft.JSON)
	case s.method == http.MethodGet:
		m, err = g.key.SignGet(g.signed, draft.Params)
	default:
		m, err = g.key.SignForm(g.signed, draft.Params)
	}
	if err != nil {
		return nil, fail("", "cannot sign: %v", err)
	}
	// What was added to the signed URL belongs to the one that is called, too.
	url := g.url + strings.TrimPrefix(m.URL, g.signed)
	req, err := http.NewRequest(m.Method, url, bytes.NewReader(m.Body))
	if err != nil {
		return nil, misuse("", "%v", err)
	}
	for _, h := range draft.Headers {
		if h.Key != "Content-Type" {
			req.Header.Set(h.Key, h.Value)
		}
	}
	if m.ContentType != "" {
		req.Header.Set("Content-Type", m.ContentType)
	}
	req.Header.Set(twilio.HeaderSignature, m.Signature)
	if g.basic != nil {
		req.SetBasicAuth(g.basic.User, g.basic.Password.Reveal())
	}
	return req, nil
}

// sent is what came back.
type sent struct {
	Status   int     `json:"status"`
	Type     string  `json:"type,omitempty"`
	Body     string  `json:"body"`
	Duration float64 `json:"duration_ms"`
}

func (a sent) show(w io.Writer) {
	fmt.Fprintf(w, "%d %s", a.Status, http.StatusText(a.Status))
	if a.Type != "" {
		fmt.Fprintf(w, "  %s", a.Type)
	}
	fmt.Fprintf(w, "  %.1f ms\n", a.Duration)
	if a.Body != "" {
		fmt.Fprintln(w, strings.TrimRight(a.Body, "\n"))
	}
}

// post sends req, which may be sent again.
func (g *goal) post(ctx context.Context, req *http.Request) (sent, error) {
	one := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return sent{}, fail("", "%v", err)
		}
		one.Body = body
	}
	begun := time.Now()
	resp, err := g.client.Do(one)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return sent{}, fail("the server's log has the reason", "no answer within %s", sendTimeout)
		}
		return sent{}, fail(`start one in a second terminal: twirouter dev`, "no server answers at %s://%s: %s", req.URL.Scheme, req.URL.Host, plain(err))
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return sent{}, fail("", "the answer broke off: %s", plain(err))
	}
	return sent{
		Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), Body: string(body),
		Duration: float64(time.Since(begun).Microseconds()) / 1000,
	}, nil
}

// summary is what --count prints.
type summary struct {
	Sent     int         `json:"sent"`
	Statuses map[int]int `json:"statuses"`
	Failed   int         `json:"failed"` // no answer
	Seconds  float64     `json:"seconds"`
	P50      float64     `json:"p50_ms"`
	P99      float64     `json:"p99_ms"`
	Max      float64     `json:"max_ms"`
}

// many sends count events, several at once.
func (s *sending) many(ctx context.Context, kind string, set router.Params, g *goal) error {
	sum := summary{Statuses: map[int]int{}}
	var (
		mu    sync.Mutex
		took  []float64
		wg    sync.WaitGroup
		first error
	)
	next := make(chan struct{})
	for range min(maxAtOnce, s.count) {
		wg.Go(func() {
			for range next {
				req, err := s.build(kind, set, g)
				var a sent
				if err == nil {
					a, err = g.post(ctx, req)
				}
				mu.Lock()
				if err != nil {
					sum.Failed++
					if first == nil {
						first = err
					}
				} else {
					sum.Statuses[a.Status]++
					took = append(took, a.Duration)
				}
				mu.Unlock()
			}
		})
	}
	begun := time.Now()
	for i := range s.count {
		if s.rate > 0 {
			at := begun.Add(time.Duration(float64(i) / s.rate * float64(time.Second)))
			select {
			case <-time.After(time.Until(at)):
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			break
		}
		next <- struct{}{}
		sum.Sent++
	}
	close(next)
	wg.Wait()
	sum.Seconds = time.Since(begun).Seconds()
	slices.Sort(took)
	if n := len(took); n > 0 {
		sum.P50, sum.P99, sum.Max = took[n/2], took[n*99/100], took[n-1]
	}
	if err := s.c.print(sum, sum.show); err != nil {
		return err
	}
	return first
}

func (sum summary) show(w io.Writer) {
	fmt.Fprintf(w, "%s in %.1f s, %.0f a second\n", count(sum.Sent, "event"), sum.Seconds, float64(sum.Sent)/sum.Seconds)
	for _, code := range slices.Sorted(maps.Keys(sum.Statuses)) {
		fmt.Fprintf(w, "  %d %-22s %d\n", code, http.StatusText(code), sum.Statuses[code])
	}
	if sum.Failed > 0 {
		fmt.Fprintf(w, "  no answer                  %d\n", sum.Failed)
	}
	fmt.Fprintf(w, "  p50 %.1f ms, p99 %.1f ms, max %.1f ms\n", sum.P50, sum.P99, sum.Max)
}
